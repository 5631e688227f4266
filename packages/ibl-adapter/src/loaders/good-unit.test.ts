import { describe, expect, it } from "vitest";
import { compareLabels, labelUnits } from "./good-unit.js";

/** Values and answers of `brainbox.metrics.single_units.compute_labels` (golden file `metrics.json`, `compute_labels`). */
const METRICS = {
  max_confidence: [95, 90, 89.999, null, 95, 95, 10, null],
  noise_cutoff: [1, 4.999, 1, 1, 5, null, 20, null],
  amp_median: [6e-5, 5.0001e-5, 6e-5, 6e-5, 6e-5, 5e-5, 1e-5, null],
};
const LABELS = [1, 1, 2 / 3, 2 / 3, 2 / 3, 1 / 3, 0, 0];

describe("labelUnits", () => {
  it("is the share of the criteria that pass, and the bits of those that fail", () => {
    const found = labelUnits(new Map(Object.entries(METRICS)));
    expect([...found.label]).toEqual(LABELS);
    expect([...found.bitwiseFail]).toEqual([0, 0, 1, 1, 2, 6, 7, 7]);
  });

  it("judges early tables by slidingRP_viol, and says which metrics are missing", () => {
    const early = new Map<string, readonly unknown[]>([
      ["slidingRP_viol", [1, 0]],
      ["amp_median", [6e-5, 6e-5]],
    ]);
    const found = labelUnits(early);
    expect([...found.bitwiseFail]).toEqual([2, 3]);
    expect(found.missing).toEqual(["noise_cutoff"]);
  });
});

describe("compareLabels", () => {
  it("names the rows whose stored label is another, thirds in single precision allowed", () => {
    const label = Float32Array.from(LABELS);
    label[1] = 2 / 3;
    label[7] = Number.NaN;
    const metrics = new Map<string, readonly unknown[] | Float32Array>(Object.entries(METRICS));
    expect(compareLabels(metrics.set("label", label))).toEqual([
      { row: 1, stored: Math.fround(2 / 3), recomputed: 1 },
      { row: 7, stored: null, recomputed: 0 },
    ]);
  });

  it("is undefined where no label is stored", () => {
    expect(compareLabels(new Map(Object.entries(METRICS)))).toBeUndefined();
  });
});
