import { FormatError } from "@crossprobe/core";
import type { AlfArray } from "../alf-reads.js";

/**
 * Asserts that the two files of a wheel recording hold what can be resampled: numbers alone, and times that never go backwards.
 *
 * @throws {@link FormatError} naming the file and the sample
 */
export function assertWheelRecording(position: AlfArray, timestamps: AlfArray): void {
  const angle = position.data.findIndex((value) => !Number.isFinite(Number(value)));
  if (angle !== -1) throw damaged(`${position.url} holds no position at sample ${angle}`, position.url, angle);
  const times = timestamps.data;
  for (let i = 0; i < times.length; i++) {
    const [time, before] = [Number(times[i]), i === 0 ? Number.NEGATIVE_INFINITY : Number(times[i - 1])];
    if (Number.isFinite(time) && time >= before) continue;
    throw damaged(`${timestamps.url} goes from ${before} s to ${time} s at sample ${i}`, timestamps.url, i);
  }
}

function damaged(message: string, url: string, at: number): FormatError {
  return new FormatError(message, {
    ...{ format: "alf", url, at },
    hint: "download the wheel files again, both of one revision",
  });
}
