import type { Notice, Provenance } from "@crossprobe/core";
import type { ErrataSettings } from "../errata/errata-choice.js";
import { NoticeCounter } from "../notices.js";
import type { DiskTable } from "./disk-table.js";
import { type TypedColumn, type TypedColumns, takeRows } from "./project-table.js";
import { channelColumns, probeColumns, unitColumns } from "./repairs.js";
import { joinRows, type RowOrder } from "./row-order.js";
import { DEFAULT_UNIT_FILTERS, filterUnits, listedChannelRule, noteDropped, type UnitFilters } from "./unit-filters.js";

/** Rows of a table, each with the row of its owner; -1 where it has none and was kept. */
export interface Joined {
  readonly rows: Int32Array;
  readonly owners: Int32Array;
}

/** Units are joined once for each question, so that their columns and counts are made from one selection. */
export interface JoinedUnits extends Joined {
  readonly columns: TypedColumns;
  readonly notices: readonly Notice[];
}

export interface JoinOptions {
  readonly errata: ErrataSettings;
  readonly order: RowOrder;
}

/** Probes with their sessions, channels with their probes, units with their channels: the joins behind every returned table. */
export class JoinedTables {
  readonly #tables: Readonly<Partial<Record<"probes" | "channels" | "units", DiskTable>>>;
  readonly #sessions: DiskTable;
  readonly #order: RowOrder;
  readonly #notices = { probes: new NoticeCounter(), channels: new NoticeCounter() };
  readonly probeColumns: TypedColumns;
  readonly channelColumns: TypedColumns;
  readonly probes: Joined;
  readonly channels: Joined;
  /** Place in {@link probes} of a probe's row, in {@link channels} of a channel's row; -1 where it was not joined. */
  readonly #placeOfProbe: Int32Array;
  readonly #placeOfChannel: Int32Array;

