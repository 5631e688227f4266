import { type CallOptions, type Notice, QueryError, UnsupportedError } from "@crossprobe/core";
import type { Hdf5Ranges, Hdf5TransferPlan } from "@crossprobe/formats/hdf5";
import type { ChunkFacts, KnownChunk } from "./chunk-facts.js";
import { type ChunkLayout, chunkCount } from "./chunk-layout.js";
import { ChunksAhead, planBatches } from "./chunks-ahead.js";
import type { DecodedChunk } from "./decode-chunk.js";
import { DecodedChunks } from "./decoded-chunks.js";
import type { ChunkDecoder } from "./decoder/chunk-decoder.js";
import { DecodingNotices } from "./decoding-notices.js";
import { Pauses } from "./pauses.js";
import type { ReadPlan } from "./read-plan.js";
import type { ScaleMeta } from "./scale-meta.js";
import type { ChunkSource } from "./signal-reader.js";
import type { ChunkReader } from "./stored-chunk.js";
import { classifyZeros, invalidWithin, partBySaturation, type ZeroSpan, ZeroSpans } from "./zero-spans.js";

type Span = readonly [start: number, stop: number];

/** What the chunks of a recording are read and decoded with. */
export interface ChunkParts {
  /** The archive. */
  readonly url: string;
  /** Path of the scale inside the file. */
  readonly path: string;
  readonly meta: ScaleMeta;
  readonly layout: ChunkLayout;
  readonly chunks: ChunkReader;
  /** Of the file that the chunks lie in; absent where that is not read by ranges. */
  readonly ranges: Hdf5Ranges | undefined;
  readonly decoder: ChunkDecoder;
  /** Budget of the decoded chunks that are kept. */
  readonly decodedBytes: number;
}

/** The chunks of one recording: read, decoded, the last ones kept, and their zeros noted as they come by. */
export class RecordingChunks {
  readonly #parts: ChunkParts;
  readonly #saturated: readonly Span[];
  readonly #decoded: DecodedChunks;
  readonly #zeros = new ZeroSpans();
  readonly #notices: DecodingNotices;
  readonly #pauses = new Pauses();
  #isClosed = false;

  /** @param saturated samples at the rail, joined and in order */
  constructor(parts: ChunkParts, saturated: readonly Span[]) {
    this.#parts = parts;
    this.#saturated = saturated;
    this.#decoded = new DecodedChunks(parts.decodedBytes);
    this.#notices = new DecodingNotices(`${parts.url}#${parts.path}`, saturated);
  }

