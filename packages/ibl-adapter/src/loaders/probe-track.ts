import { QueryError } from "@crossprobe/core";

/** A point in metres from bregma: right, anterior, dorsal positive. */
export type BregmaXyz = readonly [x: number, y: number, z: number];

/** An alignment of a recording to the histology: places that match, in metres along the probe from its tip. */
export interface EphysAlignment {
  /** In the recording, ascending. */
  readonly feature: readonly number[];
  /** On the traced track. */
  readonly track: readonly number[];
}

/** From the tip of a probe to the place from which axial distances are measured. Source: `ibllib`, `TIP_SIZE_UM`. */
const TIP_M = 200e-6;
const ORIGIN: BregmaXyz = [0, 0, 0];
/** Top and bottom of the Allen atlas, metres from bregma. Source: `iblatlas.atlas.AllenAtlas(25).bc.zlim`. */
const [ATLAS_TOP_M, ATLAS_BOTTOM_M] = [0.000332, -0.007643];

/**
 * Places of channels on a track that was traced in the histology: straight lines between the picks, from the deepest one up.
 *
 * Source: `ibllib.pipes.histology.interpolate_along_track` on `xyz_picks` sorted by depth (`brainbox.io.one`, provenance "traced"). Channels
 * beyond the highest pick lie on it.
 *
 * @param picksUm `xyz_picks` of an insertion, micrometres from bregma, in any order
 * @param axialUm distance of each channel from the tip's end
 * @throws {@link QueryError} for fewer than two picks
 */
export function tracedPlaces(picksUm: readonly BregmaXyz[], axialUm: ArrayLike<number>): BregmaXyz[] {
  const track = sortedByDepth(toMetres(picksUm));
  return Array.from(axialUm, (axial) => alongTrack(track, axial / 1e6 + TIP_M));
}

/**
 * Places of channels by an alignment of the recording to the track; provenance "aligned" or "resolved".
 *
 * The track goes on in a straight line beyond the picks, to the top and the bottom of the atlas; between and beyond the matched
 * places distances are stretched in straight lines.
 *
 * Source: `ibllib.pipes.ephys_alignment.EphysAlignment.get_channel_locations`. There the track ends below the brain's surface
 * when an atlas volume is at hand; places above the deepest pick are the same.
 *
 * @throws {@link QueryError} for fewer than two picks or matched places, or a feature that does not ascend
 */
export function alignedPlaces(
  picksUm: readonly BregmaXyz[],
  alignment: EphysAlignment,
  axialUm: ArrayLike<number>,
): BregmaXyz[] {
  const { feature, track: matched } = alignment;
  const ascends = feature.every((value, i) => i === 0 || value > (feature[i - 1] ?? Number.NaN));
  if (feature.length < 2 || feature.length !== matched.length || !ascends) {
    throw new QueryError(
      `an alignment of ${feature.length} places in the recording to ${matched.length} on the track is none`,
      {
        hint: "give two places or more, ascending, and one on the track for each",
      },
    );
  }
  const track = extendedTrack(toMetres(picksUm));
  const tip = distances(track)[1] ?? 0;
  return Array.from(axialUm, (axial) => alongTrack(track, stretched(axial / 1e6, feature, matched) + tip + TIP_M));
}

function toMetres(picksUm: readonly BregmaXyz[]): BregmaXyz[] {
  if (picksUm.length < 2) {
    throw new QueryError(`${picksUm.length} picks are no track`, { hint: "the probe was not traced" });
  }
  return picksUm.map(([x, y, z]) => [x / 1e6, y / 1e6, z / 1e6]);
}

const sortedByDepth = (points: readonly BregmaXyz[]): BregmaXyz[] => [...points].sort((a, b) => a[2] - b[2]);

/** Distance of each point from the first along the track. */
function distances(track: readonly BregmaXyz[]): number[] {
  let sum = 0;
  return track.map((point, i) => {
    const before = track[i - 1] ?? point;
    sum += Math.hypot(point[0] - before[0], point[1] - before[1], point[2] - before[2]);
    return sum;
  });
}

/** Point at a distance from the first; the ends stand for what lies beyond them. */
function alongTrack(track: readonly BregmaXyz[], distance: number): BregmaXyz {
  const along = distances(track);
  const next = along.findIndex((value) => value > distance);
  const first = track[0] ?? ORIGIN;
  const last = track.at(-1) ?? first;
  if (next === 0) return first;
  if (next === -1) return last;
  const [a, b] = [track[next - 1] ?? first, track[next] ?? last];
  const [from, to] = [along[next - 1] ?? 0, along[next] ?? 1];
  const share = (distance - from) / (to - from);
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])];
}

/** Straight lines between matched places, and beyond them. Source: `scipy.interpolate.interp1d(…, fill_value="extrapolate")`. */
function stretched(value: number, from: readonly number[], to: readonly number[]): number {
  const after = from.findIndex((place) => place > value);
  const right = after === -1 ? from.length - 1 : Math.max(1, after);
  const [x0 = 0, x1 = 1, y0 = 0, y1 = 0] = [from[right - 1], from[right], to[right - 1], to[right]];
  return y0 + ((value - x0) * (y1 - y0)) / (x1 - x0);
}

/** Picks with where the lines through their first and last quarter meet the top and the bottom of the atlas, from the deepest up. */
function extendedTrack(picks: readonly BregmaXyz[]): BregmaXyz[] {
  const count = Math.max(4, roundHalfEven(picks.length / 4));
  const entry = atHeight(picks.slice(0, count), ATLAS_TOP_M);
  const exit = atHeight(picks.slice(-count), ATLAS_BOTTOM_M);
  return sortedByDepth([exit, ...picks, entry]);
}

/** Source: Python's `round`. */
function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/** Where the line that fits some points best is at a height. */
function atHeight(points: readonly BregmaXyz[], z: number): BregmaXyz {
  const mean = (axis: 0 | 1 | 2): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const centre: BregmaXyz = [mean(0), mean(1), mean(2)];
  const axis = principalAxis(points.map(([x, y, height]) => [x - centre[0], y - centre[1], height - centre[2]]));
  const steps = (z - centre[2]) / axis[2];
  return [centre[0] + steps * axis[0], centre[1] + steps * axis[1], z];
}

/** Direction in which centred points vary most, by power iteration: points of a track lie nearly on a line. */
function principalAxis(points: readonly BregmaXyz[]): BregmaXyz {
  const [farthest] = [...points].sort((a, b) => Math.hypot(...b) - Math.hypot(...a));
  let axis = farthest ?? ORIGIN;
  for (let turn = 0; turn < 500; turn++) {
    const next: [number, number, number] = [0, 0, 0];
    for (const [x, y, z] of points) {
      const along = x * axis[0] + y * axis[1] + z * axis[2];
      next[0] += along * x;
      next[1] += along * y;
      next[2] += along * z;
    }
    const length = Math.hypot(...next);
    if (length === 0) return axis;
    axis = [next[0] / length, next[1] / length, next[2] / length];
  }
  return axis;
}
