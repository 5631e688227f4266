import { describe, expect, it } from "vitest";
import type { ChunkLayout } from "./chunk-layout.js";
import { ColumnFactors } from "./column-factors.js";
import type { DecodedChunk } from "./decode-chunk.js";
import { chunkBytes } from "./decoded-chunks.js";
import { InlineDecoder } from "./decoder/chunk-decoder.js";
import { loadKernels } from "./kernels/load-kernels.js";
import { applyMap, binMap, type LinearMap, subsetMap } from "./linear-map.js";
import { reReferenceMap } from "./linear-map-reference.js";
import { filterBlockColumns, type PlanFacts, planRead, type ReadPlan } from "./read-plan.js";
import { resolveRead } from "./read-request.js";
import { type ChunkSource, SignalReader } from "./signal-reader.js";
import { filterAlone, firFilter, sosFilter, type TimeFilter } from "./time-filter.js";
import { butterworth } from "./time-filter-design.js";

const CHANNELS = 6;
const LAYOUT: ChunkLayout = { sampleCount: 237, chunkLength: 50, overlap: 4 };
const BASIS_SIZE = 4;

/** Numbers between -0.5 and 0.5, the same each time. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** A recording of invented chunks of ranks 1 to 5, with or without a shared basis. */
async function createSource(
  hasBasis: boolean,
  kind: "wasm" | "typescript",
): Promise<ChunkSource & { readonly loads: number[] }> {
  const next = noise(7);
  const fill = (length: number) => Float64Array.from({ length }, next);
  const basis = fill(CHANNELS * BASIS_SIZE);
  const kernels = await loadKernels(kind);
  const chunks = Array.from({ length: 5 }, (_, index): DecodedChunk => {
    const [rank, sampleCount] = [index + 1, Math.min(50, LAYOUT.sampleCount - index * 50)];
    const coefficients = fill(BASIS_SIZE * rank);
    const product = kernels.matmul(basis, coefficients, { rows: CHANNELS, inner: BASIS_SIZE, columns: rank });
    return {
      channelCount: CHANNELS,
      sampleCount,
      rank,
      channelFactors: hasBasis ? product : fill(CHANNELS * rank),
      timeCourses: fill(rank * sampleCount),
      basisFactors: hasBasis ? { basis, coefficients } : undefined,
      audit: { nonFiniteValues: 0, isCodecDropout: false, zeroRuns: [] },
    };
  });
  const loads: number[] = [];
  const load = async (index: number): Promise<DecodedChunk> => {
    loads.push(index);
    const chunk = chunks[index];
    if (chunk === undefined) throw new RangeError(`no chunk ${index}`);
    return chunk;
  };
  const decoder = new InlineDecoder(kernels);
  return { layout: LAYOUT, kernels, decoder, factors: new ColumnFactors(kernels), load, loads };
}

/** Decode first, operate second, in float64: `[columns, samples]` of the whole recording. */
async function operate(source: ChunkSource, map: LinearMap | null, filter: TimeFilter | null): Promise<Float64Array> {
  const total = LAYOUT.sampleCount;
  const signal = new Float64Array(CHANNELS * total);
  for (let sample = 0; sample < total; sample++) {
    const chunk = await source.load(Math.floor(sample / 50));
    for (let channel = 0; channel < CHANNELS; channel++) {
      let sum = 0;
      for (let k = 0; k < chunk.rank; k++) {
        const course = chunk.timeCourses[k * chunk.sampleCount + (sample % 50)] ?? 0;
        sum += (chunk.channelFactors[channel * chunk.rank + k] ?? 0) * course;
      }
      signal[channel * total + sample] = sum;
    }
  }
  const mapped = map === null ? signal : applyMap(map, signal, total);
  if (filter === null) return mapped;
  return filterAlone(filter, { values: mapped, rows: mapped.length / total, start: 0, stop: total }, total).values;
}

const MAPS: Readonly<Record<string, LinearMap | null>> = {
  "no map": null,
  subset: subsetMap(CHANNELS, [4, 0, 4]),
  bins: binMap(CHANNELS, { size: 4, combine: "mean" }),
  "re-reference": reReferenceMap(CHANNELS, { reference: [0, 1, 2, 5] }),
};

