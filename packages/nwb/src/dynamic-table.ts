import {
  type CallOptions,
  type DataError,
  NotFoundError,
  type Notice,
  type NumericArray,
  QueryError,
  SchemaError,
  type Table,
  table,
} from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { readRows, requireArray, rowBytes, rowCountOf } from "./array-rows.js";
import { type Attributes, referenceAttribute } from "./attributes.js";
import { type ColumnMeaning, type ColumnValues, type EnumValues, toCell, toColumnValues } from "./column-values.js";
import { isText } from "./hdf5-values.js";
import { attempt, nwbNotice, nwbProblem } from "./problem.js";
import { readRaggedIndex } from "./ragged-index.js";
import { type ColumnLayout, readTableLayout, type TableLayout } from "./table-layout.js";

/** A column that was read. */
export interface TableColumn {
  readonly name: string;
  /** Where its values are. */
  readonly path: string;
  readonly neurodataType?: string | undefined;
  readonly description?: string | undefined;
  /** Attributes of the column, such as `unit`, `resolution`, `sampling_rate`. */
  readonly attributes: Attributes;
  readonly values: ColumnValues;
}

/** A `DynamicTable` with the columns that were asked for. */
export interface DynamicTable {
  /** The file that it was read from. */
  readonly url: string;
  readonly path: string;
  readonly neurodataType?: string | undefined;
  readonly description?: string | undefined;
  readonly rowCount: number;
  /** One a row, as stored (need not ascend nor be unique); absent when the file has none. */
  readonly ids?: NumericArray | undefined;
  /** Every column that the table lists, read or not, in its order. */
  readonly colnames: readonly string[];
  /** The columns that were read, in that order. */
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** Listed columns that cannot be read, with the reason. */
  readonly unreadable: ReadonlyMap<string, DataError>;
  readonly notices: readonly Notice[];
}

export interface DynamicTableOptions extends CallOptions {
  /** Names of the columns wanted. A name that the table does not list is simply not among the columns. */
  readonly columns?: readonly string[] | undefined;
  /** Names of columns to leave out, when {@link columns} is not given. */
  readonly except?: readonly string[] | undefined;
  /** A column with more bytes than this is not read but reported (`unreadable`): 256 MiB if not given. */
  readonly maxColumnBytes?: number | undefined;
}

const MAX_COLUMN_BYTES = 256 * 2 ** 20;

/**
 * A table of an NWB file, with its columns in memory.
 *
 * One damaged column does not take the table with it: it is in `unreadable` and in a notice, the others are read. Take a column with
 * {@link requireColumn} to have the reason thrown. Huge ragged columns (spike times, waveforms) are better opened with `openRagged`.
 *
 * Source: `DynamicTable`, `VectorData`, `VectorIndex`, `DynamicTableRegion`, `EnumData` of hdmf-common.
 *
 * @returns `undefined` when nothing is at the path
 * @throws {@link FormatError} when the path is no table, or its ids do not decode
 * @example
 * const trials = await readDynamicTable(file, "/intervals/trials", { columns: ["start_time", "stop_time"] });
 * const start = trials && numbersOf(trials, "start_time");
 */
export async function readDynamicTable(
  file: Hdf5File,
  path: string,
  options: DynamicTableOptions = {},
): Promise<DynamicTable | undefined> {
  const { signal, except = [] } = options;
  const layout = await readTableLayout(file, path, options.columns, { signal });
  if (!layout) return undefined;
  const columns = new Map<string, TableColumn>();
  const unreadable = new Map(layout.unreadable);
  const notices = [...layout.notices];
  for (const [name, column] of layout.columns) {
    if (!options.columns && except.includes(name)) continue;
    const result = await attempt(() => readColumn(file, column, options, notices));
    if ("value" in result) columns.set(name, result.value);
    else unreadable.set(name, result.problem);
  }
  for (const [name, problem] of unreadable) {
    notices.push(nwbNotice(file, `${path}/${name}`, "column-unreadable", problem.message));
  }
  return { url: file.url, ...tableHead(layout), columns, unreadable, notices };
}

function tableHead({ path, neurodataType, description, rowCount, ids, colnames }: TableLayout) {
  return { path, neurodataType, description, rowCount, ids, colnames };
}

async function readColumn(
  file: Hdf5File,
  column: ColumnLayout,
  { signal, maxColumnBytes = MAX_COLUMN_BYTES }: DynamicTableOptions,
  notices: Notice[],
): Promise<TableColumn> {
  const bytes = rowCountOf(column.array) * rowBytes(column.array);
  if (bytes > maxColumnBytes) {
    throw new QueryError(`Column ${column.array.path} of ${file.url} has ${Math.round(bytes / 2 ** 20)} MiB.`, {
      hint: "Open it with openRagged and read the rows that are needed.",
    });
  }
  const data = await readRows(file, column.array, undefined, { signal });
  const meaning = await readMeaning(file, column, { signal });
  let values = toColumnValues(data, meaning);
  noteDanglingReferences(file, column, values, notices);
  if (values.kind === "enum") checkCodes(file, column.array.path, values);
  if (values.kind === "region") await checkRegion(file, column.array.path, values.rows, values.table, { signal });
  for (const index of [...column.indices].reverse()) {
    const offsets = await readRaggedIndex(file, index, values.rowCount, { signal });
    noteUnownedValues(file, index.path, offsets[offsets.length - 1] ?? 0, values.rowCount, notices);
    values = { kind: "ragged", rowCount: offsets.length - 1, offsets, content: values };
  }
  const { name, neurodataType, description, attributes } = column;
  return { name, path: column.array.path, neurodataType, description, attributes, values };
}

