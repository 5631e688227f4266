import { regions } from "@crossprobe/atlas";
import type { CallOptions, RowKind } from "@crossprobe/core";
import type { CodeData, ColumnData } from "./column.js";
import type { DatasetEntry } from "./dataset-entry.js";

/** A half-open range of rows. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** A column of a partition, whose values may still lie in a file. */
export interface StoredColumn {
  /** Arrays of full length; what was not needed yet reads as zeros. */
  readonly data: ColumnData;
  /** Brings the values of a range of rows into the arrays; `undefined` where they are there. */
  need(range: RowRange, options: CallOptions): Promise<void> | undefined;
}

/**
 * The rows of one kind of one dataset. Channels and units lie in the order of the ontology's walk by the label that their source gives
 * (those without one first, by the reason for it), so that a structure with all below it is one run of rows; within a label in the order of the source.
 */
export class Partition {
  readonly dataset: DatasetEntry;
  readonly kind: RowKind;
  readonly rowCount: number;
  /**
   * Where the rows of each label begin: the code of a label is its `Region.order` plus one, code 0 is no label; the last entry is the
   * number of rows. Undefined for sessions and probes.
   */
  readonly labelOffsets: Uint32Array | undefined;
  readonly #columns: ReadonlyMap<string, StoredColumn>;
  #sameCode: Uint8Array | undefined;

  constructor(
    dataset: DatasetEntry,
    kind: RowKind,
    rowCount: number,
    columns: ReadonlyMap<string, StoredColumn>,
    labelOffsets?: Uint32Array,
  ) {
    this.dataset = dataset;
    this.kind = kind;
    this.rowCount = rowCount;
    this.labelOffsets = labelOffsets;
    this.#columns = columns;
  }

  /** Names of the columns that this partition stores. */
  names(): readonly string[] {
    return [...this.#columns.keys()];
  }

  has(name: string): boolean {
    return this.#columns.has(name);
  }

  /** Brings columns near for some rows. Columns that are not stored are skipped. */
  async need(names: Iterable<string>, ranges: readonly RowRange[], options: CallOptions = {}): Promise<void> {
    const pending: Promise<void>[] = [];
    for (const name of names) {
      const column = this.#columns.get(name);
      if (column === undefined) continue;
      for (const range of ranges) {
        const reading = range.end > range.start ? column.need(range, options) : undefined;
        if (reading !== undefined) pending.push(reading);
      }
    }
    await Promise.all(pending);
  }

  /** A column, as far as it is near; undefined where the partition has none of this name. */
  column(name: string): ColumnData | undefined {
    return this.#columns.get(name)?.data;
  }

  /** A code 0 for every row: that of a column with one cell. */
  sameCode(): Uint8Array {
    this.#sameCode ??= new Uint8Array(this.rowCount);
    return this.#sameCode;
  }

  /** Codes of a column, near since the partition was opened: its length is that of the table. */
  codes(name: string): CodeData["codes"] {
    const data = this.column(name);
    return data?.kind === "code" ? data.codes : new Uint8Array(this.rowCount);
  }
}

/** Number of label codes: none, and one a structure. */
export const labelCount = (): number => regions().length + 1;

export const wholeOf = ({ rowCount }: Partition): readonly RowRange[] => [{ start: 0, end: rowCount }];

/** A column that is all there. */
export function present(data: ColumnData): StoredColumn {
  return { data, need: () => undefined };
}
