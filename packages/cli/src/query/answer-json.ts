import type { CallOptions } from "@crossprobe/core";
import { toJson } from "../output/json.js";
import type { WritePiece } from "./encode-rows.js";

const ROWS_A_PIECE = 500;

/** Rows by the names of their columns, of whatever JSON can hold. */
interface NamedRows {
  readonly columns: readonly { readonly name: string }[];
  rows(options: CallOptions): AsyncIterable<Readonly<Record<string, unknown>>>;
}

/** One JSON document with the rows in it, a line each: more rows than fit into one text can be written. */
export async function writeJson(
  { columns, rows }: NamedRows,
  rest: Readonly<Record<string, unknown>>,
  write: WritePiece,
  options: CallOptions,
): Promise<void> {
  let piece = '{\n  "rows": [';
  let count = 0;
  for await (const row of rows(options)) {
    piece += `${count === 0 ? "" : ","}\n    ${JSON.stringify(Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null])))}`;
    if (++count % ROWS_A_PIECE > 0) continue;
    await write(piece);
    piece = "";
  }
  // What follows the brace that opens a document, so that the rows stand in front.
  await write(`${piece}${count === 0 ? "" : "\n  "}],\n${toJson(rest).slice(2)}`);
}
