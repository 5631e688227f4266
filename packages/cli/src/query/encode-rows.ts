import type { Answer, Row } from "@crossprobe/catalogue";
import { type CallOptions, table } from "@crossprobe/core";
import type { ArrowColumnType } from "@crossprobe/formats/arrow";
import { columnParts, OWN_TEXTS, tableOfPart, typedColumnOf } from "./answer-columns.js";
import type { AnswerColumn, AnswerRows } from "./answer-rows.js";

/** What rows are written as, beside the table for a terminal. */
export type RowFormat = "json" | "csv" | "parquet" | "arrow";

export type WritePiece = (piece: string | Uint8Array) => Promise<void> | void;

/** Rows that are held at a time, unless the format needs all of them. */
const ROWS_A_PART = 32_768;

interface Encoding extends CallOptions {
  readonly answer: Answer;
  readonly rows: AnswerRows;
  readonly write: WritePiece;
  /** Arrow as a stream; else as a file. */
  readonly isStream: boolean;
}

/** Writes rows as CSV or Parquet, part after part; as an Arrow stream or file, whole. */
export async function encodeRows(format: Exclude<RowFormat, "json">, encoding: Encoding): Promise<void> {
  if (format === "csv") return writeCsv(encoding);
  return format === "parquet" ? writeParquet(encoding) : writeArrow(encoding);
}

async function writeCsv({ answer, rows, write, signal }: Encoding): Promise<void> {
  const { encodeCsv } = await import("@crossprobe/formats/csv");
  const header = encodeCsv({ rowCount: 0, columns: new Map(rows.columns.map(({ name }) => [name, []])) });
  await write(header);
  for await (const part of columnParts(answer, rows, ROWS_A_PART, { signal })) {
    await write(encodeCsv(tableOfPart(part)).slice(header.length));
  }
}

async function writeParquet({ answer, rows, write, signal }: Encoding): Promise<void> {
  const { createTypedParquetWriter } = await import("@crossprobe/formats/parquet");
  const writer = createTypedParquetWriter(new Map(rows.columns.map(({ name, type }) => [name, type])));
  for await (const part of columnParts(answer, rows, ROWS_A_PART, { signal })) {
    const typed = new Map([...part.columns].map(([name, column]) => [name, typedColumnOf(column)]));
    await write(writer.writeGroup(typed, 0, part.rowCount));
  }
  await write(writer.finish());
}

async function writeArrow({ answer, rows, write, isStream, signal }: Encoding): Promise<void> {
  const { encodeArrow } = await import("@crossprobe/formats/arrow");
  const types = new Map(rows.columns.map(({ name, type }) => [name, arrowType(name, type)]));
  const form = isStream ? "stream" : "file";
  for await (const whole of columnParts(answer, rows, Infinity, { signal })) {
    await write(encodeArrow(tableOfPart(whole), types, form));
    return;
  }
  const none = { rowCount: 0, columns: new Map(rows.columns.map(({ name }) => [name, []])) };
  await write(encodeArrow(none, types, form));
}

function arrowType(name: string, type: AnswerColumn["type"]): ArrowColumnType {
  return type === "string" && !OWN_TEXTS.has(name) ? "category" : type;
}

/** Writes rows that come one by one as CSV, part after part. */
export async function writeCsvRows(
  { columns, rows }: Pick<AnswerRows, "columns" | "rows">,
  write: WritePiece,
  options: CallOptions,
): Promise<void> {
  const { encodeCsv } = await import("@crossprobe/formats/csv");
  const encode = (part: readonly Row[]) =>
    encodeCsv(
      table(
        columns.map(({ name }) => [name, part.map((row) => row[name] ?? null)] as const),
        part.length,
      ),
    );
  const header = encode([]);
  await write(header);
  let part: Row[] = [];
  for await (const row of rows(options)) {
    part.push(row);
    if (part.length < ROWS_A_PART) continue;
    await write(encode(part).slice(header.length));
    part = [];
  }
  await write(encode(part).slice(header.length));
}
