import type { CallOptions, NumericArray } from "@crossprobe/core";
import type { Hdf5Ahead, Hdf5File } from "@crossprobe/formats/hdf5";
import type { ChunkFacts, KnownChunk, ZeroChunk } from "./chunk-facts.js";
import type { ChunkLayout } from "./chunk-layout.js";
import type { Place } from "./place.js";

/** What is stored about one chunk beside its coefficients. */
export interface ChunkHeader {
  /** Number of components. */
  readonly rank: number;
  /** Columns of the coefficient matrix. */
  readonly columns: number;
  /** Samples that the chunk contributes to the recording (`ns_original`). */
  readonly sampleCount: number;
  /** Samples of the window that was compressed, guard bands included (`ns_extended`). */
  readonly extendedCount: number;
  /** Samples of the window before the chunk's own (`left_overlap`). */
  readonly leftOverlap: number;
  /** Wavelet threshold multiplier; 0 means that rows are time courses, not wavelet coefficients. */
  readonly alpha: number;
}

/** Channel factors as the product of a basis that all chunks of a recording share, and what is a chunk's own (format 2). */
export interface BasisFactors {
  /** `[channelCount, size]`; one array for all chunks. */
  readonly basis: Float64Array;
  /** `[size, rank]`: stored values times the norms of their columns. */
  readonly coefficients: Float64Array;
}

/** Channel factors `[channelCount, rank]`, volts (left singular vectors times singular values), in the form they are stored in. */
export type StoredFactors =
  | { readonly kind: "channels"; readonly values: NumericArray }
  | ({ readonly kind: "basis" } & BasisFactors);

/** One chunk as stored, of either format: what {@link decodeChunk} turns into signal. */
export interface StoredChunk {
  readonly header: ChunkHeader;
  readonly channelCount: number;
  readonly factors: StoredFactors;
  /** Positions of the stored coefficients in the C-order matrix `[rank, columns]`, in any order. */
  readonly indices: NumericArray;
  /** The coefficients; all others are 0. */
  readonly values: NumericArray;
  readonly place: Place;
}

/** What opening the chunks of one scale needs. */
export interface ScaleContext {
  readonly file: Hdf5File;
  /** The scale's group. */
  readonly place: Place;
  readonly channelCount: number;
  readonly layout: ChunkLayout;
  /** `alpha` of `meta`: decides in format 2, while every chunk of format 1 has its own. */
  readonly alpha: number;
  /** `epsilon` of `meta`; null where it does not say. */
  readonly epsilon: number | null;
}

/** Gives the chunks of one scale, whatever the format of its container. Opening one has checked how many there are. */
export interface ChunkReader {
  readonly formatVersion: 1 | 2;
  /** Columns of the spatial basis that the chunks share (format 2); null where they share none. */
  readonly basisSize: number | null;
  /** @throws {@link FormatError} when the chunk's parts do not fit together */
  read(index: number, options?: CallOptions): Promise<StoredChunk>;
  /** What reading chunks `[first, stop)` will need of the file. */
  ahead(range: readonly [first: number, stop: number]): Hdf5Ahead;
  /** What is known of a chunk before anything of it is read; null in format 1. */
  known(index: number): KnownChunk | null;
  /** What is stored about each of chunks `[first, stop)`: in format 2 in memory already, in format 1 one group read for each. */
  facts(range: readonly [first: number, stop: number], options?: CallOptions): Promise<readonly ChunkFacts[]>;
  /**
   * Chunks that decode to zeros, as far as that can be told without coefficients: format 2 reads the norms of all chunks, a small array, once;
   * null in format 1, where every chunk would have to be read.
   */
  zeroChunks(options?: CallOptions): Promise<readonly ZeroChunk[] | null>;
}
