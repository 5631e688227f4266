import { extname } from "node:path";
import { QueryError, type Table } from "@crossprobe/core";
import { encodeCsv } from "@crossprobe/formats/csv";
import { encodeNpy } from "@crossprobe/formats/npy";
import { encodeParquet } from "@crossprobe/formats/parquet";

/**
 * A table in the format of a file name: `.csv` or `.parquet` (`.pqt`).
 *
 * @throws {@link QueryError} for another extension, naming those that there are
 */
export function encodeTable(path: string, table: Table): Uint8Array | string {
  switch (extname(path).toLowerCase()) {
    case ".csv":
      return encodeCsv(table);
    case ".parquet":
    case ".pqt":
      return encodeParquet(table);
    default:
      throw new QueryError(`cannot write ${path}: ${extname(path) || "no extension"} is no table format here`, {
        hint: "name it .csv or .parquet",
      });
  }
}

/** Files of a one-dimensional array or matrix as npy, or of the table that holds the same. */
export function encodeArrayOrTable(
  path: string,
  array: () => { readonly data: Float32Array | Float64Array; readonly shape: readonly number[] },
  table: () => Table,
): Uint8Array | string {
  if (extname(path).toLowerCase() !== ".npy") return encodeTable(path, table());
  const { data, shape } = array();
  return encodeNpy(data, shape);
}
