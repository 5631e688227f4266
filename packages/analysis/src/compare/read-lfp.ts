import type { Region } from "@crossprobe/atlas";
import { type CallOptions, formatRef, type LfpSource, type LfpTraits, type ProbeRef } from "@crossprobe/core";
import { type LfpDensity, readLfpDensity } from "../lfp-density.js";
import { assignRegion, type RegionAssignment } from "../regions.js";
import type { ReadContext } from "./read-context.js";

/** Mean density of the channels of one region. */
export interface RegionDensity {
  readonly region: Region;
  /** Channels with at least one whole segment. */
  readonly usedChannels: number;
  /** µV²/Hz. */
  readonly psdUv2PerHz: Float64Array;
}

/** The LFP of one probe, by region. */
export interface ProbeLfp {
  readonly traits: LfpTraits;
  /** One for each channel of the source. */
  readonly assignments: readonly RegionAssignment[];
  /** Null where no spectrum could be made; the reason is in the journal. */
  readonly density: Pick<LfpDensity, "frequencies" | "interval" | "segments"> | null;
  readonly regions: readonly RegionDensity[];
}

/** Opens, streams and closes the LFP of a probe; null where the source has none. */
export async function readProbeLfp(
  probe: ProbeRef,
  context: ReadContext,
  options: CallOptions,
): Promise<ProbeLfp | null> {
  const source = await context.journal.attempt("lfp", probe, () => context.hub.lfp(probe, options));
  if (source === null) return null;
  try {
    context.journal.note(source);
    return await readRegions(source, context, options);
  } finally {
    source.close();
  }
}

async function readRegions(source: LfpSource, context: ReadContext, options: CallOptions): Promise<ProbeLfp> {
  const { journal, settings, onProgress } = context;
  const assignments = source.channels.map((channel) => assignRegion(channel, settings.mapping));
  const channels = [...assignments.keys()].filter((index) => assignments[index]?.kind === "mapped");
  const none: ProbeLfp = { traits: source.traits, assignments, density: null, regions: [] };
  if (channels.length === 0) {
    journal.absent("lfp", "no channel of the LFP has a region in this mapping", source.probe);
    return none;
  }
  const label = formatRef(source.probe);
  const density = await journal.attempt("lfp", source.probe, () =>
    readLfpDensity(source, {
      ...options,
      channels,
      interval: settings.lfpInterval ?? undefined,
      onProgress: (done, total) => onProgress?.({ phase: "lfp", done, total, label }),
    }),
  );
  if (density === null) return none;
  if (density.segments.kept === 0) {
    const { total, invalid, notCovered } = density.segments;
    const why = `none of ${total} segments can be used: ${invalid} touch an invalid span, ${notCovered} are not covered`;
    journal.absent("lfp", why, source.probe);
  } else if (density.segments.notCovered > 0) {
    const message = `the LFP does not cover all of the interval: ${density.segments.notCovered} of ${density.segments.total} segments are left out`;
    const count = density.segments.notCovered;
    journal.note({ notices: [{ code: "lfp-interval-not-covered", message, count, where: label }] });
  }
  return { ...none, density, regions: meanByRegion(density, assignments) };
}

function meanByRegion(density: LfpDensity, assignments: readonly RegionAssignment[]): RegionDensity[] {
  const found = new Map<number, { region: Region; rows: Float64Array[] }>();
  for (const [row, channel] of density.channels.entries()) {
    const assignment = assignments[channel];
    const values = density.densities[row] ?? null;
    if (assignment?.kind !== "mapped" || values === null) continue;
    const entry = found.get(assignment.region.id) ?? { region: assignment.region, rows: [] };
    entry.rows.push(values);
    found.set(assignment.region.id, entry);
  }
  return [...found.values()].map(({ region, rows }) => ({
    region,
    usedChannels: rows.length,
    psdUv2PerHz: density.frequencies.map(
      (_, k) => (rows.reduce((sum, row) => sum + (row[k] ?? Number.NaN), 0) / rows.length) * 1e12,
    ),
  }));
}
