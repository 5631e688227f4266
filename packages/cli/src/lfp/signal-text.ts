import type { LfpClock, LfpTraits } from "@crossprobe/core";
import { formatNumber } from "../output/table.js";
import type { InvalidSpan, LfpSignal } from "./lfp-signal.js";

/** How channels stand for the sites of a probe. */
export const SITES: Readonly<Record<LfpTraits["spatial"], string>> = {
  all: "every site of the probe",
  subsample: "some of the probe's sites",
  sum: "sums over sites",
  mean: "means over sites",
  unknown: "which of the probe's sites is not stated",
};

/** What a document says of the signal as a whole, whatever piece of it is asked for. */
export function describeSignal({ identity, clock, traits }: LfpSignal) {
  return { ...identity, unit: "V", clock, traits };
}

/** Where a channel was recorded; nulls where the source does not say. */
export function channelPlace({ columns }: LfpSignal, index: number) {
  const column = columns[index];
  return {
    ...(column?.ref === null ? {} : { ref: column?.ref }),
    ...{ region: column?.region ?? null, distanceFromTipUm: column?.distanceFromTipUm ?? null },
  };
}

/** `4.002 to 295.99 s on the session clock`. */
export function coverageText({ coverage: { start, stop }, quality }: LfpClock): string {
  const clock = quality === "synced" ? "on the session clock" : "since the first sample (the clock is not synced)";
  return `${formatNumber(start, 7)} to ${formatNumber(stop, 7)} s ${clock}`;
}

/** Spans that touch samples `[start, stop)`, and gaps between their times. */
export function spansWithin(
  spans: readonly InvalidSpan[],
  [start, stop]: readonly [number, number],
): readonly InvalidSpan[] {
  return spans.filter(({ samples }) => samples[0] < stop && samples[1] > start);
}

/** 1 for each of samples `[start, stop)` that a span touches. */
export function invalidMask(
  spans: readonly Pick<InvalidSpan, "samples">[],
  [start, stop]: readonly [number, number],
): Uint8Array {
  const mask = new Uint8Array(stop - start);
  for (const { samples } of spans) mask.fill(1, Math.max(0, samples[0] - start), Math.max(0, samples[1] - start));
  return mask;
}
