import { type CallOptions, type MovementSignal, NotFoundError, SchemaError, type SessionRef } from "@crossprobe/core";
import { type AlfFile, collectionsOf } from "./alf-file.js";
import { type AlfArray, AlfReads, assertShape, rowsOf } from "./alf-reads.js";
import { isInCentimetres } from "./loaders/wheel-encoding.js";
import { assertWheelRecording } from "./loaders/wheel-recording.js";
import { WHEEL_RADIUS_CM } from "./vocabulary.js";

/** Spans of one wheel recording: between each sample and the next. */
interface WheelSpans {
  readonly times: Float64Array;
  readonly displacementCm: Float64Array;
  readonly reads: AlfReads;
}

/**
 * Turning of the steering wheel: one span from each encoder sample to the next.
 *
 * Reads two arrays. A session of several tasks has a recording for each; they follow each other, with no span between them.
 *
 * Source: ALF `_ibl_wheel.position` (radians, unwrapped, anticlockwise positive) and `_ibl_wheel.timestamps` (seconds, session
 * clock, irregular: one sample an encoder tick); radius 3.1 cm. One public tutorial says centimetres: the extractor writes radians,
 * but for very old sessions, whose steps tell.
 *
 * @throws {@link NotFoundError} where the session has no wheel recording
 * @throws {@link FormatError} when positions and timestamps differ in length, or time goes backwards
 */
export async function readMovement(
  session: SessionRef,
  files: readonly AlfFile[],
  options: CallOptions = {},
): Promise<MovementSignal> {
  const recordings: WheelSpans[] = [];
  for (const collection of collectionsOf(files, "wheel")) {
    const spans = await readWheel(new AlfReads(files, collection, options));
    if (spans.times.length > 1) recordings.push(spans);
  }
  if (recordings.length === 0) {
    throw new NotFoundError(`no movement of session ${session.id}: it lists no _ibl_wheel.position with two samples`, {
      hint: "the release has none for this session, or the source does not hold it",
    });
  }
  recordings.sort((a, b) => (a.times[0] ?? 0) - (b.times[0] ?? 0));
  assertApart(recordings);
  return {
    session,
    kind: "steeringWheel",
    positive: "anticlockwise turn of the wheel, the sign of IBL's rotary encoder",
    startTimes: joined(recordings.map(({ times }) => times.subarray(0, -1))),
    stopTimes: joined(recordings.map(({ times }) => times.subarray(1))),
    displacementCm: joined(recordings.map(({ displacementCm }) => displacementCm)),
    provenance: recordings.flatMap(({ reads }) => reads.provenance),
    notices: recordings.flatMap(({ reads }) => reads.notices),
  };
}

async function readWheel(reads: AlfReads): Promise<WheelSpans> {
  const position = await reads.requireNpy("wheel", "position");
  const timestamps = await reads.requireNpy("wheel", "timestamps");
  assertShape(position, [null], "one angle a sample");
  assertShape(timestamps, [rowsOf(position)], `_ibl_wheel.position has ${rowsOf(position)} samples`);
  assertWheelRecording(position, timestamps);
  const times = Float64Array.from(timestamps.data);
  const turned = displacements(position);
  const isCm = isInCentimetres(position.data);
  const message = "the steps of the wheel are those of an encoder counted in centimetres, and taken as such";
  reads.note("wheel-in-centimetres", message, isCm ? rowsOf(position) : 0, position.url);
  const displacementCm = isCm ? turned : turned.map((angle) => angle * WHEEL_RADIUS_CM);
  reads.converted(position.url, isCm ? "differences" : `differences of radians x ${WHEEL_RADIUS_CM} cm`);
  return { times, displacementCm, reads };
}

function displacements({ data }: AlfArray): Float64Array {
  const result = new Float64Array(Math.max(0, data.length - 1));
  for (let i = 0; i < result.length; i++) result[i] = (data[i + 1] ?? Number.NaN) - (data[i] ?? Number.NaN);
  return result;
}

function assertApart(recordings: readonly WheelSpans[]): void {
  recordings.forEach(({ times, reads }, i) => {
    const before = recordings[i - 1]?.times.at(-1);
    if (before === undefined || before <= (times[0] ?? 0)) return;
    throw new SchemaError(`the wheel recording of ${reads.collection} begins before another of the session has ended`, {
      url: reads.provenance[0]?.url,
      hint: "keep one of the two recordings",
    });
  });
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const result = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