const FILTERS: Readonly<Record<string, TimeFilter | null>> = {
  "no filter": null,
  "FIR within a chunk": firFilter(Float64Array.from({ length: 9 }, noise(3))),
  "FIR over three chunks": firFilter(Float64Array.from({ length: 151 }, noise(4))),
  "fast SOS": sosFilter(butterworth(2, { lowHz: 50, highHz: 80 }, 250)),
  "SOS that outlasts the recording": sosFilter(butterworth(2, { lowHz: 2 }, 250)),
};

type Way = Pick<ReadPlan, "mapOn" | "filterOn">;

function waysOf(map: LinearMap | null, filter: TimeFilter | null): Way[] {
  if (filter !== null) {
    const mapOn = map === null ? null : "factors";
    return [
      { mapOn, filterOn: "courses" },
      { mapOn, filterOn: "samples" },
    ];
  }
  if (map === null) return [{ mapOn: null, filterOn: null }];
  return [
    { mapOn: "factors", filterOn: null },
    { mapOn: "samples", filterOn: null },
  ];
}

const cases = Object.entries(MAPS).flatMap(([mapName, map]) =>
  Object.entries(FILTERS).map(([filterName, filter]) => [mapName, filterName, map, filter] as const),
);

describe.each([
  ["a shared basis, wasm", true, "wasm"],
  ["factors of their own, typescript", false, "typescript"],
] as const)("SignalReader over chunks with %s", (_, hasBasis, kind) => {
  it.each(cases)("%s, %s: every way and every cut gives decode-then-operate", async (_, __, map, filter) => {
    const source = await createSource(hasBasis, kind);
    const expected = await operate(source, map, filter);
    const [total, columns] = [LAYOUT.sampleCount, map?.columns.length ?? CHANNELS];
    const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    for (const way of waysOf(map, filter)) {
      for (const length of [total, 64, 13]) {
        const reader = new SignalReader(source, { samples: [0, total], map, filter, unit: "V" }, { ...way, columns });
        const data = new Float32Array(total * columns);
        for (let at = 0; at < total; at += length) await reader.fill([at, Math.min(total, at + length)], data, at);
        let difference = 0;
        for (const [i, value] of data.entries()) {
          const wanted = expected[(i % columns) * total + Math.floor(i / columns)] ?? Number.NaN;
          difference = Math.max(difference, Math.abs(value - Math.fround(wanted)));
        }
        // A value may round the other way; nothing else differs.
        expect(difference / largest, JSON.stringify({ way, length })).toBeLessThan(2 ** -23);
      }
    }
  });

  it("decodes a chunk once for spans in time order under a filter", async () => {
    const source = await createSource(hasBasis, kind);
    const filter = FILTERS["FIR within a chunk"] ?? null;
    const way = { mapOn: null, filterOn: "courses", columns: CHANNELS } as const;
    const reader = new SignalReader(source, { samples: [0, 237], map: null, filter, unit: "V" }, way);
    for (let at = 0; at < 237; at += 10) await reader.fill([at, Math.min(237, at + 10)], new Float32Array(60), 0);
    expect(source.loads).toEqual([0, 1, 2, 3, 4]);
  });
});

function factsOf(chunks: PlanFacts["chunk"], layout = LAYOUT, basisSize: number | null = BASIS_SIZE): PlanFacts {
  return { layout, channelCount: CHANNELS, basisSize, chunk: chunks, inFlight: 1, isMapped: () => false };
}

