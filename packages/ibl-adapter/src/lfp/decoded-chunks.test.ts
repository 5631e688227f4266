import { expect, it } from "vitest";
import type { DecodedChunk } from "./decode-chunk.js";
import { DecodedChunks } from "./decoded-chunks.js";

/** A chunk of a given number of bytes. */
function chunkOf(bytes: number): DecodedChunk {
  const audit = { nonFiniteValues: 0, isCodecDropout: false, zeroRuns: [] };
  const [channelFactors, timeCourses] = [new Float64Array(1), new Float64Array(bytes / 8 - 1)];
  return { channelCount: 1, sampleCount: 1, rank: 1, channelFactors, timeCourses, audit };
}

it("drops what was used longest ago when the budget is passed", () => {
  const chunks = new DecodedChunks(300);
  for (const index of [0, 1, 2]) chunks.add(index, chunkOf(96));
  expect(chunks.get(0)).toBeDefined();
  chunks.add(3, chunkOf(96));
  expect([0, 1, 2, 3].map((index) => chunks.get(index) !== undefined)).toEqual([true, false, true, true]);
});

it("frees what it drops, so that it fills up again and again", () => {
  const chunks = new DecodedChunks(300);
  for (let index = 0; index < 50; index++) chunks.add(index, chunkOf(96));
  expect([46, 47, 48, 49].map((index) => chunks.get(index) !== undefined)).toEqual([false, true, true, true]);
});

it("does not keep a chunk above the budget, nor anything after a clear", () => {
  const chunks = new DecodedChunks(300);
  chunks.add(0, chunkOf(96));
  chunks.add(1, chunkOf(400));
  expect([chunks.get(0) !== undefined, chunks.get(1)]).toEqual([true, undefined]);
  chunks.clear();
  expect(chunks.get(0)).toBeUndefined();
});

it("counts a basis that chunks share once, until the last of them is dropped", () => {
  const chunks = new DecodedChunks(300);
  const basis = new Float64Array(10); // 80 bytes
  const withBasis = (): DecodedChunk => ({
    ...chunkOf(64),
    basisFactors: { basis, coefficients: new Float64Array(1) },
  });
  for (const index of [0, 1, 2]) chunks.add(index, withBasis());
  expect(chunks.bytes).toBe(3 * 72 + 80);
  for (const index of [3, 4]) chunks.add(index, chunkOf(96));
  // Two with the basis had to go for the first of them, the last one for the second.
  expect([0, 1, 2].map((index) => chunks.get(index) !== undefined)).toEqual([false, false, false]);
  expect(chunks.bytes).toBe(2 * 96);
  chunks.clear();
  expect(chunks.bytes).toBe(0);
});
