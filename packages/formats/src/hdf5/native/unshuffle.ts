/**
 * Puts the bytes of elements back together, which shuffle had sorted by their place in an element: all first bytes, all second ones …
 * Bytes behind the last whole element stay where they are.
 */
export function unshuffle(bytes: Uint8Array, itemBytes: number, target: Uint8Array): void {
  const count = Math.floor(bytes.length / itemBytes);
  if (itemBytes === 2) unshuffle2(bytes, count, target);
  else if (itemBytes === 4) unshuffle4(bytes, count, target);
  else if (itemBytes === 8) unshuffle8(bytes, count, target);
  else if (count > 0) {
    // No whole element, no loop: a damaged size of 2^31 would keep it busy for long.
    for (let part = 0; part < itemBytes; part++) {
      for (let i = 0, from = part * count, to = part; i < count; i++, to += itemBytes)
        target[to] = bytes[from + i] ?? 0;
    }
  }
  target.set(bytes.subarray(count * itemBytes), count * itemBytes);
}

function unshuffle2(bytes: Uint8Array, count: number, target: Uint8Array): void {
  for (let i = 0, to = 0; i < count; i++, to += 2) {
    target[to] = bytes[i] as number;
    target[to + 1] = bytes[count + i] as number;
  }
}

function unshuffle4(bytes: Uint8Array, count: number, target: Uint8Array): void {
  const [b, c, d] = [count, 2 * count, 3 * count];
  for (let i = 0, to = 0; i < count; i++, to += 4) {
    target[to] = bytes[i] as number;
    target[to + 1] = bytes[b + i] as number;
    target[to + 2] = bytes[c + i] as number;
    target[to + 3] = bytes[d + i] as number;
  }
}

function unshuffle8(bytes: Uint8Array, count: number, target: Uint8Array): void {
  for (let half = 0; half < 8; half += 4) {
    const [a, b, c, d] = [half * count, (half + 1) * count, (half + 2) * count, (half + 3) * count];
    for (let i = 0, to = half; i < count; i++, to += 8) {
      target[to] = bytes[a + i] as number;
      target[to + 1] = bytes[b + i] as number;
      target[to + 2] = bytes[c + i] as number;
      target[to + 3] = bytes[d + i] as number;
    }
  }
}
