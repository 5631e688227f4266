import { describe, expect, it } from "vitest";
import { splitSyncWords, thresholdLines } from "./sync-words.js";

describe("splitSyncWords", () => {
  it("gives bit 0 first, of words below zero too", () => {
    const lines = splitSyncWords(Int16Array.of(1, 256, -32768, -1));
    const set = Array.from({ length: 4 }, (_, word) =>
      [...lines.subarray(word * 16, word * 16 + 16)].flatMap((bit, i) => (bit ? i : [])),
    );
    expect(set).toEqual([[0], [8], [15], Array.from({ length: 16 }, (_, i) => i)]);
  });
});

describe("thresholdLines", () => {
  it("counts from each line's own floor, the tenth percentile", () => {
    // of 0 to 10 the tenth percentile is 1: values from 2.2 on are 1.2 above it
    const line = Array.from({ length: 11 }, (_, i) => i);
    const shifted = line.map((value) => value + 50);
    const volts = Float32Array.from(line.flatMap((value, i) => [value, shifted[i] ?? 0]));
    const states = thresholdLines(volts, 2);
    expect([...states]).toEqual(line.flatMap((value) => (value >= 3 ? [1, 1] : [0, 0])));
  });

  it("has a floor between two values where the percentile is", () => {
    // of 0 and 10 the tenth percentile is 1: 10 is 9 above it
    expect([...thresholdLines(Float32Array.of(0, 10), 1, { threshold: 9 })]).toEqual([0, 1]);
    expect([...thresholdLines(Float32Array.of(0, 10), 1, { threshold: 9.01 })]).toEqual([0, 0]);
  });
});