  get count(): number {
    return chunkCount(this.#parts.layout);
  }

  get basisSize(): number | null {
    return this.#parts.chunks.basisSize;
  }

  /** What decoding showed so far. */
  get notices(): readonly Notice[] {
    return this.#notices.list();
  }

  /** What is known of a chunk without reading it. */
  known(index: number): KnownChunk | null {
    return this.#parts.chunks.known(index);
  }

  /** What is stored about every chunk. */
  facts(options?: CallOptions): Promise<readonly ChunkFacts[]> {
    return this.#parts.chunks.facts([0, this.count], options);
  }

  /** A chunk from the recording's own cache, from `kept`, or decoded and put into `kept`: the recording's own if not given. */
  async load(index: number, options?: CallOptions, kept = this.#decoded): Promise<DecodedChunk> {
    await this.#pauses.pauseIfDue(options?.signal);
    const known = this.#decoded.get(index) ?? kept.get(index);
    if (known !== undefined) return known;
    const { decoder, chunks, layout, meta } = this.#parts;
    const chunk = await decoder.decode(await chunks.read(index, options), options);
    options?.signal?.throwIfAborted();
    const first = index * layout.chunkLength;
    this.#notices.add(index, first, chunk);
    const { audit, sampleCount } = chunk;
    this.#zeros.add(index, classifyZeros(audit, first, sampleCount, this.#saturated, meta.alpha));
    kept.add(index, chunk);
    return chunk;
  }

  /** Loads chunks after what they need of a remote archive has been fetched ahead; of any other, as `load` does. */
  ahead({ chunks }: Pick<ReadPlan, "chunks">, load: ChunkSource["load"]): ChunkSource["load"] {
    const { ranges } = this.#parts;
    if (ranges?.isRemote !== true) return load;
    const ahead = new ChunksAhead(ranges, this.#batchesOf(chunks), (batch) => this.#parts.chunks.ahead(batch));
    return async (index, options) => {
      await ahead.reach(index, options);
      return await load(index, options);
    };
  }

  /** @throws {@link UnsupportedError} for archives that are not remote, or that the HDF5 library reads */
  async planTransfer({ chunks }: Pick<ReadPlan, "chunks">, options?: CallOptions): Promise<Hdf5TransferPlan> {
    const { ranges, url } = this.#parts;
    if (ranges?.isRemote !== true) {
      const why =
        ranges === undefined ? "the HDF5 library reads it" : "it is local, where short reads are made as they come";
      throw new UnsupportedError(`requests to ${url} are not planned: ${why}`, {
        hint: "plan() tells bytes and work of any archive",
      });
    }
    const wanted = this.#batchesOf(chunks).map((batch) => this.#parts.chunks.ahead(batch));
    return await ranges.planAhead(wanted, { signal: options?.signal });
  }

  /** All-zero spans of the chunks decoded so far, and how many those are of how many. */
  zeroSpans(): { readonly spans: readonly ZeroSpan[]; readonly chunksSeen: number; readonly chunkCount: number } {
    const spans = this.#zeros.within([0, this.#parts.meta.sampleCount]);
    return { spans, chunksSeen: this.#zeros.chunkCount, chunkCount: this.count };
  }

  /** All-zero spans of the whole recording: decodes every chunk that was not decoded before, and keeps none. */
  async scanZeros(options?: CallOptions): Promise<readonly ZeroSpan[]> {
    const kept = new DecodedChunks(0);
    for (let index = 0; index < this.count; index++) {
      if (!this.#zeros.has(index)) await this.load(index, options, kept);
    }
    return this.zeroSpans().spans;
  }

  /** Of some samples, as far as their chunks have been decoded. */
  invalidWithin(samples: Span): readonly ZeroSpan[] {
    return invalidWithin(samples, this.#saturated, this.#zeros.within(samples));
  }

  /** Of all samples: what has been seen, and of chunks that have not, whole ones that are stored as zeros. */
  async invalidSpans(options?: CallOptions): Promise<readonly ZeroSpan[]> {
    const isScanned = this.#zeros.chunkCount === this.count;
    const unseen = isScanned ? [] : await this.#unseenZeros(options);
    return invalidWithin([0, this.#parts.meta.sampleCount], this.#saturated, [...this.zeroSpans().spans, ...unseen]);
  }

  /** Drops the decoded chunks; {@link checkOpen} throws afterwards. The file stays open. */
  close(): void {
    this.#isClosed = true;
    this.#decoded.clear();
  }

  /** @throws {@link QueryError} once the recording or its file is closed; the reason of a signal that is aborted */
  checkOpen(options?: CallOptions): void {
    const { path, url, decoder } = this.#parts;
    if (this.#isClosed || decoder.isClosed)
      throw new QueryError(`the recording ${path} in ${url} is closed`, { hint: "open it again" });
    options?.signal?.throwIfAborted();
  }

  #batchesOf(chunks: ReadPlan["chunks"]) {
    return planBatches(this.#parts.chunks, chunks, (index) => this.#decoded.has(index));
  }

  async #unseenZeros(options?: CallOptions): Promise<readonly ZeroSpan[]> {
    const { chunks, layout, meta } = this.#parts;
    const found = (await chunks.zeroChunks(options)) ?? [];
    return found.flatMap(({ index, kind }) => {
      if (this.#zeros.has(index)) return [];
      const start = index * layout.chunkLength;
      const stop = Math.min(meta.sampleCount, start + layout.chunkLength);
      return partBySaturation([start, stop], kind, this.#saturated);
    });
  }
}
