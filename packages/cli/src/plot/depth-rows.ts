/** Where a channel is, as far as its source says. */
export interface PlacedChannel {
  readonly region: { readonly acronym: string; readonly id: number } | null;
  readonly regionAbsent: string | null;
  readonly distanceFromTipUm: number | null;
}

/** Channels at one depth: those of one height above the tip. */
export interface DepthRow {
  /** Micrometres from the tip; the number of the channel where the source places none. */
  readonly depth: number;
  readonly channels: readonly number[];
}

/** The channels by depth, and the part of the axis that each row takes. */
export interface DepthRows {
  readonly rows: readonly DepthRow[];
  /** Whether depths are micrometres from the tip; else they are channel numbers. */
  readonly isPlaced: boolean;
  /** Usual distance of neighbouring rows. */
  readonly spacing: number;
  /** From the lower edge of the lowest row to the upper edge of the highest. */
  readonly domain: readonly [low: number, high: number];
}

/** Puts the channels in rows of equal depth, lowest first. Channels whose depth alone is unknown are in none. */
export function depthRows(columns: readonly PlacedChannel[]): DepthRows {
  const isPlaced = columns.some(({ distanceFromTipUm }) => distanceFromTipUm !== null);
  const byDepth = new Map<number, number[]>();
  for (const [channel, { distanceFromTipUm }] of columns.entries()) {
    const depth = isPlaced ? distanceFromTipUm : channel;
    if (depth !== null) byDepth.set(depth, [...(byDepth.get(depth) ?? []), channel]);
  }
  const rows = [...byDepth].map(([depth, channels]) => ({ depth, channels })).sort((a, b) => a.depth - b.depth);
  const steps = rows
    .slice(1)
    .map(({ depth }, i) => depth - (rows[i]?.depth ?? 0))
    .sort((a, b) => a - b);
  const spacing = steps[steps.length >> 1] ?? 1;
  const [low, high] = [rows[0]?.depth ?? 0, rows.at(-1)?.depth ?? 0];
  return { rows, isPlaced, spacing, domain: [low - spacing / 2, high + spacing / 2] };
}

/** The row at a depth: the nearest one, unless it is more than a spacing away, where nothing was recorded. */
export function rowAt({ rows, spacing }: DepthRows, depth: number): number | null {
  let best: number | null = null;
  let least = spacing;
  for (const [i, row] of rows.entries()) {
    const distance = Math.abs(row.depth - depth);
    if (distance <= least) [best, least] = [i, distance];
  }
  return best;
}

/** Neighbouring rows with one label. */
export interface LabelledStretch {
  readonly column: PlacedChannel;
  readonly low: number;
  readonly high: number;
}

/**
 * The labels along the probe, lowest first: stretches meet halfway between their outermost rows. A row whose channels have
 * different labels is shared out between them.
 */
export function labelledStretches(
  { rows, spacing }: DepthRows,
  columns: readonly PlacedChannel[],
): readonly LabelledStretch[] {
  const stretches: { column: PlacedChannel; low: number; high: number }[] = [];
  for (const [i, { depth, channels }] of rows.entries()) {
    const below = rows[i - 1]?.depth ?? depth - spacing;
    const above = rows[i + 1]?.depth ?? depth + spacing;
    const [low, high] = [(below + depth) / 2, (depth + above) / 2];
    const labels = new Map(channels.flatMap((channel) => labelled(columns[channel])));
    for (const [k, column] of [...labels.values()].entries()) {
      const top = low + ((k + 1) / labels.size) * (high - low);
      const last = stretches.at(-1);
      if (last !== undefined && keyOf(last.column) === keyOf(column)) last.high = top;
      else stretches.push({ column, low: low + (k / labels.size) * (high - low), high: top });
    }
  }
  return stretches;
}

function labelled(column: PlacedChannel | undefined): readonly (readonly [string, PlacedChannel])[] {
  return column === undefined ? [] : [[keyOf(column), column]];
}

function keyOf({ region, regionAbsent }: PlacedChannel): string {
  return region === null ? `(${regionAbsent})` : region.acronym;
}
