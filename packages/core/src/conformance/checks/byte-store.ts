import { expect } from "vitest";
import type { ByteRange, ByteStore } from "../../byte-store.js";
import { isDataError } from "../../errors.js";

type Entries = ReadonlyMap<string, Uint8Array>;
type Case = (store: ByteStore, entries: Entries) => Promise<void>;

/** More than a socket or a pipe takes at once. */
export const LARGE_BYTES = 600_000;
const PART_BYTES = 400_000;
const ODD = "dir/sub/#2024-05-06#/odd name+%25&é🧠.npy";

/** What every byte store must do, by name. */
export const byteStoreCases: Readonly<Record<string, Case>> = {
  "url > ends in a slash and has a scheme": async (store) => {
    expect(store.url).toMatch(/^[a-z][a-z0-9+.-]*:.*\/$/);
  },
  "size > gives the number of bytes": async (store) => {
    expect(await store.size("a.bin")).toBe(1000);
    expect(await store.size("large.bin")).toBe(LARGE_BYTES);
  },
  "size > of an empty value is zero": async (store) => {
    expect(await store.size("empty")).toBe(0);
  },
  "size > of a missing key is undefined": async (store) => {
    expect(await store.size("missing")).toBeUndefined();
    expect(await store.size("dir/missing")).toBeUndefined();
    expect(await store.size("a.bin/below-a-file")).toBeUndefined();
  },
  "read > gives the whole value": async (store, entries) => {
    for (const key of ["a.bin", "large.bin", "dir/b.txt"]) expectBytes(await store.read(key), entryOf(entries, key));
  },
  "read > gives an array that the caller owns": async (store, entries) => {
    const first = await store.read("a.bin");
    expect(first?.buffer.byteLength, "the array shares a larger buffer").toBe(1000);
    first?.fill(255);
    expectBytes(await store.read("a.bin"), entryOf(entries, "a.bin"));
    const part = await store.read("a.bin", { range: { offset: 0, length: 10 } });
    expect(part?.buffer.byteLength, "a part shares a larger buffer").toBe(10);
    part?.fill(255);
    expectBytes(await store.read("a.bin"), entryOf(entries, "a.bin"));
  },
  "read > of an empty value gives no bytes": async (store) => {
    expectBytes(await store.read("empty"), new Uint8Array(0));
    expectBytes(await store.read("empty", { range: { offset: 0, length: 5 } }), new Uint8Array(0));
    expectBytes(await store.read("empty", { range: { suffix: 5 } }), new Uint8Array(0));
  },
  "read > of a missing key is undefined": async (store) => {
    for (const range of [undefined, { offset: 0, length: 1 }, { offset: 9, length: 0 }, { suffix: 1 }, { suffix: 0 }]) {
      expect(await store.read("missing", { range }), JSON.stringify(range)).toBeUndefined();
      expect(await store.read("dir/missing", { range }), JSON.stringify(range)).toBeUndefined();
    }
  },
  "range > from the start, the middle and to the end": async (store, entries) => {
    await expectRanges(store, entries, [
      { offset: 0, length: 1 },
      { offset: 0, length: 1000 },
      { offset: 500, length: 100 },
      { offset: 999, length: 1 },
    ]);
  },
  "range > past the end is cut": async (store, entries) => {
    await expectRanges(store, entries, [
      { offset: 990, length: 100 },
      { offset: 0, length: 2000 },
      { offset: 1000, length: 10 },
      { offset: 5000, length: 10 },
    ]);
  },
  "range > of the last bytes": async (store, entries) => {
    await expectRanges(store, entries, [{ suffix: 1 }, { suffix: 100 }, { suffix: 1000 }, { suffix: 5000 }]);
  },
  "range > of zero length gives no bytes": async (store, entries) => {
    await expectRanges(store, entries, [
      { offset: 0, length: 0 },
      { offset: 500, length: 0 },
      { offset: 5000, length: 0 },
      { suffix: 0 },
    ]);
  },
  "range > with numbers that are none is a store error": async (store) => {
    for (const range of [
      { offset: -1, length: 5 },
      { offset: 0, length: -1 },
      { offset: 0.5, length: 1 },
      { suffix: -1 },
    ]) {
      await expectStoreError(store.read("a.bin", { range }), JSON.stringify(range));
    }
  },
  "key > that needs escaping": async (store, entries) => {
    expect(await store.size(ODD)).toBe(3);
    expectBytes(await store.read(ODD), entryOf(entries, ODD));
    expectBytes(await store.read("🧠"), entryOf(entries, "🧠"));
  },
  "key > of another case or spelling is missing": async (store) => {
    expect(await store.size("dir/sub/%232024-05-06%23/odd name+%25&é🧠.npy")).toBeUndefined();
    expect(await store.read("dir%2Fb.txt")).toBeUndefined();
  },
  "key > of a directory is missing": async (store) => {
    for (const key of ["dir", "dir/", "dir/sub", ""]) {
      expect(await store.size(key), `size of ${JSON.stringify(key)}`).toBeUndefined();
      expect(await store.read(key), `read of ${JSON.stringify(key)}`).toBeUndefined();
    }
  },
  "key > that leaves the store is refused": async (store) => {
    for (const key of ["../a.bin", "dir/../../a.bin", "/a.bin", "dir/..", "./a.bin"]) {
      await expectStoreError(store.read(key), `read of ${key}`);
      await expectStoreError(store.size(key), `size of ${key}`);
    }
  },
  "list > gives every key in code-point order": async (store, entries) => {
    const keys = await listOf(store, "");
    expect(keys).toEqual([...entries.keys()].sort(byCodePoint));
  },
  "list > gives the keys below a prefix": async (store) => {
    expect(await listOf(store, "dir/")).toEqual(["dir/b.txt", ODD, "dir/sub/c"].sort(byCodePoint));
    expect(await listOf(store, "dir/sub/c")).toEqual(["dir/sub/c"]);
    expect(await listOf(store, "dir/s")).toEqual([ODD, "dir/sub/c"].sort(byCodePoint));
    expect(await listOf(store, "nowhere/")).toEqual([]);
  },
  "list > is absent where it does not work": async (store) => {
    if (store.list === undefined) return;
    expect((await listOf(store, "")).length).toBeGreaterThan(0);
  },
  "abort > before the call rejects with the caller's reason": async (store) => {
    const reason = { why: "not wanted any more" };
    const options = { signal: AbortSignal.abort(reason) };
    await expectReason(store.read("a.bin", options), reason);
    await expectReason(store.read("a.bin", { ...options, range: { offset: 0, length: 0 } }), reason);
    await expectReason(store.read("missing", options), reason);
    await expectReason(store.size("a.bin", options), reason);
    if (store.list !== undefined) await expectReason(listOf(store, "", options), reason);
  },
  "abort > during the call rejects with the caller's reason": async (store) => {
    const reason = { why: "not wanted any more" };
    const controller = new AbortController();
    const reading = [
      store.read("large.bin", { signal: controller.signal }),
      store.read("large.bin", { signal: controller.signal, range: { offset: 10, length: PART_BYTES } }),
    ];
    controller.abort(reason);
    // A store that had its bytes at hand may have been faster; anything but the bytes or the reason is wrong.
    for (const read of reading) {
      const [result] = await Promise.allSettled([read]);
      if (result.status === "rejected") expect(result.reason).toBe(reason);
      else expect([LARGE_BYTES, PART_BYTES]).toContain(result.value?.byteLength);
    }
    expect(await store.size("a.bin"), "the store no longer works after an abort").toBe(1000);
  },
  "callers > of the same key at once each get their own bytes": async (store, entries) => {
    const [whole, again, part] = await Promise.all([
      store.read("large.bin"),
      store.read("large.bin"),
      store.read("large.bin", { range: { offset: 100_000, length: 7 } }),
    ]);
    const value = entryOf(entries, "large.bin");
    expectBytes(whole, value);
    whole?.fill(0);
    expectBytes(again, value);
    expectBytes(part, value.slice(100_000, 100_007));
  },
  "callers > of the same key do not share an abort": async (store, entries) => {
    const controller = new AbortController();
    const gone = store.read("large.bin", { signal: controller.signal });
    const staying = store.read("large.bin");
    controller.abort(new Error("only mine"));
    await Promise.allSettled([gone]);
    expectBytes(await staying, entryOf(entries, "large.bin"));
  },
};

