import type { CallOptions } from "@crossprobe/core";

/** Consecutive samples as stored. The value of a sample and column is `data[offset + sample * sampleStride + column * columnStride]`. */
export interface StoredSamples {
  /** Number of the first sample, and of the one after the last. */
  readonly start: number;
  readonly stop: number;
  readonly data: Int16Array;
  /** Place of the first of these samples. */
  readonly offset: number;
  readonly sampleStride: number;
  readonly columnStride: number;
}

/** A file of 16-bit samples, opened. */
export interface SampleStore {
  readonly url: string;
  readonly sampleCount: number;
  /** Sync words included. */
  readonly columnCount: number;
  /** Samples `[start, stop)` piece by piece, in order. A piece is only good until the next one is asked for. */
  pieces(start: number, stop: number, options: CallOptions): AsyncIterable<StoredSamples>;
  /** The largest number in `(after, upTo]` at which a piece ends for itself; `upTo` when there is none. */
  boundBefore(after: number, upTo: number): number;
  /** Lets go of what is kept. */
  release(): void;
}
