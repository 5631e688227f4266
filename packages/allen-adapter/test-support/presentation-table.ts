import type { ColumnValues } from "@crossprobe/nwb";
import type { PresentationTable } from "../src/presentations.js";

/** A column of numbers. */
export const numbers = (...values: number[]): ColumnValues => ({
  kind: "number",
  rowCount: values.length,
  values: Float64Array.from(values),
  shape: [values.length],
});

/** A column of texts. */
export const texts = (...values: string[]): ColumnValues => ({
  kind: "text",
  rowCount: values.length,
  values,
  shape: [values.length],
});

/** A table of presentations of a second each, as it is read from a file. */
export function presentationTable(
  name: string,
  starts: readonly number[],
  columns: Readonly<Record<string, ColumnValues>>,
): PresentationTable {
  const stops = starts.map((start) => start + 1);
  const all = { ...columns, start_time: numbers(...starts), stop_time: numbers(...stops) };
  const entries = Object.entries(all).map(
    ([key, values]) => [key, { name: key, path: key, attributes: new Map(), values }] as const,
  );
  return {
    name,
    where: `memory://session.nwb#/intervals/${name}_presentations`,
    intervals: {
      rowCount: starts.length,
      startTimes: Float64Array.from(starts),
      stopTimes: Float64Array.from(stops),
      notices: [],
      table: { columns: new Map(entries) },
    },
  };
}
