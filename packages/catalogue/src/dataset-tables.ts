import type { CallOptions, RowKind } from "@crossprobe/core";
import { type Cell, type Codes, textOf } from "./column.js";
import type { DatasetEntry } from "./dataset-entry.js";
import { Partition, wholeOf } from "./partition.js";

/** The four tables of one dataset, and how a row of one finds its row in another. */
export class DatasetTables {
  readonly entry: DatasetEntry;
  readonly #tables: ReadonlyMap<RowKind, Partition>;
  #probeIds: readonly string[] | undefined;
  #sessionIds: readonly string[] | undefined;
  readonly #cells = new Map<string, readonly Cell[]>();

  constructor(entry: DatasetEntry, partitions: readonly Partition[]) {
    this.entry = entry;
    this.#tables = new Map(partitions.map((partition) => [partition.kind, partition]));
  }

  table(kind: RowKind): Partition {
    return this.#tables.get(kind) ?? new Partition(this.entry, kind, 0, new Map());
  }

  /** The table that stands for the places of probes and sessions: channels, or units where there are none. */
  placed(): Partition {
    const channels = this.table("channels");
    return channels.rowCount > 0 ? channels : this.table("units");
  }

  /** Row of the probe of each row, plus one; 0 where there is none. */
  async probeRows(kind: "channels" | "units", options?: CallOptions): Promise<Codes> {
    const table = this.table(kind);
    await table.need(["probeRow"], wholeOf(table), options);
    return table.codes("probeRow");
  }

  /** Row of the session of each probe, plus one. */
  async sessionRows(options?: CallOptions): Promise<Codes> {
    const probes = this.table("probes");
    await probes.need(["sessionRow"], wholeOf(probes), options);
    return probes.codes("sessionRow");
  }

  /** Cells by the code of a probe, made once. */
  cellsByProbe(name: string, make: () => readonly Cell[]): readonly Cell[] {
    const cells = this.#cells.get(name) ?? make();
    this.#cells.set(name, cells);
    return cells;
  }

  async probeIds(options?: CallOptions): Promise<readonly string[]> {
    this.#probeIds ??= await idsOf(this.table("probes"), options);
    return this.#probeIds;
  }

  async sessionIds(options?: CallOptions): Promise<readonly string[]> {
    this.#sessionIds ??= await idsOf(this.table("sessions"), options);
    return this.#sessionIds;
  }
}

async function idsOf(table: Partition, options?: CallOptions): Promise<readonly string[]> {
  await table.need(["id"], wholeOf(table), options);
  const ids = table.column("id");
  return Array.from({ length: table.rowCount }, (_, row) => (ids?.kind === "text" ? (textOf(ids, row, "") ?? "") : ""));
}
