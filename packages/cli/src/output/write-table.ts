import { extname } from "node:path";
import type { Table } from "@crossprobe/core";
import type { ParquetColumnType } from "@crossprobe/formats/parquet";
import { InvalidArgumentError } from "commander";

/** What a result can be written as. */
export type OutputFormat = "npy" | "csv" | "parquet";

const EXTENSIONS: Readonly<Record<string, OutputFormat>> = {
  ".npy": "npy",
  ".csv": "csv",
  ".parquet": "parquet",
  ".pqt": "parquet",
};

/** Format of a file name by its extension; undefined for one that nothing is written as. */
export function outputFormat(path: string): OutputFormat | undefined {
  return EXTENSIONS[extname(path).toLowerCase()];
}

/** Parser of `--out <file>`: it refuses an extension that the command does not write before anything is read. */
export function parseOutFile(...formats: readonly OutputFormat[]): (path: string) => string {
  return (path) => {
    const format = outputFormat(path);
    if (format !== undefined && formats.includes(format)) return path;
    const known = formats.map((name) => `.${name}`).join(" or ");
    throw new InvalidArgumentError(`${extname(path) || "No extension"} cannot be written; name it ${known}.`);
  };
}

/** What the columns of a table are stored as, by name: the same for every file of a command. */
export type ColumnTypes = ReadonlyMap<string, ParquetColumnType>;

/** The bytes of a table as CSV, or as Parquet with columns of these types. */
export async function encodeTable(
  format: Exclude<OutputFormat, "npy">,
  table: Table,
  types: ColumnTypes,
): Promise<Uint8Array | string> {
  if (format === "csv") return (await import("@crossprobe/formats/csv")).encodeCsv(table);
  return (await import("@crossprobe/formats/parquet")).encodeParquet(table, undefined, types);
}

/** The bytes of an array as npy. */
export async function encodeArray(data: Float32Array | Float64Array, shape: readonly number[]): Promise<Uint8Array> {
  return (await import("@crossprobe/formats/npy")).encodeNpy(data, shape);
}
