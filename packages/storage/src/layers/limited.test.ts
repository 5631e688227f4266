import type { ByteStore } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../memory.js";
import { limited, Slots } from "./limited.js";

/** A store whose reads end when they are told to. */
function held() {
  const inner = new MemoryStore("memory://x/", { a: new Uint8Array([1]) });
  const running: { key: string; end: (error?: unknown) => void; signal: AbortSignal | undefined }[] = [];
  const store: ByteStore = {
    url: inner.url,
    size: (key, options) => inner.size(key, options),
    read: (key, options) =>
      new Promise((resolve, reject) => {
        const end = (error?: unknown) => (error === undefined ? resolve(inner.read("a")) : reject(error));
        running.push({ key, end, signal: options?.signal });
      }),
  };
  return { store, running };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

describe("limited", () => {
  it("runs so many reads at a time, in the order of asking", async () => {
    const { store, running } = held();
    const slots = new Slots(2);
    const [one, other] = [limited(store, { slots }), limited(store, { slots })];
    const work = ["1", "2", "3", "4"].map((key, i) => (i % 2 === 0 ? one : other).read(key));
    await turn();
    expect(running.map(({ key }) => key)).toEqual(["1", "2"]);
    running[1]?.end();
    await turn();
    expect(running.map(({ key }) => key)).toEqual(["1", "2", "3"]);
    running[0]?.end(new Error("failed"));
    await expect(work[0]).rejects.toThrow("failed");
    await turn();
    expect(running).toHaveLength(4);
    for (const { end } of running) end();
    await Promise.all(work.slice(1));
  });

  it("lets who aborts leave the queue, and keeps its place for the others", async () => {
    const { store, running } = held();
    const layer = limited(store, { slots: new Slots(1) });
    const controller = new AbortController();
    const reason = { why: "gone" };
    const first = layer.read("1");
    const gone = layer.read("2", { signal: controller.signal });
    const third = layer.read("3");
    await turn();
    controller.abort(reason);
    await expect(gone).rejects.toBe(reason);
    running[0]?.end();
    await first;
    await turn();
    expect(running.map(({ key }) => key)).toEqual(["1", "3"]);
    running[1]?.end();
    await third;
  });

  it("hands the caller's own signal down", async () => {
    const { store, running } = held();
    const { signal } = new AbortController();
    const work = limited(store, { slots: new Slots(1) }).read("1", { signal });
    await turn();
    expect(running[0]?.signal).toBe(signal);
    running[0]?.end();
    await work;
  });

  it("needs a number of places", () => {
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(() => new Slots(count)).toThrow(expect.objectContaining({ code: "config" }));
    }
  });
});
