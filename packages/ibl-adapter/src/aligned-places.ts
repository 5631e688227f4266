import { type CallOptions, QueryError } from "@crossprobe/core";
import { type AlfFile, chooseSorting } from "./alf-file.js";
import { type AlfArray, AlfReads, assertShape, rowsOf } from "./alf-reads.js";

/** Channels whose places in the brain are known. */
export interface AlignedChannels {
  /** `[n]`, micrometres along the probe, in any order. */
  readonly depthsUm: ArrayLike<number>;
  /** `[n, 3]`, micrometres from bregma: right, anterior, dorsal. */
  readonly mlapdvUm: ArrayLike<number>;
  /** `[n]`, structure ids. */
  readonly ids: ArrayLike<number>;
}

/** Places of channels, as interpolated. */
export interface InterpolatedPlaces {
  /** `[m, 3]`, micrometres from bregma; NaN beyond the known channels. */
  readonly mlapdvUm: Float64Array;
  /** `[m]`, structure ids; NaN beyond the known channels. */
  readonly ids: Float64Array;
  /** Channels above the highest or below the lowest known one. */
  readonly outsideCount: number;
}

/**
 * Places in the brain of channels of one geometry from those of another on the same shank: coordinates on straight lines between the known
 * depths, structures of the nearest known depth (of two equally near the deeper one). Of known channels at one depth the first counts.
 *
 * Source: `brainbox.io.one.channel_locations_interpolation` (ibllib 4.1), which holds coordinates beyond the known channels at those of the last
 * and refuses structures there; here both are NaN.
 *
 * @param depthsUm `[m]`, micrometres along the probe
 * @throws {@link QueryError} when no known channel is given, or the arrays differ in length
 */
export function interpolatePlaces(aligned: AlignedChannels, depthsUm: ArrayLike<number>): InterpolatedPlaces {
  const { depthsUm: known, mlapdvUm, ids } = aligned;
  if (known.length === 0 || ids.length !== known.length || mlapdvUm.length !== 3 * known.length) {
    throw new QueryError(
      `${known.length} depths, ${mlapdvUm.length / 3} places and ${ids.length} structures are no aligned channels`,
      { hint: "give as many of each, and one at least" },
    );
  }
  const rows = rowsByDepth(known);
  const depthOf = (at: number) => known[rows[at] ?? 0] ?? Number.NaN;
  const places = new Float64Array(3 * depthsUm.length).fill(Number.NaN);
  const found = new Float64Array(depthsUm.length).fill(Number.NaN);
  let outsideCount = 0;
  for (let i = 0; i < depthsUm.length; i++) {
    const depth = depthsUm[i] ?? Number.NaN;
    const upper = rows.findIndex((_, at) => depthOf(at) >= depth);
    const lower = depthOf(upper) === depth ? upper : upper - 1;
    if (upper === -1 || lower < 0) {
      outsideCount++;
      continue;
    }
    const [from, to] = [depthOf(lower), depthOf(upper)];
    const share = from === to ? 0 : (depth - from) / (to - from);
    const [below = 0, above = 0] = [rows[lower], rows[upper]];
    for (let axis = 0; axis < 3; axis++) {
      const [a = 0, b = 0] = [mlapdvUm[3 * below + axis], mlapdvUm[3 * above + axis]];
      places[3 * i + axis] = a + share * (b - a);
    }
    found[i] = ids[share <= 0.5 ? below : above] ?? Number.NaN;
  }
  return { mlapdvUm: places, ids: found, outsideCount };
}

/** The first row of each different depth, by ascending depth. */
function rowsByDepth(depths: ArrayLike<number>): readonly number[] {
  const first = new Map<number, number>();
  for (let row = 0; row < depths.length; row++) {
    const depth = depths[row] ?? Number.NaN;
    if (Number.isFinite(depth) && !first.has(depth)) first.set(depth, row);
  }
  return [...first].sort(([a], [b]) => a - b).map(([, row]) => row);
}

