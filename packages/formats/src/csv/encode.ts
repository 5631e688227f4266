import type { Table } from "@crossprobe/core";

/**
 * A table as CSV text with a header, lines ended by `\n`.
 *
 * Numbers are written in the shortest form that reads back to the same value; NaN and null are empty; truth values are `true`
 * and `false`; anything that is neither text nor number is written as JSON.
 */
export function encodeCsv(table: Table): string {
  const names = [...table.columns.keys()];
  const columns = [...table.columns.values()];
  const lines = [toLine(names)];
  for (let row = 0; row < table.rowCount; row++) lines.push(toLine(columns.map((column) => toText(column[row]))));
  return `${lines.join("\n")}\n`;
}

/** A single empty value is quoted: an empty line would be no row. */
function toLine(values: readonly string[]): string {
  if (values.length === 1 && values[0] === "") return '""';
  return values.map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(",");
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isNaN(value) ? "" : Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "";
}
