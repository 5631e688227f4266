import { describe, expect, it } from "vitest";
import { numbers, presentationTable, texts } from "../test-support/presentation-table.js";
import { toPresentations } from "./presentations.js";

describe("toPresentations", () => {
  it("numbers the rows of all tables in order of start, those without a start last", () => {
    const { rows } = toPresentations([
      presentationTable("flashes", [5, 1, Number.NaN], {}),
      presentationTable("gabors", [3], {}),
    ]);
    expect(rows.map(({ number, stimulus, startTime }) => [number, stimulus, startTime])).toEqual([
      [0, "flashes", 1],
      [1, "gabors", 3],
      [2, "flashes", 5],
      [3, "flashes", Number.NaN],
    ]);
  });

  it("gives the scripts' names as the released ones, says so, and takes a row without a name for a grey screen", () => {
    const names = texts("flash_250ms", "gabor_20_deg_250ms", "Natural Images", "natural_movie_1", "", "null", "gabors");
    const { rows, notices } = toPresentations([
      presentationTable("epochs", [1, 2, 3, 4, 5, 6, 7], { stimulus_name: names }),
    ]);
    expect(rows.map(({ stimulus }) => stimulus)).toEqual([
      "flashes",
      "gabors",
      "natural_scenes",
      "natural_movie_one",
      "spontaneous",
      "spontaneous",
      "gabors",
    ]);
    expect(notices).toMatchObject([{ code: "stimulus-renamed", count: 4 }]);
  });

  it("reads parameters from text and under their names of 2019, absent where they are no single number", () => {
    const columns = {
      Contrast: numbers(0.8, Number.NaN),
      orientation: texts("45.0", "N/A"),
      color: texts("[1, 1]", "x"),
    };
    const { rows, notices } = toPresentations([presentationTable("drifting_gratings", [1, 2], columns)]);
    expect(rows.map(({ parameters: { contrast, orientation, color } }) => [contrast, orientation, color])).toEqual([
      [0.8, 45, null],
      [null, null, null],
    ]);
    expect([...(rows[0]?.present ?? [])]).toEqual(["contrast", "orientation", "color"]);
    expect(notices).toMatchObject([{ code: "parameter-unreadable", count: 1 }]);
  });
});
