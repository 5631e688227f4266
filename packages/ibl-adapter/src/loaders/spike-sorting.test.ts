import { table } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { mergeClusters, type SpikeSorting } from "./spike-sorting.js";

const sorting = (metrics: Record<string, number[]>): SpikeSorting => ({
  ...{ collection: "alf/probe00/pykilosort", spikes: table([]), histology: null, provenance: [], notices: [] },
  clusters: table([["channels", Int32Array.of(1, 0, 7)]]),
  channels: table([["axial_um", Float64Array.of(20, 40)]]),
  metrics: table(Object.entries(metrics).map(([name, values]) => [name, Float64Array.from(values)])),
});
const GOOD = { max_confidence: 95, noise_cutoff: 1, amp_median: 1e-4 };
const rowsOfGood = (count: number) =>
  Object.fromEntries(Object.entries(GOOD).map(([name, value]) => [name, new Array<number>(count).fill(value)]));

describe("mergeClusters", () => {
  it("joins metrics by the id of the cluster, and names those of no cluster", () => {
    const metrics = { cluster_id: [2, 0, 3, -1, 0.5, Number.NaN], label: [1, 0, 0, 0, 0, 0], ...rowsOfGood(6) };
    const merged = mergeClusters(sorting(metrics));
    expect(merged.table.columns.get("label")).toEqual(Float64Array.of(0, Number.NaN, 1));
    expect(merged.table.columns.get("cluster_id")).toEqual(Float64Array.of(0, 1, 2));
    expect(merged.withoutMetrics).toEqual([1]);
    expect(merged.metricsOfNoCluster).toEqual([3, -1, 0.5, Number.NaN]);
    // The stored labels of all but row 0 are wrong, but only row 1 is a cluster's.
    expect(merged.labelDifferences).toEqual([{ cluster: 0, stored: 0, recomputed: 1 }]);
  });

  it("gives no place where the channel table has not the cluster's channel", () => {
    const { table: merged } = mergeClusters(sorting({ cluster_id: [0, 1, 2], ...rowsOfGood(3) }));
    expect(merged.columns.get("axial_um")).toEqual(Float64Array.of(40, 20, Number.NaN));
  });

  it("names the criteria that the metrics do not have", () => {
    const { table: merged, missingCriteria } = mergeClusters(
      sorting({ cluster_id: [0, 1, 2], noise_cutoff: [1, 1, 9] }),
    );
    expect(missingCriteria).toEqual(["max_confidence", "amp_median"]);
    expect(merged.columns.get("recomputedLabel")).toEqual(Float64Array.of(1 / 3, 1 / 3, 0));
    expect(mergeClusters(sorting({ cluster_id: [0, 1, 2], ...rowsOfGood(3) })).missingCriteria).toEqual([]);
  });

  it("refuses a cluster that is named twice, and other lengths without ids", () => {
    expect(() => mergeClusters(sorting({ cluster_id: [1, 1] }))).toThrow(/names cluster 1 twice/);
    expect(() => mergeClusters(sorting({ label: [1, 1] }))).toThrow(/2 rows for 3 clusters/);
  });
});
