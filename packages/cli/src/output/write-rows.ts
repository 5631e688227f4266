import { resolve } from "node:path";
import { table } from "@crossprobe/core";
import type { ParquetColumnType } from "@crossprobe/formats/parquet";
import type { CommandContext } from "../command-context.js";
import { checkWritable, writeFiles } from "./write-file.js";
import { encodeTable, outputFormat } from "./write-table.js";

/** One column of the file that a listing is written to: its type is that of every file, whatever the rows. */
export interface FileColumn<Row> {
  readonly name: string;
  readonly type: ParquetColumnType;
  /** Null where the value is absent. */
  readonly of: (row: Row) => string | number | boolean | null;
}

/** The absolute path that `--out` names; undefined without it. @throws StoreError when nothing can be written there */
export async function resolveOut({ io }: CommandContext, out: string | undefined): Promise<string | undefined> {
  if (out === undefined) return undefined;
  const path = resolve(io.cwd, out);
  await checkWritable([path]);
  return path;
}

/** Writes rows as CSV or Parquet, by the extension of the path. */
export async function writeRows<Row>(
  path: string,
  columns: readonly FileColumn<Row>[],
  rows: readonly Row[],
): Promise<void> {
  const content = await encodeTable(
    outputFormat(path) === "csv" ? "csv" : "parquet",
    table(columns.map(({ name, of }) => [name, rows.map(of)] as const)),
    new Map(columns.map(({ name, type }) => [name, type])),
  );
  await writeFiles(new Map([[path, content]]));
}
