import { describe, expect, it } from "vitest";
import { ndArray } from "../nd-array.js";
import type { InvalidInterval } from "./interval.js";
import type { LfpBlock } from "./lfp.js";
import { maskInvalid } from "./lfp-mask.js";

/** Samples 10 to 15 at 1 to 6 s, two channels. */
const BLOCK: LfpBlock = {
  samples: [10, 16],
  times: Float64Array.of(1, 2, 3, 4, 5, 6),
  data: ndArray(
    Float32Array.from({ length: 12 }, (_, i) => i),
    [6, 2],
    "V",
  ),
  channels: [0, 1],
};

const span = (start: number, stop: number, kind: InvalidInterval["kind"] = "invalidTag"): InvalidInterval => {
  return { start, stop, kind, probe: null, tags: [] };
};

/** Sample numbers that are NaN in every channel; fails when a sample is NaN in one alone. */
function maskedSamples(block: LfpBlock): number[] {
  const [count = 0] = block.data.shape;
  return Array.from({ length: count }, (_, i) => i).filter((i) => {
    const nans = [0, 1].filter((channel) => Number.isNaN(block.data.data[2 * i + channel]));
    expect([0, 2]).toContain(nans.length);
    return nans.length === 2;
  });
}

describe("maskInvalid", () => {
  it("has the start of a span and not its end, or both on request", () => {
    expect(maskedSamples(maskInvalid(BLOCK, [span(2, 4)]))).toEqual([1, 2]);
    expect(maskedSamples(maskInvalid(BLOCK, [span(2, 4)], { ends: "inclusive" }))).toEqual([1, 2, 3]);
  });

  it("counts a sample once that lies in two spans, and changes nothing of the block given", () => {
    const { maskedCount, data } = maskInvalid(BLOCK, [span(5, 99), span(-9, 1.5), span(4.5, 6)]);
    expect(maskedCount).toBe(3);
    expect(data.shape).toEqual([6, 2]);
    expect(maskedSamples(BLOCK)).toEqual([]);
  });

  it("takes no sample for the end of a gap", () => {
    expect(maskInvalid(BLOCK, [span(2.1, 4, "gap")], { ends: "inclusive" }).maskedCount).toBe(0);
  });

  it("masks what the block itself reports, by sample number", () => {
    const block: LfpBlock = {
      ...BLOCK,
      invalid: [
        { samples: [8, 11], kind: "silent" },
        { samples: [15, 20], kind: "unknown" },
      ],
    };
    expect(maskedSamples(maskInvalid(block, []))).toEqual([0, 5]);
  });
});