/** Sites of one shank lie within this many micrometres across it: those of 1.0 probes within 48, shanks are 250 apart. */
const ONE_SHANK_UM = 100;
/** The layout of a sorting that does not state it. Source: `neuropixel.trace_header(version=1)`: two sites a row, 20 micrometres apart. */
const [SITES_NP1, ROW_UM] = [384, 20];

/** Which channels need places: their rows, and the probe's files. */
export interface PlacelessChannels {
  readonly files: readonly AlfFile[];
  readonly label: string;
  /** Collection that the channels are of. */
  readonly collection: string;
  /** `[m, 2]`, micrometres across and along the probe. */
  readonly localCoordinates: AlfArray;
}

/** Another collection of a probe whose channels have places; undefined where there is none. */
export function alignedCollection({
  files,
  label,
  collection,
}: Omit<PlacelessChannels, "localCoordinates">): string | undefined {
  const aligned = files.filter(
    ({ name, collection: other, isPresent }) =>
      isPresent && other !== collection && name.object === "channels" && name.attribute === "brainLocationIds",
  );
  return chooseSorting(new Set(aligned.map((file) => file.collection)), label);
}

/**
 * Places of channels whose own collection has none, from another sorting of the same probe that was aligned. Reads three small arrays.
 *
 * Absent: undefined where no other collection of the probe has places, or either probe has several shanks, along which depth alone is no place.
 */
export async function readAlignedPlaces(
  { files, label, collection, localCoordinates }: PlacelessChannels,
  reads: AlfReads,
  options: CallOptions,
): Promise<{ readonly mlapdv: AlfArray; readonly locationIds: AlfArray } | undefined> {
  const other = alignedCollection({ files, label, collection });
  if (other === undefined || !isOneShank(localCoordinates)) return undefined;
  const source = new AlfReads(files, other, options);
  const ids = await source.npy("channels", "brainLocationIds_ccf_2017");
  const mlapdv = await source.npy("channels", "mlapdv");
  const local = await source.npy("channels", "localCoordinates");
  const depthsUm = local === undefined ? usualDepths(ids) : isOneShank(local) ? depthsOf(local) : undefined;
  if (ids === undefined || mlapdv === undefined || depthsUm === undefined) return undefined;
  const reason = `${other} has ${rowsOf(ids)} structures`;
  assertShape(mlapdv, [rowsOf(ids), 3], reason);
  if (local !== undefined) assertShape(local, [rowsOf(ids), 2], reason);
  const count = rowsOf(localCoordinates);
  const found = interpolatePlaces({ depthsUm, mlapdvUm: mlapdv.data, ids: ids.data }, depthsOf(localCoordinates));
  const message = `the channels of ${collection} have no histology: places of ${count - found.outsideCount} are interpolated along the probe from ${other}`;
  reads.note("locations-interpolated", message, count - found.outsideCount, mlapdv.url);
  const beyond = `${found.outsideCount} channels lie beyond those of ${other}, and have no place`;
  reads.note("locations-not-interpolated", beyond, found.outsideCount, mlapdv.url);
  return {
    mlapdv: { url: mlapdv.url, data: found.mlapdvUm, shape: [count, 3] },
    locationIds: { url: ids.url, data: found.ids, shape: [count] },
  };
}

function isOneShank({ data }: AlfArray): boolean {
  const across = Array.from({ length: data.length / 2 }, (_, row) => data[2 * row] ?? Number.NaN);
  return Math.max(...across) - Math.min(...across) < ONE_SHANK_UM;
}

function depthsOf({ data }: AlfArray): Float64Array {
  return Float64Array.from({ length: data.length / 2 }, (_, row) => data[2 * row + 1] ?? Number.NaN);
}

function usualDepths(ids: AlfArray | undefined): Float64Array | undefined {
  if (ids === undefined || rowsOf(ids) !== SITES_NP1) return undefined;
  return Float64Array.from({ length: SITES_NP1 }, (_, channel) => ROW_UM * (Math.floor(channel / 2) + 1));
}
