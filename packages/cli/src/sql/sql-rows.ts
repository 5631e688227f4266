import type { Row } from "@crossprobe/catalogue";
import type { SqlColumn, SqlResult, SqlValue } from "@crossprobe/duckdb";
import { formatNumber, textTable } from "../output/table.js";
import type { AnswerRows } from "../query/answer-rows.js";

type SqlRow = Readonly<Record<string, SqlValue>>;

/** Rows by the names of their columns. */
export async function* namedRows({ columns, rows }: SqlResult): AsyncIterable<SqlRow> {
  for await (const row of rows()) yield Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null]));
}

/** Rows as a file of texts has them: lists and structures as JSON. */
export function flatRows(result: SqlResult): Pick<AnswerRows, "columns" | "rows"> {
  const flat = (value: SqlValue): Row[string] =>
    typeof value === "object" && value !== null ? JSON.stringify(value) : value;
  return {
    columns: result.columns.map(({ name }) => ({ name, type: "string" })),
    rows: async function* () {
      for await (const row of namedRows(result)) {
        yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, flat(value)]));
      }
    },
  };
}

/** Characters that a column of a table takes at least, with the space before it. */
const NARROWEST = 10;

/** Rows as a table of at most `width` characters where that can be, else one below the other; and how many they are. */
export async function sqlTable(result: SqlResult, width: number): Promise<{ text: string; rowCount: number }> {
  const rows: (readonly string[])[] = [];
  for await (const row of result.rows()) rows.push(row.map(cellText));
  const isWide = result.columns.length * NARROWEST > width;
  const text = isWide ? records(result.columns, rows) : textTable(result.columns.map(textColumn), rows, width);
  return { text, rowCount: rows.length };
}

/** A line a value, its name before it. */
function records(columns: readonly SqlColumn[], rows: readonly (readonly string[])[]): string {
  const width = Math.max(...columns.map(({ name }) => name.length));
  const record = (row: readonly string[], i: number) => [
    `row ${i + 1}`,
    ...columns.map(({ name }, column) => `  ${name.padEnd(width)}  ${row[column]}`),
  ];
  return `${rows.flatMap(record).join("\n")}\n`;
}

function textColumn({ name, type }: SqlColumn) {
  return {
    title: name,
    align: /^(U?\w*INT|INTEGER|DOUBLE|FLOAT|DECIMAL)\b[^[]*$/.test(type) ? "right" : "left",
  } as const;
}

function cellText(value: SqlValue): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" || value === null) return formatNumber(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
