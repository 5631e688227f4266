import { FormatError } from "@crossprobe/core";
import type { ColumnMetaData } from "hyparquet";

/** A table may have so many values, whatever the size of its file: a run of a few bytes stands for any number of equal ones. */
const FREE_VALUES = 2 ** 24;
/** And pages of so many bytes together. */
const FREE_BYTES = 256 * 2 ** 20;
/** For each byte of the file there may be so many more of both. */
const MAX_RATIO = 64;

/**
 * Holds what a footer claims for some columns to the size of the file, before memory is taken for them.
 *
 * @throws {@link FormatError} for more values than 2^24 and 64 for each byte of the file, or more bytes than 256 MiB and 64 for each
 */
export function checkClaims(columns: readonly ColumnMetaData[], fileBytes: number, url: string): void {
  let [values, bytes] = [0, 0];
  for (const column of columns) {
    const [count, size] = [Number(column.num_values), Number(column.total_uncompressed_size)];
    if (!(count >= 0 && size >= 0))
      throw new Error(`column ${column.path_in_schema} has ${count} values in ${size} bytes`);
    values += count;
    bytes += size;
  }
  const at = columns
    .map(({ path_in_schema: path }) => path.join("."))
    .join(", ")
    .slice(0, 100);
  const refuse = (claimed: number, what: string, limit: number): FormatError =>
    new FormatError(
      `${url} claims ${claimed} ${what} in its columns ${at}; the limit for a file of ${fileBytes} bytes is ${limit}.`,
      {
        format: "parquet",
        url,
        at,
        hint: "Read fewer columns at once, or see whether the file is what it is said to be.",
      },
    );
  const valueLimit = FREE_VALUES + fileBytes * MAX_RATIO;
  if (values > valueLimit) throw refuse(values, "values", valueLimit);
  const byteLimit = FREE_BYTES + fileBytes * MAX_RATIO;
  if (bytes > byteLimit) throw refuse(bytes, "bytes", byteLimit);
}
