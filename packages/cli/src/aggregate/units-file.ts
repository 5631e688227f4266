import { table } from "@crossprobe/core";
import { createParquetEncoder } from "@crossprobe/formats/parquet";
import type { Write } from "../output/write-file.js";
import { RowSpool } from "./row-spool.js";
import { type AggregatedUnit, COLUMN_MEANINGS, columnsOf, toUnitRow, type UnitRow } from "./unit-row.js";

/** Rows of one row group: some tens of MB while they are encoded. */
const GROUP_ROWS = 20_000;

/** The units table while it is collected. */
export class UnitsFile {
  readonly #spool: RowSpool<UnitRow>;
  readonly #rules = new Set<string>();
  readonly #metrics = new Set<string>();

  private constructor(spool: RowSpool<UnitRow>) {
    this.#spool = spool;
  }

  static async open(path: string): Promise<UnitsFile> {
    return new UnitsFile(await RowSpool.open<UnitRow>(path));
  }

  async add(units: readonly AggregatedUnit[]): Promise<void> {
    for (const { unit } of units) {
      for (const id of Object.keys(unit.quality)) this.#rules.add(id);
      for (const name of Object.keys(unit.metrics)) this.#metrics.add(name);
    }
    await this.#spool.add(units.map(toUnitRow));
  }

  /** Writes the table: by now every column is known. */
  async finish(path: string, write: Write, signal: AbortSignal): Promise<void> {
    const columns = columnsOf(this.#rules, this.#metrics);
    const types = new Map(columns.map(({ name, type }) => [name, type]));
    const encoder = createParquetEncoder(types, new Map([["crossprobe.columns", JSON.stringify(COLUMN_MEANINGS)]]));
    for await (const rows of this.#spool.parts(GROUP_ROWS)) {
      signal.throwIfAborted();
      await write(path, encoder.write(table(columns.map(({ name, of }) => [name, rows.map(of)] as const))));
    }
    await write(path, encoder.finish());
  }

  remove(): Promise<void> {
    return this.#spool.remove();
  }
}
