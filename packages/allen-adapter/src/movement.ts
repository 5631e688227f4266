import type { CallOptions, MovementSignal } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { DEFAULT_ERRATA, type ErrataSettings, errataOf } from "./errata/errata-choice.js";
import { NoticeCounter } from "./notices.js";
import { readRunning, SPEED_PATH } from "./running.js";
import { sessionRef } from "./vocabulary.js";

/**
 * Running of one session as displacement. Reads three vectors.
 *
 * @throws {@link NotFoundError} when the file holds no running speed
 */
export async function readMovement(
  file: Hdf5File,
  sessionId: string,
  options?: CallOptions,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Promise<MovementSignal> {
  const running = await readRunning(file, options, errata);
  const { startTimes, stopTimes, speeds } = running;
  const spans = usableSpans(startTimes, stopTimes, speeds);
  const notices = new NoticeCounter();
  const message = "Spans without speed, or that do not end after they start, were left out.";
  notices.add("running-spans-left-out", `${file.url}#${SPEED_PATH}`, message, speeds.length - spans.length);
  const pick = (values: Float64Array) => Float64Array.from(spans, (span) => values[span] ?? Number.NaN);
  return {
    session: sessionRef(sessionId),
    kind: "runningWheel",
    positive: "forward running",
    startTimes: pick(startTimes),
    stopTimes: pick(stopTimes),
    displacementCm: Float64Array.from(spans, (i) => at(speeds, i) * (at(stopTimes, i) - at(startTimes, i))),
    provenance: [
      { url: file.url, path: SPEED_PATH, conversion: "cm/s x (stop - start)", ...errataOf(running.notices) },
    ],
    notices: [...running.notices, ...notices.list()],
  };
}

function usableSpans(startTimes: Float64Array, stopTimes: Float64Array, speeds: Float64Array): readonly number[] {
  return [...startTimes.keys()].filter((i) => at(startTimes, i) < at(stopTimes, i) && !Number.isNaN(at(speeds, i)));
}

function at(values: Float64Array, i: number): number {
  return values[i] ?? Number.NaN;
}
