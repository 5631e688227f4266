import type { CallOptions, NumericArray } from "@crossprobe/core";
import type { Hdf5ArrayInfo, Hdf5File } from "@crossprobe/formats/hdf5";
import { readRows } from "./array-rows.js";
import { type Offsets, toOffsets } from "./column-values.js";
import { isNumeric } from "./hdf5-values.js";
import { nwbProblem } from "./problem.js";

/**
 * Bounds of the rows of a ragged column.
 *
 * Source: `VectorIndex` (hdmf-common): value `i` is where row `i` ends, row 0 starts at 0. hdmf 2.4 stored ends above 65535 in 16 bits,
 * where they wrap (AllenSDK issue 2152): such a column is refused, because which rows are right cannot be told.
 *
 * @param index the `…_index` array
 * @param length values that the index cuts into rows
 * @throws {@link FormatError} when an end decreases, is negative or fractional, or lies beyond the values
 */
export async function readRaggedIndex(
  file: Hdf5File,
  index: Hdf5ArrayInfo,
  length: number,
  options?: CallOptions,
): Promise<Offsets> {
  const { values } = await readRows(file, index, undefined, options);
  if (!isNumeric(values) || (index.shape?.length ?? 0) !== 1) {
    throw nwbProblem(file, index.path, "An index is no list of numbers");
  }
  checkEnds(file, index, values, length);
  return toOffsets(values);
}

function checkEnds(file: Hdf5File, index: Hdf5ArrayInfo, ends: NumericArray, length: number): void {
  let previous = 0;
  for (let row = 0; row < ends.length; row++) {
    const end = ends[row] ?? Number.NaN;
    if (end < previous || !Number.isSafeInteger(end)) {
      throw nwbProblem(
        file,
        index.path,
        `The index goes from ${previous} to ${end} at row ${row}`,
        overflowHint(index),
      );
    }
    if (end > length) {
      throw nwbProblem(file, index.path, `Row ${row} ends at ${end}, beyond the ${length} values`);
    }
    previous = end;
  }
  if (mayHaveWrapped(index, length) && previous !== length) {
    const what = `The index ends at ${previous} of ${length} values, more than its type can count`;
    throw nwbProblem(file, index.path, what, overflowHint(index));
  }
}

function mayHaveWrapped({ type }: Hdf5ArrayInfo, length: number): boolean {
  return type.size < 8 && length >= 2 ** (8 * type.size - (type.kind === "int" ? 1 : 0));
}

function overflowHint({ type }: Hdf5ArrayInfo): { readonly hint?: string } {
  if (type.size > 2) return {};
  return {
    hint: "hdmf 2.4 wrote indices that overflow; write the file again with a newer version, or get another copy.",
  };
}
