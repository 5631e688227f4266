import { type ProbeInsertion, ref } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { toInvalidIntervals } from "./invalid-intervals.js";

const PROBES = [
  ["760640083", "probeA"],
  ["760640087", "probeB"],
].map(
  ([id = "", label = ""]): ProbeInsertion => ({
    ref: ref("allen", "probe", id),
    session: ref("allen", "session", "754829445"),
    label,
    channelCount: null,
    unitCount: null,
    hasLfp: null,
    hasWaveforms: null,
    model: null,
  }),
);

function read(...rows: readonly (readonly [start: number, stop: number, ...tags: string[]])[]) {
  const table = {
    rowCount: rows.length,
    startTimes: Float64Array.from(rows, ([start]) => start),
    stopTimes: Float64Array.from(rows, ([, stop]) => stop),
    tags: rows.map(([, , ...tags]) => tags),
    notices: [],
  };
  return toInvalidIntervals(table, PROBES, "memory://session.nwb#/intervals/invalid_times");
}

const probesOf = ({ intervals }: ReturnType<typeof read>) => intervals.map(({ probe }) => probe?.id ?? null);

describe("toInvalidIntervals", () => {
  it("concern the probe that the label names, else the session", () => {
    const found = read(
      [1, 2, "EcephysProbe", "760640087", "probeB"],
      [2, 3, "EcephysSession", "754829445", "all_probes"],
      [3, 4, "EcephysSession", "754829445", "stimulus"],
      [4, 5, "EcephysProbe", "760640083", "an unknown label"],
      [5, 6, "Other", "1", "an unknown label"],
    );
    expect(probesOf(found)).toEqual(["760640087", null, null, "760640083", null]);
    expect(found.intervals[0]).toMatchObject({
      start: 1,
      stop: 2,
      kind: "invalidTag",
      tags: ["EcephysProbe", "760640087", "probeB"],
    });
    expect(found.notices).toEqual([]);
  });

  it("leave out those of light pulses, and count them", () => {
    const found = read([9, 10, "EcephysSession", "754829445", "optotagging"], [1, 2, "EcephysProbe", "1", "probeA"]);
    expect(probesOf(found)).toEqual(["760640083"]);
    expect(found.notices).toMatchObject([{ code: "optotagging-spans-left-out", count: 1 }]);
  });

  it("come in time order, without those that last no time", () => {
    const label = ["EcephysProbe", "760640083", "probeA"];
    const found = read([7, 8, ...label], [5, 5, ...label], [1, 3, ...label], [Number.NaN, 3, ...label]);
    expect(found.intervals.map(({ start }) => start)).toEqual([1, 7]);
    expect(found.notices).toMatchObject([{ code: "invalid-span-empty", count: 2 }]);
  });
});
