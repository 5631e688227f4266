import type { Notice } from "@crossprobe/core";
import type { ErrataSettings } from "../errata/errata-choice.js";
import { STRUCTURE_ACRONYMS_LITERAL } from "../errata/labels.js";
import { NoticeCounter } from "../notices.js";
import type { DiskTable } from "./disk-table.js";
import type { Joined, JoinedTables, JoinedUnits } from "./joined-tables.js";
import { countOwned, distinctOwned } from "./owned.js";
import { type ProjectTable, projectTable, type TypedColumn, type TypedColumns } from "./project-table.js";
import { parsePythonList } from "./python-list.js";
import { SUPPRESSED_COLUMNS } from "./suppressed.js";
import type { UnitFilters } from "./unit-filters.js";

/** Which tables of the folder are there: what needs another one is absent. */
export interface Present {
  readonly probes: boolean;
  readonly channels: boolean;
  readonly units: boolean;
}

const ACRONYMS = "ecephys_structure_acronyms";
const ACRONYM = "ecephys_structure_acronym";

/** Sessions with counts and structures, as `get_session_table` gives them. */
export function sessionTable(
  sessions: DiskTable,
  joined: JoinedTables,
  present: Present & { readonly errata: ErrataSettings },
  suppress: readonly string[] = SUPPRESSED_COLUMNS.sessions,
): ProjectTable {
  const { rowCount } = sessions;
  const sessionOfChannel = (channel: number) => joined.sessionOf(joined.probeOf(channel));
  const columns = new Map(sessions.columns);
  const counts = new Counts(joined, present, sessions.url);
  columns.set(
    "unit_count",
    counts.of("units", rowCount, ({ owners }) => owners.map(sessionOfChannel)),
  );
  columns.set(
    "channel_count",
    counts.of("channels", rowCount, ({ rows }) => rows.map(sessionOfChannel)),
  );
  columns.set(
    "probe_count",
    counts.of("probes", rowCount, ({ owners }) => owners),
  );
  const repairs = new NoticeCounter();
  const literal = columns.get("structure_acronyms");
  columns.delete("structure_acronyms");
  columns.set(
    ACRONYMS,
    present.channels
      ? acronymsOf(joined, rowCount, sessionOfChannel)
      : acronymsFromLiteral(literal, { rowCount, errata: present.errata, url: sessions.url, notices: repairs }),
  );
  const named = renamed(without(columns, suppress), "genotype", "full_genotype");
  const notices = [...joined.notices("sessions"), ...counts.notices(), ...repairs.list()];
  return projectTable("id", named, { provenance: joined.provenance("probes", "channels", "units"), notices });
}

/** Probes with their sessions and counts, as `get_probes` gives them. */
export function probeTable(
  probes: DiskTable,
  joined: JoinedTables,
  present: Present,
  suppress: readonly string[] = SUPPRESSED_COLUMNS.probes,
): ProjectTable {
  const columns = new Map(joined.joinedProbeColumns());
  const counts = new Counts(joined, present, probes.url);
  const inOrder = (column: TypedColumn) => ({
    ...column,
    values: Array.from(joined.probes.rows, (row) => column.values[row]),
  });
  const counted = (name: "units" | "channels", ownersOf: (joined: Joined) => Int32Array) => {
    const { values, dtype } = counts.of(name, probes.rowCount, ownersOf);
    return {
      values: (values as Float64Array).length
        ? Float64Array.from(joined.probes.rows, (row) => Number(values[row]))
        : values,
      dtype,
    };
  };
  columns.set(
    "unit_count",
    counted("units", ({ owners }) => owners.map((channel) => joined.probeOf(channel))),
  );
  columns.set(
    "channel_count",
    counted("channels", ({ owners }) => owners),
  );
  const acronyms = present.channels
    ? acronymsOf(joined, probes.rowCount, (channel) => joined.probeOf(channel))
    : { values: new Array<null>(probes.rowCount).fill(null), dtype: "object" as const };
  columns.set(ACRONYMS, inOrder(acronyms));
  const notices = [...joined.notices("probes"), ...counts.notices()];
  return projectTable("id", without(columns, suppress), {
    provenance: joined.provenance("probes", "channels", "units"),
    notices,
  });
}