/** What decides how a column's values are understood besides their type: its region's table, its enumeration's texts. */
export async function readMeaning(file: Hdf5File, column: ColumnLayout, options?: CallOptions): Promise<ColumnMeaning> {
  if (column.neurodataType === "DynamicTableRegion") {
    return { regionTable: requireReference(file, column, "table") };
  }
  if (column.neurodataType === "EnumData") {
    const path = requireReference(file, column, "elements");
    const elements = await readRows(file, await requireArray(file, path, options), undefined, options);
    if (!isText(elements)) throw nwbProblem(file, path, "Elements of an enumeration are no text");
    return { enumNames: new Map(elements.values.map((text, code) => [code, text])) };
  }
  return {};
}

function requireReference(file: Hdf5File, { array, attributes }: ColumnLayout, name: string): string {
  const path = referenceAttribute(attributes, name);
  if (typeof path === "string") return path;
  const what = path === null ? "points at nothing that is in the file" : "is missing";
  throw nwbProblem(file, array.path, `The attribute ${name} of a column ${what}`);
}

/** Checks that row numbers are rows of a table. @throws {@link FormatError} naming the first that is not */
export async function checkRegion(
  file: Hdf5File,
  path: string,
  rows: NumericArray,
  tablePath: string,
  options?: CallOptions,
): Promise<void> {
  const ids = await requireArray(file, `${tablePath}/id`, options);
  const count = rowCountOf(ids);
  const outside = rows.findIndex((row) => !(row >= 0 && row < count));
  if (outside < 0) return;
  throw nwbProblem(file, path, `Row number ${rows[outside]} is outside the ${count} rows of ${tablePath}`);
}

function checkCodes(file: Hdf5File, path: string, { codes, names }: EnumValues): void {
  const unknown = codes.find((code) => !names.has(code));
  if (unknown === undefined) return;
  throw nwbProblem(file, path, `The code ${unknown} is none of the ${names.size} that the enumeration names`);
}

function noteDanglingReferences(file: Hdf5File, column: ColumnLayout, values: ColumnValues, notices: Notice[]): void {
  const paths = values.kind === "reference" ? values.paths : [];
  const dangling = paths.filter((path) => path === null).length;
  if (dangling === 0) return;
  const message = `${dangling} of ${paths.length} references of column ${column.name} point at nothing.`;
  notices.push(nwbNotice(file, column.array.path, "dangling-reference", message, dangling));
}

function noteUnownedValues(file: Hdf5File, path: string, end: number, length: number, notices: Notice[]): void {
  if (end === length) return;
  const message = `The index ends at ${end} of ${length} values; the rest belongs to no row.`;
  notices.push(nwbNotice(file, path, "values-without-row", message, length - end));
}

/**
 * A column of a table.
 *
 * @throws the reason when the column is there and cannot be read
 * @throws {@link SchemaError} when the table does not list it
 */
export function requireColumn(dynamicTable: DynamicTable, name: string): TableColumn {
  const column = findColumn(dynamicTable, name);
  if (column) return column;
  const listed = dynamicTable.colnames.includes(name);
  if (listed) throw new NotFoundError(`Column ${name} of ${placeOf(dynamicTable)} was not asked for.`);
  throw new SchemaError(`${placeOf(dynamicTable)} has no column ${name}; it has ${dynamicTable.colnames.join(", ")}.`, {
    url: dynamicTable.url,
  });
}

function placeOf({ path, url }: DynamicTable): string {
  return `${path} in ${url}`;
}

/** A column of a table; `undefined` when the table does not list it. @throws the reason when it is there and cannot be read */
export function findColumn(dynamicTable: DynamicTable, name: string): TableColumn | undefined {
  const problem = dynamicTable.unreadable.get(name);
  if (problem) throw problem;
  return dynamicTable.columns.get(name);
}

/** Numbers of a column with one number (or boolean) a row. @throws {@link SchemaError} when it is anything else or absent */
export function numbersOf(dynamicTable: DynamicTable, name: string): NumericArray {
  const { values } = requireColumn(dynamicTable, name);
  if ((values.kind === "number" || values.kind === "boolean") && values.shape.length === 1) return values.values;
  throw new SchemaError(`Column ${name} of ${placeOf(dynamicTable)} does not hold one number a row (${values.kind}).`, {
    url: dynamicTable.url,
  });
}

/** Texts of a column with one text (or enumerated value) a row, as stored. @throws {@link SchemaError} when it is anything else or absent */
export function textsOf(dynamicTable: DynamicTable, name: string): readonly string[] {
  const { values } = requireColumn(dynamicTable, name);
  if (values.kind === "text" && values.shape.length === 1) return values.values;
  if (values.kind === "enum" && values.shape.length === 1) {
    return Array.from(values.codes, (code) => values.names.get(code) ?? "");
  }
  throw new SchemaError(`Column ${name} of ${placeOf(dynamicTable)} does not hold one text a row (${values.kind}).`, {
    url: dynamicTable.url,
  });
}

/** The table with plain columns: numbers stay typed arrays, everything else is a list of cells. `id` comes first. */
export function toTable({ ids, rowCount, columns }: DynamicTable): Table {
  const plain: [string, NumericArray | readonly unknown[]][] = ids ? [["id", ids]] : [];
  for (const [name, { values }] of columns) {
    const isFlat = values.kind === "number" && values.shape.length === 1;
    plain.push([name, isFlat ? values.values : Array.from({ length: rowCount }, (_, row) => toCell(values, row))]);
  }
  return table(plain, rowCount);
}