describe("planRead", () => {
  const known = (index: number) => ({ rank: index + 1, codedBytes: 100 * (index + 1) });
  const plan = (request: Parameters<typeof resolveRead>[0], facts = factsOf(known)) =>
    planRead(resolveRead(request, CHANNELS, LAYOUT.sampleCount), facts);

  it("names the chunks that a read touches, with what a filter reaches", () => {
    expect(plan({ samples: [60, 70] }).chunks).toEqual([1, 2]);
    expect(plan({ samples: [60, 70], filter: firFilter(new Float64Array(31)) }).chunks).toEqual([0, 2]);
    expect(plan({ samples: [60, 60] })).toMatchObject({
      chunks: [0, 0],
      decodedBytes: 0,
      resultBytes: 0,
      codedBytes: 0,
    });
  });

  it("foretells bytes: coded from the table, decoded as the chunks are", async () => {
    const source = await createSource(true, "typescript");
    const found = plan({ samples: [0, 237] });
    expect(found).toMatchObject({ codedBytes: 1500, codedBytesUnknown: null, resultBytes: 237 * 6 * 4 });
    let bytes = 0;
    for (let index = 0; index < 5; index++) bytes += chunkBytes(await source.load(index));
    expect(found.decodedBytes).toBe(bytes);
    expect(found.peakBytes).toBeGreaterThan(found.resultBytes);
  });

  it("says why it does not know what format 1 stores", () => {
    const found = plan(
      { samples: [0, 50] },
      factsOf(() => null, LAYOUT, null),
    );
    expect(found.codedBytes).toBeNull();
    expect(found.codedBytesUnknown).toContain("format 1");
    expect(found.rank).toEqual({ mean: CHANNELS, known: false });
  });

  it("maps factors for a long read and samples for a short one", () => {
    const dense = reReferenceMap(CHANNELS, { reference: [0, 1, 2, 3, 4, 5] });
    // 36 weights: on factors 36 x 4 once + 6 x 4 x rank + 6 x rank x rows, on samples 6 x rank x rows + 36 x rows
    expect(plan({ samples: [0, 50], map: dense })).toMatchObject({
      mapOn: "factors",
      multiplyAdds: { chosen: 36 * 4 + 6 * 4 + 6 * 50, other: 6 * 50 + 36 * 50 },
    });
    expect(plan({ samples: [0, 1], map: dense })).toMatchObject({
      mapOn: "samples",
      multiplyAdds: { chosen: 6 + 36, other: 36 * 4 + 6 * 4 + 6 },
    });
  });

  it("filters courses where the response is short, samples where it is long", () => {
    const facts = { ...factsOf(known, { sampleCount: 100000, chunkLength: 2048, overlap: 128 }), channelCount: 384 };
    const at = (low: number, high?: number) => {
      const filter = sosFilter(butterworth(2, { lowHz: low, highHz: high }, 250));
      return planRead(resolveRead({ filter }, 384, 100000), { ...facts, chunk: () => ({ rank: 16, codedBytes: 1 }) });
    };
    expect(at(20, 80).filterOn).toBe("courses");
    expect(at(0.1).filterOn).toBe("samples");
    for (const found of [at(20, 80), at(0.1)])
      expect(found.multiplyAdds.chosen).toBeLessThanOrEqual(found.multiplyAdds.other ?? 0);
  });

  it("bounds the columns that are filtered at a time", () => {
    const slow = sosFilter(butterworth(1, { lowHz: 0.01 }, 250));
    const layout = { sampleCount: 4e6, chunkLength: 2048, overlap: 128 };
    const columns = filterBlockColumns(slow, layout, 384);
    expect(columns).toBeLessThan(384);
    expect(columns).toBeGreaterThan(0);
  });
});

describe("resolveRead", () => {
  it.each<[string, Parameters<typeof resolveRead>[0]]>([
    ["a map and channels", { map: subsetMap(CHANNELS, [0]), channels: [0] }],
    ["a map and bins", { map: subsetMap(CHANNELS, [0]), bins: { size: 2, combine: "sum" } }],
    ["a map for another recording", { map: subsetMap(CHANNELS + 1, [0]) }],
    ["a channel that there is none of", { channels: [CHANNELS] }],
    ["a bin that there is none of", { channels: [3], bins: { size: 2, combine: "sum" } }],
  ])("refuses %s", (_, request) => {
    expect(() => resolveRead(request, CHANNELS, 100)).toThrow(expect.objectContaining({ code: "query" }));
  });

  it("refuses a filter that is padded by more than the recording holds", () => {
    const filter = sosFilter(butterworth(2, { lowHz: 2 }, 250));
    expect(() => resolveRead({ filter }, CHANNELS, filter.padding)).toThrow(expect.objectContaining({ code: "query" }));
  });
});
