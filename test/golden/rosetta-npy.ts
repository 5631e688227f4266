import { readFileSync } from "node:fs";

/** A C-ordered little-endian float array, read without the package under test. */
export function readFloats(path: string): { data: Float64Array; shape: readonly number[] } {
  const raw = readFileSync(path);
  const start = 10 + raw.readUInt16LE(8);
  const header = raw.toString("latin1", 10, start);
  const shape =
    /'shape': \(([^)]*)\)/
      .exec(header)?.[1]
      ?.split(",")
      .filter((part) => part.trim() !== "")
      .map(Number) ?? [];
  const kind = /'descr': '([^']*)'/.exec(header)?.[1];
  const bytes = raw.buffer.slice(raw.byteOffset + start, raw.byteOffset + raw.length);
  if (kind === "<f8") return { data: new Float64Array(bytes), shape };
  if (kind === "<f4") return { data: Float64Array.from(new Float32Array(bytes)), shape };
  if (kind === "<i8") return { data: Float64Array.from(new BigInt64Array(bytes), Number), shape };
  throw new Error(`${path}: ${kind}`);
}

/** Rows of a two-dimensional array. */
export function readRows(path: string): Float64Array[] {
  const { data, shape } = readFloats(path);
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, row) => data.subarray(row * columns, (row + 1) * columns));
}