/** Channels with their probes, sessions and counts of units, as `get_channels` gives them. */
export function channelTable(
  channels: DiskTable,
  joined: JoinedTables,
  present: Present,
  suppress: readonly string[] = SUPPRESSED_COLUMNS.channels,
): ProjectTable {
  const columns = new Map(joined.joinedChannelColumns());
  const counts = new Counts(joined, present, channels.url);
  const { values, dtype } = counts.of("units", channels.rowCount, ({ owners }) => owners);
  columns.set("unit_count", { values: Float64Array.from(joined.channels.rows, (row) => Number(values[row])), dtype });
  const named = renamed(without(columns, suppress), "name", "probe_name");
  const notices = [...joined.notices("channels"), ...counts.notices()];
  return projectTable("id", named, { provenance: joined.provenance("probes", "channels", "units"), notices });
}

/** Units that pass filters, with their channels, probes and sessions, as `get_units` gives them. */
export function unitTable(
  joined: JoinedTables,
  filters: UnitFilters,
  suppress: readonly string[] = SUPPRESSED_COLUMNS.units,
): ProjectTable {
  const units = joined.units(filters);
  const columns = without(joined.joinedUnitColumns(units), suppress);
  const notices = [...joined.notices("channels"), ...units.notices];
  return projectTable("id", columns, { provenance: joined.provenance("units", "channels", "probes"), notices });
}

/** Counts of what rows own; NaN throughout, with a notice, where the table to count in is not in the folder. */
class Counts {
  readonly #joined: JoinedTables;
  readonly #present: Present;
  readonly #where: string;
  readonly #notices = new NoticeCounter();

  constructor(joined: JoinedTables, present: Present, where: string) {
    this.#joined = joined;
    this.#present = present;
    this.#where = where;
  }

  of(name: keyof Present, rowCount: number, ownersOf: (joined: Joined) => Int32Array): TypedColumn {
    const { probes, channels, units } = this.#present;
    const isThere = { probes, channels: probes && channels, units: probes && channels && units }[name];
    if (isThere) {
      const owned: Joined | JoinedUnits = name === "units" ? this.#joined.units({}) : this.#joined[name];
      return { values: countOwned(rowCount, ownersOf(owned)), dtype: "int64" };
    }
    const message = `The ${name} of a row could not be counted: a table that this needs is not in the folder.`;
    this.#notices.add("count-without-table", `${this.#where}#${name.slice(0, -1)}_count`, message, rowCount);
    return { values: new Float64Array(rowCount).fill(Number.NaN), dtype: "float64" };
  }

  notices(): readonly Notice[] {
    return this.#notices.list();
  }
}

function acronymsOf(joined: JoinedTables, rowCount: number, ownerOf: (channel: number) => number): TypedColumn {
  const labels = joined.channelColumns.get(ACRONYM)?.values ?? [];
  const owned = Array.from(joined.channels.rows, (row) => {
    const label = labels[row];
    return [ownerOf(row), typeof label === "string" ? label : null] as const;
  });
  return { values: distinctOwned(rowCount, owned), dtype: "object" };
}

interface Literals {
  readonly rowCount: number;
  readonly errata: ErrataSettings;
  readonly url: string;
  readonly notices: NoticeCounter;
}

/** Source: old downloads of sessions.csv, where the column holds Python lists. */
function acronymsFromLiteral(
  column: TypedColumn | undefined,
  { rowCount, errata, url, notices }: Literals,
): TypedColumn {
  const { id, detect } = STRUCTURE_ACRONYMS_LITERAL;
  const values = Array.from({ length: rowCount }, (_, row) => {
    const text = column?.values[row];
    if (typeof text !== "string") return null;
    if (!errata.isOn(id)) return text;
    if (detect(text)) notices.add(id, url, "A structure of the bare word nan is one without acronym.");
    return parsePythonList(text) ?? null;
  });
  return { values, dtype: "object" };
}

function without(columns: TypedColumns, names: readonly string[]): TypedColumns {
  return new Map([...columns].filter(([name]) => name === "id" || !names.includes(name)));
}

function renamed(columns: TypedColumns, from: string, to: string): TypedColumns {
  return new Map([...columns].map(([name, column]) => [name === from ? to : name, column]));
}
