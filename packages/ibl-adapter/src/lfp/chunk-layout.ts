/** How a recording is cut into chunks. */
export interface ChunkLayout {
  /** Samples of the recording. */
  readonly sampleCount: number;
  /** Samples of every chunk but the last (`compress_chunk`). */
  readonly chunkLength: number;
  /** Guard band before and after each chunk, clipped to the recording (`compress_overlap`); null where the file does not say. */
  readonly overlap: number | null;
}

/** Number of chunks: `ceil(sampleCount / chunkLength)`. */
export function chunkCount(layout: ChunkLayout): number {
  return Math.ceil(layout.sampleCount / layout.chunkLength);
}
