import type { Region } from "@crossprobe/atlas";
import { formatRef } from "@crossprobe/core";
import type { Caveat, Concern } from "../comparability.js";
import { populationPsth, psthRates } from "../psth.js";
import { meanAndError, quartiles } from "../quantiles.js";
import type { RegionAssignment } from "../regions.js";
import { type Band, bandPower } from "../spectrum.js";
import type { ProbeLfp, RegionDensity } from "./read-lfp.js";
import type { ProbeFindings, SessionFindings, UnitFindings } from "./read-session.js";
import type { BandPowers, RegionComparison, RegionFindings, RegionPsth, RegionRates } from "./result.js";
import { countUnits, type DatasetFindings } from "./totals.js";

/** Every region that a channel or unit of any dataset lies in, in atlas order, with what each dataset shows of it. */
export function compareRegions(
  datasets: readonly DatasetFindings[],
  bands: readonly Band[],
  caveats: readonly Caveat[],
): RegionComparison[] {
  const regions = new Map<number, { region: Region; datasets: Record<string, RegionFindings> }>();
  for (const findings of datasets) {
    for (const part of partsByRegion(findings).values()) {
      const entry = regions.get(part.region.id) ?? { region: part.region, datasets: {} };
      entry.datasets[findings.dataset] = regionFindings(part, findings, bands, caveats);
      regions.set(part.region.id, entry);
    }
  }
  return [...regions.values()]
    .sort((a, b) => a.region.order - b.region.order)
    .map(({ region: { acronym, id, name, color }, datasets }) => ({ region: acronym, id, name, color, datasets }));
}

/** What one dataset has in one region. */
interface RegionPart {
  readonly region: Region;
  readonly sessions: Set<SessionFindings>;
  readonly probes: Set<ProbeFindings>;
  channels: number;
  lfpChannels: number;
  readonly units: { readonly unit: UnitFindings; readonly probe: ProbeFindings; readonly session: SessionFindings }[];
  readonly densities: { readonly probe: string; readonly lfp: ProbeLfp; readonly density: RegionDensity }[];
}

function partsByRegion({ sessions }: DatasetFindings): Map<number, RegionPart> {
  const parts = new Map<number, RegionPart>();
  for (const session of sessions) {
    for (const probe of session.probes) {
      const partOf = (assignment: RegionAssignment): RegionPart | null => {
        if (assignment.kind !== "mapped") return null;
        const { region } = assignment;
        const part = parts.get(region.id) ?? emptyPart(region);
        parts.set(region.id, part);
        part.sessions.add(session);
        part.probes.add(probe);
        return part;
      };
      for (const { assignment } of probe.channels ?? []) {
        const part = partOf(assignment);
        if (part !== null) part.channels++;
      }
      for (const unit of probe.units ?? []) partOf(unit.assignment)?.units.push({ unit, probe, session });
      for (const assignment of probe.lfp?.assignments ?? []) {
        const part = partOf(assignment);
        if (part !== null) part.lfpChannels++;
      }
      const { lfp } = probe;
      for (const density of lfp?.regions ?? []) {
        const part = partOf({ kind: "mapped", region: density.region });
        if (lfp !== null) part?.densities.push({ probe: formatRef(probe.probe.ref), lfp, density });
      }
    }
  }
  return parts;
}

function emptyPart(region: Region): RegionPart {
  return { region, sessions: new Set(), probes: new Set(), channels: 0, lfpChannels: 0, units: [], densities: [] };
}

function regionFindings(
  part: RegionPart,
  { dataset, rule }: DatasetFindings,
  bands: readonly Band[],
  caveats: readonly Caveat[],
): RegionFindings {
  const probes = [...part.probes];
  const units = probes.some((probe) => probe.units !== null) ? part.units.map(({ unit }) => unit) : null;
  const firingRate = regionRates(units);
  const psth = regionPsth(part.units);
  const { densities } = part;
  const has: Record<Concern, boolean> = {
    regions: true,
    units: part.units.length > 0,
    firingRate: firingRate.values.length > 0,
    psth: psth !== null,
    lfpPower: densities.length > 0,
  };
  return {
    sessions: part.sessions.size,
    probes: part.probes.size,
    channels: probes.some(({ channels }) => channels !== null) ? part.channels : null,
    lfpChannels: probes.some(({ lfp }) => lfp !== null) ? part.lfpChannels : null,
    units: countUnits(units, rule),
    firingRate,
    psth,
    lfpPowerUv2: has.lfpPower
      ? Object.fromEntries(densities.map(({ probe, lfp, density }) => [probe, bandPowers(lfp, density, bands)]))
      : null,
    lfpPsdUv2PerHz: has.lfpPower
      ? Object.fromEntries(densities.map(({ probe, density }) => [probe, Array.from(density.psdUv2PerHz)]))
      : null,
    caveats: caveats.filter(
      (caveat) => caveat.datasets.includes(dataset) && caveat.concerns.some((concern) => has[concern]),
    ),
  };
}

function regionRates(units: readonly UnitFindings[] | null): RegionRates {
  const rated = (units ?? []).flatMap(({ unit, rate }) =>
    rate?.rate == null ? [] : { ref: formatRef(unit.ref), rate: rate.rate },
  );
  const values = rated.map(({ rate }) => rate);
  return {
    count: units === null ? null : values.length,
    ...quartiles(values),
    mean: meanAndError(values).mean,
    values,
    unitRefs: rated.map(({ ref }) => ref),
  };
}

function regionPsth(units: RegionPart["units"]): RegionPsth | null {
  const rates: Float64Array[] = [];
  const used = new Map<SessionFindings, Set<number>>();
  for (const { unit, probe, session } of units) {
    if (unit.counts === null) continue;
    rates.push(psthRates(unit.counts, probe.onsets.length));
    const onsets = used.get(session) ?? new Set<number>();
    for (const onset of probe.onsets) onsets.add(onset);
    used.set(session, onsets);
  }
  const psth = populationPsth(rates);
  if (psth === null) return null;
  const events = [...used.values()].reduce((sum, onsets) => sum + onsets.size, 0);
  return { events, units: rates.length, ...psth };
}

function bandPowers({ traits, density }: ProbeLfp, region: RegionDensity, bands: readonly Band[]): BandPowers {
  return Object.fromEntries(
    bands.map((band) => [
      band.name,
      band.to > traits.usableUpTo ? null : bandPower(density?.frequencies ?? [], region.psdUv2PerHz, band),
    ]),
  );
}
