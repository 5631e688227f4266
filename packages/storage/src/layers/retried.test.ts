import { type ByteStore, type ReadOptions, StoreError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../memory.js";
import { type RetriedOptions, retried } from "./retried.js";

const FAST: RetriedOptions = { firstWaitSeconds: 0.001 };
const passing = new StoreError("busy", { retryable: true });

/** A store whose first calls fail, one by one. */
function failing(...failures: unknown[]) {
  const calls: (ReadOptions | undefined)[] = [];
  const inner = new MemoryStore("memory://x/", {
    a: new Uint8Array([1, 2, 3]),
    b: new Uint8Array(1),
    c: new Uint8Array(1),
  });
  const attempt = <Value>(options: ReadOptions | undefined, work: () => Promise<Value>): Promise<Value> => {
    calls.push(options);
    const failure = failures.shift();
    return failure === undefined ? work() : Promise.reject(failure);
  };
  const store: ByteStore = {
    url: inner.url,
    size: (key, options) => attempt(options, () => inner.size(key, options)),
    read: (key, options) => attempt(options, () => inner.read(key, options)),
    stat: (key, options) => attempt(options, async () => ({ size: (await inner.size(key)) ?? 0, validator: "v" })),
    async *list(prefix, options) {
      calls.push(options);
      for await (const key of inner.list(prefix, options)) {
        yield key;
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
      }
    },
  };
  return { store, calls };
}

describe("retried", () => {
  it("asks again after failures that may pass", async () => {
    const { store, calls } = failing(passing, passing);
    expect(await retried(store, FAST).read("a")).toEqual(new Uint8Array([1, 2, 3]));
    expect(calls).toHaveLength(3);
    for (const ask of [(s: ByteStore) => s.size("a"), (s: ByteStore) => s.stat?.("a")]) {
      const again = failing(passing);
      await ask(retried(again.store, FAST));
      expect(again.calls).toHaveLength(2);
    }
  });

  it("gives the last failure when the tries are used up", async () => {
    const last = new StoreError("still busy", { retryable: true });
    const { store, calls } = failing(passing, passing, last);
    await expect(retried(store, { ...FAST, tries: 3 }).read("a")).rejects.toBe(last);
    expect(calls).toHaveLength(3);
  });

  it.each([
    ["a failure that stays", new StoreError("refused", { status: 403 })],
    ["an error of another kind", new RangeError("a defect")],
    [
      "a server that asks for a longer wait than allowed",
      new StoreError("later", { retryable: true, retryAfterSeconds: 61 }),
    ],
  ])("does not ask again after %s", async (_name, error) => {
    const { store, calls } = failing(error);
    await expect(retried(store, FAST).read("a")).rejects.toBe(error);
    expect(calls).toHaveLength(1);
  });

  it("waits as long as the server asks", async () => {
    const { store, calls } = failing(new StoreError("later", { retryable: true, retryAfterSeconds: 0 }));
    // The wait of its own would outlast the test.
    await retried(store, { firstWaitSeconds: 3600, longestWaitSeconds: 3600 }).read("a");
    expect(calls).toHaveLength(2);
  });

  it("ends a wait with the caller's reason", async () => {
    const { store, calls } = failing(passing);
    const controller = new AbortController();
    const reason = { why: "gone" };
    const work = retried(store, { firstWaitSeconds: 3600, longestWaitSeconds: 3600 }).read("a", {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(reason), 10);
    await expect(work).rejects.toBe(reason);
    expect(calls).toHaveLength(1);
  });

  it("hands the caller's own signal to each try", async () => {
    const { store, calls } = failing(passing);
    const { signal } = new AbortController();
    await retried(store, FAST).read("a", { signal });
    expect(calls.map((options) => options?.signal === signal)).toEqual([true, true]);
  });

  it("goes on with a listing behind the last key that it gave", async () => {
    const { store, calls } = failing(undefined, passing, undefined, passing);
    const keys: string[] = [];
    for await (const key of retried(store, FAST).list?.("") ?? []) keys.push(key);
    expect(keys).toEqual(["a", "b", "c"]);
    expect(calls.length).toBeGreaterThan(1);
  });
});
