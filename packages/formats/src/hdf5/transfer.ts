/** Buffers of the typed arrays in a value, to be moved between threads rather than copied. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  collect(value, buffers);
  return [...buffers];
}

function collect(value: unknown, buffers: Set<ArrayBuffer>): void {
  if (typeof value !== "object" || value === null) return;
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) buffers.add(value.buffer);
  } else if (value instanceof Map) {
    for (const entry of value.values()) collect(entry, buffers);
  } else if (Array.isArray(value)) {
    // Long lists hold text or numbers, which are copied; only lists of arrays are worth the walk.
    if (typeof value[0] === "object") for (const entry of value) collect(entry, buffers);
  } else {
    for (const entry of Object.values(value)) collect(entry, buffers);
  }
}
