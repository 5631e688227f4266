import type { AdapterPlugin, CallOptions, Notice, ProbeRef } from "@crossprobe/core";
import type { Catalogue } from "./catalogue.js";
import { type ColumnData, cellOf } from "./column.js";
import type { DatasetEntry } from "./dataset-entry.js";
import type { DatasetRows } from "./dataset-rows.js";
import type { Partition } from "./partition.js";
import { wholeOf } from "./partition.js";
import type { TableRows } from "./table-rows.js";

/** Channels and units of probes that have not changed since an earlier catalogue was built. */
export class EarlierRows {
  readonly #entry: DatasetEntry;
  readonly #probes: ReadonlyMap<string, number>;
  readonly #tables: readonly EarlierTable[];

  private constructor(entry: DatasetEntry, probes: ReadonlyMap<string, number>, tables: readonly EarlierTable[]) {
    this.#entry = entry;
    this.#probes = probes;
    this.#tables = tables;
  }

  /**
   * The probes of a dataset whose fingerprint is what it was.
   *
   * Absent: `undefined` where there is no earlier catalogue, none of the probes has stayed, or another version of the adapter read it.
   */
  static async open(
    catalogue: Catalogue | undefined,
    { id, version }: AdapterPlugin,
    fingerprints: ReadonlyMap<string, string>,
    call: CallOptions,
  ): Promise<EarlierRows | undefined> {
    const entry = catalogue?.datasets().find((dataset) => dataset.id === id);
    if (catalogue === undefined || entry === undefined || entry.adapterVersion !== version) return undefined;
    const probes = catalogue.partition(id, "probes");
    if (probes === undefined) return undefined;
    await probes.need(["id"], wholeOf(probes), call);
    const same = new Map<string, number>();
    const ids = probes.column("id");
    for (let row = 0; ids !== undefined && row < probes.rowCount; row++) {
      const probe = String(cellOf(ids, row, ""));
      const fingerprint = fingerprints.get(probe);
      if (fingerprint !== undefined && entry.fingerprints[probe] === fingerprint) same.set(probe, row);
    }
    if (same.size === 0) return undefined;
    const tables: EarlierTable[] = [];
    for (const kind of ["channels", "units"] as const) {
      const partition = catalogue.partition(id, kind);
      if (partition === undefined) continue;
      await partition.need(partition.names(), wholeOf(partition), call);
      tables.push(new EarlierTable(partition, kind, probes.rowCount));
    }
    return new EarlierRows(entry, same, tables);
  }

  has({ id }: ProbeRef): boolean {
    return this.#probes.has(id);
  }

  /** What was said of the tables of a probe when they were read. */
  noticesOf({ id }: ProbeRef): readonly Notice[] {
    const { notices, noticeShares } = this.#entry;
    return (noticeShares[id] ?? []).flatMap(([place, count]) => {
      const notice = notices[place];
      return notice === undefined ? [] : [{ ...notice, count }];
    });
  }

  copy({ id }: ProbeRef, rows: DatasetRows, probeRow: number): void {
    const row = this.#probes.get(id);
    if (row === undefined) return;
    for (const table of this.#tables) table.copy(row, rows[table.kind], probeRow, rows.prefixOf(probeRow));
  }
}

/** A table with the rows of each probe at hand. */
class EarlierTable {
  readonly kind: "channels" | "units";
  readonly #partition: Partition;
  /** Rows by probe. */
  readonly #rows: Uint32Array;
  readonly #starts: Uint32Array;

  constructor(partition: Partition, kind: "channels" | "units", probeCount: number) {
    this.kind = kind;
    this.#partition = partition;
    const probes = partition.codes("probeRow");
    const starts = new Uint32Array(probeCount + 2);
    for (const code of probes) starts[code + 1] = (starts[code + 1] as number) + 1;
    for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
    const free = starts.slice();
    this.#rows = new Uint32Array(probes.length);
    for (let row = 0; row < probes.length; row++) {
      const code = probes[row] as number;
      const place = free[code] as number;
      this.#rows[place] = row;
      free[code] = place + 1;
    }
    this.#starts = starts;
  }

  copy(earlierProbe: number, table: TableRows, probeRow: number, prefix: string): void {
    const from = this.#rows.subarray(this.#starts[earlierProbe + 1], this.#starts[earlierProbe + 2]);
    const first = table.addRows(from.length);
    for (const name of this.#partition.names()) {
      const data = this.#partition.column(name);
      if (data !== undefined) copyCells(data, from, table, { name, first, probeRow, prefix });
    }
  }
}

interface Place {
  readonly name: string;
  readonly first: number;
  readonly probeRow: number;
  readonly prefix: string;
}

function copyCells(data: ColumnData, from: Uint32Array, table: TableRows, { name, first, ...probe }: Place): void {
  switch (data.kind) {
    case "number": {
      const column = table.numbers(name);
      for (const [i, row] of from.entries()) column.set(first + i, data.values[row] as number);
      return;
    }
    case "flag": {
      const column = table.flags(name);
      for (const [i, row] of from.entries()) column.set(first + i, cellOf(data, row, "") as boolean | null);
      return;
    }
    case "code": {
      const column = table.codes(name);
      for (const [i, row] of from.entries()) {
        const code = data.codes[row] as number;
        if (name === "probeRow") column.setCode(first + i, probe.probeRow + 1);
        else column.set(first + i, code === 0 ? null : (data.texts[code] ?? null));
      }
      return;
    }
    case "text": {
      const column = table.texts(name);
      for (const [i, row] of from.entries()) {
        column.set(first + i, cellOf(data, row, probe.prefix) as string | null, probe.prefix);
      }
    }
  }
}
