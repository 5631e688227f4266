import { type CallOptions, type Column, FormatError, table } from "@crossprobe/core";
import type { FileChoice } from "../alf-file.js";
import { type AlfArray, AlfReads, rowsOf } from "../alf-reads.js";
import { toNumberColumn } from "../table-columns.js";
import { collectionHolding } from "./collection.js";
import type { LoadedTable } from "./loaded.js";
import type { SessionFiles } from "./session-files.js";

/** A camera of the rig. Nominal rates: left 60 Hz, right 150 Hz, body 30 Hz; pixels of the left one are half as large as the right's. */
export type CameraView = "left" | "right" | "body";

/** Who tracked the points. Their likelihoods are not comparable. */
export type PoseTracker = "dlc" | "lightningPose";

/** Which data of a camera. */
export interface CameraOptions extends FileChoice {
  /** Folder of the files; the only one that holds the camera's times unless given. */
  readonly collection?: string | undefined;
}

/** Which pose. */
export interface PoseOptions extends CameraOptions {
  readonly tracker?: PoseTracker | undefined;
  /** Points of lower likelihood get NaN for x and y; 0.9 unless given, 0 keeps every point. */
  readonly minLikelihood?: number | undefined;
}

/** The files of a camera, and its times. @throws {@link NotFoundError} where the session has none */
async function openCamera(session: SessionFiles, view: CameraView, asked: CameraOptions, options: CallOptions) {
  const collection = asked.collection ?? collectionHolding(session.files, `${view}Camera`, "times");
  const reads = new AlfReads(session.files, collection, options, asked);
  return { reads, times: await reads.requireNpy(`${view}Camera`, "times") };
}

/**
 * Time of every frame of a camera that has data: seconds, session clock.
 *
 * Times may be more than frames, as the first frames of early sessions were not saved: the last ones count, with a notice.
 *
 * Source: `SessionLoader._check_video_timestamps` (ibllib 4.1).
 *
 * @throws {@link FormatError} when times are fewer than frames, or there are none
 */
function timesOfFrames(reads: AlfReads, times: AlfArray, frames: number, what: string): Float64Array {
  const count = rowsOf(times);
  if (count < frames) {
    const why = count === 0 ? "is empty" : `has ${count} rows`;
    throw new FormatError(`${times.url} ${why}, and ${what} ${frames}: there is no time for each frame`, {
      format: "alf",
      url: times.url,
      hint: "the camera's times were not extracted; leave this camera out",
    });
  }
  const message = `${count - frames} more times than frames: the last ${frames} are used, as the first frames were not saved`;
  reads.note("more-times-than-frames", message, count - frames, times.url);
  return Float64Array.from(times.data.subarray(count - frames));
}

/** Times of a camera as they are. @throws {@link NotFoundError} where the session has none */
export async function loadCameraTimes(
  session: SessionFiles,
  view: CameraView,
  asked: CameraOptions = {},
  options: CallOptions = {},
): Promise<LoadedTable> {
  const { reads, times } = await openCamera(session, view, asked, options);
  return result(reads, [["times", Float64Array.from(times.data)]], { times: "s" });
}

/**
 * Tracked points of a camera: `times` (s), and `<point>_x`, `<point>_y` (px from the top left corner), `<point>_likelihood` of each.
 *
 * Absent: NaN for points below the likelihood asked for; a notice counts them, over all frames and points.
 *
 * Source: `SessionLoader.load_pose` of ALF `_ibl_<view>Camera.dlc.pqt` or `.lightningPose.pqt`.
 *
 * @throws {@link NotFoundError} where the session has no times, or no such tracking
 * @throws {@link FormatError} when there is no time for each frame
 */
