import { type CallOptions, type Column, QueryError, type Table, table } from "@crossprobe/core";
import { type CameraOptions, loadPose, readFeatures } from "./camera.js";
import type { LoadedTable } from "./loaded.js";
import { smoothUneven } from "./savitzky-golay.js";
import type { SessionFiles } from "./session-files.js";

/** Frames per second and values in the smoothing window of the cameras that see the pupil. Source: `brainbox.behavior.dlc`. */
const SMOOTHING = { left: { rate: 60, window: 31 }, right: { rate: 150, window: 75 } } as const;

/** Which pupil, and when it is too noisy. */
export interface PupilOptions extends CameraOptions {
  /** Least ratio of the variance of the smooth diameter to that of the difference; 5 unless given. */
  readonly minSignalToNoise?: number | undefined;
}

/**
 * Diameter of the pupil in the left video: `times` (s), `pupilDiameter_raw`, `pupilDiameter_smooth` (px).
 *
 * From the stored features; where there are none, from the pose of DLC (a notice says so). The smooth column is NaN throughout where more than
 * nine tenths of the raw one are.
 *
 * Source: `SessionLoader.load_pupil` (ibllib 4.1) of ALF `_ibl_leftCamera.features.pqt`. There a diameter that is computed has no times.
 *
 * @throws {@link QueryError} when the signal is noisier than asked for
 * @throws {@link NotFoundError} where the session has neither features nor pose
 * @throws {@link FormatError} when there is no time for each frame
 */
export async function loadPupil(
  session: SessionFiles,
  asked: PupilOptions = {},
  options: CallOptions = {},
): Promise<LoadedTable> {
  const loaded = (await readFeatures(session, "left", asked, options)) ?? (await computed(session, asked, options));
  const ratio = signalToNoise(loaded.table);
  const least = asked.minSignalToNoise ?? 5;
  if (ratio < least) {
    const url = loaded.provenance[0]?.url ?? "";
    throw new QueryError(`the pupil of ${url} has a signal-to-noise ratio of ${ratio.toFixed(2)}, below ${least}`, {
      hint: "leave the pupil of this session out, or ask for less (minSignalToNoise)",
    });
  }
  return { ...loaded, units: { times: "s", pupilDiameter_raw: "px", pupilDiameter_smooth: "px" } };
}

async function computed(session: SessionFiles, asked: CameraOptions, options: CallOptions): Promise<LoadedTable> {
  const pose = await loadPose(session, "left", { ...asked, minLikelihood: 0.9 }, options);
  const raw = pupilDiameter(pose.table);
  const isUnknown = isMostlyNaN(raw);
  const smooth = isUnknown ? raw.map(() => Number.NaN) : smoothPupilDiameter(raw, "left");
  const times = pose.table.columns.get("times") ?? [];
  const columns: [string, Column][] = [
    ["times", times],
    ["pupilDiameter_raw", raw],
    ["pupilDiameter_smooth", smooth],
  ];
  const where = pose.provenance[0]?.url ?? "";
  const message = "the session has no features file: the diameter is computed from the tracked points";
  const notices = [...pose.notices, { code: "pupil-computed-from-pose", message, count: raw.length, where }];
  if (isUnknown) {
    const unknown = "the pupil is known in less than a tenth of the frames: there is no smooth diameter";
    notices.push({ code: "pupil-not-smoothed", message: unknown, count: raw.length, where });
  }
  return { ...pose, table: table(columns), notices };
}

/** Variance of the smooth diameter over that of smooth minus raw, where both are numbers; infinite without any. */
function signalToNoise({ columns }: Table): number {
  const of = (name: string): ArrayLike<number> => (columns.get(name) ?? []) as ArrayLike<number>;
  const [smooth, raw] = [of("pupilDiameter_smooth"), of("pupilDiameter_raw")];
  const pairs = Array.from(
    { length: smooth.length },
    (_, i) => [smooth[i] ?? Number.NaN, raw[i] ?? Number.NaN] as const,
  );
  const good = pairs.filter(([a, b]) => !Number.isNaN(a) && !Number.isNaN(b));
  if (good.length === 0) return Number.POSITIVE_INFINITY;
  return variance(good.map(([a]) => a)) / variance(good.map(([a, b]) => a - b));
}

