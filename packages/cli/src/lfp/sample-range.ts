import { type Interval, QueryError } from "@crossprobe/core";
import { type Command, Option } from "commander";
import { parseSamples, parseSeconds, toInterval } from "../arguments.js";
import { wrapText } from "../output/table.js";
import type { LfpSignal } from "./lfp-signal.js";
import type { SignalContext } from "./lfp-target.js";
import { coverageText } from "./signal-text.js";

/** Which samples: by their numbers, or by seconds on the session clock. */
export interface RangeOptions {
  readonly from?: number;
  readonly to?: number;
  readonly samples?: readonly [start: number, stop: number];
}

/** A range as asked for; null asks for everything. */
export type AskedRange =
  | { readonly kind: "samples"; readonly samples: readonly [number, number] }
  | { readonly kind: "time"; readonly interval: Interval }
  | null;

/** Adds `--from`, `--to` and `--samples`. */
export function addRange(command: Command): Command {
  return command
    .option("--from <seconds>", "samples at or after this time on the session clock", parseSeconds)
    .option("--to <seconds>", "samples before this time", parseSeconds)
    .addOption(
      new Option("--samples <start:stop>", "samples by number, such as 2500:3000 (stop left out)")
        .argParser(parseSamples)
        .conflicts(["from", "to"]),
    );
}

/** What the options ask for. Refuses an empty span, and where a range is needed, none or half a one. */
export function toRange(options: RangeOptions, command: Command, isNeeded: boolean): AskedRange {
  const { from, to, samples } = options;
  if (samples !== undefined) return { kind: "samples", samples };
  if (isNeeded && (from === undefined || to === undefined))
    command.error("error: give --from and --to in seconds, or --samples <start:stop>");
  if (from === undefined && to === undefined) return null;
  return { kind: "time", interval: toInterval(from, to, command) };
}

/**
 * The samples of a signal that a range asks for; what of it the signal does not cover is noted.
 *
 * @throws {@link QueryError} when there are none, or seconds are asked of a signal that is not on the session clock
 */
export async function resolveRange(
  signal: LfpSignal,
  range: AskedRange,
  { io, note }: SignalContext,
): Promise<readonly [start: number, stop: number]> {
  const whole = [0, signal.sampleCount] as const;
  if (range === null) return whole;
  if (range.kind === "samples") {
    if (range.samples[1] <= signal.sampleCount) return range.samples;
    throw new QueryError(
      `samples ${range.samples.join(":")} are not all among the ${signal.sampleCount} of ${signal.name}`,
      { hint: `choose --samples within 0:${signal.sampleCount}` },
    );
  }
  const outside = checkCoverage(signal, range.interval);
  if (outside !== undefined) note(wrapText(outside, io.columns, "  "));
  return signal.toSampleRange(range.interval, { signal: io.signal });
}

/** What must be said when a part of a span lies outside what the signal covers (by more than a sample), else undefined. */
function checkCoverage({ name, argument, clock, sampleCount }: LfpSignal, interval: Interval): string | undefined {
  const { start, stop } = interval;
  if (clock.quality !== "synced") {
    throw new QueryError(`the LFP of ${name} is not on the session clock: its file does not state when it started`, {
      hint: `ask by numbers with --samples, within 0:${sampleCount}`,
    });
  }
  const { coverage, samplingRate } = clock;
  if (stop <= coverage.start || start >= coverage.stop) {
    throw new QueryError(`the LFP of ${name} covers ${coverageText(clock)}: none from ${start} to ${stop} s`, {
      hint: `choose --from and --to within that, see crossprobe lfp info ${argument}`,
    });
  }
  const slack = 1 / samplingRate;
  const isOpen = !Number.isFinite(start) || !Number.isFinite(stop);
  if (isOpen || (start >= coverage.start - slack && stop <= coverage.stop + slack)) return undefined;
  return `note: the LFP covers ${coverageText(clock)}; the rest of ${start} to ${stop} s is left out`;
}
