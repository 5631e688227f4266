import { describe, expect, it } from "vitest";
import { ColumnFactors } from "./column-factors.js";
import type { DecodedChunk } from "./decode-chunk.js";
import { loadKernels } from "./kernels/load-kernels.js";
import { subsetMap } from "./linear-map.js";

describe("ColumnFactors", () => {
  it("applies a map to the shared basis once", async () => {
    const factors = new ColumnFactors(await loadKernels());
    const basis = Float64Array.of(1, 2, 3, 4);
    const chunk: DecodedChunk = {
      channelCount: 2,
      sampleCount: 1,
      rank: 1,
      channelFactors: Float64Array.of(50, 110),
      timeCourses: Float64Array.of(1),
      basisFactors: { basis, coefficients: Float64Array.of(10, 20) },
      audit: { nonFiniteValues: 0, isCodecDropout: false, zeroRuns: [] },
    };
    const map = subsetMap(2, [1]);
    expect(factors.isMapped(map)).toBe(false);
    expect([...factors.of(map, chunk)]).toEqual([3 * 10 + 4 * 20]);
    basis.fill(Number.NaN);
    expect([...factors.of(map, chunk)]).toEqual([3 * 10 + 4 * 20]);
    expect([factors.isMapped(map), factors.isMapped(subsetMap(2, [1]))]).toEqual([true, false]);
  });
});