  constructor(
    sessions: DiskTable,
    tables: Readonly<Partial<Record<"probes" | "channels" | "units", DiskTable>>>,
    { errata, order }: JoinOptions,
  ) {
    this.#sessions = sessions;
    this.#tables = tables;
    this.#order = order;
    const { probes, channels } = tables;
    this.probeColumns = probes ? probeColumns(probes, errata, this.#notices.probes) : new Map();
    this.channelColumns = channels ? channelColumns(channels, errata, this.#notices.channels) : new Map();
    this.probes = this.#join(probes, "ecephys_session_id", sessions.rowOf, "probes");
    this.#placeOfProbe = placesOf(this.probes, probes?.rowCount ?? 0);
    const joinedProbes = new Map([...(probes?.rowOf ?? [])].filter(([, row]) => (this.#placeOfProbe[row] ?? -1) >= 0));
    this.channels = this.#join(channels, "ecephys_probe_id", joinedProbes, "channels");
    this.#placeOfChannel = placesOf(this.channels, channels?.rowCount ?? 0);
  }

  /** Units that pass filters, each with the row of its channel. */
  units(filters: UnitFilters): JoinedUnits {
    const { units, channels } = this.#tables;
    if (!units) return { rows: new Int32Array(0), owners: new Int32Array(0), columns: new Map(), notices: [] };
    const notices = new NoticeCounter();
    const kept = filterUnits(units.columns, filters, units.url, notices);
    const channelOf = (row: number) => {
      const channel = channels?.rowOf.get(units.idAt("ecephys_channel_id", row)) ?? -1;
      return channel >= 0 && (this.#placeOfChannel[channel] ?? -1) >= 0 ? channel : -1;
    };
    const listed = listedChannelRule(filters);
    const joined = joinRows(kept, channelOf, this.#order, listed === undefined);
    if (listed) noteDropped(listed.name, listed.definition, kept.length - joined.rows.length, units.url, notices);
    const { requireGoodQuality = DEFAULT_UNIT_FILTERS.requireGoodQuality } = filters;
    const columns = new Map(unitColumns(units));
    if (requireGoodQuality) columns.delete("quality");
    return { ...joined, columns, notices: [...units.notices, ...notices.list()] };
  }

  /** Columns of joined probes: their own, then those of their sessions. */
  joinedProbeColumns(): TypedColumns {
    return this.#probeColumnsAt(this.probes.rows);
  }

  /** Columns of joined channels: their own, then those of their probes and sessions. */
  joinedChannelColumns(): TypedColumns {
    return this.#channelColumnsAt(this.channels.rows);
  }

  /** Columns of joined units: their own, then those of their channels, probes and sessions. */
  joinedUnitColumns({ rows, owners, columns }: JoinedUnits): TypedColumns {
    return merged(taken(columns, rows), this.#channelColumnsAt(owners), ["_unit", "_channel"]);
  }

  /** Row of the probe that a channel's row belongs to. */
  probeOf(channel: number): number {
    return this.channels.owners[this.#placeOfChannel[channel] ?? -1] ?? -1;
  }

  /** Row of the session that a probe's row belongs to. */
  sessionOf(probe: number): number {
    return this.probes.owners[this.#placeOfProbe[probe] ?? -1] ?? -1;
  }

  /** What was left out or repaired in the tables up to one of them. */
  notices(upTo: "sessions" | "probes" | "channels"): readonly Notice[] {
    const { probes, channels } = this.#tables;
    if (upTo === "sessions") return this.#sessions.notices;
    const ofProbes = [...this.#sessions.notices, ...(probes?.notices ?? []), ...this.#notices.probes.list()];
    return upTo === "probes" ? ofProbes : [...ofProbes, ...(channels?.notices ?? []), ...this.#notices.channels.list()];
  }

  provenance(...names: readonly ("probes" | "channels" | "units")[]): readonly Provenance[] {
    const urls = names.flatMap((name) => this.#tables[name]?.url ?? []);
    return [...urls, this.#sessions.url].map((url) => ({ url }));
  }

  #probeColumnsAt(rows: Int32Array): TypedColumns {
    const sessions = rows.map((row) => this.sessionOf(row));
    return merged(taken(this.probeColumns, rows), taken(withoutId(this.#sessions.columns), sessions), [
      "_probe",
      "_session",
    ]);
  }

  #channelColumnsAt(rows: Int32Array): TypedColumns {
    const probes = rows.map((row) => this.probeOf(row));
    const own = taken(this.channelColumns, rows);
    return merged(own, withoutId(this.#probeColumnsAt(probes)), ["_channel", "_probe"]);
  }

  #join(
    table: DiskTable | undefined,
    owner: string,
    rowOf: ReadonlyMap<string, number>,
    name: "probes" | "channels",
  ): Joined {
    if (!table) return { rows: new Int32Array(0), owners: new Int32Array(0) };
    const all = Int32Array.from({ length: table.rowCount }, (_, row) => row);
    const joined = joinRows(all, (row) => rowOf.get(table.idAt(owner, row)) ?? -1, this.#order);
    const message = `These rows were left out: no other table lists their ${owner}.`;
    this.#notices[name].add("rows-without-owner", table.url, message, all.length - joined.rows.length);
    return joined;
  }
}

function placesOf({ rows }: Joined, count: number): Int32Array {
  const places = new Int32Array(count).fill(-1);
  for (const [place, row] of rows.entries()) places[row] = place;
  return places;
}

function taken(columns: TypedColumns, rows: Int32Array): TypedColumns {
  return new Map([...columns].map(([name, column]) => [name, takeRows(column, rows)]));
}

function withoutId(columns: TypedColumns): TypedColumns {
  return new Map([...columns].filter(([name]) => name !== "id"));
}

/** Two tables side by side; a name that both have is told apart as pandas does. The identifiers are those of the first. */
function merged(left: TypedColumns, right: TypedColumns, [ofLeft, ofRight]: readonly [string, string]): TypedColumns {
  const others = withoutId(right);
  const named = (columns: TypedColumns, other: TypedColumns, suffix: string): [string, TypedColumn][] =>
    [...columns].map(([name, column]) => [name !== "id" && other.has(name) ? name + suffix : name, column]);
  return new Map([...named(left, others, ofLeft), ...named(others, left, ofRight)]);
}
