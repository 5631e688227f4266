import { type CallOptions, type MovementSignal, NotFoundError } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { openTimeSeries, type TimeSeries } from "@crossprobe/nwb";
import { NoticeCounter } from "./notices.js";
import { sessionRef } from "./vocabulary.js";

const SPEED_PATH = "/processing/running/running_speed";
const END_TIMES_PATH = "/processing/running/running_speed_end_times/timestamps";

/**
 * Running of one session. Reads three vectors.
 *
 * Source: `running_speed` is the mean speed in cm/s between its timestamp and that of `running_speed_end_times`; files of 2019 hold
 * both rows of times in `running_speed` itself, `(2, N)`.
 *
 * @throws {@link NotFoundError} when the file holds no running speed
 */
export async function readMovement(file: Hdf5File, sessionId: string, options?: CallOptions): Promise<MovementSignal> {
  const series = await openTimeSeries(file, SPEED_PATH, options);
  if (!series) throw new NotFoundError(`${file.url} holds no running speed (${SPEED_PATH}).`);
  const count = Math.min(series.sampleCount, series.clock.sampleCount);
  const speeds = (await series.read([0, count], options)).data;
  const startTimes = await series.clock.times(0, count, options);
  const notices = new NoticeCounter();
  const stopTimes = await readStopTimes(file, series, startTimes, notices, options);
  const spans = usableSpans(startTimes, stopTimes, speeds);
  const message = "Spans without speed, or that do not end after they start, were left out.";
  notices.add("running-spans-left-out", `${file.url}#${SPEED_PATH}`, message, count - spans.length);
  const pick = (values: Float64Array) => Float64Array.from(spans, (span) => values[span] ?? Number.NaN);
  return {
    session: sessionRef(sessionId),
    kind: "runningWheel",
    positive: "forward running",
    startTimes: pick(startTimes),
    stopTimes: pick(stopTimes),
    displacementCm: Float64Array.from(spans, (i) => at(speeds, i) * (at(stopTimes, i) - at(startTimes, i))),
    provenance: [{ url: file.url, path: SPEED_PATH, conversion: "cm/s x (stop - start)" }],
    notices: [...series.notices, ...notices.list()],
  };
}

async function readStopTimes(
  file: Hdf5File,
  { clock }: TimeSeries,
  startTimes: Float64Array,
  notices: NoticeCounter,
  options?: CallOptions,
): Promise<Float64Array> {
  const where = `${file.url}#${SPEED_PATH}`;
  const count = startTimes.length;
  const paired = await clock.stopTimes(0, count, options);
  if (paired) {
    notices.add("running-timestamps-2019", where, "Timestamps hold starts and ends in two rows, as files of 2019 do.");
    return paired;
  }
  // The series holds NaN as data: only its times are of use.
  const ends = await file.find(END_TIMES_PATH, options);
  if (ends?.kind === "array" && ends.shape?.[0] === count) {
    const { values } = await file.read(END_TIMES_PATH, options);
    if (values instanceof Float64Array) return values;
  }
  notices.add("running-end-times-missing", where, "Ends of spans are not stored; each ends where the next begins.");
  return Float64Array.from(startTimes, (_, i) => startTimes[i + 1] ?? Number.NaN);
}

function usableSpans(startTimes: Float64Array, stopTimes: Float64Array, speeds: Float64Array): readonly number[] {
  return [...startTimes.keys()].filter((i) => at(startTimes, i) < at(stopTimes, i) && !Number.isNaN(at(speeds, i)));
}

function at(values: Float64Array, i: number): number {
  return values[i] ?? Number.NaN;
}
