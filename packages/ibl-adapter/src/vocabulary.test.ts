import { describe, expect, it } from "vitest";
import {
  channelRef,
  isGood,
  probeRef,
  rowOfRef,
  toCcfPoint,
  toChannelQuality,
  toChoice,
  toLocation,
  toParadigm,
  toStimulusSide,
  unitRef,
} from "./vocabulary.js";

describe("positions", () => {
  it("shifts and flips micrometres from bregma, without rounding", () => {
    expect(toCcfPoint(0, 0, 0)).toEqual({ ap: 5400, dv: 332, ml: 5739 });
    // iblatlas: (0.001, 0.002, -0.003) m -> ML 6739, AP 3400, DV 3332
    expect(toCcfPoint(1000, 2000, -3000)).toEqual({ ml: 6739, ap: 3400, dv: 3332 });
    expect(toCcfPoint(Number.NaN, 0, 0)).toBeNull();
  });

  it("tells void and root, no histology and unknown ids apart", () => {
    expect(toLocation(0, null)).toMatchObject({ region: null, regionAbsent: "outsideBrain" });
    expect(toLocation(997, null)).toMatchObject({ region: null, regionAbsent: "outsideBrain" });
    expect(toLocation(null, null)).toMatchObject({ region: null, regionAbsent: "notRegistered" });
    expect(toLocation(123456789, null)).toMatchObject({ region: null, regionAbsent: "unknown" });
  });

  it("takes the side from the ML coordinate, never from the sign of an id", () => {
    const right = toCcfPoint(1200, 0, 0);
    expect(toLocation(-385, right)).toEqual({
      region: { acronym: "VISp", id: 385, granularity: "area" },
      regionAbsent: null,
      ccf: right,
      hemisphere: "right",
    });
    expect(toLocation(385, toCcfPoint(-1200, 0, 0)).hemisphere).toBe("left");
    expect(toLocation(385, toCcfPoint(0, 0, 0)).hemisphere).toBeNull();
  });
});

describe("trials", () => {
  it.each([
    [0.25, Number.NaN, 0.25, "left"],
    [Number.NaN, 1, 1, "right"],
    [0, Number.NaN, 0, "left"],
    [Number.NaN, 0, 0, "right"],
    [0, 0.5, 0.5, "right"],
    [0.5, 0, 0.5, "left"],
    [0, 0, 0, null],
    [0.5, 1, null, null],
    [Number.NaN, Number.NaN, null, null],
  ])("contrast left %f, right %f", (left, right, contrast, side) => {
    expect(toStimulusSide(left, right)).toEqual({ contrast, side });
  });

  it("maps a choice to the side that it answers", () => {
    expect([1, -1, 0, Number.NaN].map(toChoice)).toEqual(["left", "right", null, null]);
  });
});

it("judges a label with a tolerance, and no label not at all", () => {
  expect([1, 1 - 1e-9, Math.fround(2 / 3), 0, null].map(isGood)).toEqual([true, true, false, false, null]);
});

it("maps channel labels and task protocols", () => {
  expect([0, 1, 2, 3, 4, Number.NaN].map(toChannelQuality)).toEqual(["good", "dead", "noisy", "outside", null, null]);
  expect(toParadigm("_iblrig_tasks_ephysChoiceWorld6.4.2")).toBe("task.decision");
  expect(toParadigm("_iblrig_calibration")).toBeNull();
});

it("reads the row of a reference back, and refuses another probe's", () => {
  const [probe, other] = [probeRef("p/probe00"), probeRef("p/probe0")];
  expect(rowOfRef(unitRef(probe, 12), probe)).toBe(12);
  expect(rowOfRef(channelRef(probe, 0), probe)).toBe(0);
  expect(rowOfRef(unitRef(probe, 12), other)).toBeNull();
  expect(rowOfRef({ dataset: "ibl", kind: "unit", id: "p/probe00/1.5" }, probe)).toBeNull();
});