function entryOf(entries: Entries, key: string): Uint8Array {
  const value = entries.get(key);
  if (value === undefined) throw new RangeError(`the suite has no entry ${key}`);
  return value;
}

/** Compares without printing megabytes. */
function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  expect(actual, "no bytes at all").toBeInstanceOf(Uint8Array);
  expect(actual?.byteLength, "number of bytes").toBe(expected.byteLength);
  let wrong = 0;
  while (wrong < expected.length && actual?.[wrong] === expected[wrong]) wrong++;
  expect(wrong, "index of the first wrong byte").toBe(expected.length);
}

async function expectRanges(store: ByteStore, entries: Entries, ranges: readonly ByteRange[]): Promise<void> {
  const value = entryOf(entries, "a.bin");
  for (const range of ranges) {
    const start = "suffix" in range ? Math.max(0, 1000 - range.suffix) : range.offset;
    const end = "suffix" in range ? 1000 : range.offset + range.length;
    expectBytes(await store.read("a.bin", { range }), value.slice(start, end));
  }
}

async function expectStoreError(work: Promise<unknown>, what: string): Promise<void> {
  const [result] = await Promise.allSettled([work]);
  const isRight = result.status === "rejected" && isDataError(result.reason, "store");
  expect(isRight, `${what} should reject with a StoreError`).toBe(true);
}

async function expectReason(work: Promise<unknown>, reason: unknown): Promise<void> {
  const [result] = await Promise.allSettled([work]);
  expect(result.status, "an aborted call").toBe("rejected");
  expect(result.status === "rejected" && result.reason, "the signal's own reason").toBe(reason);
}

async function listOf(store: ByteStore, prefix: string, options = {}): Promise<string[]> {
  if (store.list === undefined) throw new Error("this store cannot list: skip the case and say why");
  const keys: string[] = [];
  for await (const key of store.list(prefix, options)) keys.push(key);
  return keys;
}

function byCodePoint(a: string, b: string): number {
  const left = Array.from(a, (character) => character.codePointAt(0) ?? 0);
  const right = Array.from(b, (character) => character.codePointAt(0) ?? 0);
  const different = left.findIndex((point, i) => point !== right[i]);
  if (different === -1) return left.length - right.length;
  return (left[different] ?? 0) - (right[different] ?? -1);
}
