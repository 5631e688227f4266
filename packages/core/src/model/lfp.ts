import type { CallOptions } from "../call-options.js";
import type { NdArray } from "../nd-array.js";
import type { Channel } from "./channel.js";
import type { Interval, InvalidInterval } from "./interval.js";
import type { Notice, Provenance } from "./provenance.js";
import type { ProbeRef } from "./ref.js";

/** How sample numbers become seconds on the session clock. Never a nominal rate. */
export interface LfpClock {
  /** `samples`: a timestamp for each sample; `affine`: start and effective rate; `piecewise`: knots and a line outside them. */
  readonly kind: "samples" | "affine" | "piecewise";
  /** `unsynced`: seconds since the first sample at the nominal rate; they must not be joined with events. */
  readonly quality: "synced" | "unsynced";
  /** Effective samples per second over the whole recording. */
  readonly samplingRate: number;
  /** Time of the first sample, and of the sample that would follow the last. */
  readonly coverage: Interval;
}

/** What was done to the signal before it was released: what decides which numbers may be compared. */
export interface LfpTraits {
  /** −3 dB points in hertz; null where unknown. */
  readonly passband: readonly [number, number] | null;
  readonly reference: "airMedian" | "commonAverage" | "external" | "none" | "unknown";
  /** Name and settings of a lossy codec; null for none. */
  readonly lossyCodec: string | null;
  /** Processing steps that changed amplitudes (denoising, interpolation), in order. */
  readonly denoising: readonly string[];
  /** How the channels here stand for the probe's sites. */
  readonly spatial: "all" | "subsample" | "sum" | "mean" | "unknown";
  /** Sites that went into one channel, where `spatial` is `sum` or `mean`; left out where each channel is one site. */
  readonly sitesPerChannel?: number | undefined;
  /** Highest frequency that the release supports. */
  readonly usableUpTo: number;
  /** Stated limits that hold for this signal; left out where none are known. */
  readonly caveats?: readonly LfpCaveat[] | undefined;
}

/** A limit of a signal that its makers state. */
export interface LfpCaveat {
  /** Stable kebab-case name, such as `csd-seams`. */
  readonly code: string;
  /** One sentence: what, and why it holds for this signal. */
  readonly message: string;
  /** Who states it. */
  readonly source: string;
}

export interface LfpRequest {
  /** Seconds on the session clock: samples with `start <= t < stop`. Give this or `samples`, not both; neither means all. */
  readonly time?: Interval | undefined;
  /** Sample numbers, 0-based and half-open. */
  readonly samples?: readonly [start: number, stop: number] | undefined;
  /** Indices into {@link LfpSource.channels}, in the order wanted; all if not given. */
  readonly channels?: readonly number[] | undefined;
}

/** Samples that must not be used. */
export interface InvalidSamples {
  /** Sample numbers `[start, stop)`. */
  readonly samples: readonly [start: number, stop: number];
  readonly kind: InvalidInterval["kind"];
}

/** A piece of LFP. */
export interface LfpBlock {
  /** Sample numbers `[start, stop)`. */
  readonly samples: readonly [start: number, stop: number];
  /** `[samples]`, seconds on the session clock. */
  readonly times: Float64Array;
  /** `[samples, channels]`, volts. */
  readonly data: NdArray<Float32Array>;
  /** Indices into {@link LfpSource.channels} of the second axis. */
  readonly channels: readonly number[];
  /** What reading these samples showed to be unusable, beside {@link LfpSource.invalidIntervals}; nothing if left out. */
  readonly invalid?: readonly InvalidSamples[] | undefined;
}

/** The LFP of one probe, opened: reading it costs at most a header so far. Close it. */
export interface LfpSource {
  readonly probe: ProbeRef;
  /** One for each column, in column order. */
  readonly channels: readonly Channel[];
  readonly sampleCount: number;
  readonly clock: LfpClock;
  readonly traits: LfpTraits;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
  /** Numbers `[start, stop)` of the samples with `interval.start <= t < interval.stop`; empty when there is none. */
  toSampleRange(interval: Interval, options?: CallOptions): Promise<readonly [start: number, stop: number]>;
  /**
   * One bounded piece.
   *
   * @throws {@link QueryError} for a range or channel outside the recording, a request above 256 MiB (use {@link blocks}),
   * or seconds on an unsynced clock
   */
  read(request: LfpRequest, options?: CallOptions): Promise<LfpBlock>;
  /** The same pieces one after the other, in time order, none above `blockBytes` (default 16 MiB) of samples. */
  blocks(request: LfpRequest, options?: CallOptions & { readonly blockBytes?: number }): AsyncIterable<LfpBlock>;
  /** Spans of this probe (and session-wide ones) that must not be used, in time order. */
  invalidIntervals(options?: CallOptions): Promise<readonly InvalidInterval[]>;
  close(): void;
}
