import { isDataError } from "@crossprobe/core";
import { H5wasmFile } from "../src/hdf5/h5wasm-file.js";
import type { Hdf5File, Hdf5Link } from "../src/hdf5/hdf5-file.js";
import { NativeFile } from "../src/hdf5/native/native-file.js";
import { readRoot } from "../src/hdf5/native/root.js";
import { findSuperblock } from "../src/hdf5/superblock.js";
import { FakeStore } from "./hdf5-stores.js";

const CACHE_BYTES = 8 << 20;

/** Most values of one array that are compared. */
const VALUE_LIMIT = 2_000_000;

/** What comparing both readers on a file found. */
export interface Comparison {
  objects: number;
  attributes: number;
  arrays: number;
  /** Calls that both refused. */
  refusals: number;
  /** Calls that the native reader left to the library, by what is not covered. */
  readonly leftToLibrary: ReadonlyMap<string, number>;
  /** Where both gave something, and not the same. */
  readonly differences: string[];
  /** Where one gave something and the other refused. */
  readonly disagreements: string[];
}

/** How strictly answers are compared. */
export type Strictness = "sound" | "damaged";

/** Both readers on the same bytes. The native one hands over to the other. */
export function openBoth(bytes: Uint8Array): { native: NativeFile; library: H5wasmFile } {
  const store = new FakeStore({ "a.h5": bytes });
  const head = bytes.slice(0, 1 << 20);
  const superblock = findSuperblock(head);
  if (superblock === undefined) throw new Error("there is no superblock");
  const file = { store, key: "a.h5", url: `${store.url}a.h5`, size: bytes.length, head, cacheBytes: CACHE_BYTES };
  const root = readRoot(head, superblock.offset);
  const native = new NativeFile({ ...file, root, openWithLibrary: async () => new H5wasmFile(file) });
  return { native, library: new H5wasmFile(file) };
}

/** Every object, attribute and array of a file by both readers. */
export async function compareReaders(bytes: Uint8Array, strictness: Strictness = "sound"): Promise<Comparison> {
  const { native, library } = openBoth(bytes);
  const found: Comparison = {
    objects: 0,
    attributes: 0,
    arrays: 0,
    refusals: 0,
    leftToLibrary: native.leftToLibrary,
    differences: [],
    disagreements: [],
  };
  try {
    await new Walk({ native, library }, found, strictness === "sound" ? isEqual : isSame).visit("/", new Set());
  } finally {
    await Promise.all([native.close(), library.close()]);
  }
  return found;
}

type Outcome<Value> = { readonly value: Value } | { readonly error: unknown };

class Walk {
  readonly #native: Hdf5File;
  readonly #library: Hdf5File;
  readonly #found: Comparison;
  readonly #isSame: typeof isEqual;

  constructor(readers: { native: Hdf5File; library: Hdf5File }, found: Comparison, isSameEnough: typeof isEqual) {
    this.#native = readers.native;
    this.#library = readers.library;
    this.#found = found;
    this.#isSame = isSameEnough;
  }

  async visit(path: string, above: ReadonlySet<string>): Promise<void> {
    this.#found.objects += 1;
    const attributes = await this.#both(`attributes of ${path}`, (file) => file.attributes(path));
    this.#found.attributes += attributes?.size ?? 0;
    const [first] = attributes?.keys() ?? [];
    // A name that is no UTF-8 comes with replacement characters, by which it cannot be found again.
    if (first !== undefined && !first.includes("\ufffd")) {
      await this.#both(`${first} of ${path}`, (file) => file.attributes(path, { names: [first] }));
    }
    const object = await this.#both(path, (file) => file.find(path));
    if (object?.kind === "array") await this.#array(path, object.shape ?? []);
    if (object?.kind !== "group" || above.size > 20) return;
    const links = await this.#both<readonly Hdf5Link[]>(`members of ${path}`, (file) => file.list(path));
    for (const { name } of links ?? [])
      await this.visit(path === "/" ? `/${name}` : `${path}/${name}`, new Set([...above, path]));
  }

  async #array(path: string, shape: readonly number[]): Promise<void> {
    this.#found.arrays += 1;
    const inner = shape.slice(1).reduce((product, length) => product * length, 1);
    const rows = Math.min(shape[0] ?? 0, Math.max(1, Math.floor(VALUE_LIMIT / inner)));
    const isWhole = shape.length === 0 || rows === shape[0];
    const slices = shape.map((length, axis): [number, number] => [0, axis === 0 ? rows : length]);
    await this.#both(`values of ${path}`, (file) => file.read(path, isWhole ? {} : { slices }));
    if (shape.length === 0) return;
    const part = shape.map((length): [number, number] => [Math.floor(length / 3), Math.ceil((2 * length) / 3)]);
    await this.#both(`part of ${path}`, (file) => file.read(path, { slices: part }));
  }

  /** Asks both; gives what the native reader answers. */
  async #both<Value>(what: string, ask: (file: Hdf5File) => Promise<Value>): Promise<Value | undefined> {
    const [native, library] = [await outcome(ask(this.#native)), await outcome(ask(this.#library))];
    if ("error" in native && "error" in library) this.#found.refusals += 1;
    else if ("error" in native) this.#found.disagreements.push(`${what}: native ${String(native.error)}`);
    else if ("error" in library) this.#found.disagreements.push(`${what}: library ${String(library.error)}`);
    else if (!this.#isSame(native.value, library.value)) {
      this.#found.differences.push(`${what}: ${show(native.value)} instead of ${show(library.value)}`);
    }
    return "value" in native ? native.value : undefined;
  }
}

/** @throws whatever is no error of ours */
async function outcome<Value>(asked: Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await asked };
  } catch (error) {
    if (!isDataError(error)) throw error;
    return { error };
  }
}

/** Whether two answers are the same but for references that the library, meeting damage on its way, does not resolve. */
function isSame(left: unknown, right: unknown): boolean {
  if (isEqual(left, right)) return true;
  return typeof left === "object" && typeof right === "object" && isEqual(withoutPaths(left), withoutPaths(right));
}

function withoutPaths(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, withoutPaths(part)]));
  if (Array.isArray(value)) return value.map(withoutPaths);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "path") return { path: null };
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutPaths(part)]));
}

/** Equal in kind and value; NaN equals itself, and bytes are compared where there are many. */
function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (left.constructor !== right.constructor && !(left instanceof Uint8Array && right instanceof Uint8Array))
    return false;
  if (ArrayBuffer.isView(left) && ArrayBuffer.isView(right)) return isSameMemory(left, right);
  if (left instanceof Map && right instanceof Map) return isEqual([...left], [...right]);
  const [ours, theirs] = [Object.entries(left), Object.entries(right)];
  return ours.length === theirs.length && ours.every(([key, value]) => isEqual(value, Reflect.get(right, key)));
}

function isSameMemory(left: ArrayBufferView, right: ArrayBufferView): boolean {
  return Buffer.from(left.buffer, left.byteOffset, left.byteLength).equals(
    Buffer.from(right.buffer, right.byteOffset, right.byteLength),
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_, part) => (part instanceof Map ? [...part] : part)) ?? String(value);
  return text.slice(0, 1500);
}
