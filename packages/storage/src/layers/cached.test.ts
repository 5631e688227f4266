import { recordingStore } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../memory.js";
import { cached, MemoryBudget } from "./cached.js";

const BODY = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);

function open(budgetBytes: number) {
  const inner = recordingStore(new MemoryStore("memory://x/", { a: BODY, b: BODY, c: BODY, empty: new Uint8Array(0) }));
  const memory = new MemoryBudget(budgetBytes);
  return { inner, memory, store: cached(inner, { memory }) };
}

const at = (offset: number, length: number) => ({ range: { offset, length } });

describe("cached", () => {
  it("reads once what lies inside one earlier read", async () => {
    const { inner, store } = open(100_000);
    await store.read("a", at(100, 200));
    expect(await store.read("a", at(150, 20))).toEqual(BODY.slice(150, 170));
    expect(inner.calls).toHaveLength(1);
    await store.read("a", at(290, 20));
    expect(inner.calls).toHaveLength(2);
  });

  it("knows suffixes, ends and sizes by places once a read came to the end", async () => {
    const { inner, store } = open(100_000);
    expect(await store.read("a", at(900, 500))).toEqual(BODY.slice(900));
    expect(await store.read("a", { range: { suffix: 8 } })).toEqual(BODY.slice(992));
    expect(await store.read("a", at(999, 100))).toEqual(BODY.slice(999));
    expect(await store.size("a")).toBe(1000);
    expect(inner.calls).toHaveLength(1);
    await store.read("b");
    await store.read("b");
    expect(inner.calls).toHaveLength(2);
  });

  it("keeps no missing keys", async () => {
    const { inner, store } = open(100_000);
    await store.read("none");
    await store.read("none");
    expect(inner.calls).toHaveLength(2);
  });

  it("gives copies", async () => {
    const { store } = open(100_000);
    (await store.read("a"))?.fill(0);
    (await store.read("a"))?.fill(0);
    expect(await store.read("a")).toEqual(BODY);
  });

  it("stays within its budget, and lets go of what was used longest ago", async () => {
    // Room for four values of 1000 bytes with what keeping each costs.
    const { inner, memory, store } = open(5200);
    const other = cached(inner, { memory });
    for (const key of ["a", "b", "c"]) await store.read(key);
    await other.read("a");
    await store.read("a", at(0, 10));
    await other.read("b");
    expect(memory.keptBytes).toBeLessThanOrEqual(5200);
    const before = inner.calls.length;
    await store.read("a");
    await store.read("c");
    await other.read("a");
    expect(inner.calls.length).toBe(before);
    await store.read("b");
    expect(inner.calls.length).toBe(before + 1);
  });

  it("does not keep what would push out everything else", async () => {
    const { inner, memory, store } = open(2000);
    await store.read("a");
    await store.read("a");
    expect([inner.calls.length, memory.keptBytes]).toEqual([2, 0]);
  });

  it("hands the caller's own signal down, and looks at it before it answers", async () => {
    const { inner, store } = open(100_000);
    const controller = new AbortController();
    await store.read("a", { signal: controller.signal });
    expect(inner.calls[0]?.signal).toBe(controller.signal);
    controller.abort("gone");
    await expect(store.read("a", { signal: controller.signal })).rejects.toBe("gone");
  });
});
