import { table } from "@crossprobe/core";
import type { TimeIntervals } from "@crossprobe/nwb";
import { describe, expect, it } from "vitest";
import { numbers, presentationTable, texts } from "../../test-support/presentation-table.js";
import { NoticeCounter } from "../notices.js";
import { toPresentationIntervals } from "./presentation-intervals.js";
import { joinPresentationTables } from "./stimulus-columns.js";
import { toConditions } from "./stimulus-conditions.js";
import { toEpochs } from "./stimulus-epochs.js";
import { parseParameter, toParameterValues } from "./stimulus-parameters.js";
import { toStimulusData } from "./stimulus-presentations.js";

const invalid = (...spans: readonly (readonly [number, number, string])[]): TimeIntervals =>
  ({
    rowCount: spans.length,
    startTimes: Float64Array.from(spans, ([start]) => start),
    stopTimes: Float64Array.from(spans, ([, stop]) => stop),
    tags: spans.map(([, , label]) => ["EcephysSession", "1", label]),
  }) as Partial<TimeIntervals> as TimeIntervals;

describe("joinPresentationTables", () => {
  it("sorts by start, keeps numbers numbers and texts texts, and makes absent what does not apply", () => {
    const joined = joinPresentationTables(
      [
        presentationTable("gabors", [4, 2], {
          contrast: numbers(1, 1),
          phase: texts("[0.5, 0.5]", "N/A"),
          mask: texts("circle", "None"),
        }),
        presentationTable("spontaneous", [0], { stimulus_name: texts("") }),
      ],
      new NoticeCounter(),
    );
    expect(joined.columns.get("start_time")).toEqual(Float64Array.of(0, 2, 4));
    expect(joined.columns.get("stimulus_name")).toEqual(["spontaneous", "gabors", "gabors"]);
    expect(joined.columns.get("contrast")).toEqual(Float64Array.of(Number.NaN, 1, 1));
    expect(joined.columns.get("phase")).toEqual([null, null, "[0.5, 0.5]"]);
    expect(joined.columns.get("mask")).toEqual([null, "None", "circle"]);
  });

  it("splits colours into flashes and triplets, and tells of texts that are neither", () => {
    const notices = new NoticeCounter();
    const color = texts("-1.0", "[1.0, 1.0, 1.0]", "blue");
    const { columns } = joinPresentationTables([presentationTable("flashes", [0, 1, 2], { color })], notices);
    expect(columns.get("color")).toEqual(Float64Array.of(-1, Number.NaN, Number.NaN));
    expect(columns.get("color_triplet")).toEqual([null, "[1.0, 1.0, 1.0]", null]);
    expect(notices.list()).toMatchObject([{ code: "parameter-unreadable", count: 1 }]);
  });

  it("makes one column of names that differ in case or age, unless both have a value", () => {
    const tables = [
      presentationTable("dot_motion", [0], { Speed: numbers(2), Ori: numbers(90) }),
      presentationTable("dot_motion", [1], { SPEED: numbers(4), orientation: numbers(45) }),
    ];
    const { columns } = joinPresentationTables(tables, new NoticeCounter());
    expect([columns.get("Speed"), columns.has("SPEED"), columns.has("Ori")]).toEqual([
      Float64Array.of(2, 4),
      false,
      false,
    ]);
    expect(columns.get("orientation")).toEqual(Float64Array.of(90, 45));
    const both = [presentationTable("dot_motion", [0], { Speed: numbers(2), SPEED: numbers(4) })];
    expect(joinPresentationTables(both, new NoticeCounter()).columns.get("SPEED")).toEqual(Float64Array.of(4));
  });
});

describe("conditions and masking", () => {
  const joined = joinPresentationTables(
    [
      presentationTable("gabors", [0, 1, 2, 3, 4], {
        stimulus_block: numbers(0, 0, 0, 1, 1),
        frame: numbers(5, 6, 5, 5, 7),
      }),
    ],
    new NoticeCounter(),
  );

  it("numbers combinations of parameters in order of first appearance, whatever block they are in", () => {
    const { ofRow, table: conditions } = toConditions(joined);
    expect(Array.from(ofRow)).toEqual([0, 1, 0, 0, 2]);
    expect(conditions.columns.get("frame")).toEqual(Float64Array.of(5, 6, 7));
  });

  it("blanks presentations that touch an invalid span of the stimulus with either end, and counts them", () => {
    const notices = new NoticeCounter();
    const { presentations: shown } = toStimulusData(joined, invalid([1, 2, "stimulus"], [4, 9, "all_probes"]), notices);
    expect(shown.columns.get("stimulus_name")).toEqual([
      ...["invalid_presentation", "invalid_presentation", "invalid_presentation", "gabors", "gabors"],
    ]);
    expect(shown.columns.get("stimulus_condition_id")).toEqual(Float64Array.of(NaN, NaN, NaN, 0, 2));
    expect(shown.columns.get("start_time")).toEqual(Float64Array.of(0, 1, 2, 3, 4));
    expect(notices.list()).toMatchObject([{ code: "invalid-presentations", count: 3 }]);
    const epochs = toEpochs(shown);
    expect(epochs.columns.get("stimulus_name")).toEqual(["invalid_presentation", "gabors"]);
    expect(epochs.columns.get("stimulus_block")).toEqual(Float64Array.of(Number.NaN, 1));
  });

  it("drops epochs that are shorter than asked for and keeps the numbers of the others", () => {
    const { presentations: shown } = toStimulusData(joined, undefined, new NoticeCounter());
    const epochs = toEpochs(shown, { gabors: 2.5 });
    expect([epochs.columns.get("id"), epochs.columns.get("duration")]).toEqual([
      Float64Array.of(0),
      Float64Array.of(3),
    ]);
    expect(toEpochs(shown, { gabors: 9 }).rowCount).toBe(0);
  });

  it("measures pauses between neighbours", () => {
    const { presentations: shown } = toStimulusData(joined, undefined, new NoticeCounter());
    expect(toPresentationIntervals(shown).columns.get("interval")).toEqual(Float64Array.of(0, 0, 0, 0));
    expect(toPresentationIntervals(shown, "flashes").rowCount).toBe(0);
  });
});

describe("parameters", () => {
  it("lists distinct values in order of first appearance, null last and on request", () => {
    const shown = table([
      ["id", Float64Array.of(0, 1, 2)],
      ["orientation", Float64Array.of(90, Number.NaN, 0)],
      ["phase", ["0.5", "0.5", null]],
    ]);
    expect(Object.fromEntries(toParameterValues(shown))).toEqual({ orientation: [90, 0], phase: ["0.5"] });
    expect(toParameterValues(shown, true).get("orientation")).toEqual([90, 0, null]);
  });

  it.each([
    ["0.25", 0.25],
    ["[20.0, 20.0]", [20, 20]],
    ["(1.0, 2.0,)", [1, 2]],
    [4, 4],
    [null, null],
    ["circle", null],
    ["", null],
    ["[a, 1]", null],
  ])("reads %j as %j", (text, value) => {
    expect(parseParameter(text)).toEqual(value);
  });
});
