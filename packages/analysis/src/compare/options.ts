import type { Mapping } from "@crossprobe/atlas";
import { MAPPINGS } from "@crossprobe/atlas";
import { type CallOptions, type Hub, type Interval, QueryError, type SessionRef } from "@crossprobe/core";
import { checkInterval } from "../intervals.js";
import { GRID_RATE } from "../resample.js";
import { type Band, checkBand, DEFAULT_BANDS, welchFrequencies } from "../spectrum.js";
import { PASSBAND_END } from "../windowed-sinc.js";

/** What a comparison asks of a hub. */
export type CompareHub = Pick<
  Hub,
  | "datasets"
  | "dataset"
  | "describe"
  | "sessions"
  | "probes"
  | "channels"
  | "unitTable"
  | "spikes"
  | "events"
  | "invalidIntervals"
  | "lfp"
>;

/** Where a comparison stands. */
export interface CompareProgress {
  /** `sessions`: sessions done of how many; `lfp`: seconds of one probe's LFP done of how many. */
  readonly phase: "sessions" | "lfp";
  readonly done: number;
  readonly total: number;
  /** The session or probe, as a reference. */
  readonly label: string;
}

export interface CompareOptions extends CallOptions {
  /** `beryl` if not given. */
  readonly mapping?: Mapping | undefined;
  /** Whose rates and PSTHs: units that pass their dataset's published rule (default), or all. Counts always give both. */
  readonly units?: "passing" | "all" | undefined;
  /**
   * What firing rates are taken over, seconds on each session's clock. Where none of it was recorded there is no rate, with the
   * reason in `absent`; where it reaches beyond the recording by more than a hundredth of itself, a notice and a caveat say so.
   */
  readonly interval?: Interval | undefined;
  /** What LFP power is taken over; what each file covers if not given. */
  readonly lfpInterval?: Interval | undefined;
  /** Within 0 to 100 Hz; {@link DEFAULT_BANDS} if not given. */
  readonly bands?: readonly Band[] | undefined;
  /** Only onsets of these, by the source's name of the stimulus (`unnamed` for none), for PSTHs; all visual stimuli if not given. */
  readonly stimuli?: readonly string[] | undefined;
  /** Only these; all of the hub if not given. */
  readonly datasets?: readonly string[] | undefined;
  /** Only these; all of each dataset if not given. */
  readonly sessions?: readonly SessionRef[] | undefined;
  readonly onProgress?: ((progress: CompareProgress) => void) | undefined;
}

/** Options with every choice made. */
export interface CompareSettings {
  readonly mapping: Mapping;
  readonly units: "passing" | "all";
  readonly interval: Interval | null;
  readonly lfpInterval: Interval | null;
  readonly bands: readonly Band[];
  /** Stimuli whose onsets count; null for all. */
  readonly stimuli: readonly string[] | null;
}

/** Fills in defaults and refuses what cannot be asked. @throws {@link QueryError} */
export function settle(options: CompareOptions): CompareSettings {
  const { mapping = "beryl", units = "passing", bands = DEFAULT_BANDS } = options;
  if (!MAPPINGS.includes(mapping)) {
    throw new QueryError(`no mapping ${JSON.stringify(mapping)}`, { hint: `known mappings: ${MAPPINGS.join(", ")}` });
  }
  if (options.interval !== undefined) checkInterval(options.interval, "interval");
  if (options.lfpInterval !== undefined) checkInterval(options.lfpInterval, "LFP interval");
  const frequencies = welchFrequencies(GRID_RATE);
  for (const band of bands) checkBand(band, frequencies, PASSBAND_END);
  const twice = bands.find((band, i) => bands.findIndex(({ name }) => name === band.name) !== i);
  if (twice !== undefined)
    throw new QueryError(`two bands are called ${twice.name}`, { hint: "give each its own name" });
  if (options.stimuli?.length === 0) {
    throw new QueryError("no stimulus is named", { hint: "name at least one, or leave stimuli out to take all" });
  }
  const stimuli = options.stimuli === undefined ? null : [...new Set(options.stimuli)];
  const { interval = null, lfpInterval = null } = options;
  return { mapping, units, bands, interval, lfpInterval, stimuli };
}
