import type { ProbeInsertion } from "@crossprobe/core";
import type { IndexedTable } from "./tables.js";
import { probeRef, sessionRef } from "./vocabulary.js";

/** Tables that the probes of a session are counted in; the optional ones may not be in the folder. */
export interface ProbeTables {
  readonly probes: IndexedTable;
  readonly sessions?: IndexedTable | undefined;
  readonly channels?: IndexedTable | undefined;
  readonly units?: IndexedTable | undefined;
}

/** Probes of one session in the order of `probes.csv`. */
export function toProbes(tables: ProbeTables, sessionId: string): readonly ProbeInsertion[] {
  const { cells, rowsOf } = tables.probes;
  const countUnits = unitCounter(tables);
  const hasWaveforms = hasSessionFile(tables.sessions, sessionId);
  return (rowsOf.get(sessionId) ?? []).map((row): ProbeInsertion => {
    const id = cells.id("id", row);
    return {
      ref: probeRef(id),
      session: sessionRef(sessionId),
      label: cells.text("name", row) ?? id,
      channelCount: tables.channels ? (tables.channels.rowsOf.get(id)?.length ?? 0) : null,
      unitCount: countUnits(id),
      hasLfp: cells.boolean("has_lfp_data", row),
      hasWaveforms,
      model: cells.text("phase", row),
    };
  });
}

/**
 * Whether the release has the file of a session, which holds the mean waveforms of every unit; null where the table does not say.
 *
 * Source: `has_nwb` of sessions.csv; `waveform_mean` of the files' unit tables.
 */
function hasSessionFile(sessions: IndexedTable | undefined, sessionId: string): boolean | null {
  const row = sessions?.rowOf.get(sessionId);
  return sessions === undefined || row === undefined ? null : sessions.cells.boolean("has_nwb", row);
}

/** Units of a probe; null where the tables cannot say, as when some unit's channel is in no table and it may belong to any probe. */
function unitCounter({ channels, units }: ProbeTables): (probeId: string) => number | null {
  if (!channels || !units || countUnplacedUnits(channels, units) > 0) return () => null;
  return (probeId) => unitRowsOf(channels, units, probeId).length;
}

/** Row numbers of the units whose peak channel is listed for a probe, in the order of the table. */
export function unitRowsOf(channels: IndexedTable, units: IndexedTable, probeId: string): readonly number[] {
  return placementOf(channels, units).rowsOf.get(probeId) ?? [];
}

/** Units whose peak channel has no row in `channels.csv`: the tables alone do not say which probe they belong to. */
export function countUnplacedUnits(channels: IndexedTable, units: IndexedTable): number {
  return placementOf(channels, units).unplaced;
}

/** Which units each probe has, by the tables alone. */
interface Placement {
  readonly channels: IndexedTable;
  readonly rowsOf: ReadonlyMap<string, readonly number[]>;
  readonly unplaced: number;
}

/** Tables do not change once they are read, and every probe of the release asks: a walk over 99 180 units each time. */
const PLACEMENTS = new WeakMap<IndexedTable, Placement>();

function placementOf(channels: IndexedTable, units: IndexedTable): Placement {
  const known = PLACEMENTS.get(units);
  if (known?.channels === channels) return known;
  const rowsOf = new Map<string, number[]>();
  let unplaced = 0;
  for (let row = 0; row < units.cells.rowCount; row++) {
    const channel = channels.rowOf.get(units.cells.id("ecephys_channel_id", row));
    if (channel === undefined) {
      unplaced++;
      continue;
    }
    const probeId = channels.cells.id("ecephys_probe_id", channel);
    const rows = rowsOf.get(probeId);
    if (rows) rows.push(row);
    else rowsOf.set(probeId, [row]);
  }
  const placement = { channels, rowsOf, unplaced };
  PLACEMENTS.set(units, placement);
  return placement;
}

/**
 * Site number from which unlabelled channels of a probe are outside the brain: the brain surface as the release estimates it, or the
 * first site above every labelled one, whichever is nearer to the tip. Null where there is neither.
 *
 * Source: `surface_channel_index` of probes.csv; labels follow boundaries drawn by hand up to the brain surface.
 */
export function outsideFromSite(channels: IndexedTable, probes: IndexedTable, probeId: string): number | null {
  const row = probes.rowOf.get(probeId);
  const surface = row === undefined ? null : probes.cells.number("surface_channel_index", row);
  let aboveLabels: number | null = null;
  for (const channel of channels.rowsOf.get(probeId) ?? []) {
    if (channels.cells.text("ecephys_structure_acronym", channel) === null) continue;
    aboveLabels = Math.max(aboveLabels ?? 0, (channels.cells.number("local_index", channel) ?? 0) + 1);
  }
  if (surface === null || aboveLabels === null) return surface ?? aboveLabels;
  return Math.min(surface, aboveLabels);
}
