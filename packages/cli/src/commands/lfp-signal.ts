import { formatRef, type Interval, type LfpClock, type LfpSource, QueryError } from "@crossprobe/core";
import { formatNumber } from "../output/table.js";

/** What a document says of the signal as a whole, whatever piece of it is asked for. */
export function describeSignal({ probe, clock, traits }: LfpSource) {
  return { probe, unit: "V", clock, traits };
}

/** Where a column of the LFP was recorded; nulls where the source does not say. */
export function channelPlace(source: LfpSource, index: number) {
  const channel = source.channels[index];
  return { ref: channel?.ref, region: channel?.region ?? null, distanceFromTipUm: channel?.distanceFromTipUm ?? null };
}

/** `4.002 to 295.99 s on the session clock`. */
export function coverageText({ coverage: { start, stop }, quality }: LfpClock): string {
  const clock = quality === "synced" ? "on the session clock" : "since the first sample (the clock is not synced)";
  return `${formatNumber(start, 7)} to ${formatNumber(stop, 7)} s ${clock}`;
}

/**
 * Holds a time span to what the LFP covers. Resolves to what must be said when a part of it lies outside (by more than a
 * sample), else undefined.
 *
 * @throws {@link QueryError} with the coverage when the whole span lies outside
 */
export function checkCoverage({ probe, clock }: LfpSource, { start, stop }: Interval): string | undefined {
  // Seconds on an unsynced clock are refused by the source itself.
  if (clock.quality !== "synced") return undefined;
  const { coverage, samplingRate } = clock;
  if (stop <= coverage.start || start >= coverage.stop) {
    throw new QueryError(
      `the LFP of ${formatRef(probe)} covers ${coverageText(clock)}: none from ${start} to ${stop} s`,
      {
        hint: `choose --from and --to within that, see crossprobe lfp info ${formatRef(probe)}`,
      },
    );
  }
  const slack = 1 / samplingRate;
  if (start >= coverage.start - slack && stop <= coverage.stop + slack) return undefined;
  return `note: the LFP covers ${coverageText(clock)}; the rest of ${start} to ${stop} s is left out`;
}
