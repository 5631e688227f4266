import { type CallOptions, NotFoundError, type Notice } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { openTimeSeries, type TimeSeries } from "@crossprobe/nwb";
import { DEFAULT_ERRATA, type ErrataSettings } from "./errata/errata-choice.js";
import { RUNNING_2XN } from "./errata/running.js";
import { NoticeCounter } from "./notices.js";

export const SPEED_PATH = "/processing/running/running_speed";
const END_TIMES_PATH = "/processing/running/running_speed_end_times/timestamps";

/** Running as a session file stores it: one value for each span, all of the same length. */
export interface Running {
  /** Seconds on the session clock. */
  readonly startTimes: Float64Array;
  readonly stopTimes: Float64Array;
  /** Mean over the span, cm/s; forward is positive. */
  readonly speeds: Float64Array;
  readonly notices: readonly Notice[];
}

/**
 * Running of one session, every span. Reads three vectors.
 *
 * Source: `running_speed` is the mean speed in cm/s between its timestamp and that of `running_speed_end_times`; files of 2019 hold
 * both rows of times in `running_speed` itself, `(2, N)`.
 *
 * @throws {@link NotFoundError} when the file holds no running speed
 */
export async function readRunning(
  file: Hdf5File,
  options?: CallOptions,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Promise<Running> {
  const series = await openTimeSeries(file, SPEED_PATH, options);
  if (!series)
    throw new NotFoundError(`${file.url} holds no running speed (${SPEED_PATH}).`, {
      hint: "Look at what the file holds with `crossprobe inspect`.",
    });
  const count = Math.min(series.sampleCount, series.clock.sampleCount);
  const speeds = (await series.read([0, count], options)).data;
  const startTimes = await series.clock.times(0, count, options);
  const notices = new NoticeCounter();
  const isPaired = series.clock.kind === "intervals" && errata.isOn(RUNNING_2XN.id);
  const stopTimes = await readStopTimes(file, { series, startTimes, isPaired }, notices, options);
  return { startTimes, stopTimes, speeds, notices: [...series.notices, ...notices.list()] };
}

async function readStopTimes(
  file: Hdf5File,
  known: { readonly series: TimeSeries; readonly startTimes: Float64Array; readonly isPaired: boolean },
  notices: NoticeCounter,
  options?: CallOptions,
): Promise<Float64Array> {
  const where = `${file.url}#${SPEED_PATH}`;
  const { startTimes } = known;
  const count = startTimes.length;
  const paired = known.isPaired ? await known.series.clock.stopTimes(0, count, options) : undefined;
  if (paired) {
    notices.add(RUNNING_2XN.id, where, "Timestamps hold starts and ends in two rows, as files of 2019 do.");
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
