import {
  type CallOptions,
  type Channel,
  type EventTable,
  formatRef,
  type Interval,
  type InvalidInterval,
  type ProbeInsertion,
  type Session,
  type SpikeTable,
  spikeTrain,
  type Unit,
} from "@crossprobe/core";
import { type UnitRate, unitRate } from "../firing-rates.js";
import { concerning, isInside, spanText } from "../intervals.js";
import { psthCounts } from "../psth.js";
import { isRecorded, type RecordedSpans, recordedSpans, secondsBeyond } from "../recorded-spans.js";
import { assignRegion, type RegionAssignment } from "../regions.js";
import type { Journal } from "./journal.js";
import type { ReadContext } from "./read-context.js";
import { type ProbeLfp, readProbeLfp } from "./read-lfp.js";
import { type OnsetTable, onsetsOf, VISUAL_ONSETS } from "./stimuli.js";

/** A unit with what was computed from its spikes; the spikes themselves are let go. */
export interface UnitFindings {
  readonly unit: Unit;
  readonly assignment: RegionAssignment;
  /** Verdict of the dataset's rule; null where it cannot be evaluated or there is no rule. */
  readonly passes: boolean | null;
  /** Null for a unit that was not chosen, or without spikes to read. */
  readonly rate: UnitRate | null;
  /** Spikes in each bin around the probe's onsets; null like `rate`, and without onsets. */
  readonly counts: Uint32Array | null;
}

export interface ProbeFindings {
  readonly probe: ProbeInsertion;
  /** Null where the source has no channel table. */
  readonly channels: readonly { readonly channel: Channel; readonly assignment: RegionAssignment }[] | null;
  /** Null where the source cannot answer for units. */
  readonly units: readonly UnitFindings[] | null;
  /** What was recorded of the units, where the interval of the rates reaches beyond it; else null. */
  readonly recordedLess: Interval | null;
  /** Indices into the session's onsets of those that count for this probe. */
  readonly onsets: readonly number[];
  readonly lfp: ProbeLfp | null;
}

export interface SessionFindings {
  readonly session: Session;
  readonly probes: readonly ProbeFindings[];
  /** Onsets of visual stimuli and what is beside them; null where the source has no events. */
  readonly events: OnsetTable | null;
}

/** Everything a comparison needs of one session, probe by probe. Rejects when any of it cannot be read. */
export async function readSession(
  session: Session,
  context: ReadContext,
  options: CallOptions,
): Promise<SessionFindings> {
  const { hub, journal } = context;
  const events = await readOnsets(session, context, options);
  const invalid =
    (await journal.attempt("invalid intervals", session.ref, () => hub.invalidIntervals(session.ref, options))) ?? [];
  const probes: ProbeFindings[] = [];
  for (const probe of await hub.probes(session.ref, options)) {
    options.signal?.throwIfAborted();
    probes.push(await readProbe(probe, events, invalid, context, options));
  }
  return { session, probes, events };
}

async function readOnsets(
  { ref }: Session,
  { hub, journal, settings: { stimuli } }: ReadContext,
  options: CallOptions,
): Promise<OnsetTable | null> {
  const events = await journal.attempt("events", ref, () => hub.events(ref, VISUAL_ONSETS, options));
  if (events === null) return null;
  journal.note(events);
  const onsets = onsetsOf(events, stimuli);
  if (stimuli !== null && onsets.rows.length === 0 && events.rows.length > 0) {
    const there = Object.keys(onsets.notAsked).join(", ");
    journal.absent("onsets", `no stimulus ${stimuli.join(" or ")}; its stimuli are ${there}`, ref);
  }
  return onsets;
}

async function readProbe(
  probe: ProbeInsertion,
  events: EventTable | null,
  invalid: readonly InvalidInterval[],
  context: ReadContext,
  options: CallOptions,
): Promise<ProbeFindings> {
  const { hub, journal, settings } = context;
  const channels = await journal.attempt("channels", probe.ref, () => hub.channels(probe.ref, options));
  if (channels !== null) journal.note(channels);
  const spans = concerning(invalid, probe.ref);
  const rows = events?.rows ?? [];
  const onsets = [...rows.keys()].filter((index) => !isInside(rows[index]?.time ?? Number.NaN, spans));
  const times = onsets.map((index) => rows[index]?.time ?? Number.NaN);
  return {
    probe,
    channels:
      channels?.rows.map((channel) => ({ channel, assignment: assignRegion(channel, settings.mapping) })) ?? null,
    ...(await readUnits(probe, times, context, options)),
    onsets,
    lfp: await readProbeLfp(probe.ref, context, options),
  };
}

