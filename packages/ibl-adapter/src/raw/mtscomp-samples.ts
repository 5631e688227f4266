import { type ByteStore, type CallOptions, NotFoundError } from "@crossprobe/core";
import { inflate } from "@crossprobe/formats/inflate";
import { toInt16 } from "./flat-samples.js";
import type { MtscompHeader } from "./mtscomp-header.js";
import { damaged, unknownShape, urlOf } from "./place.js";
import type { SampleStore, StoredSamples } from "./sample-store.js";
import { undoDifferences } from "./undo-differences.js";

/** Decoded chunks that are kept, in bytes: one of a second at 30 kHz, or eleven of LFP. */
const KEPT_BYTES = 24 * 2 ** 20;

/**
 * A `.cbin` of mtscomp. Asks for the size only; a read fetches and inflates the chunks that it touches, and the last ones are kept.
 *
 * @throws {@link NotFoundError} when there is none
 * @throws {@link FormatError} when its size is not what the header says
 */
export async function openMtscompSamples(
  store: ByteStore,
  key: string,
  header: MtscompHeader,
  options: CallOptions = {},
): Promise<MtscompSamples> {
  const url = urlOf(store, key);
  const size = await store.size(key, options);
  if (size === undefined) throw new NotFoundError(`there is no ${url}`, { hint: "give the recording's .bin or .cbin" });
  const expected = header.offsets.at(-1) ?? 0;
  if (size !== expected) {
    const says = `it has ${size} bytes, the chunks of ${header.url} end at ${expected}`;
    throw damaged("mtscomp", url, Math.min(size, expected), says);
  }
  return new MtscompSamples(store, key, header);
}

/** Samples of a `.cbin`. */
export class MtscompSamples implements SampleStore {
  readonly url: string;
  readonly header: MtscompHeader;
  readonly #store: ByteStore;
  readonly #key: string;
  /** By chunk number, the last one used at the end. */
  readonly #kept = new Map<number, Int16Array>();

  constructor(store: ByteStore, key: string, header: MtscompHeader) {
    this.url = urlOf(store, key);
    this.header = header;
    this.#store = store;
    this.#key = key;
  }

  get sampleCount(): number {
    return this.header.bounds.at(-1) ?? 0;
  }

  get columnCount(): number {
    return this.header.columnCount;
  }

  async *pieces(start: number, stop: number, options: CallOptions): AsyncGenerator<StoredSamples> {
    const { bounds, order, columnCount } = this.header;
    let chunk = this.#chunkOf(start);
    for (let ahead = this.#ahead(chunk, start, stop, options); ahead !== undefined; chunk++) {
      const [first, next] = [bounds[chunk] ?? 0, bounds[chunk + 1] ?? 0];
      const data = await ahead;
      // The next chunk is on its way while this one is used.
      ahead = this.#ahead(chunk + 1, start, stop, options);
      const [from, to] = [Math.max(start, first), Math.min(stop, next)];
      const [sampleStride, columnStride] = order === "F" ? [1, next - first] : [columnCount, 1];
      yield { start: from, stop: to, data, offset: (from - first) * sampleStride, sampleStride, columnStride };
    }
  }

  boundBefore(after: number, upTo: number): number {
    const bound = this.header.bounds[this.#chunkOf(Math.min(upTo, this.sampleCount))] ?? upTo;
    return bound > after ? bound : upTo;
  }

  /** Samples of one chunk with differences undone, in the order of the file. Kept: not to be written to. */
  async readChunk(chunk: number, options: CallOptions): Promise<Int16Array> {
    options.signal?.throwIfAborted();
    const kept = this.#kept.get(chunk);
    const data = kept ?? (await this.#decode(chunk, options));
    this.#kept.delete(chunk);
    this.#kept.set(chunk, data);
    let bytes = [...this.#kept.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    for (const [oldest, { byteLength }] of this.#kept) {
      if (bytes <= KEPT_BYTES || this.#kept.size === 1) break;
      this.#kept.delete(oldest);
      bytes -= byteLength;
    }
    return data;
  }

  /** The file itself, range after range. */
  async *bytes(rangeBytes: number, options: CallOptions): AsyncGenerator<Uint8Array> {
    const size = this.header.offsets.at(-1) ?? 0;
    for (let offset = 0; offset < size; offset += rangeBytes) {
      const range = { offset, length: Math.min(rangeBytes, size - offset) };
      yield await this.#range(range, `bytes ${offset} to ${offset + range.length}`, options);
    }
  }

  release(): void {
    this.#kept.clear();
  }

  /** A chunk of the samples `[start, stop)`, begun; undefined for one beyond them. Its failure is for who awaits it. */
  #ahead(chunk: number, start: number, stop: number, options: CallOptions): Promise<Int16Array> | undefined {
    if (start >= stop || (this.header.bounds[chunk] ?? stop) >= stop) return undefined;
    const decoded = this.readChunk(chunk, options);
    decoded.catch(() => undefined);
    return decoded;
  }

  async #decode(chunk: number, options: CallOptions): Promise<Int16Array> {
    const { bounds, offsets, columnCount } = this.header;
    const [offset, end] = [offsets[chunk], offsets[chunk + 1]];
    const samples = (bounds[chunk + 1] ?? 0) - (bounds[chunk] ?? 0);
    if (offset === undefined || end === undefined) throw unknownShape(this.header.url, `there is no chunk ${chunk}`);
    const place = `chunk ${chunk}, bytes ${offset} to ${end}`;
    const bytes = await this.#range({ offset, length: end - offset }, place, options);
    let inflated: Uint8Array;
    try {
      inflated = await inflate(bytes, samples * columnCount * Int16Array.BYTES_PER_ELEMENT);
    } catch (cause) {
      const says = `it does not decode: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw damaged("mtscomp", this.url, place, says, cause);
    }
    options.signal?.throwIfAborted();
    const data = toInt16(inflated);
    undoDifferences(data, samples, this.header);
    return data;
  }

  async #range(
    range: { readonly offset: number; readonly length: number },
    place: string,
    options: CallOptions,
  ): Promise<Uint8Array> {
    options.signal?.throwIfAborted();
    const bytes = await this.#store.read(this.#key, { ...options, range });
    if (bytes === undefined) throw new NotFoundError(`there is no ${this.url} any more`, { hint: "open it again" });
    if (bytes.length === range.length) return bytes;
    throw damaged("mtscomp", this.url, place, `${bytes.length} of ${range.length} bytes came`);
  }

  /** The chunk of a sample; the one past the last for the sample count. */
  #chunkOf(sample: number): number {
    const { bounds } = this.header;
    let [low, high] = [0, bounds.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((bounds[middle] ?? 0) <= sample) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
