import { describe, expect, it } from "vitest";
import { levelLengths, slotCount } from "./wavelet-packet.js";

/** Lengths of levels 1 to 5, from PyWavelets. */
const LENGTHS = [
  [2048, [1027, 517, 262, 134, 70], 2240],
  [2176, [1091, 549, 278, 142, 74], 2368],
  [2304, [1155, 581, 294, 150, 78], 2496],
  [1000, [503, 255, 131, 69, 38], 1216],
  [333, [170, 88, 47, 27, 17], 544],
  [129, [68, 37, 22, 14, 10], 320],
  [37, [22, 14, 10, 8, 7], 224],
  [8, [7, 7, 7, 7, 7], 224],
  [1, [4, 5, 6, 6, 6], 192],
] as const;

describe("levelLengths", () => {
  it.each(LENGTHS)("%i samples", (sampleCount, lengths, slots) => {
    expect(levelLengths(sampleCount)).toEqual([sampleCount, ...lengths]);
    expect(slotCount(sampleCount)).toBe(slots);
  });
});
