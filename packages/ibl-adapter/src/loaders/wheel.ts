import { type CallOptions, FormatError, table } from "@crossprobe/core";
import type { FileChoice } from "../alf-file.js";
import { AlfReads, assertShape, rowsOf } from "../alf-reads.js";
import { collectionHolding } from "./collection.js";
import type { LoadedTable } from "./loaded.js";
import type { SessionFiles } from "./session-files.js";
import { isInCentimetres } from "./wheel-encoding.js";
import { assertWheelRecording } from "./wheel-recording.js";
import { filterVelocity, interpolatePosition, type VelocityOptions } from "./wheel-signal.js";

/** Which recording of the wheel, and how it is resampled. */
export interface WheelOptions extends VelocityOptions, FileChoice {
  /** Folder of the recording; the only one that holds it unless given. */
  readonly collection?: string | undefined;
}

/**
 * The wheel at a fixed rate: columns `times` (s), `position` (rad, anticlockwise positive), `velocity` (rad/s), `acceleration` (rad/s²).
 *
 * Positions of very old sessions are centimetres: where the steps say so, `units` do, with a notice.
 *
 * Source: `SessionLoader.load_wheel` (`brainbox/io/one.py`, ibllib 4.1) of ALF `_ibl_wheel.position` and `.timestamps`. There the
 * columns are float32, which rounds times; here float64.
 *
 * @throws {@link NotFoundError} where the session has no wheel recording
 * @throws {@link QueryError} where several folders hold one and none is chosen
 * @throws {@link FormatError} when positions and timestamps differ in length, are no numbers or go back in time, or are fewer than two
 * @throws {@link QueryError} when there are too few to filter
 */
export async function loadWheel(
  session: SessionFiles,
  asked: WheelOptions = {},
  options: CallOptions = {},
): Promise<LoadedTable> {
  const collection = asked.collection ?? collectionHolding(session.files, "wheel", "position");
  const reads = new AlfReads(session.files, collection, options, asked);
  const position = await reads.requireNpy("wheel", "position");
  const timestamps = await reads.requireNpy("wheel", "timestamps");
  assertShape(timestamps, [rowsOf(position)], `${position.url} has ${rowsOf(position)} rows`);
  assertShape(position, [rowsOf(position)], "one position a sample");
  if (rowsOf(position) < 2) {
    throw new FormatError(`${position.url} has ${rowsOf(position)} samples, too few for a rate`, {
      format: "alf",
      url: position.url,
      hint: "the wheel was not recorded",
    });
  }
  assertWheelRecording(position, timestamps);
  const even = interpolatePosition(timestamps.data, position.data, asked);
  const { velocity, acceleration } = filterVelocity(even.position, asked);
  reads.converted(
    position.url,
    `resampled to ${asked.rate ?? 1000} Hz; velocity low-passed at ${asked.cornerHz ?? 20} Hz`,
  );
  const unit = isInCentimetres(position.data) ? "cm" : "rad";
  const message = "the steps of the wheel are those of an encoder counted in centimetres: position and speed are in cm";
  reads.note("wheel-in-centimetres", message, unit === "cm" ? rowsOf(position) : 0, position.url);
  const columns = [
    ["times", even.times],
    ["position", even.position],
    ["velocity", velocity],
    ["acceleration", acceleration],
  ] as const;
  return {
    collection,
    table: table(columns),
    units: { times: "s", position: unit, velocity: `${unit}/s`, acceleration: `${unit}/s^2` },
    provenance: reads.provenance,
    notices: reads.notices,
  };
}
