import { describe, expect, it } from "vitest";
import { toBinDomain } from "./bin-domain.js";
import { toConditionStatistics } from "./condition-statistics.js";
import { countSpikes } from "./spike-counts.js";
import { toSpikeRows } from "./spike-rows.js";
import { lowerBound, upperBound } from "./spike-search.js";

const train = (unitId: number, ...times: number[]) => ({ unitId, times: Float64Array.from(times) });

describe("searches", () => {
  it("find the same place from any hint", () => {
    const values = Float64Array.of(1, 2, 2, 2, 5, 8, 9, 9, 12);
    for (const value of [0, 1, 2, 3, 5, 9, 12, 13]) {
      const lower = values.findIndex((other) => other >= value);
      const upper = values.findIndex((other) => other > value);
      for (let hint = 0; hint <= values.length; hint++) {
        expect(lowerBound(values, value, hint)).toBe(lower < 0 ? values.length : lower);
        expect(upperBound(values, value, hint)).toBe(upper < 0 ? values.length : upper);
      }
    }
    expect(lowerBound(new Float64Array(0), 3)).toBe(0);
  });
});

describe("countSpikes", () => {
  it("puts a spike on an edge into the bin that it starts, or into both when bins are closed", () => {
    const spikes = [Float64Array.of(0, 1, 1.5, 2)];
    const domain = toBinDomain([0], [0, 1, 2]);
    expect(Array.from(countSpikes(spikes, domain).data)).toEqual([1, 2]);
    expect(Array.from(countSpikes(spikes, domain, "allensdk").data)).toEqual([2, 3]);
    expect(Array.from(countSpikes(spikes, toBinDomain([0], [1, 1, 2])).data)).toEqual([0, 2]);
  });

  it("counts beyond 16 bits instead of wrapping", () => {
    const many = [new Float64Array(70_000).fill(0.5), Float64Array.of(0.5)];
    for (const edges of [
      [0, 1],
      [0, 0.5, 1],
    ]) {
      for (const mode of ["halfOpen", "allensdk"] as const) {
        const { data } = countSpikes(many, toBinDomain([0], edges), mode);
        expect(data).toBeInstanceOf(Uint32Array);
        expect(Array.from(data.slice(-2))).toEqual([70_000, 1]);
      }
    }
  });

  it("fills every tile of many windows", () => {
    const onsets = Float64Array.from({ length: 3000 }, (_, i) => i);
    const trains = Array.from({ length: 90 }, (_, unit) => onsets.map((onset) => onset + unit / 100));
    const { data, shape } = countSpikes(trains, toBinDomain(onsets, [0, 0.25, 0.5]));
    expect(shape).toEqual([3000, 2, 90]);
    const at = (window: number, bin: number, unit: number) => data[(window * 2 + bin) * 90 + unit];
    expect([at(0, 0, 24), at(0, 1, 24), at(2999, 0, 25), at(2999, 1, 25), at(1500, 1, 60)]).toEqual([1, 0, 0, 1, 0]);
    expect(Array.from(data).reduce((sum, count) => sum + count, 0)).toBe(3000 * 50);
  });
});

describe("toSpikeRows", () => {
  const windows = { ids: [7, 8], startTimes: [1, 2], stopTimes: [2, 3] };

  it("gives a spike at the shared instant to the later presentation, or to the earlier as AllenSDK does", () => {
    const { columns } = toSpikeRows([train(1, 0.5, 1, 2, 3)], windows);
    expect([columns.get("spike_time"), columns.get("stimulus_presentation_id")]).toEqual([
      Float64Array.of(1, 2),
      Float64Array.of(7, 8),
    ]);
    const other = toSpikeRows([train(1, 0.5, 1, 2, 3)], windows, "allensdk").columns;
    expect([other.get("spike_time"), other.get("stimulus_presentation_id")]).toEqual([
      Float64Array.of(2, 3),
      Float64Array.of(7, 8),
    ]);
  });

  it("orders spikes of all units by time", () => {
    const { columns } = toSpikeRows([train(1, 1.2, 2.9), train(2, 1.1, 2.5)], windows);
    expect(columns.get("unit_id")).toEqual(Float64Array.of(2, 1, 2, 1));
    expect(columns.get("time_since_stimulus_presentation_onset")?.[3]).toBeCloseTo(0.9, 12);
  });
});

describe("toConditionStatistics", () => {
  const windows = {
    ids: [0, 1, 2, 3],
    startTimes: [0, 1, 2, 3],
    stopTimes: [1, 2, 3, 5],
    conditions: [4, 4, 9, Number.NaN],
  };

  it("gives sums, means, deviations of the sample and errors, without invalid presentations", () => {
    const { columns } = toConditionStatistics([train(5, 0.1, 0.2, 1.5, 3.5)], windows);
    expect([columns.get("stimulus_condition_id"), columns.get("spike_count")]).toEqual([
      Float64Array.of(4, 9),
      Float64Array.of(3, 0),
    ]);
    expect(columns.get("spike_mean")).toEqual(Float64Array.of(1.5, 0));
    expect(columns.get("spike_std")?.[0]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(columns.get("spike_sem")?.[0]).toBeCloseTo(0.5, 12);
    expect(columns.get("spike_std")?.[1]).toBeNaN();
  });

  it("divides by the seconds of each presentation, and counts a unit named twice once", () => {
    const long = { ids: [0], startTimes: [0], stopTimes: [4], conditions: [0] };
    const { columns, rowCount } = toConditionStatistics([train(5, 1, 2), train(5, 1, 2)], long, { asRates: true });
    expect([rowCount, columns.get("spike_mean"), columns.has("spike_count")]).toEqual([1, Float64Array.of(0.5), false]);
  });

  it("leaves silent units out where none were named", () => {
    expect(toConditionStatistics([train(5), train(6, 0.5)], windows, { withoutSilent: true }).rowCount).toBe(2);
  });
});
