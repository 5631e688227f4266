import { readFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "@crossprobe/core";
import { parseNpy } from "@crossprobe/formats/npy";
import { computeUnitMetrics, loadSpikeSorting, mergeClusters, openSession } from "@crossprobe/ibl-adapter/loaders";
import { describe, expect, it } from "vitest";
import { ALF, cache, type ExpectedArray, expectArray, expected } from "./ibl-expected.js";
import { SHARED } from "./shared.js";

type Columns = Record<string, ExpectedArray>;
const column = (name: string): Float64Array => {
  const path = join(ALF, "metrics", `spikes.${name}.npy`);
  return Float64Array.from(parseNpy(readFileSync(path), path).data as Float64Array);
};

/** What ought to be zero is a rest of rounding: a deviation of equal amplitudes, one less a probability of one in percent. */
const leastOf = (name: string): number => (name === "amp_std_dB" || name === "max_confidence" ? 1 : 0);

describe.skipIf(!SHARED)("unit metrics as brainbox computes them (needs ../shared/golden)", () => {
  it("computes every metric of 15 units, and their labels", () => {
    const spikes = table(["times", "clusters", "amps", "depths"].map((name) => [name, column(name)] as const));
    const wanted = expected<{ quick_unit_metrics: Record<string, { returns: { columns: Columns } }> }>("metrics")
      .quick_unit_metrics["all clusters 0..14"]?.returns.columns;
    const metrics = computeUnitMetrics(spikes, 15);
    expect([...metrics.columns.keys()].sort()).toEqual(Object.keys(wanted ?? {}).sort());
    for (const [name, goal] of Object.entries(wanted ?? {})) {
      expectArray({ data: metrics.columns.get(name) as ArrayLike<unknown> }, goal, name, 1e-9, leastOf(name));
    }
  });

  it("merges clusters with metrics computed from their spikes", async () => {
    const calls = expected<{ calls: { session: string; pname: string; merged: { returns: { values: Columns } } }[] }>(
      "spike_sorting",
    ).calls;
    for (const id of [6, 7, 13, 16, 17]) {
      const one = calls[id];
      const sorting = await loadSpikeSorting(await openSession(cache(), one?.session ?? ""), one?.pname ?? "");
      const metrics = computeUnitMetrics(sorting.spikes, sorting.clusters.rowCount);
      const merged = mergeClusters({ ...sorting, metrics }).table;
      // Amplitudes in single precision are put into decibels and bins in single precision there.
      const isSingle = sorting.spikes.columns.get("amps") instanceof Float32Array;
      for (const name of metrics.columns.keys()) {
        const goal = one?.merged.returns.values[name] as ExpectedArray;
        const tolerance = isSingle && /^(amp_median|amp_std_dB|missed_spikes_est)$/.test(name) ? 2e-6 : 1e-9;
        expectArray(
          { data: merged.columns.get(name) as ArrayLike<unknown> },
          goal,
          `${id} ${name}`,
          tolerance,
          leastOf(name),
        );
      }
    }
  });
});
