import { formatRef } from "@crossprobe/core";
import type { DatasetFacts } from "../comparability.js";
import { RATE_INTERVAL_KINDS, type RateIntervalKind } from "../firing-rates.js";
import type { RegionAssignment } from "../regions.js";
import type { SessionFindings, UnitFindings } from "./read-session.js";
import type { ChannelCounts, DatasetTotals, EventCounts, LfpUse, UnitCounts } from "./result.js";
import { countByStimulus, medianOnsetInterval } from "./stimuli.js";

/** Everything read of one dataset. */
export interface DatasetFindings {
  readonly dataset: string;
  readonly rule: string | null;
  readonly sessions: readonly SessionFindings[];
}

/** Counts units and those that pass; both null where `units` are, for that the source cannot answer; `passing` also without a rule. */
export function countUnits(units: readonly UnitFindings[] | null, rule: string | null): UnitCounts {
  if (units === null) return { total: null, passing: null };
  return { total: units.length, passing: rule === null ? null : units.filter(({ passes }) => passes === true).length };
}

/** Counts over all regions of a dataset. */
export function totalsOf({ sessions, rule }: DatasetFindings): DatasetTotals {
  const probes = sessions.flatMap((session) => session.probes);
  const hasUnits = probes.some((probe) => probe.units !== null);
  const units = probes.flatMap((probe) => probe.units ?? []);
  const count = (wanted: (unit: UnitFindings) => boolean) => countUnits(hasUnits ? units.filter(wanted) : null, rule);
  const channels = probes.flatMap(({ channels }) => channels ?? []);
  const hasChannels = probes.some((probe) => probe.channels !== null);
  const lfps = probes.flatMap(({ lfp }) => lfp ?? []);
  return {
    sessions: sessions.length,
    probes: probes.length,
    rule,
    units: count(() => true),
    undecided: rule === null && hasUnits ? 0 : count(({ passes }) => passes === null).total,
    unmapped: count(({ assignment }) => assignment.kind === "unmapped"),
    unmappedLabels: unmappedLabels(units),
    unregistered: count(({ assignment }) => assignment.kind === "unregistered"),
    channels: hasChannels ? countChannels(channels.map(({ assignment }) => assignment)) : null,
    lfpChannels: lfps.length > 0 ? countChannels(lfps.flatMap(({ assignments }) => assignments)) : null,
    rateInterval: rateInterval(units),
    events: eventCounts(sessions),
  };
}

/** Labels that the mapping has no region for; what lies outside the brain has no acronym. */
function unmappedLabels(units: readonly UnitFindings[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { unit, assignment } of units) {
    if (assignment.kind === "unmapped") add(counts, unit.region?.acronym ?? "outside the brain", 1);
  }
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}

function countChannels(assignments: readonly RegionAssignment[]): ChannelCounts {
  const count = (wanted: RegionAssignment["kind"]) => assignments.filter(({ kind }) => kind === wanted).length;
  return { total: assignments.length, unmapped: count("unmapped"), unregistered: count("unregistered") };
}

function rateInterval(units: readonly UnitFindings[]): DatasetTotals["rateInterval"] {
  const counts: Record<RateIntervalKind, number> = { given: 0, observed: 0, spikeCoverage: 0 };
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const { rate } of units) {
    if (rate?.kind == null) continue;
    counts[rate.kind]++;
    [least, most] = [Math.min(least, rate.seconds), Math.max(most, rate.seconds)];
  }
  const kinds = RATE_INTERVAL_KINDS.filter((kind) => counts[kind] > 0);
  const seconds = kinds.length === 0 ? null : { least, most };
  return { kind: kinds.length > 1 ? "mixed" : (kinds[0] ?? null), units: counts, seconds };
}

function eventCounts(sessions: readonly SessionFindings[]): EventCounts | null {
  const tables = sessions.flatMap(({ events }) => events ?? []);
  if (tables.length === 0) return null;
  const notAsked: Record<string, number> = {};
  const excluded: Record<string, number> = {};
  for (const table of tables) for (const [name, count] of Object.entries(table.notAsked)) add(notAsked, name, count);
  for (const { reason, count } of tables.flatMap((table) => table.excluded)) add(excluded, reason, count);
  const leftOut = sessions.flatMap(({ events, probes }) =>
    probes.map(({ probe, onsets }) => ({
      probe: formatRef(probe.ref),
      onsets: (events?.rows.length ?? 0) - onsets.length,
    })),
  );
  return {
    onsets: tables.reduce((sum, { rows }) => sum + rows.length, 0),
    stimuli: countByStimulus(tables.flatMap(({ rows }) => rows)),
    medianIntervalS: medianOnsetInterval(tables),
    notAsked,
    leftOut: leftOut.filter(({ onsets }) => onsets > 0),
    excluded,
  };
}

function add(counts: Record<string, number>, key: string, count: number): void {
  counts[key] = (counts[key] ?? 0) + count;
}

/** Which LFP entered, and how much of it. */
export function lfpUses({ dataset, sessions }: DatasetFindings): LfpUse[] {
  return sessions
    .flatMap(({ probes }) => probes)
    .flatMap(({ probe, lfp }) => {
      if (lfp?.density == null) return [];
      return {
        dataset,
        probe: formatRef(probe.ref),
        channels: lfp.assignments.filter(({ kind }) => kind === "mapped").length,
        usedChannels: lfp.regions.reduce((sum, { usedChannels }) => sum + usedChannels, 0),
        interval: lfp.density.interval,
        segments: lfp.density.segments,
      };
    });
}

/** The traits that decide what may be compared. */
export function factsOf(findings: DatasetFindings, totals: DatasetTotals): DatasetFacts {
  const probes = findings.sessions.flatMap((session) => session.probes);
  const lfps = probes.flatMap(({ lfp }) => (lfp !== null && lfp.regions.length > 0 ? lfp : []));
  const granularity = { layer: 0, area: 0, parent: 0 };
  for (const { unit } of probes.flatMap(({ units }) => units ?? [])) {
    if (unit.region !== null) granularity[unit.region.granularity]++;
  }
  return {
    dataset: findings.dataset,
    rule: findings.rule,
    lfp: lfps.map(({ traits }) => traits),
    lfpSeconds: lfps.flatMap(({ density }) => (density === null ? [] : density.interval.stop - density.interval.start)),
    paradigms: [...new Set(findings.sessions.flatMap(({ session }) => session.paradigm ?? []))].sort(),
    stimuli: Object.keys(totals.events?.stimuli ?? {}).sort(),
    medianOnsetInterval: totals.events?.medianIntervalS ?? null,
    granularity,
    unmappedLabels: totals.unmappedLabels,
    unmappedUnits: totals.unmapped.total ?? 0,
    unregisteredUnits: totals.unregistered.total ?? 0,
    rateKinds: RATE_INTERVAL_KINDS.filter((kind) => totals.rateInterval.units[kind] > 0),
    recordedLess: probes.flatMap(({ recordedLess }) => recordedLess ?? []),
  };
}
