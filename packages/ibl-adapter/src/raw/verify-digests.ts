import { type CallOptions, UnsupportedError } from "@crossprobe/core";
import { MtscompSamples } from "./mtscomp-samples.js";
import type { RawRecording } from "./raw-recording.js";
import type { SampleStore } from "./sample-store.js";

/** A digest that a recording states, and what its bytes give. */
export interface DigestCheck {
  /** `samples`: 16-bit samples in the order of a flat file, whether compressed or not. `file`: the `.cbin` itself. */
  readonly of: "samples" | "file";
  /** File that states it. */
  readonly statedIn: string;
  readonly expected: string;
  readonly actual: string;
  readonly isEqual: boolean;
}

/** Samples of a chunk that are put into the order of a flat file at a time. */
const ROWS = 1024;
/** Most bytes of one range. */
const RANGE_BYTES = 4 * 2 ** 20;

/**
 * Compares the SHA-1 digests that `.ch` and `.meta` state. Reads the whole recording piece by piece: hours for a long one over a network.
 * Empty where none is stated.
 *
 * @throws {@link UnsupportedError} outside Node, whose digests alone can be fed piece by piece
 */
export async function verifyDigests(
  recording: RawRecording,
  options: CallOptions = {},
): Promise<readonly DigestCheck[]> {
  const { store, meta } = recording;
  const checks: DigestCheck[] = [];
  const check = (of: DigestCheck["of"], statedIn: string, expected: string, actual: string) =>
    checks.push({ of, statedIn, expected, actual, isEqual: expected.toLowerCase() === actual });
  const ofFlatFile = meta?.values.get("fileSHA1");
  const header = store instanceof MtscompSamples ? store.header : undefined;
  if (store instanceof MtscompSamples && store.header.sha1Compressed !== null) {
    check("file", store.header.url, store.header.sha1Compressed, await digestOfFile(store, options));
  }
  const stated = [
    [header?.url, header?.sha1Uncompressed],
    [meta?.url, typeof ofFlatFile === "string" && ofFlatFile.length === 40 ? ofFlatFile : null],
  ] as const;
  if (stated.some(([, digest]) => digest)) {
    const actual = await digestOfSamples(store, options);
    for (const [url, digest] of stated) if (url && digest) check("samples", url, digest, actual);
  }
  return checks;
}

function createDigest() {
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (crypto !== undefined) return crypto.createHash("sha1");
  throw new UnsupportedError("digests of whole recordings are computed in Node only", {
    hint: "verify before uploading",
  });
}

async function digestOfFile(store: MtscompSamples, options: CallOptions): Promise<string> {
  const digest = createDigest();
  for await (const bytes of store.bytes(RANGE_BYTES, options)) digest.update(bytes);
  return digest.digest("hex");
}

async function digestOfSamples(store: SampleStore, options: CallOptions): Promise<string> {
  const digest = createDigest();
  const rows = new Int16Array(ROWS * store.columnCount);
  for await (const piece of store.pieces(0, store.sampleCount, options)) {
    for (let first = piece.start; first < piece.stop; first += ROWS) {
      const count = Math.min(ROWS, piece.stop - first);
      for (let row = 0; row < count; row++) {
        const at = piece.offset + (first - piece.start + row) * piece.sampleStride;
        for (let column = 0; column < store.columnCount; column++) {
          rows[row * store.columnCount + column] = piece.data[at + column * piece.columnStride] ?? 0;
        }
      }
      digest.update(new Uint8Array(rows.buffer, 0, count * store.columnCount * Int16Array.BYTES_PER_ELEMENT));
    }
  }
  return digest.digest("hex");
}
