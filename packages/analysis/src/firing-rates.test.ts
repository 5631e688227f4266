import { type Interval, ref, type SpikeTable } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { countSpikes, firingRate, unitRate } from "./firing-rates.js";

const TIMES = [1, 1, 2, 3.5, 4, 9];

function table(observed: readonly Interval[] | null, coverage: SpikeTable["coverage"]): SpikeTable {
  return {
    probe: ref("x", "probe", "p"),
    units: [ref("x", "unit", "u")],
    times: Float64Array.from(TIMES),
    offsets: Uint32Array.of(0, TIMES.length),
    amplitudesV: null,
    observed: [observed],
    coverage,
    provenance: [],
    notices: [],
  };
}

describe("firing rates", () => {
  it("count from the start on and before the stop", () => {
    expect(countSpikes(TIMES, { start: 1, stop: 4 })).toBe(4);
    expect(countSpikes(TIMES, { start: 4, stop: 100 })).toBe(2);
  });

  it("divide by the union, so that seconds said twice count once", () => {
    const rate = firingRate(TIMES, [
      { start: 0, stop: 3 },
      { start: 2, stop: 4 },
    ]);
    expect(rate).toBe(4 / 4);
  });

  it("are null over no time", () => {
    expect(firingRate(TIMES, [])).toBeNull();
    expect(firingRate(TIMES, [{ start: 3, stop: 3 }])).toBeNull();
  });

  it("use the given interval before the observed one before the probe's spikes, and say which", () => {
    const observed = [
      { start: 0, stop: 2 },
      { start: 3, stop: 5 },
    ];
    const coverage = { first: 0.5, last: 10.5 };
    expect(unitRate(table(observed, coverage), 0, { start: 0, stop: 8 })).toMatchObject({ rate: 5 / 8, kind: "given" });
    expect(unitRate(table(observed, coverage), 0)).toMatchObject({ rate: 4 / 4, kind: "observed" });
    expect(unitRate(table(null, coverage), 0)).toMatchObject({ rate: 6 / 10, kind: "spikeCoverage" });
    expect(unitRate(table(null, null), 0)).toMatchObject({ rate: null, kind: null });
  });

  it("count the probe's last spike, which ends the span", () => {
    expect(unitRate(table(null, { first: 1, last: 9 }), 0)).toMatchObject({ spikes: 6, seconds: 8 });
  });

  it("over a given interval of which nothing was recorded are null, not zero", () => {
    const coverage = { first: 1, last: 9 };
    const absent = { rate: null, kind: null };
    expect(unitRate(table(null, coverage), 0, { start: 20, stop: 30 })).toMatchObject(absent);
    expect(unitRate(table([{ start: 0, stop: 10 }], coverage), 0, { start: 10, stop: 30 })).toMatchObject(absent);
    expect(unitRate(table([{ start: 0, stop: 10 }], null), 0, { start: -5, stop: 0 })).toMatchObject(absent);
    expect(unitRate(table(null, coverage), 0, { start: 9, stop: 10 })).toMatchObject({ rate: 1, kind: "given" });
    expect(unitRate(table(null, coverage), 0, { start: 5, stop: 7 })).toMatchObject({ rate: 0, kind: "given" });
  });

  it("over a given interval divide by all of it, recorded or not", () => {
    expect(unitRate(table(null, { first: 1, last: 9 }), 0, { start: 0, stop: 3000 }).rate).toBe(6 / 3000);
  });
});
