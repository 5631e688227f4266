import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ByteRange, ByteStore } from "@crossprobe/core";

const FOLDER = fileURLToPath(new URL("../fixtures/formats/", import.meta.url));

interface Expected {
  readonly npy: Readonly<Record<string, { dtype: string; shape: number[]; values: unknown[] }>>;
  readonly csv: Readonly<Record<string, { columns: Readonly<Record<string, string[]>>; rowCount: number }>>;
  readonly parquet: Readonly<Record<string, ExpectedTable>>;
}

export interface ExpectedTable {
  readonly columns: Readonly<Record<string, unknown[]>>;
  readonly rowCount: number;
  readonly types: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What numpy, pandas and pyarrow say the files of `test/fixtures/formats` hold. */
export function expectedFormats(): Expected {
  return JSON.parse(readFileSync(`${FOLDER}expected.json`, "utf8"));
}

/** The bytes of a file of `test/fixtures/formats`. */
export function formatFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(FOLDER + name));
}

/** `test/fixtures/formats` as a store. */
export const formatStore: ByteStore = storeOf((key) => (existsSync(FOLDER + key) ? formatFixture(key) : undefined));

/** A store over a function or a record of entries, in the few lines that a test of a format needs. */
export function storeOf(entries: ((key: string) => Uint8Array | undefined) | Record<string, Uint8Array>): ByteStore {
  const bytesOf = typeof entries === "function" ? entries : (key: string) => entries[key];
  return {
    url: "memory://test/",
    async size(key, options) {
      options?.signal?.throwIfAborted();
      return bytesOf(key)?.byteLength;
    },
    async read(key, options) {
      options?.signal?.throwIfAborted();
      const bytes = bytesOf(key);
      return bytes && cut(bytes, options?.range);
    },
  };
}

function cut(bytes: Uint8Array, range: ByteRange | undefined): Uint8Array {
  if (range === undefined) return bytes.slice();
  if ("suffix" in range) return bytes.slice(Math.max(0, bytes.length - range.suffix));
  return bytes.slice(range.offset, range.offset + range.length);
}

/** Undoes how the expected values are written: `{ float: "nan" }`, `{ integer: "…" }`, `{ bytes: "00ff" }`. */
export function decodeExpected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeExpected);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [name, text] = entries[0] ?? [];
  if (entries.length === 1 && typeof text === "string") {
    if (name === "float")
      return { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY }[text];
    if (name === "integer") return BigInt(text);
    if (name === "bytes") return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, decodeExpected(inner)]));
}

/** Random numbers from 0 up to 1 that are the same on every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A damaged copy: cut short, with flipped bits, or with a run of bytes replaced. */
export function damage(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = bytes.slice();
  const at = (): number => Math.floor(random() * copy.length);
  const kind = random();
  if (kind < 0.3) return copy.slice(0, at());
  if (kind < 0.8) {
    for (let i = 0; i <= random() * 3; i++) flip(copy, at(), Math.floor(random() * 8));
    return copy;
  }
  const start = at();
  return copy.fill(Math.floor(random() * 256), start, start + 1 + Math.floor(random() * 8));
}

function flip(bytes: Uint8Array, index: number, bit: number): void {
  bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
}
