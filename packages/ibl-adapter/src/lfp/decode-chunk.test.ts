import { FormatError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { sumDeltas } from "./coefficients.js";
import { decodeChunk as decode } from "./decode-chunk.js";
import { scaleColumns } from "./format-2.js";
import { loadKernels } from "./kernels/load-kernels.js";
import { applyMap } from "./linear-map.js";
import { resolveRead } from "./read-request.js";
import type { StoredChunk } from "./stored-chunk.js";

const place = { url: "memory:/a.h5", recording: "recording r, scale 0, chunk 0", path: "/r/00/chunks/0" };

const kernels = await loadKernels();
const decodeChunk = (chunk: StoredChunk) => decode(chunk, kernels);

/** Five channels, one time-domain row `[0, 10, 0, 0, -1, 0]` of which samples 1 to 4 are the chunk's own. */
function timeDomainChunk(changes: Partial<StoredChunk> = {}): StoredChunk {
  return {
    header: { rank: 1, columns: 6, sampleCount: 4, extendedCount: 6, leftOverlap: 1, alpha: 0 },
    channelCount: 5,
    factors: { kind: "channels", values: Float32Array.of(1, 2, 3, 4, 5) },
    indices: Int32Array.of(1, 4),
    values: Float32Array.of(10, -1),
    place,
    ...changes,
  };
}

function signalOf(chunk: StoredChunk, columns: readonly number[], size = 1, combine: "sum" | "mean" = "sum"): number[] {
  const decoded = decodeChunk(chunk);
  const { rank, sampleCount, channelCount, channelFactors, timeCourses } = decoded;
  const { map } = resolveRead({ channels: columns, bins: { size, combine } }, channelCount, sampleCount);
  const factors = map === null ? channelFactors : applyMap(map, channelFactors, rank);
  const target = new Float32Array(sampleCount * columns.length);
  const shape = { rank, columns: columns.length, stride: sampleCount, start: 0, stop: sampleCount };
  kernels.product(factors, timeCourses, shape, target, 0);
  return [...target];
}

describe("decodeChunk", () => {
  it("places coefficients, cuts the guard band and multiplies out, one row a sample", () => {
    expect(signalOf(timeDomainChunk(), [0, 4])).toEqual([10, 50, 0, 0, 0, 0, -1, -5]);
  });

  it("adds the factors of adjacent channels in bins, and divides them for a mean", () => {
    expect(signalOf(timeDomainChunk(), [0, 1], 2)).toEqual([30, 70, 0, 0, 0, 0, -3, -7]);
    expect(signalOf(timeDomainChunk(), [0, 1], 2, "mean")).toEqual([15, 35, 0, 0, 0, 0, -1.5, -3.5]);
  });

  it("does not mind the order of coefficients", () => {
    const reversed = timeDomainChunk({ indices: Int32Array.of(4, 1), values: Float32Array.of(-1, 10) });
    expect(signalOf(reversed, [0])).toEqual([10, 0, 0, -1]);
  });

  it("gives NaN and infinities as 0 and counts them", () => {
    const chunk = timeDomainChunk({ values: Float32Array.of(Number.NaN, -1) });
    expect(signalOf(chunk, [0])).toEqual([0, 0, 0, -1]);
    expect(decodeChunk(chunk).audit.nonFiniteValues).toBe(5);
    const infinite = Float32Array.of(1, Number.POSITIVE_INFINITY, 3, 4, 5);
    const factors = timeDomainChunk({ factors: { kind: "channels", values: infinite } });
    // Infinity times 0 is NaN, so every sample of that channel is lost.
    expect(decodeChunk(factors).audit.nonFiniteValues).toBe(4);
    expect(decodeChunk(timeDomainChunk()).audit.nonFiniteValues).toBe(0);
  });

  it("tells silence from a dropout", () => {
    expect(decodeChunk(timeDomainChunk()).audit).toMatchObject({ isCodecDropout: false, zeroRuns: [[1, 3]] });
    const silent = timeDomainChunk({ factors: { kind: "channels", values: new Float32Array(5) } });
    expect(decodeChunk(silent).audit).toMatchObject({ isCodecDropout: false, zeroRuns: [[0, 4]] });
    const header = { rank: 1, columns: 224, sampleCount: 20, extendedCount: 20, leftOverlap: 0, alpha: 28 };
    const dropped = timeDomainChunk({ header, indices: new Int32Array(0), values: new Float32Array(0) });
    expect(decodeChunk(dropped).audit).toMatchObject({ isCodecDropout: true, zeroRuns: [[0, 20]] });
  });

  it("finds zeros beside a component that reaches no channel", () => {
    // The second component has samples everywhere, and factors nowhere.
    const header = { rank: 2, columns: 4, sampleCount: 4, extendedCount: 4, leftOverlap: 0, alpha: 0 };
    const chunk = timeDomainChunk({
      header,
      factors: { kind: "channels", values: Float32Array.of(1, 0, 2, 0, 3, 0, 4, 0, 5, 0) },
      indices: Int32Array.of(0, 4, 5, 6, 7),
      values: Float32Array.of(10, 1, 1, 1, 1),
    });
    expect(signalOf(chunk, [1])).toEqual([20, 0, 0, 0]);
    expect(decodeChunk(chunk).audit).toMatchObject({ isCodecDropout: false, zeroRuns: [[1, 4]] });
  });

  it.each([
    ["below the matrix", { indices: Int32Array.of(-5, 4) }, "outside"],
    ["past the matrix", { indices: Int32Array.of(1, 6) }, "outside"],
    ["repeated", { indices: Int32Array.of(4, 4) }, "twice"],
    ["without a value", { values: Float32Array.of(10) }, "as many"],
  ])("refuses an index %s", (_, changes, says) => {
    expect(() => decodeChunk(timeDomainChunk(changes))).toThrow(FormatError);
    expect(() => decodeChunk(timeDomainChunk(changes))).toThrow(says);
    expect(() => decodeChunk(timeDomainChunk(changes))).toThrow(
      "recording r, scale 0, chunk 0 (/r/00/chunks/0 in memory:/a.h5)",
    );
  });
});

describe("format 2", () => {
  it("scales the columns of the values and multiplies the basis with them", () => {
    const basis = Float64Array.of(1, 0, 0, 1, 1, 1);
    // values [2 basis vectors, 2 components] = [[1, 2], [3, 4]]
    const coefficients = scaleColumns(Float32Array.of(1, 2, 3, 4), Float32Array.of(10, 100));
    expect([...coefficients]).toEqual([10, 200, 30, 400]);
    const header = { rank: 2, columns: 6, sampleCount: 4, extendedCount: 6, leftOverlap: 1, alpha: 0 };
    const decoded = decodeChunk(
      timeDomainChunk({ header, channelCount: 3, factors: { kind: "basis", basis, coefficients } }),
    );
    expect([...decoded.channelFactors]).toEqual([10, 200, 30, 400, 40, 600]);
    expect(decoded.basisFactors).toMatchObject({ basis, coefficients });
  });

  it("sums differences past 16 bits", () => {
    expect([...sumDeltas(Uint16Array.of(0, 65535, 65535, 1))]).toEqual([0, 65535, 131070, 131071]);
  });

  it("keeps sums that are no index as they are, so that they are refused", () => {
    // In 32 bits the first would be 5, the second fits again.
    expect([...sumDeltas(Float64Array.of(2 ** 32 + 5, -(2 ** 32) + 1))]).toEqual([2 ** 32 + 5, 6]);
    expect([...sumDeltas(Float32Array.of(0.5, 0.5))]).toEqual([0.5, 1]);
  });
});
