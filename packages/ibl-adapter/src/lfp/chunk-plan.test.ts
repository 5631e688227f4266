import { describe, expect, it } from "vitest";
import { checkHeader, impliedLeftOverlap } from "./check-header.js";
import { chunkCount } from "./chunk-layout.js";
import { planChunks } from "./chunk-plan.js";

const layout = { sampleCount: 5000, chunkLength: 2048, overlap: 128 };
const place = { url: "memory:/a.h5", recording: "recording r", path: "/r/00" };

describe("planChunks", () => {
  it("names the chunks touched, and the part of each", () => {
    expect(planChunks(layout, [2000, 4100])).toEqual([
      { index: 0, within: [2000, 2048], row: 0 },
      { index: 1, within: [0, 2048], row: 48 },
      { index: 2, within: [0, 4], row: 2096 },
    ]);
  });

  it("touches nothing for an empty range, and one chunk up to its border", () => {
    expect(planChunks(layout, [2048, 2048])).toEqual([]);
    expect(planChunks(layout, [0, 2048])).toEqual([{ index: 0, within: [0, 2048], row: 0 }]);
    expect(planChunks(layout, [2048, 2049])).toEqual([{ index: 1, within: [0, 1], row: 0 }]);
  });

  it("counts a last chunk that is not full", () => {
    expect(chunkCount(layout)).toBe(3);
    expect(chunkCount({ ...layout, sampleCount: 4096 })).toBe(2);
  });
});

describe("checkHeader", () => {
  /** The encoder's windows: first, inner and last chunk of three. */
  const headers = [
    { rank: 3, columns: 2368, sampleCount: 2048, extendedCount: 2176, leftOverlap: 0, alpha: 7 },
    { rank: 3, columns: 2496, sampleCount: 2048, extendedCount: 2304, leftOverlap: 128, alpha: 7 },
    { rank: 3, columns: 1032, sampleCount: 904, extendedCount: 1032, leftOverlap: 128, alpha: 0 },
  ] as const;

  it("accepts what the encoder writes", () => {
    for (const [index, header] of headers.entries())
      expect(() => checkHeader(header, layout, 384, index, place)).not.toThrow();
    expect(headers.map((_, index) => impliedLeftOverlap(layout, index))).toEqual([0, 128, 128]);
  });

  it.each([
    [{ rank: 0 }, "rank"],
    [{ sampleCount: -2048 }, "ns_original must be positive"],
    [{ sampleCount: 2000 }, "ns_original 2000, expected 2048"],
    [{ sampleCount: 2400 }, "does not fit"],
    [{ leftOverlap: -1 }, "must not be negative"],
    [{ leftOverlap: 100 }, "left_overlap 100, expected 128"],
    [{ columns: 2464 }, "2464 coefficient columns, expected 2496 for 2304 samples"],
    [{ rank: 385 }, "rank 385, but a matrix of 384 channels has 384 at most"],
    [{ extendedCount: 5001, columns: 5248 }, "ns_extended 5001, the recording has 5000"],
    [{ alpha: 0 }, "expected 2304 for 2304 time-domain samples"],
    [{ extendedCount: 2303, columns: 2496 }, "ns_extended 2303, expected 2304"],
  ])("refuses %o", (change, says) => {
    expect(() => checkHeader({ ...headers[1], ...change }, layout, 384, 1, place)).toThrow(says);
  });
});
