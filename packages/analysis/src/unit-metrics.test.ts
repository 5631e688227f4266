import { type MetricDefinition, ref, type SpikeTable, type UnitTable } from "@crossprobe/core";
import { UNIT_RECIPES, type UnitRecipe } from "@crossprobe/core/unit-metrics";
import { describe, expect, it } from "vitest";
import { assertComparable, compareMetrics, definitionOf } from "./metric-comparability.js";
import { type MetricsHub, metricsOfUnit, nativeMetric, recomputeMetrics } from "./unit-metrics.js";

const PROBE = ref("lab", "probe", "p");
const UNITS = ["a", "b", "c"].map((id) => ref("lab", "unit", id));

function definition(id: string, recipe: UnitRecipe | null, more: Partial<MetricDefinition> = {}): MetricDefinition {
  const told = { title: id, formula: `Formula of ${id}.`, unit: null, range: [null, null], source: "here" } as const;
  return {
    id,
    name: id.slice(id.indexOf(".") + 1),
    ...told,
    direction: "none",
    pitfalls: [],
    cousins: [],
    recipe,
    ...more,
  };
}

const RATE = definition("lab.firing_rate", "firing-rate-over-probe-span");
const PRESENCE = definition("other.presence_ratio", "presence-in-99-bins");
const CUTOFF = definition("other.amplitude_cutoff", "amplitude-cutoff-500-bins", {
  cousins: [{ id: "lab.noise_cutoff", reason: "that counts standard deviations" }],
});
const NOISE = definition("lab.noise_cutoff", "noise-cutoff-99-bins");
const SNR = definition("lab.snr", null);

function hubOf(amplitudesV: SpikeTable["amplitudesV"], seen: { signal?: AbortSignal | undefined } = {}): MetricsHub {
  const plugin = (metrics: readonly MetricDefinition[]) => ({ metrics }) as ReturnType<MetricsHub["datasets"]>[number];
  return {
    datasets: () => [plugin([RATE, NOISE, SNR]), plugin([PRESENCE, CUTOFF])],
    spikes: async (probe, options) => {
      seen.signal = options?.signal;
      const times = Float64Array.from([...Array(100).keys()].map((i) => i + 0.5).concat([2, 3]));
      return {
        ...{ probe, units: options?.units ?? UNITS, times, offsets: Uint32Array.of(0, 100, 102, 102), amplitudesV },
        ...{ observed: [null, null, null], coverage: { first: 0, last: 200 }, provenance: [], notices: [] },
      };
    },
  };
}

describe("recomputeMetrics", () => {
  it("computes what spikes suffice for, by the definitions of every dataset, and says over which time", async () => {
    const found = await recomputeMetrics(hubOf(null), PROBE);
    expect([...found.columns.keys()]).toEqual([RATE.id, NOISE.id, PRESENCE.id, CUTOFF.id]);
    expect(found.columns.get(RATE.id)?.values).toEqual([0.5, 0.01, 0]);
    // Bins last 200/99 s: 100 spikes a second apart fill 50 of them, spikes at 2 s and 3 s the first and the second.
    expect(found.columns.get(PRESENCE.id)?.values).toEqual([0.5, 0.02, 0]);
    expect(found.columns.get(CUTOFF.id)?.absent).toEqual(["no-amplitudes", "no-amplitudes", "no-spikes"]);
    expect([found.origin, found.timeBase]).toEqual(["recomputed", { kind: "probe-spikes", first: 0, last: 200 }]);
    expect(metricsOfUnit(found, 1)).toEqual({
      [RATE.id]: 0.01,
      [NOISE.id]: null,
      [PRESENCE.id]: 0.02,
      [CUTOFF.id]: null,
    });
  });

  it("takes amplitudes in single precision, unit by unit", async () => {
    const amplitudes = Float32Array.from({ length: 102 }, (_, i) => (i < 100 ? 5e-5 : 7e-5));
    const { columns } = await recomputeMetrics(hubOf(amplitudes), PROBE, { definitions: [CUTOFF] });
    expect(columns.get(CUTOFF.id)?.values).toEqual([0, 0, null]);
    const largest = definition("lab.amp_max", "amplitude-maximum");
    const found = await recomputeMetrics(hubOf(amplitudes), PROBE, { definitions: [largest] });
    expect(found.columns.get(largest.id)?.values).toEqual([Math.fround(5e-5), Math.fround(7e-5), null]);
  });

  it("refuses what spikes do not suffice for", async () => {
    await expect(recomputeMetrics(hubOf(null), PROBE, { definitions: [SNR] })).rejects.toMatchObject({ code: "query" });
  });

  it("hands the signal to the read, and stops with its reason", async () => {
    const [controller, seen] = [new AbortController(), {}];
    const { signal } = controller;
    await recomputeMetrics(hubOf(null, seen), PROBE, { signal });
    expect(seen).toEqual({ signal });
    controller.abort("enough");
    await expect(recomputeMetrics(hubOf(null), PROBE, { signal })).rejects.toBe("enough");
  });

  it("knows every recipe", async () => {
    const definitions = UNIT_RECIPES.map((recipe, i) => definition(`lab.m${i}`, recipe));
    const { columns } = await recomputeMetrics(hubOf(new Float64Array(102).fill(6e-5)), PROBE, { definitions });
    expect(columns.size).toBe(UNIT_RECIPES.length);
  });
});

describe("comparing metrics", () => {
  const table = {
    probe: PROBE,
    rows: [{ metrics: { [RATE.id]: 0.4 } }, { metrics: { [RATE.id]: null } }, { metrics: {} }],
  } as unknown as UnitTable;

  it("refuses two definitions, naming both and why", () => {
    const why =
      /lab\.noise_cutoff and other\.amplitude_cutoff must not be compared: .*standard deviations.*Formula of lab/;
    expect(() => assertComparable(NOISE, CUTOFF)).toThrow(why);
    expect(() => assertComparable(CUTOFF, NOISE)).toThrow(/standard deviations/);
    expect(() => assertComparable(RATE, PRESENCE)).toThrow(/defined apart/);
    expect(() => assertComparable(RATE, { ...RATE })).not.toThrow();
  });

  it("marks what was stated and what was computed", async () => {
    const native = nativeMetric(table, RATE);
    expect([native.values, native.absent]).toEqual([
      [0.4, null, null],
      [null, "not-stated", "not-stated"],
    ]);
    const recomputed = (await recomputeMetrics(hubOf(null), PROBE, { definitions: [RATE] })).columns.get(RATE.id);
    if (recomputed === undefined) expect.fail("no column");
    expect(compareMetrics(native, recomputed)).toMatchObject({
      origins: ["native", "recomputed"],
      caveat: /computed from/,
    });
    expect(compareMetrics(recomputed, recomputed).caveat).toBeNull();
    expect(compareMetrics(native, native).caveat).toMatch(/none was computed/);
  });

  it("refuses a metric that the units do not have, or that nobody defined", () => {
    expect(() => nativeMetric(table, PRESENCE)).toThrow(/have no other\.presence_ratio/);
    expect(() => definitionOf([RATE, PRESENCE], "lab.presence_ratio")).toThrow(
      expect.objectContaining({ code: "query", hint: "did you mean other.presence_ratio?" }),
    );
    expect(definitionOf([RATE, PRESENCE], RATE.id)).toBe(RATE);
  });
});
