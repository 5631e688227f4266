import { describe, expect, it } from "vitest";
import { type ChunkStreamOptions, type ChunkStreamSource, streamChunks } from "./chunk-stream.js";
import type { DecodedChunk } from "./decode-chunk.js";

const LAYOUT = { sampleCount: 950, chunkLength: 100, overlap: 0 };
const CHANNELS = 4;

/** Chunks of given ranks that arrive late, and a count of the bytes begun and not yet let go of. */
class Counting implements ChunkStreamSource {
  readonly name = "r in memory:/a.h5";
  readonly layout = LAYOUT;
  readonly channelCount = CHANNELS;
  readonly basisSize: number | null;
  readonly begun: number[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  readonly #ranks: readonly number[];
  readonly #isKnown: boolean;
  most = 0;
  held: number;

  constructor(ranks: readonly number[], isKnown: boolean, basisSize: number | null = null) {
    this.#ranks = ranks;
    this.#isKnown = isKnown;
    this.basisSize = basisSize;
    this.held = (basisSize ?? 0) * CHANNELS * 8;
  }

  rankOf(index: number): number | null {
    return this.#isKnown ? (this.#ranks[index] ?? null) : null;
  }

  bytesOf(index: number): number {
    const length = index === 9 ? 50 : 100;
    return 8 * (this.#ranks[index] ?? 0) * (CHANNELS + length + (this.basisSize ?? 0));
  }

  async load(index: number, { signal }: { readonly signal?: AbortSignal | undefined }): Promise<DecodedChunk> {
    this.begun.push(index);
    this.signals.push(signal);
    this.held += this.bytesOf(index);
    this.most = Math.max(this.most, this.held);
    // The later it was begun, the sooner it arrives.
    await new Promise((resolve) => setTimeout(resolve, 20 - index));
    const rank = this.#ranks[index] ?? 0;
    const sampleCount = index === 9 ? 50 : 100;
    const basis = new Float64Array((this.basisSize ?? 0) * CHANNELS);
    return {
      channelCount: CHANNELS,
      sampleCount,
      rank,
      channelFactors: new Float64Array(CHANNELS * rank),
      timeCourses: new Float64Array(rank * sampleCount),
      basisFactors:
        this.basisSize === null ? undefined : { basis, coefficients: new Float64Array(this.basisSize * rank) },
      audit: { nonFiniteValues: 0, isCodecDropout: false, zeroRuns: [] },
    };
  }
}

async function run(source: Counting, samples: readonly [number, number], options?: ChunkStreamOptions) {
  const got: number[] = [];
  const inFlight: number[] = [];
  for await (const { index } of streamChunks(source, samples, options)) {
    got.push(index);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inFlight.push(source.begun.length - got.length);
    source.held -= source.bytesOf(index);
  }
  return { got, inFlight };
}

const RANKS = [1, 4, 2, 3, 4, 1, 1, 4, 4, 2];

describe("streamChunks", () => {
  it("gives chunks in order, with their samples and the part that was asked for", async () => {
    const results = [];
    for await (const { index, samples, within } of streamChunks(new Counting(RANKS, true), [150, 930])) {
      results.push([index, ...samples, ...within]);
    }
    expect(results[0]).toEqual([1, 100, 200, 50, 100]);
    expect(results.at(-1)).toEqual([9, 900, 950, 0, 30]);
    expect(results).toHaveLength(9);
  });

  it.each([0, 1, 3])("decodes %i ahead of what was given", async (ahead) => {
    const source = new Counting(RANKS, true);
    const { got, inFlight } = await run(source, [0, 950], { ahead });
    expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // One more where the budget of the chunk that is worked on allows it.
    expect(Math.max(...inFlight)).toBe(ahead + 1);
  });

  it.each([
    ["known ranks", true, null],
    ["known ranks and a basis", true, 3],
    ["ranks not known before", false, null],
  ] as const)("never holds more than the budget, with %s", async (_, isKnown, basisSize) => {
    const largest = 8 * 4 * (CHANNELS + 100 + (basisSize ?? 0)) + 8 * CHANNELS * (basisSize ?? 0);
    for (const budgetBytes of [largest, 1.5 * largest, 3 * largest]) {
      const source = new Counting(RANKS, isKnown, basisSize);
      expect((await run(source, [0, 950], { ahead: 5, budgetBytes })).got).toHaveLength(10);
      expect(source.most).toBeLessThanOrEqual(budgetBytes);
      // And what there is, is used.
      expect(source.most).toBeGreaterThan(0.6 * budgetBytes);
    }
  });

  it.each([true, false])("refuses a budget that does not hold a chunk (rank known: %s)", async (isKnown) => {
    const stream = run(new Counting(RANKS, isKnown), [0, 950], { budgetBytes: 8 * 3 * 104 });
    await expect(stream).rejects.toMatchObject({ code: "query", hint: `give at least ${8 * 4 * 104} bytes` });
  });

  it("drops what it began when the caller leaves, and rejects with the caller's reason when aborted", async () => {
    const source = new Counting(RANKS, true);
    for await (const { index } of streamChunks(source, [0, 950])) if (index === 1) break;
    expect(source.signals.every((signal) => signal?.aborted)).toBe(true);
    const abort = new AbortController();
    const aborted = new Counting(RANKS, true);
    const stream = streamChunks(aborted, [0, 950], { signal: abort.signal });
    await stream.next();
    abort.abort("enough");
    expect(aborted.signals.every((signal) => signal?.reason === "enough")).toBe(true);
  });
});
