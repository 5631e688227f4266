/** What is known of a chunk before it is read. */
export interface KnownChunk {
  readonly rank: number;
  /** Bytes of its values in the file's arrays, before HDF5's own compression. */
  readonly codedBytes: number;
}

/** What is stored about a chunk: its place, the codec's settings, and how well it did. */
export interface ChunkFacts {
  readonly index: number;
  /** The chunk's own samples `[start, stop)`. */
  readonly samples: readonly [start: number, stop: number];
  /** Number of components. */
  readonly rank: number;
  /** Wavelet coefficients that are stored. */
  readonly keptCount: number;
  /** Shape of the coefficient matrix: components, slots. */
  readonly coefficientShape: readonly [rank: number, columns: number];
  /** Samples of the window that was compressed, guard bands included. */
  readonly extendedCount: number;
  /** Samples of the window before the chunk's own. */
  readonly leftOverlap: number;
  /** Wavelet threshold multiplier; 0 means none. */
  readonly alpha: number;
  /** Singular-value threshold multiplier; null where the file does not say. */
  readonly epsilon: number | null;
  /** How many times smaller the factors are than the samples (`cr_svd`); null where the file does not say. */
  readonly svdRatio: number | null;
  /** How many times fewer coefficients are kept than the time courses have values (`cr_wp`); null where the file does not say. */
  readonly packetRatio: number | null;
  /** How many times fewer values are stored than samples (`cr_total`); null where the file does not say. */
  readonly totalRatio: number | null;
  /** Root mean square of what the codec lost, volts, as the encoder measured it; null where the file does not say. */
  readonly rmse: number | null;
}

/** A chunk that decodes to zeros, as far as its facts tell without decoding it. */
export interface ZeroChunk {
  readonly index: number;
  readonly kind: "silent" | "codec-dropout";
}
