import type { Row } from "@crossprobe/catalogue";
import { type CallOptions, type Column, type Table, table } from "@crossprobe/core";
import type { ArrowColumnType } from "@crossprobe/formats/arrow";
import type { AnswerColumn, AnswerRows } from "./answer-rows.js";

/** What rows are written as, beside the table for a terminal. */
export type RowFormat = "json" | "csv" | "parquet" | "arrow";

export type WritePiece = (piece: string | Uint8Array) => Promise<void> | void;

/** Rows that are held at a time, unless the format needs all of them. */
const ROWS_A_PART = 50_000;

/** Writes rows as CSV or Parquet, part after part; as an Arrow stream or file, whole. */
export async function encodeRows(
  format: Exclude<RowFormat, "json">,
  answer: AnswerRows,
  write: WritePiece,
  options: CallOptions & { readonly isStream?: boolean },
): Promise<void> {
  if (format === "csv") return writeCsv(answer, write, options);
  if (format === "parquet") return writeParquet(answer, write, options);
  return writeArrow(answer, write, options);
}

async function writeCsv({ columns, rows }: AnswerRows, write: WritePiece, options: CallOptions): Promise<void> {
  const { encodeCsv } = await import("@crossprobe/formats/csv");
  await write(encodeCsv(tableOf(columns, [])));
  for await (const part of inParts(rows(options), ROWS_A_PART)) {
    const text = encodeCsv(tableOf(columns, part));
    await write(text.slice(text.indexOf("\n") + 1));
  }
}

async function writeParquet({ columns, rows }: AnswerRows, write: WritePiece, options: CallOptions): Promise<void> {
  const { createParquetEncoder } = await import("@crossprobe/formats/parquet");
  const encoder = createParquetEncoder(new Map(columns.map(({ name, type }) => [name, type])));
  for await (const part of inParts(rows(options), ROWS_A_PART)) await write(encoder.write(tableOf(columns, part)));
  await write(encoder.finish());
}

async function writeArrow(
  { columns, rows }: AnswerRows,
  write: WritePiece,
  options: CallOptions & { readonly isStream?: boolean },
): Promise<void> {
  const { encodeArrow } = await import("@crossprobe/formats/arrow");
  const all: Row[] = [];
  for await (const row of rows(options)) all.push(row);
  const types = new Map(columns.map(({ name, type }) => [name, arrowType(name, type)]));
  await write(encodeArrow(tableOf(columns, all), types, options.isStream === true ? "stream" : "file"));
}

/** Texts that are another one in nearly every row are not worth a dictionary. */
function arrowType(name: string, type: AnswerColumn["type"]): ArrowColumnType {
  return type === "string" && !OWN_TEXTS.has(name) ? "category" : type;
}
const OWN_TEXTS = new Set(["session", "probe", "channel", "unit", "peakChannel", "uuid", "startTime"]);

async function* inParts(rows: AsyncIterable<Row>, size: number): AsyncIterable<readonly Row[]> {
  let part: Row[] = [];
  for await (const row of rows) {
    part.push(row);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

function tableOf(columns: readonly AnswerColumn[], rows: readonly Row[]): Table {
  return table(
    columns.map(({ name }): [string, Column] => [name, rows.map((row) => row[name] ?? null)]),
    rows.length,
  );
}
