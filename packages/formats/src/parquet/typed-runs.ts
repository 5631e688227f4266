/** Widest values that are unpacked from 32 bits of which up to seven belong to the value before. */
const WIDEST = 24;

/**
 * Values of the hybrid of run-length encoding and bit packing, as many as the target has room for.
 *
 * Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 *
 * @param width bits of a value, from 1 to 24
 * @throws Error when the runs end early
 */
export function readRuns(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  target: Uint8Array | Uint32Array,
): void {
  if (width > WIDEST) throw new Error(`values of ${width} bits are not read, the limit is ${WIDEST}`);
  const count = target.length;
  let at = start;
  let next = 0;
  while (next < count) {
    let header = 0;
    for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
      if (at >= end || scale > 2 ** 35) throw new Error(`its runs end ${count - next} values early`);
      byte = bytes[at++] as number;
      header += (byte & 127) * scale;
    }
    const isPacked = header % 2 === 1;
    const length = Math.min(Math.floor(header / 2) * (isPacked ? 8 : 1), count - next);
    // Writers may leave out the end of the last group.
    const size = isPacked ? Math.ceil((length * width) / 8) : Math.ceil(width / 8);
    if (length === 0 || at + size > end) throw new Error(`its runs end ${count - next} values early`);
    if (isPacked) {
      unpack(bytes, at, width, target, next, length);
      at += Math.floor(header / 2) * width;
    } else {
      let value = 0;
      for (let i = 0; i < size; i++) value |= (bytes[at + i] as number) << (i * 8);
      if (value >= 2 ** width) throw new Error(`a run of values of ${width} bits repeats ${value}`);
      target.fill(value, next, next + length);
      at += size;
    }
    next += length;
  }
}

function unpack(
  bytes: Uint8Array,
  start: number,
  width: number,
  target: Uint8Array | Uint32Array,
  first: number,
  count: number,
): void {
  const mask = 2 ** width - 1;
  let at = start;
  let pending = 0;
  let bits = 0;
  for (let i = first; i < first + count; i++) {
    while (bits < width) {
      pending |= (bytes[at++] as number) << bits;
      bits += 8;
    }
    target[i] = pending & mask;
    pending >>>= width;
    bits -= width;
  }
}
