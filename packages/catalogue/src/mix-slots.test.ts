import { describe, expect, it } from "vitest";
import { slotMixer } from "./mix-slots.js";

describe("slots of several columns as one value", () => {
  it.each([
    ["one column", [721_000]],
    ["a small and a large one", [3, 721_000]],
    ["more combinations than whole numbers", [13, 721_000, 1328, 721_000]],
    ["many columns", [400, 400, 400, 400, 400, 400, 400]],
  ])("%s: neighbours and ends differ", (_, counts) => {
    const mix = slotMixer(counts);
    const combinations = counts.flatMap((count, i) =>
      [0, 1, 2, count - 2, count - 1].map((slot) => counts.map((most, k) => (k === i ? slot : most - 1))),
    );
    const texts = new Set(combinations.map((slots) => slots.join(" ")));
    expect(new Set(combinations.map(mix)).size).toBe(texts.size);
  });

  it("every combination of a few differs, and no column is one", () => {
    const mix = slotMixer([3, 1, 4]);
    const all = [0, 1, 2].flatMap((a) => [0, 1, 2, 3].map((b) => mix([a, 0, b])));
    expect(new Set(all).size).toBe(12);
    expect(slotMixer([])([])).toBe(slotMixer([])([]));
  });
});
