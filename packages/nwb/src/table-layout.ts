import type { CallOptions, DataError, Notice, NumericArray } from "@crossprobe/core";
import type { Hdf5ArrayInfo, Hdf5File } from "@crossprobe/formats/hdf5";
import { readRows, requireArray, rowCountOf } from "./array-rows.js";
import { type Attributes, referenceAttribute, textAttribute, textListAttribute } from "./attributes.js";
import { isNumeric } from "./hdf5-values.js";
import { attempt, nwbNotice, nwbProblem } from "./problem.js";

/** Where the values of a table column are. */
export interface ColumnLayout {
  readonly name: string;
  readonly array: Hdf5ArrayInfo;
  readonly attributes: Attributes;
  /** Indices that cut the values into rows, the outermost first; none for a plain column. */
  readonly indices: readonly Hdf5ArrayInfo[];
  readonly rowCount: number;
  readonly neurodataType?: string | undefined;
  readonly description?: string | undefined;
}

/** What a table consists of, before any column is read. */
export interface TableLayout {
  readonly path: string;
  readonly neurodataType?: string | undefined;
  readonly description?: string | undefined;
  readonly rowCount: number;
  /** Absent when the file has none (see the notice `ids-missing`). */
  readonly ids?: NumericArray | undefined;
  /** Names that the table lists, in its order. */
  readonly colnames: readonly string[];
  /** Those that can be read, in that order. */
  readonly columns: ReadonlyMap<string, ColumnLayout>;
  /** Those that cannot, with the reason. */
  readonly unreadable: ReadonlyMap<string, DataError>;
  readonly notices: readonly Notice[];
}

/** Types of arrays of a table that are no columns. */
const NO_COLUMN_TYPES: ReadonlySet<string> = new Set(["VectorIndex", "ElementIdentifiers"]);
const INDEX_DEPTH = 4;

/**
 * Ids, column names and shapes of a table; reads the ids and no column.
 *
 * Source: `DynamicTable` (hdmf-common): the attribute `colnames` gives the columns in order; `id` has one value a row; column `c`
 * is ragged when `c_index` is a `VectorIndex` (`c_index_index` when doubly so).
 *
 * @param only names of the columns wanted; all if not given
 * @returns `undefined` when nothing is at the path
 * @throws {@link FormatError} when an array is there, or the ids do not decode
 */
export async function readTableLayout(
  file: Hdf5File,
  path: string,
  only?: readonly string[],
  options?: CallOptions,
): Promise<TableLayout | undefined> {
  const found = await file.find(path, options);
  if (!found) return undefined;
  if (found.kind !== "group") throw nwbProblem(file, path, "An array stands where a table should be");
  const attributes = await file.attributes(path, options);
  const members = new Set((await file.list(path, options)).map((link) => link.name));
  const reader = new LayoutReader(file, path, members, options);
  const listed = textListAttribute(attributes, "colnames");
  const colnames = listed?.length ? listed : await reader.guessColumns(listed === undefined);
  reader.colnames = colnames;
  const wanted = only ? colnames.filter((name) => only.includes(name)) : colnames;
  const ids = await reader.readIds();
  for (const name of wanted) await reader.addColumn(name);
  const rowCount = reader.settleRowCount(ids);
  if (listed?.length && !only) await reader.noteUnlisted(listed);
  return {
    path,
    neurodataType: textAttribute(attributes, "neurodata_type"),
    description: textAttribute(attributes, "description"),
    rowCount,
    ids,
    colnames,
    columns: reader.columns,
    unreadable: reader.unreadable,
    notices: reader.notices,
  };
}

class LayoutReader {
  readonly columns = new Map<string, ColumnLayout>();
  readonly unreadable = new Map<string, DataError>();
  readonly notices: Notice[] = [];
  colnames: readonly string[] = [];
  readonly #file: Hdf5File;
  readonly #path: string;
  readonly #members: ReadonlySet<string>;
  readonly #options: CallOptions | undefined;

  constructor(file: Hdf5File, path: string, members: ReadonlySet<string>, options: CallOptions | undefined) {
    this.#file = file;
    this.#path = path;
    this.#members = members;
    this.#options = options;
  }

