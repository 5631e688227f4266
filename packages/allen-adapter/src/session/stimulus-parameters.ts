import type { Table } from "@crossprobe/core";
import { isAbsentCell } from "./columns.js";

/** Columns of a presentation that are no parameter of its stimulus. Source: AllenSDK `get_stimulus_parameter_values`. */
const NO_PARAMETER: ReadonlySet<string> = new Set([
  ...["id", "start_time", "stop_time", "duration", "stimulus_block", "stimulus_name", "stimulus_condition_id"],
]);

/** A value of a parameter as the file has it; null where it does not apply. */
export type ParameterValue = number | string | null;

/**
 * Distinct values of each parameter in order of first appearance. Pure.
 *
 * @param withAbsent null comes last where a parameter does not apply to some presentation
 */
export function toParameterValues(
  presentations: Table,
  withAbsent = false,
): ReadonlyMap<string, readonly ParameterValue[]> {
  const values = new Map<string, readonly ParameterValue[]>();
  for (const [name, column] of presentations.columns) {
    if (NO_PARAMETER.has(name)) continue;
    const distinct = new Set<unknown>();
    let hasAbsent = false;
    for (let row = 0; row < column.length; row++) {
      if (isAbsentCell(column[row])) hasAbsent = true;
      else distinct.add(column[row]);
    }
    const present = [...distinct].map((cell) => (typeof cell === "number" ? cell : String(cell)));
    values.set(name, withAbsent && hasAbsent ? [...present, null] : present);
  }
  return values;
}

/**
 * What the text of a parameter says: a number, a list of numbers (`[20.0, 20.0]`: one for each axis), or null where it is neither.
 *
 * Source: the experiment's scripts write Python literals; AllenSDK means to evaluate them and never does.
 */
export function parseParameter(value: ParameterValue): number | readonly number[] | null {
  if (value === null || typeof value === "number") return value;
  const list = /^\s*[[(](.*?),?\s*[\])]\s*$/.exec(value)?.[1];
  const parts = (list ?? value).split(",").map((part) => part.trim());
  const numbers = parts.map((part) => (part === "" ? Number.NaN : Number(part)));
  if (numbers.some(Number.isNaN)) return null;
  return list === undefined ? (numbers[0] ?? null) : numbers;
}
