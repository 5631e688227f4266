import { type CallOptions, type EventTable, isDataError, QueryError, type Session } from "@crossprobe/core";
import { quartiles } from "../quantiles.js";
import type { CompareHub } from "./options.js";

/** The events that responses are aligned to. */
export const VISUAL_ONSETS = { types: ["stimulus.visual.onset"] } as const;

/** What a stimulus without a name of its own is called. */
const UNNAMED = "unnamed";

/** Onsets of visual stimuli, as far as they were asked for. */
export interface OnsetTable extends EventTable {
  /** Onsets of stimuli that were not asked for, by name. */
  readonly notAsked: Readonly<Record<string, number>>;
}

/** Counts rows by the source's name of the stimulus. */
export function countByStimulus(rows: EventTable["rows"]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { stimulus } of rows) counts[stimulus ?? UNNAMED] = (counts[stimulus ?? UNNAMED] ?? 0) + 1;
  return counts;
}

/** Keeps the onsets of the named stimuli; all where `stimuli` is null. */
export function onsetsOf(events: EventTable, stimuli: readonly string[] | null): OnsetTable {
  const isAsked = (name: string | null) => stimuli === null || stimuli.includes(name ?? UNNAMED);
  return {
    ...events,
    rows: events.rows.filter(({ stimulus }) => isAsked(stimulus)),
    notAsked: countByStimulus(events.rows.filter(({ stimulus }) => !isAsked(stimulus))),
  };
}

/** Median time from one onset to the next of its session, seconds; null without two onsets in any. */
export function medianOnsetInterval(tables: readonly EventTable[]): number | null {
  const steps = tables.flatMap(({ rows }) => {
    const times = Float64Array.from(rows, ({ time }) => time).sort();
    return Array.from(times.subarray(1), (time, i) => time - (times[i] ?? Number.NaN));
  });
  return quartiles(steps).median;
}

/**
 * Checks, before anything longer is read, that every named stimulus occurs in some session; stops once all were seen. A session
 * whose events cannot be read is passed over here: reading it whole says why.
 *
 * @throws {@link QueryError} that names the stimuli present
 */
export async function requireStimuli(
  hub: CompareHub,
  sessions: readonly Session[],
  stimuli: readonly string[],
  options: CallOptions,
): Promise<void> {
  const missing = new Set(stimuli);
  const present = new Set<string>();
  for (const { ref } of sessions) {
    if (missing.size === 0) return;
    options.signal?.throwIfAborted();
    try {
      const { rows } = await hub.events(ref, VISUAL_ONSETS, options);
      for (const name of Object.keys(countByStimulus(rows))) present.add(name);
    } catch (error) {
      if (options.signal?.aborted === true || !isDataError(error)) throw error;
    }
    for (const name of present) missing.delete(name);
  }
  if (missing.size === 0) return;
  const names = [...missing].map((name) => JSON.stringify(name)).join(", ");
  const known = [...present].sort().join(", ");
  throw new QueryError(`no visual onset has the stimulus ${names}`, {
    hint: known === "" ? "the sources have no visual onsets: name no stimulus" : `stimuli that are there: ${known}`,
  });
}
