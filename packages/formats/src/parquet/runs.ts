/** How deep the levels of a column go; 0 where there are none. */
export interface LevelShape {
  readonly repetition: number;
  readonly definition: number;
}

/** Bits of a level that goes up to a maximum. */
export function levelWidth(maximum: number): number {
  return 32 - Math.clz32(maximum);
}

/**
 * Walks through runs of the hybrid of run-length encoding and bit packing, without decoding them. A run may not claim more
 * values than there are.
 *
 * Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 *
 * @param width bits of a value, above 0
 * @param count values that the runs hold together; packed ones come in groups of eight, so the last may hold a few more
 */
export function checkRuns(bytes: Uint8Array, width: number, count: number): void {
  let seen = 0;
  let offset = 0;
  while (seen < count && offset < bytes.length) {
    let header = 0;
    let shift = 1;
    let byte: number;
    do {
      byte = bytes[offset++] ?? 0;
      header += (byte & 0x7f) * shift;
      shift *= 128;
    } while (byte & 0x80 && shift < 2 ** 42);
    const isPacked = header % 2 === 1;
    const units = Math.floor(header / 2);
    if (isPacked) {
      // Writers may leave out the end of the last group.
      if (units > Math.ceil(count / 8) + 8)
        throw new Error(`a packed run claims ${units * 8} values where ${count} can be`);
      offset += units * width;
      seen += units * 8;
    } else {
      if (units > count - seen) throw new Error(`a run claims ${units} values where ${count - seen} can be`);
      offset += Math.ceil(width / 8);
      seen += units;
    }
  }
}