export async function loadPose(
  session: SessionFiles,
  view: CameraView,
  asked: PoseOptions = {},
  options: CallOptions = {},
): Promise<LoadedTable> {
  const { reads, times } = await openCamera(session, view, asked, options);
  const tracker = asked.tracker ?? "dlc";
  const pose = await reads.parquet(`${view}Camera`, tracker);
  if (pose === undefined) throw reads.missing(`${view}Camera`, tracker);
  const frames = timesOfFrames(reads, times, pose.table.rowCount, pose.url);
  const minLikelihood = asked.minLikelihood ?? 0.9;
  let blanked = 0;
  const columns = [...pose.table.columns].map(([name, column]): [string, Column] => {
    const point = /^(.*)_[xy]$/s.exec(name)?.[1];
    const likelihood = point === undefined ? undefined : pose.table.columns.get(`${point}_likelihood`);
    const values = toNumberColumn(column);
    const levels = likelihood === undefined ? undefined : toNumberColumn(likelihood);
    if (values === undefined || levels === undefined) return [name, column];
    const isUnlikely = (i: number): boolean => (levels[i] ?? 0) < minLikelihood;
    if (name.endsWith("_x")) blanked += Array.from(values, (_, i) => i).filter(isUnlikely).length;
    return [name, Float64Array.from(values, (value, i) => (isUnlikely(i) ? Number.NaN : value))];
  });
  const message = `points are less likely than ${minLikelihood}: their x and y are NaN`;
  reads.note("unlikely-points-blanked", message, blanked, pose.url);
  const units = columns.map(([name]) => [name, /_[xy](_ens_median)?$/.test(name) ? "px" : ""]);
  return result(reads, [["times", frames], ...columns], { ...Object.fromEntries(units), times: "s" });
}

/**
 * Motion energy of a camera: `times` (s) and `whiskerMotionEnergy` (left, right) or `bodyMotionEnergy`, arbitrary units.
 *
 * Source: `SessionLoader.load_motion_energy` of ALF `<view>Camera.ROIMotionEnergy.npy`.
 *
 * @throws as {@link loadPose}
 */
export async function loadMotionEnergy(
  session: SessionFiles,
  view: CameraView,
  asked: CameraOptions = {},
  options: CallOptions = {},
): Promise<LoadedTable> {
  const { reads, times } = await openCamera(session, view, asked, options);
  const energy = await reads.requireNpy(`${view}Camera`, "ROIMotionEnergy");
  const frames = timesOfFrames(reads, times, rowsOf(energy), energy.url);
  const name = view === "body" ? "bodyMotionEnergy" : "whiskerMotionEnergy";
  return result(
    reads,
    [
      ["times", frames],
      [name, energy.data],
    ],
    { times: "s", [name]: "" },
  );
}

/**
 * States of the paws of a camera: `times` (s) and a probability for each of `still`, `move`, `groom`, `wheel`.
 *
 * Source: `SessionLoader.load_pawstates` of ALF `alf/lightningaction/_ibl_<view>Camera.pawstates.pqt`.
 *
 * @throws as {@link loadPose}
 */
export async function loadPawStates(
  session: SessionFiles,
  view: "left" | "right",
  asked: CameraOptions = {},
  options: CallOptions = {},
): Promise<LoadedTable> {
  const { reads, times } = await openCamera(session, view, asked, options);
  const states = new AlfReads(session.files, "alf/lightningaction", options, asked);
  const found = await states.parquet(`${view}Camera`, "pawstates");
  if (found === undefined) throw states.missing(`${view}Camera`, "pawstates");
  const frames = timesOfFrames(reads, times, found.table.rowCount, found.url);
  const loaded = result(reads, [["times", frames], ...found.table.columns], { times: "s" });
  return {
    ...loaded,
    provenance: [...loaded.provenance, ...states.provenance],
    notices: [...loaded.notices, ...states.notices],
  };
}

/**
 * Times at which the tongue met the spout: `times` (s).
 *
 * Source: `SessionLoader.load_licks` of ALF `licks.times.npy`, from the pose of the tongue.
 *
 * @throws {@link NotFoundError} where the session has none
 */
export async function loadLicks(
  session: SessionFiles,
  asked: CameraOptions = {},
  options: CallOptions = {},
): Promise<LoadedTable> {
  const collection = asked.collection ?? collectionHolding(session.files, "licks", "times");
  const reads = new AlfReads(session.files, collection, options, asked);
  const times = await reads.requireNpy("licks", "times");
  return result(reads, [["times", Float64Array.from(times.data)]], { times: "s" });
}

/** Stored features of a camera; `undefined` where there are none. */
export async function readFeatures(
  session: SessionFiles,
  view: CameraView,
  asked: CameraOptions,
  options: CallOptions,
): Promise<LoadedTable | undefined> {
  const { reads, times } = await openCamera(session, view, asked, options);
  const features = await reads.parquet(`${view}Camera`, "features");
  if (features === undefined) return undefined;
  const frames = timesOfFrames(reads, times, features.table.rowCount, features.url);
  return result(reads, [["times", frames], ...features.table.columns], { times: "s" });
}

function result(
  reads: AlfReads,
  columns: readonly (readonly [string, Column])[],
  units: Readonly<Record<string, string>>,
): LoadedTable {
  const { collection, provenance, notices } = reads;
  return { collection, table: table(columns), units, provenance, notices };
}
