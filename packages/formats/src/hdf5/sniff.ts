interface Kind {
  readonly name: string;
  readonly isIt: (bytes: Uint8Array, text: string) => boolean;
}

const startsWith =
  (...magic: number[]) =>
  (bytes: Uint8Array) =>
    magic.every((byte, i) => bytes[i] === byte);

const KINDS: readonly Kind[] = [
  { name: "an empty file", isIt: (bytes) => bytes.length === 0 },
  { name: "nothing but zero bytes", isIt: (bytes) => bytes.every((byte) => byte === 0) },
  { name: "gzip data", isIt: startsWith(0x1f, 0x8b) },
  { name: "a zip archive", isIt: startsWith(0x50, 0x4b, 0x03, 0x04) },
  { name: "a zstd archive", isIt: startsWith(0x28, 0xb5, 0x2f, 0xfd) },
  { name: "an npy array", isIt: startsWith(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59) },
  { name: "a Parquet table", isIt: startsWith(0x50, 0x41, 0x52, 0x31) },
  { name: "a PDF", isIt: startsWith(0x25, 0x50, 0x44, 0x46) },
  { name: "netCDF 3 (classic)", isIt: startsWith(0x43, 0x44, 0x46) },
  { name: "an HDF4 file", isIt: startsWith(0x0e, 0x03, 0x13, 0x01) },
  { name: "a MATLAB 5 file", isIt: (_, text) => text.startsWith("MATLAB 5.0") },
  { name: "a git-annex or Git LFS pointer", isIt: (_, text) => /^(version https:\/\/git-lfs|\/annex\/)/.test(text) },
  { name: "an HTML page", isIt: (_, text) => /^\s*(<!doctype html|<html)/i.test(text) },
  { name: "XML", isIt: (_, text) => /^\s*<\?xml/i.test(text) },
  { name: "JSON", isIt: (_, text) => /^\s*[[{]/.test(text) },
];

/** What bytes that are no HDF5 look like, as words for a message: `an HTML page`. */
export function describeBytes(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 512);
  const text = new TextDecoder("latin1").decode(start);
  const kind = KINDS.find((kind) => kind.isIt(start, text));
  if (kind !== undefined) return kind.name;
  if (/^[\t\r\n\x20-\x7e]*$/.test(text)) return `text that begins with ${JSON.stringify(text.slice(0, 40))}`;
  return `bytes that begin with ${Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}