async function readUnits(
  probe: ProbeInsertion,
  onsets: readonly number[],
  { hub, journal, settings, rule }: ReadContext,
  options: CallOptions,
): Promise<Pick<ProbeFindings, "units" | "recordedLess">> {
  const table = await journal.attempt("units", probe.ref, () => hub.unitTable(probe.ref, options));
  if (table === null) return { units: null, recordedLess: null };
  journal.note(table);
  const units = table.rows.map((unit) => ({
    unit,
    assignment: assignRegion(unit, settings.mapping),
    passes: rule === null ? null : (unit.quality[rule] ?? null),
    rate: null,
    counts: null,
  }));
  // Only units with a region need their spikes read: no result is made of the others' rates.
  const chosen = units.filter(
    ({ assignment, passes }) => assignment.kind === "mapped" && (settings.units === "all" || passes === true),
  );
  if (chosen.length === 0) return { units, recordedLess: null };
  const wanted = chosen.map(({ unit }) => unit.ref);
  const spikes = await journal.attempt("spikes", probe.ref, () => hub.spikes(probe.ref, { ...options, units: wanted }));
  if (spikes === null) return { units, recordedLess: null };
  journal.note(spikes);
  noteSilentOnsets(spikes, onsets, journal);
  const recordedLess = settings.interval === null ? null : noteUnrecorded(spikes, settings.interval, journal);
  const given = settings.interval ?? undefined;
  const computed = new Map(
    chosen.map((unit, index) => [
      unit,
      {
        ...unit,
        rate: unitRate(spikes, index, given),
        counts: onsets.length > 0 ? psthCounts(spikeTrain(spikes, index), onsets) : null,
      },
    ]),
  );
  return { units: units.map((unit) => computed.get(unit) ?? unit), recordedLess };
}

/** Of an interval that reaches beyond what was recorded, the share that goes without saying: ends of a recording are ragged. */
const RAGGED_SHARE = 0.01;

/**
 * Says where rates are divided by seconds that were not recorded, or cannot be given because none was.
 *
 * @returns from when to when was recorded of the units whose rates are too low for it; null when there is none
 */
function noteUnrecorded(spikes: SpikeTable, interval: Interval, journal: Journal): Interval | null {
  const known = spikes.units.flatMap((_, index) => recordedSpans(spikes, index) ?? []);
  const [partly, never] = [
    known.filter((recorded) => isRecorded(interval, recorded)),
    known.filter((recorded) => !isRecorded(interval, recorded)),
  ];
  const asked = `${interval.start} to ${interval.stop} s`;
  const unseen = extentOf(never);
  if (unseen !== null) {
    const why = `none of the interval ${asked} was recorded: the spikes cover ${spanText(unseen)}`;
    journal.absent("firing rate", why, spikes.probe);
  }
  const allowed = RAGGED_SHARE * (interval.stop - interval.start);
  const covered = extentOf(partly.filter((recorded) => secondsBeyond(interval, recorded) > allowed));
  if (covered !== null) {
    const message = `the interval ${asked} reaches beyond what was recorded, ${spanText(covered)}: rates are divided by all of it and too low`;
    const where = formatRef(spikes.probe);
    journal.note({ notices: [{ code: "rate-interval-beyond-recording", message, count: 1, where }] });
  }
  return covered;
}

/** From the first to the last of all spans; null for none. */
function extentOf(recorded: readonly RecordedSpans[]): Interval | null {
  const spans = recorded.flatMap((one) => one.spans);
  if (spans.length === 0) return null;
  return {
    start: spans.reduce((first, { start }) => Math.min(first, start), Number.POSITIVE_INFINITY),
    stop: spans.reduce((last, { stop }) => Math.max(last, stop), Number.NEGATIVE_INFINITY),
  };
}

/** Says where an onset lies beyond the probe's spikes: the response is then too low. */
function noteSilentOnsets({ coverage, probe }: SpikeTable, onsets: readonly number[], journal: Journal): void {
  const outside = onsets.filter((onset) => coverage !== null && (onset < coverage.first || onset > coverage.last));
  if (outside.length === 0) return;
  const message = "onsets before the first or after the last spike of the probe; they count as events without spikes";
  const where = formatRef(probe);
  journal.note({ notices: [{ code: "onsets-without-spikes", message, count: outside.length, where }] });
}
