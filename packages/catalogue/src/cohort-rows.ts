import { type CallOptions, formatRef, type RefKind, type RowKind, ref, TRUTH } from "@crossprobe/core";
import { z } from "zod";
import { byCodeUnits } from "./canonical-json.js";
import type { DatasetTables } from "./dataset-tables.js";
import { cellAt, type Resolving, resolveColumn } from "./resolved-column.js";
import type { Selection } from "./select.js";

const text = z.string().min(1);

const probeRowsSchema = z
  .strictObject({
    probe: text,
    /** Ids of channels or units that begin with the id of their probe and `/`: what follows it. */
    below: z.array(text).readonly().optional(),
    /** Ids of channels or units that do not. */
    ids: z.array(text).readonly().optional(),
  })
  .readonly();

/** Rows by session and probe, with the source's own ids, all in the order of their code units. */
export const sessionRowsSchema = z
  .strictObject({ session: text, probes: z.array(probeRowsSchema).readonly().optional() })
  .readonly();
export type SessionRows = z.infer<typeof sessionRowsSchema>;
type ProbeRows = z.infer<typeof probeRowsSchema>;

/** A row of a cohort: its reference, and those of the session and the probe that it belongs to. */
export interface CohortRow {
  readonly dataset: string;
  readonly session: string;
  /** Absent: for rows that are sessions. */
  readonly probe: string | null;
  /** What `parseRef` reads. */
  readonly ref: string;
  /** `indeterminate` in cohorts of the policy `possible` alone. */
  readonly membership: "in" | "indeterminate";
}

export const REF_KINDS: Readonly<Record<RowKind, RefKind>> = {
  sessions: "session",
  probes: "probe",
  channels: "channel",
  units: "unit",
};

/** The rows of one dataset, each membership by itself. Takes the ids of the selected rows alone. */
export async function selectedRows(
  tables: DatasetTables,
  kind: RowKind,
  selection: Selection,
  options: CallOptions,
): Promise<{ readonly rows: readonly SessionRows[]; readonly possible: readonly SessionRows[] }> {
  const sure = new RowTree();
  const possible = new RowTree();
  const resolving: Resolving = { tables, kind, mapping: "allen", selection };
  const column = async (name: RefKind) => {
    const found = await resolveColumn(name, resolving, options);
    const prefix = formatRef(ref(tables.entry.id, name, ""));
    return (row: number): string => String(cellAt(found, row) ?? prefix).slice(prefix.length);
  };
  const session = await column("session");
  const probe = kind === "sessions" ? undefined : await column("probe");
  const own = kind === "sessions" || kind === "probes" ? undefined : await column(REF_KINDS[kind]);
  for (const { start, end } of selection.ranges) {
    options.signal?.throwIfAborted();
    for (let row = start; row < end; row++) {
      const tree = selection.places?.[row] === TRUTH.indeterminate ? possible : sure;
      tree.add(session(row), probe?.(row), own?.(row));
    }
  }
  return { rows: sure.list(), possible: possible.list() };
}

class RowTree {
  readonly #sessions = new Map<string, Map<string, string[]>>();

  add(session: string, probe?: string, id?: string): void {
    const probes = this.#sessions.get(session) ?? new Map<string, string[]>();
    this.#sessions.set(session, probes);
    if (probe === undefined) return;
    const ids = probes.get(probe) ?? [];
    probes.set(probe, ids);
    if (id !== undefined) ids.push(id);
  }

  list(): readonly SessionRows[] {
    return sortedEntries(this.#sessions).map(([session, probes]) => ({
      session,
      ...(probes.size > 0 && { probes: sortedEntries(probes).map(([probe, ids]) => probeRows(probe, ids)) }),
    }));
  }
}

function sortedEntries<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...map].sort(([a], [b]) => byCodeUnits(a, b));
}

function probeRows(probe: string, ids: readonly string[]): ProbeRows {
  const prefix = `${probe}/`;
  const isBelow = (id: string): boolean => id.startsWith(prefix) && id.length > prefix.length;
  const below = ids.filter(isBelow).map((id) => id.slice(prefix.length));
  const whole = ids.filter((id) => !isBelow(id));
  return {
    probe,
    ...(below.length > 0 && { below: below.sort(byCodeUnits) }),
    ...(whole.length > 0 && { ids: whole.sort(byCodeUnits) }),
  };
}

/** The rows of a tree one after the other. */
export function* rowsOfTree(
  sessions: readonly SessionRows[],
  { dataset, kind, membership }: { dataset: string; kind: RowKind; membership: CohortRow["membership"] },
): Iterable<CohortRow> {
  const written = (refKind: RefKind, id: string) => formatRef(ref(dataset, refKind, id));
  for (const { session: sessionId, probes = [] } of sessions) {
    const session = written("session", sessionId);
    if (kind === "sessions") yield { dataset, session, probe: null, ref: session, membership };
    for (const { probe: probeId, below = [], ids = [] } of probes) {
      const probe = written("probe", probeId);
      if (kind === "probes") yield { dataset, session, probe, ref: probe, membership };
      for (const id of ids) yield { dataset, session, probe, ref: written(REF_KINDS[kind], id), membership };
      for (const id of below) {
        yield { dataset, session, probe, ref: written(REF_KINDS[kind], `${probeId}/${id}`), membership };
      }
    }
  }
}

/** How many rows a tree holds. */
export function countRows(sessions: readonly SessionRows[], kind: RowKind): number {
  if (kind === "sessions") return sessions.length;
  const probes = sessions.flatMap((session) => session.probes ?? []);
  if (kind === "probes") return probes.length;
  return probes.reduce((sum, { below = [], ids = [] }) => sum + below.length + ids.length, 0);
}
