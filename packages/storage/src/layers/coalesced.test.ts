import type { ByteRange, ByteStore } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../memory.js";
import { coalesced } from "./coalesced.js";

const BODY = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);
const at = (offset: number, length: number): { range: ByteRange } => ({ range: { offset, length } });

/** A store that answers when it is told to, and notes what reached it. */
function held() {
  const inner = new MemoryStore("memory://x/", { a: BODY, b: BODY });
  const reads: { key: string; range: ByteRange | undefined; signal: AbortSignal | undefined }[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const store: ByteStore = {
    url: inner.url,
    size: (key, options) => inner.size(key, options),
    read: async (key, { range, signal } = {}) => {
      reads.push({ key, range, signal });
      await new Promise<void>((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
        void gate.then(resolve);
      });
      return inner.read(key, { range });
    },
  };
  return { store, reads, release: () => release() };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

describe("coalesced", () => {
  it("reads equal and neighbouring ranges once", async () => {
    const { store, reads, release } = held();
    const layer = coalesced(store, { gapBytes: 10, longestBytes: 500 });
    const asked = [at(0, 10), at(20, 10), at(0, 10), at(100, 5), at(25, 3), at(995, 50)];
    const work = asked.map((options) => layer.read("a", options));
    const other = layer.read("b", at(0, 10));
    release();
    const given = await Promise.all(work);
    const expected: [number, number][] = [
      [0, 10],
      [20, 30],
      [0, 10],
      [100, 105],
      [25, 28],
      [995, 1000],
    ];
    expect(given).toEqual(expected.map(([from, to]) => BODY.slice(from, to)));
    await other;
    expect(reads.map(({ key, range }) => [key, range])).toEqual([
      ["a", { offset: 0, length: 30 }],
      ["a", { offset: 100, length: 5 }],
      ["a", { offset: 995, length: 50 }],
      ["b", { offset: 0, length: 10 }],
    ]);
    given[0]?.fill(0);
    expect(given[2]).toEqual(BODY.slice(0, 10));
  });

  it("lets no shared read grow beyond its length", async () => {
    const { store, reads, release } = held();
    const layer = coalesced(store, { gapBytes: 10, longestBytes: 25 });
    const work = [at(0, 10), at(10, 10), at(20, 10), at(0, 200), at(5, 100)].map((options) => layer.read("a", options));
    release();
    await Promise.all(work);
    expect(reads.map(({ range }) => range)).toEqual([{ offset: 0, length: 200 }]);
    const others = [at(300, 10), at(310, 10), at(320, 10)].map((options) => layer.read("a", options));
    await Promise.all(others);
    expect(reads.slice(1).map(({ range }) => range)).toEqual([
      { offset: 300, length: 20 },
      { offset: 320, length: 10 },
    ]);
  });

  it("reads no more along than a quarter of what was asked for, the shortest gaps first", async () => {
    const sizes: number[] = [];
    const store: ByteStore = {
      url: "memory://x/",
      size: async () => 1_000_000,
      read: async (_key, { range } = {}) => {
        const length = range !== undefined && "offset" in range ? range.length : 0;
        sizes.push(length);
        return new Uint8Array(length);
      },
    };
    const layer = coalesced(store, { gapBytes: 100 });
    // 40 ranges of 200 bytes, alternately 50 and 100 bytes apart: 20 short gaps are 1000 bytes, and ten of the others make a quarter.
    const offsets = Array.from({ length: 40 }, (_, i) => Math.floor(i / 2) * 550 + (i % 2) * 250);
    const given = await Promise.all(offsets.map((offset) => layer.read("a", at(offset, 200))));
    expect(given.every((bytes) => bytes?.byteLength === 200)).toBe(true);
    expect(sizes).toHaveLength(10);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(8000 + 20 * 50 + 10 * 100);
  });

  it("shares a read that is under way", async () => {
    const { store, reads, release } = held();
    const layer = coalesced(store);
    const whole = layer.read("a");
    await turn();
    const later = [layer.read("a"), layer.read("a", at(7, 3))];
    await turn();
    release();
    expect(await Promise.all([whole, ...later])).toEqual([BODY, BODY, BODY.slice(7, 10)]);
    expect(reads).toHaveLength(1);
    expect((await layer.read("a"))?.byteLength).toBe(1000);
    expect(reads).toHaveLength(2);
  });

  it("shares suffixes and whole values where they are equal", async () => {
    const { store, reads, release } = held();
    const layer = coalesced(store);
    const work = [{ range: { suffix: 8 } }, { range: { suffix: 8 } }, { range: { suffix: 9 } }, {}, {}].map((options) =>
      layer.read("a", options),
    );
    release();
    await Promise.all(work);
    expect(reads.map(({ range }) => range)).toEqual([{ suffix: 8 }, { suffix: 9 }, undefined]);
  });

  it("hands down the signal of a read that one caller asks for, or that all who ask share", async () => {
    const { store, reads, release } = held();
    const { signal } = new AbortController();
    const layer = coalesced(store);
    const work = [
      layer.read("a", { ...at(0, 5), signal }),
      layer.read("b", { ...at(0, 5), signal }),
      layer.read("b", { ...at(5, 5), signal }),
    ];
    release();
    await Promise.all(work);
    expect(reads.map((read) => read.signal === signal)).toEqual([true, true]);
  });

  it("ends a shared read with its last caller, each with its own reason", async () => {
    const { store, reads } = held();
    const layer = coalesced(store);
    const [one, two] = [new AbortController(), new AbortController()];
    const first = layer.read("a", { signal: one.signal });
    const second = layer.read("a", { signal: two.signal });
    await turn();
    expect(reads).toHaveLength(1);
    one.abort("one");
    await expect(first).rejects.toBe("one");
    expect(reads[0]?.signal?.aborted).toBe(false);
    two.abort("two");
    await expect(second).rejects.toBe("two");
    expect(reads[0]?.signal?.aborted).toBe(true);
  });

  it("keeps a shared read for who stays", async () => {
    const { store, reads, release } = held();
    const layer = coalesced(store);
    const gone = new AbortController();
    const first = layer.read("a", { ...at(0, 10), signal: gone.signal });
    const second = layer.read("a", { ...at(10, 10), signal: new AbortController().signal });
    await turn();
    gone.abort("gone");
    await expect(first).rejects.toBe("gone");
    release();
    expect(await second).toEqual(BODY.slice(10, 20));
    expect(reads).toHaveLength(1);
  });

  it("reads anew for who joined a read whose one caller has gone", async () => {
    const { store, reads, release } = held();
    const layer = coalesced(store);
    const gone = new AbortController();
    const first = layer.read("a", { signal: gone.signal });
    await turn();
    const second = layer.read("a", at(3, 4));
    gone.abort("gone");
    await expect(first).rejects.toBe("gone");
    release();
    expect(await second).toEqual(BODY.slice(3, 7));
    expect(reads.map(({ range }) => range)).toEqual([undefined, { offset: 3, length: 4 }]);
  });

  it("gives a failure to all who share it, and keeps none", async () => {
    let calls = 0;
    const failing: ByteStore = {
      url: "memory://x/",
      size: async () => 0,
      read: () => Promise.reject(new Error(`failure ${++calls}`)),
    };
    const layer = coalesced(failing);
    const results = await Promise.allSettled([layer.read("a"), layer.read("a")]);
    expect(results.map((result) => result.status === "rejected" && result.reason.message)).toEqual([
      "failure 1",
      "failure 1",
    ]);
    await expect(layer.read("a")).rejects.toThrow("failure 2");
  });
});
