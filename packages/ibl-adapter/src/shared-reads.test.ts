import { describe, expect, it } from "vitest";
import { SharedReads } from "./shared-reads.js";

const size = () => 1;

/** Work that ends when told to, or when its signal aborts; counts how often it began. */
function slowWork() {
  const signals: AbortSignal[] = [];
  let finish: (value: string) => void = () => undefined;
  const work = ({ signal }: { signal?: AbortSignal | undefined }) =>
    new Promise<string>((resolve, reject) => {
      if (signal !== undefined) {
        signals.push(signal);
        signal.addEventListener("abort", () => reject(signal.reason));
      }
      finish = resolve;
    });
  return { signals, work, finish: (value: string) => finish(value) };
}

describe("SharedReads", () => {
  it("reads once for callers at the same time and afterwards", async () => {
    const reads = new SharedReads(10);
    const { signals, work, finish } = slowWork();
    const both = Promise.all([reads.read("a", work, size), reads.read("a", work, size)]);
    finish("value");
    expect(await both).toEqual(["value", "value"]);
    expect(await reads.read("a", work, size)).toBe("value");
    expect(signals).toHaveLength(1);
  });

  it("forgets what failed", async () => {
    const reads = new SharedReads(10);
    await expect(reads.read("a", async () => Promise.reject(new Error("no")), size)).rejects.toThrow("no");
    expect(await reads.read("a", async () => "yes", size)).toBe("yes");
  });

  it("goes on while anyone waits, and stops with the last", async () => {
    const reads = new SharedReads(10);
    const { signals, work } = slowWork();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = reads.read("a", work, size, { signal: one.signal }).catch((error: unknown) => error);
    const second = reads.read("a", work, size, { signal: two.signal }).catch((error: unknown) => error);
    one.abort("first has gone");
    expect(await first).toBe("first has gone");
    expect(signals[0]?.aborted).toBe(false);
    two.abort("second has gone");
    expect(await second).toBe("second has gone");
    expect(signals[0]?.reason).toBe("second has gone");
  });

  it("starts anew when asked again right after the last caller left", async () => {
    const reads = new SharedReads(10);
    const { signals, work, finish } = slowWork();
    const controller = new AbortController();
    const left = reads.read("a", work, size, { signal: controller.signal }).catch((error: unknown) => error);
    controller.abort("gone");
    const again = reads.read("a", work, size);
    finish("value");
    expect([await left, await again]).toEqual(["gone", "value"]);
    expect(signals).toHaveLength(2);
  });

  it("rejects a caller that comes aborted without beginning", async () => {
    const reads = new SharedReads(10);
    const { signals, work } = slowWork();
    await expect(reads.read("a", work, size, { signal: AbortSignal.abort("late") })).rejects.toBe("late");
    expect(signals).toHaveLength(0);
  });

  it("drops what was unused longest when there is no room, and never keeps what is too large", async () => {
    const reads = new SharedReads(10);
    const seen: string[] = [];
    const read = (key: string, bytes: number) =>
      reads.read(
        key,
        async () => {
          seen.push(key);
          return key;
        },
        () => bytes,
      );
    for (const [key, bytes] of [
      ["a", 4],
      ["b", 4],
      ["a", 4],
      ["c", 4],
      ["a", 4],
      ["b", 4],
    ] as const)
      await read(key, bytes);
    await read("huge", 11);
    await read("huge", 11);
    expect(seen).toEqual(["a", "b", "c", "b", "huge", "huge"]);
  });
});
