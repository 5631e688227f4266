import { type Table, table } from "@crossprobe/core";
import { takeRows, withoutColumns } from "./columns.js";

/** What differs between two showings of one condition. Source: AllenSDK `ecephys_session.py`, `_build_stimulus_presentations`. */
const NOT_OF_A_CONDITION = ["start_time", "stop_time", "duration", "stimulus_block"];

export interface Conditions {
  /** `id` and every parameter of each distinct combination, in order of first appearance. */
  readonly table: Table;
  /** Number of the condition of each presentation. */
  readonly ofRow: Int32Array;
}

/** Numbers the distinct combinations of all parameters, detailed ones too, from 0 in order of first appearance. Pure. */
export function toConditions(presentations: Table): Conditions {
  const parameters = withoutColumns(presentations, NOT_OF_A_CONDITION);
  let codes = new Int32Array(presentations.rowCount);
  for (const column of parameters.columns.values()) codes = combine(codes, column);
  const firstRows: number[] = [];
  for (let row = 0; row < codes.length; row++) if (codes[row] === firstRows.length) firstRows.push(row);
  const { columns } = takeRows(parameters, firstRows);
  const ids = Float64Array.from(firstRows, (_, id) => id);
  return { table: table([["id", ids], ...columns], firstRows.length), ofRow: codes };
}

/** Splits groups by the values of one more column; numbers of groups stay in order of first appearance. */
function combine(codes: Int32Array, column: ArrayLike<unknown>): Int32Array<ArrayBuffer> {
  const values = new Map<unknown, number>();
  const pairs = new Map<number, number>();
  const combined = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const value = numberOf(column[row], values);
    // Both numbers are at most the row count, so that a pair has one exact number.
    combined[row] = numberOf((codes[row] ?? 0) * (codes.length + 1) + value, pairs);
  }
  return combined;
}

/** The number of a value among those seen, in order of first appearance. */
function numberOf<Value>(value: Value, seen: Map<Value, number>): number {
  const known = seen.get(value);
  if (known !== undefined) return known;
  const number = seen.size;
  seen.set(value, number);
  return number;
}
