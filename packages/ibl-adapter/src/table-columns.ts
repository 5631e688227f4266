import type { Column } from "@crossprobe/core";

/**
 * A column as numbers: booleans are 0 and 1, null and empty text NaN.
 *
 * Absent: `undefined` where a value is no number, or an integer that no number holds exactly.
 */
export function toNumberColumn(column: Column | readonly string[]): ArrayLike<number> | undefined {
  if (column instanceof BigInt64Array) return toNumberColumn(Array.from(column));
  if (!Array.isArray(column)) return column as ArrayLike<number>;
  const numbers = new Float64Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const number = toNumber(column[i]);
    if (number === undefined) return undefined;
    numbers[i] = number;
  }
  return numbers;
}

function toNumber(value: unknown): number | undefined {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim().toLowerCase();
  if (text === "" || text === "nan") return Number.NaN;
  if (text === "true" || text === "false") return text === "true" ? 1 : 0;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}
