import type { ColumnValues } from "@crossprobe/nwb";
import { describe, expect, it } from "vitest";
import { type PresentationTable, toPresentations } from "./presentations.js";

const numbers = (...values: number[]): ColumnValues => ({
  kind: "number",
  rowCount: values.length,
  values: Float64Array.from(values),
  shape: [values.length],
});
const texts = (...values: string[]): ColumnValues => ({
  kind: "text",
  rowCount: values.length,
  values,
  shape: [values.length],
});

function tableOf(name: string, starts: readonly number[], columns: Record<string, ColumnValues>): PresentationTable {
  const column = (entry: [string, ColumnValues]) => {
    const [key, values] = entry;
    return [key, { name: key, path: key, attributes: new Map(), values }] as const;
  };
  return {
    name,
    where: `memory://session.nwb#/intervals/${name}_presentations`,
    intervals: {
      rowCount: starts.length,
      startTimes: Float64Array.from(starts),
      stopTimes: Float64Array.from(starts, (start) => start + 0.25),
      notices: [],
      table: { columns: new Map(Object.entries(columns).map(column)) },
    },
  };
}

describe("toPresentations", () => {
  it("numbers the rows of all tables in order of start, those without a start last", () => {
    const { rows } = toPresentations([tableOf("flashes", [5, 1, Number.NaN], {}), tableOf("gabors", [3], {})]);
    expect(rows.map(({ number, stimulus, startTime }) => [number, stimulus, startTime])).toEqual([
      [0, "flashes", 1],
      [1, "gabors", 3],
      [2, "flashes", 5],
      [3, "flashes", Number.NaN],
    ]);
  });

  it("gives the scripts' names as the released ones, says so, and takes a row without a name for a grey screen", () => {
    const names = texts("flash_250ms", "gabor_20_deg_250ms", "Natural Images", "natural_movie_1", "", "null", "gabors");
    const { rows, notices } = toPresentations([tableOf("epochs", [1, 2, 3, 4, 5, 6, 7], { stimulus_name: names })]);
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
    const { rows, notices } = toPresentations([tableOf("drifting_gratings", [1, 2], columns)]);
    expect(rows.map(({ parameters: { contrast, orientation, color } }) => [contrast, orientation, color])).toEqual([
      [0.8, 45, null],
      [null, null, null],
    ]);
    expect([...(rows[0]?.present ?? [])]).toEqual(["contrast", "orientation", "color"]);
    expect(notices).toMatchObject([{ code: "parameter-unreadable", count: 1 }]);
  });
});
