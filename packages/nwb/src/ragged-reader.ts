import { type CallOptions, type Notice, type NumericArray, QueryError } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { joinNumbers, readRows, rowCountOf } from "./array-rows.js";
import { type Offsets, toOffsets } from "./column-values.js";
import { checkRegion, readMeaning } from "./dynamic-table.js";
import { isNumeric } from "./hdf5-values.js";
import { nwbNotice, nwbProblem } from "./problem.js";
import { readRaggedIndex } from "./ragged-index.js";
import { type ColumnLayout, readTableLayout } from "./table-layout.js";

/** Values of some rows of a ragged column. */
export interface RaggedRows {
  /** Values of the first row, then of the second, …: `[offsets[n], ...cellShape]` in C order. */
  readonly values: NumericArray;
  /** Row `i` of the answer owns cells `[offsets[i], offsets[i + 1])`. */
  readonly offsets: Offsets;
  /** Shape of one cell: `[]` for a number, `[82]` for a waveform of 82 samples. */
  readonly cellShape: readonly number[];
}

/** A column of numbers whose rows are read when they are needed: an index was read, no value. */
export interface RaggedReader {
  /** Where the values are. */
  readonly path: string;
  readonly rowCount: number;
  /** Row `i` owns cells `[offsets[i], offsets[i + 1])` of the stored values. A column without index has a cell a row. */
  readonly offsets: Offsets;
  /** Whether the column has an index. */
  readonly isRagged: boolean;
  readonly cellShape: readonly number[];
  /** Path of the table whose row numbers these are, for a region column. */
  readonly regionTable?: string | undefined;
  readonly attributes: ColumnLayout["attributes"];
  readonly description?: string | undefined;
  readonly notices: readonly Notice[];
  /**
   * Values of some rows, in the order wanted (all rows in table order if not given). Rows that lie beside each other in the file are
   * read together, a row that is wanted twice is read twice.
   *
   * @throws {@link QueryError} for a row outside the table, or above 1 GiB at once
   */
  read(rows?: readonly number[], options?: CallOptions): Promise<RaggedRows>;
}

/** Cells `[start, stop)` that belong together in one read, and the wanted rows (positions in the request) that they serve. */
export interface RaggedRun {
  readonly start: number;
  readonly stop: number;
}

/**
 * Which cells to read for some rows: rows that follow each other in the file become one run. Pure.
 *
 * Runs are in the order of the request, so that their values are the answer.
 */
export function planRuns(offsets: Offsets, rows: readonly number[]): readonly RaggedRun[] {
  const runs: { start: number; stop: number }[] = [];
  for (const row of rows) {
    const start = offsets[row] ?? 0;
    const stop = offsets[row + 1] ?? start;
    if (stop === start) continue;
    const last = runs.at(-1);
    if (last && last.stop === start) last.stop = stop;
    else runs.push({ start, stop });
  }
  return runs;
}

/**
 * Opens a numeric column of a table (ragged, doubly ragged or plain) to read rows of it on demand. Reads the indices, no value.
 *
 * For a doubly ragged column a row's inner lists come one after the other.
 *
 * @returns `undefined` when the table is not there or does not list the column
 * @throws {@link FormatError} when the index decreases or leaves the values, or the column cannot be read
 * @example
 * const spikes = await openRagged(file, "/units", "spike_times");
 * const { values, offsets } = await spikes.read([4, 5, 6], { signal });
 */
export async function openRagged(
  file: Hdf5File,
  tablePath: string,
  column: string,
  options?: CallOptions,
): Promise<RaggedReader | undefined> {
  const layout = await readTableLayout(file, tablePath, [column], options);
  const problem = layout?.unreadable.get(column);
  if (problem) throw problem;
  const found = layout?.columns.get(column);
  return found && openRaggedColumn(file, found, options);
}

/** {@link openRagged} for a column whose layout is known. */
async function openRaggedColumn(file: Hdf5File, column: ColumnLayout, options?: CallOptions): Promise<RaggedReader> {
  const { array, attributes, description } = column;
  if (!NUMERIC.has(array.type.kind)) {
    throw nwbProblem(file, array.path, `Column ${column.name} holds ${array.type.kind} values where numbers should be`);
  }
  const { regionTable } = await readMeaning(file, column, options);
  const notices: Notice[] = [];
  const offsets = await readOffsets(file, column, notices, options);
  const cellShape = (array.shape ?? []).slice(1);
  const cellSize = cellShape.reduce((product, length) => product * length, 1);
  const rowCount = offsets.length - 1;

  const read = async (rows?: readonly number[], readOptions?: CallOptions): Promise<RaggedRows> => {
    readOptions?.signal?.throwIfAborted();
    const wanted = rows ?? Array.from({ length: rowCount }, (_, row) => row);
    checkRows(file, array.path, wanted, rowCount);
    const parts: NumericArray[] = [];
    for (const { start, stop } of planRuns(offsets, wanted)) {
      const { values } = await readRows(file, array, [start, stop], readOptions);
      if (isNumeric(values)) parts.push(values);
    }
    const [first] = parts;
    const values = first === undefined ? await emptyValues(file, column, readOptions) : joinNumbers(parts, first);
    if (regionTable !== undefined) await checkRegion(file, array.path, values, regionTable, readOptions);
    const answer = { values, offsets: cutOffsets(offsets, wanted), cellShape };
    if (values.length !== (answer.offsets[wanted.length] ?? 0) * cellSize) {
      throw nwbProblem(file, array.path, `Fewer values came than column ${column.name} declares`);
    }
    return answer;
  };
  const isRagged = column.indices.length > 0;
  return {
    path: array.path,
    rowCount,
    offsets,
    isRagged,
    cellShape,
    regionTable,
    attributes,
    description,
    notices,
    read,
  };
}

const NUMERIC: ReadonlySet<string> = new Set(["int", "uint", "float", "bool", "enum"]);

async function readOffsets(
  file: Hdf5File,
  { array, indices }: ColumnLayout,
  notices: Notice[],
  options?: CallOptions,
): Promise<Offsets> {
  let length = rowCountOf(array);
  let offsets: Offsets | undefined;
  for (const index of [...indices].reverse()) {
    const outer = await readRaggedIndex(file, index, length, options);
    const end = outer[outer.length - 1] ?? 0;
    if (end !== length) {
      const message = `The index ends at ${end} of ${length} values; the rest belongs to no row.`;
      notices.push(nwbNotice(file, index.path, "values-without-row", message, length - end));
    }
    const inner = offsets;
    offsets = inner ? toOffsets(Array.from(outer.subarray(1), (row) => inner[row] ?? 0)) : outer;
    length = outer.length - 1;
  }
  return offsets ?? toOffsets(Array.from({ length }, (_, row) => row + 1));
}

async function emptyValues(file: Hdf5File, { array }: ColumnLayout, options?: CallOptions): Promise<NumericArray> {
  if (rowCountOf(array) === 0) return new Float64Array(0);
  const { values } = await readRows(file, array, [0, 0], options);
  return isNumeric(values) ? values : new Float64Array(0);
}

function cutOffsets(offsets: Offsets, rows: readonly number[]): Offsets {
  let end = 0;
  const ends = rows.map((row) => {
    end += (offsets[row + 1] ?? 0) - (offsets[row] ?? 0);
    return end;
  });
  return toOffsets(ends);
}

function checkRows(file: Hdf5File, path: string, rows: readonly number[], rowCount: number): void {
  const outside = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= rowCount);
  if (outside === undefined) return;
  throw new QueryError(`Row ${outside} is outside the ${rowCount} rows of ${path} in ${file.url}.`);
}