  async readIds(): Promise<NumericArray | undefined> {
    if (!this.#members.has("id")) {
      this.#note("", "ids-missing", "The table has no ids; rows are counted by its columns.");
      return undefined;
    }
    const array = await requireArray(this.#file, this.#place("id"), this.#options);
    const { values } = await readRows(this.#file, array, undefined, this.#options);
    if (isNumeric(values)) return values;
    throw nwbProblem(this.#file, array.path, "Ids are no numbers");
  }

  async addColumn(name: string): Promise<void> {
    const result = await attempt(() => this.#readColumn(name));
    if ("value" in result) this.columns.set(name, result.value);
    else this.unreadable.set(name, result.problem);
  }

  /** Rows of the table; columns of another length are moved to the unreadable ones. */
  settleRowCount(ids: NumericArray | undefined): number {
    const [first] = this.columns.values();
    const rowCount = ids?.length ?? first?.rowCount ?? 0;
    const reference = ids ? "id" : (first?.name ?? "id");
    for (const [name, column] of [...this.columns]) {
      if (column.rowCount === rowCount) continue;
      this.columns.delete(name);
      const lengths = `Column ${name} has ${column.rowCount} rows and ${reference} has ${rowCount}`;
      this.unreadable.set(name, nwbProblem(this.#file, this.#place(name), lengths));
    }
    return rowCount;
  }

  /**
   * Columns by their type, for a table that lists none (pynwb leaves `colnames` empty when a table with columns has no rows), or by
   * their name where there are no types either.
   */
  async guessColumns(isMissing: boolean): Promise<readonly string[]> {
    const names: string[] = [];
    for (const name of this.#members) {
      if (await this.#isColumn(name, isMissing)) names.push(name);
    }
    if (isMissing || names.length > 0) {
      const message = "The table does not list its columns; they are in name order.";
      this.#note("", "colnames-missing", message, names.length);
    }
    return names;
  }

  async noteUnlisted(listed: readonly string[]): Promise<void> {
    for (const name of this.#members) {
      if (listed.includes(name) || !(await this.#isColumn(name, false))) continue;
      this.#note(name, "column-not-listed", `The table holds a column ${name} that it does not list; it is left out.`);
    }
  }

  async #readColumn(name: string): Promise<ColumnLayout> {
    const place = this.#place(name);
    if (!this.#members.has(name)) {
      throw nwbProblem(this.#file, place, `The table lists a column ${name} that it does not hold`);
    }
    const array = await requireArray(this.#file, place, this.#options);
    const attributes = await this.#file.attributes(place, this.#options);
    const indices = await this.#readIndices(name, array);
    return {
      name,
      array,
      attributes,
      indices,
      rowCount: rowCountOf(indices[0] ?? array),
      neurodataType: textAttribute(attributes, "neurodata_type"),
      description: textAttribute(attributes, "description"),
    };
  }

  async #readIndices(name: string, array: Hdf5ArrayInfo): Promise<readonly Hdf5ArrayInfo[]> {
    const indices: Hdf5ArrayInfo[] = [];
    let target = array.path;
    for (let index = `${name}_index`; indices.length < INDEX_DEPTH; index += "_index") {
      if (!this.#members.has(index) || !(await this.#isIndex(index, target))) break;
      const info = await requireArray(this.#file, this.#place(index), this.#options);
      indices.unshift(info);
      target = info.path;
    }
    return indices;
  }

  /** A column may be called `x_index` beside a column `x` (Allen's `stimulus_index`): the type decides, then the target. */
  async #isIndex(name: string, target: string): Promise<boolean> {
    const attributes = await this.#file.attributes(this.#place(name), this.#options);
    const type = textAttribute(attributes, "neurodata_type");
    const pointsAt = referenceAttribute(attributes, "target");
    if (type !== undefined && type !== "VectorIndex") return false;
    if (type === undefined && pointsAt === undefined && this.colnames.includes(name)) return false;
    if (pointsAt === undefined) {
      this.#note(name, "index-target-missing", "The index names no target; its name tells.");
    } else if (pointsAt !== target) {
      this.#note(name, "index-target-differs", `The index points at ${pointsAt ?? "nothing"}; its name tells.`);
    }
    return true;
  }

  async #isColumn(name: string, acceptUntyped: boolean): Promise<boolean> {
    if (name === "id") return false;
    const found = await attempt(() => this.#readType(name));
    if ("problem" in found || found.value === undefined) return false;
    const isTyped = found.value !== "";
    if (NO_COLUMN_TYPES.has(found.value) || (!isTyped && !acceptUntyped)) return false;
    const base = name.replace(isTyped ? /_elements$/ : /_(elements|index)$/, "");
    return base === name || !this.#members.has(base);
  }

  /** Type of an array, `""` when it has none; `undefined` for a group or a link to nothing. */
  async #readType(name: string): Promise<string | undefined> {
    const found = await this.#file.find(this.#place(name), this.#options);
    if (found?.kind !== "array") return undefined;
    return textAttribute(await this.#file.attributes(this.#place(name), this.#options), "neurodata_type") ?? "";
  }

  #place(name: string): string {
    return `${this.#path}/${name}`;
  }

  #note(name: string, code: string, message: string, count = 1): void {
    const place = name === "" ? this.#path : this.#place(name);
    this.notices.push(nwbNotice(this.#file, place, code, message, count));
  }
}
