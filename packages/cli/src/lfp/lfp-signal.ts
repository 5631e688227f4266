import type {
  CallOptions,
  Channel,
  Interval,
  LfpClock,
  LfpTraits,
  Notice,
  ProbeRef,
  Provenance,
} from "@crossprobe/core";
import type { LinearMap } from "@crossprobe/ibl-adapter/lfpack";

/** A recorded channel of a signal: where it is, as far as the source says. */
export type SignalColumn = Pick<Channel, "region" | "regionAbsent" | "distanceFromTipUm" | "lateralUm" | "quality"> & {
  /** Null where the signal is a file's, and its channels have no references. */
  readonly ref: Channel["ref"] | null;
};

/** Samples that must not be used. */
export interface InvalidSpan extends Interval {
  /** What is wrong: `saturated`, `silent`, `gap`, … */
  readonly kind: string;
  /** What the source says, verbatim. */
  readonly tags: readonly string[];
  /** Numbers `[start, stop)` of the samples that the span touches; empty where it lies between samples. */
  readonly samples: readonly [start: number, stop: number];
}

/** Which part of a signal to read. */
export interface SignalRequest {
  readonly samples: readonly [start: number, stop: number];
  /** What to make of the channels; each as it is, if not given. */
  readonly map?: LinearMap | undefined;
}

/** Consecutive samples of a signal. */
export interface SignalBlock {
  readonly samples: readonly [start: number, stop: number];
  /** `[samples]`, seconds on the signal's clock. */
  readonly times: Float64Array;
  /** `[samples, columns]`, volts, unless the map says otherwise. */
  readonly data: Float32Array;
  /** Spans that reading found to be invalid, beside those that were known before. */
  readonly invalid?: readonly Pick<InvalidSpan, "kind" | "samples">[];
}

/** An LFP that the commands read from, whether a reference or a file names it. Opened: no sample has been read. */
export interface LfpSignal {
  /** For messages and titles. */
  readonly name: string;
  /** What `crossprobe lfp info` takes to show it. */
  readonly argument: string;
  /** How a document names it. */
  readonly identity: { readonly probe: ProbeRef } | { readonly file: string; readonly recording: string | null };
  /** One for each channel, in the order of the source. */
  readonly columns: readonly SignalColumn[];
  readonly sampleCount: number;
  readonly clock: LfpClock;
  readonly traits: LfpTraits;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
  /** What the source states as limits of its numbers, a sentence each. */
  readonly caveats: readonly string[];
  toSampleRange(interval: Interval, options?: CallOptions): Promise<readonly [start: number, stop: number]>;
  /** The samples in time order, a few megabytes at a time. */
  blocks(request: SignalRequest, options?: CallOptions): AsyncIterable<SignalBlock>;
  /** What is not known of invalid spans before samples are read, or at all; null where the source knows them all. */
  readonly invalidUnknown: string | null;
  /** Spans that must not be used, in time order, as far as they are known. */
  invalidSpans(options?: CallOptions): Promise<readonly InvalidSpan[]>;
  /** What else `lfp info` can say of it; left out where there is nothing more. */
  readFacts?(options?: CallOptions): Promise<SignalFacts>;
  close(): Promise<void>;
}

/** Facts of one kind of source: fields of a document, and lines for people. */
export interface SignalFacts {
  readonly document: Readonly<Record<string, unknown>>;
  readonly lines: readonly { readonly name: string; readonly value: string }[];
}

/** Bytes of samples that a block holds at most. */
export const BLOCK_BYTES = 8 * 2 ** 20;
