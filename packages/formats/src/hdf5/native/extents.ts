/** Bytes of a file that are known beforehand: pieces of it in order, apart from each other. */
export class Extents {
  readonly #offsets: Float64Array;
  readonly #ends: Float64Array;
  /** Where each piece begins in the bytes. */
  readonly #starts: Float64Array;
  readonly #bytes: Uint8Array;

  /**
   * @param spans ascending, without overlap
   * @param bytes of all pieces, one after the other
   */
  constructor(spans: readonly { readonly offset: number; readonly length: number }[], bytes: Uint8Array) {
    this.#offsets = Float64Array.from(spans, ({ offset }) => offset);
    this.#ends = Float64Array.from(spans, ({ offset, length }) => offset + length);
    this.#starts = new Float64Array(spans.length);
    for (let i = 1; i < spans.length; i++) this.#starts[i] = (this.#starts[i - 1] ?? 0) + (spans[i - 1]?.length ?? 0);
    // Not a Buffer, whose `slice` would be a view and no copy.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Bytes that are all within one piece; not to be written to. */
  get(offset: number, length: number): Uint8Array | undefined {
    let [low, high] = [0, this.#offsets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#offsets[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const from = this.#offsets[low - 1];
    if (from === undefined || offset + length > (this.#ends[low - 1] ?? 0)) return undefined;
    const start = (this.#starts[low - 1] ?? 0) + offset - from;
    return this.#bytes.subarray(start, start + length);
  }
}

/** Pieces of a file with their bytes, one after the other. */
export interface RecordedExtents {
  readonly spans: readonly { readonly offset: number; readonly length: number }[];
  readonly bytes: Uint8Array;
}

/** Keeps copies of the bytes of a file that are read. */
export class ExtentRecorder {
  readonly #pieces = new Map<number, Uint8Array>();
  #bytes = 0;

  /** Bytes kept so far; those that were read from different places on count more than once. */
  get bytes(): number {
    return this.#bytes;
  }

  note(offset: number, bytes: Uint8Array): void {
    const known = this.#pieces.get(offset)?.length ?? 0;
    if (known >= bytes.length) return;
    this.#pieces.set(offset, bytes.slice());
    this.#bytes += bytes.length - known;
  }

  /** What was read, in order; what touches or overlaps is one piece. */
  extents(): RecordedExtents {
    const pieces = [...this.#pieces].sort(([a], [b]) => a - b);
    const spans: { offset: number; length: number }[] = [];
    for (const [offset, { length }] of pieces) {
      const last = spans.at(-1);
      if (last !== undefined && offset <= last.offset + last.length) {
        last.length = Math.max(last.length, offset + length - last.offset);
      } else spans.push({ offset, length });
    }
    const bytes = new Uint8Array(spans.reduce((sum, { length }) => sum + length, 0));
    let [span, start] = [0, 0];
    for (const [offset, piece] of pieces) {
      for (let at = spans[span]; at !== undefined && offset >= at.offset + at.length; at = spans[span]) {
        start += at.length;
        span += 1;
      }
      bytes.set(piece, start + offset - (spans[span]?.offset ?? 0));
    }
    return { spans, bytes };
  }
}