/** Population variance, as `numpy.var`. */
function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/**
 * Diameter of the pupil in each frame: the median of six estimates from the four points around it; NaN where none is known.
 *
 * Source: `brainbox.behavior.dlc.get_pupil_diameter`: top to bottom, left to right, and √2 times the four sides between them.
 *
 * @param pose columns `pupil_{top,bottom,left,right}_r_{x,y}`, points of low likelihood NaN
 */
export function pupilDiameter(pose: Table): Float64Array {
  const point = (name: string): ((frame: number) => readonly [number, number]) => {
    const axis = (letter: string) => (pose.columns.get(`pupil_${name}_r_${letter}`) ?? []) as ArrayLike<number>;
    const [x, y] = [axis("x"), axis("y")];
    return (frame) => [x[frame] ?? Number.NaN, y[frame] ?? Number.NaN];
  };
  const [top, bottom, left, right] = [point("top"), point("bottom"), point("left"), point("right")];
  const pairs = [
    [top, bottom, 1],
    [left, right, 1],
    [top, left, Math.SQRT2],
    [top, right, Math.SQRT2],
    [bottom, left, Math.SQRT2],
    [bottom, right, Math.SQRT2],
  ] as const;
  return Float64Array.from({ length: pose.rowCount }, (_, frame) => {
    const estimates = pairs.map(([a, b, factor]) => {
      const [[ax, ay], [bx, by]] = [a(frame), b(frame)];
      return Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2) * factor;
    });
    const known = estimates.filter((estimate) => !Number.isNaN(estimate)).sort((a, b) => a - b);
    const half = Math.floor(known.length / 2);
    const upper = known[half] ?? Number.NaN;
    return known.length % 2 === 1 ? upper : ((known[half - 1] ?? Number.NaN) + upper) / 2;
  });
}

function isMostlyNaN(values: Float64Array): boolean {
  return values.filter((value) => Number.isNaN(value)).length > 0.9 * values.length;
}

/**
 * Pupil diameter smoothed: outliers beyond five standard deviations are taken out, gaps are bridged by straight lines, those longer than a
 * second stay NaN.
 *
 * Source: `brainbox.behavior.dlc.get_smooth_pupil_diameter` (ibllib 4.1). There a gap at either end is filled however long it is, and after one at the
 * start every later gap is too.
 *
 * @throws {@link QueryError} when more than nine tenths are NaN
 */
export function smoothPupilDiameter(raw: Float64Array, view: "left" | "right"): Float64Array {
  const { rate, window } = SMOOTHING[view];
  if (isMostlyNaN(raw)) {
    throw new QueryError(`the ${view} pupil is not known in more than nine tenths of ${raw.length} frames`, {
      hint: "the eye was not tracked: leave the pupil out",
    });
  }
  const first = smoothKnown(raw, window);
  const difference = raw.map((value, i) => value - (first[i] ?? Number.NaN));
  const bound = 5 * Math.sqrt(variance([...difference].filter((value) => !Number.isNaN(value))));
  const kept = raw.map((value, i) => (Math.abs(difference[i] ?? Number.NaN) > bound ? Number.NaN : value));
  const smooth = smoothKnown(kept, window);
  for (const [start, stop] of gaps(kept)) if (stop - start > rate) smooth.fill(Number.NaN, start, stop);
  return smooth;
}

/** Runs of NaN, at the ends too. */
function gaps(values: Float64Array): (readonly [start: number, stop: number])[] {
  const found: (readonly [number, number])[] = [];
  let start: number | undefined;
  for (let i = 0; i <= values.length; i++) {
    const isMissing = i < values.length && Number.isNaN(values[i]);
    if (isMissing) start ??= i;
    else if (start !== undefined) {
      found.push([start, i]);
      start = undefined;
    }
  }
  return found;
}

/** Smooths the values that are numbers and draws straight lines between and beyond them. Source: `smooth_interpolate_savgol`. */
function smoothKnown(values: Float64Array, window: number): Float64Array {
  const places = [...values.keys()].filter((i) => !Number.isNaN(values[i]));
  const smooth = smoothUneven(
    places,
    places.map((i) => values[i] ?? 0),
    window,
  );
  let left = 0;
  return Float64Array.from(values, (_, i) => {
    while (left < places.length - 2 && (places[left + 1] ?? 0) <= i) left++;
    const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [places[left], places[left + 1], smooth[left], smooth[left + 1]];
    return ((y1 - y0) / (x1 - x0)) * (i - x0) + y0;
  });
}
