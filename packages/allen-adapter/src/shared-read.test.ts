import { describe, expect, it } from "vitest";
import { SharedRead, SharedReads } from "./shared-read.js";

function deferred() {
  const signals: AbortSignal[] = [];
  const finish: ((value: string | Error) => void)[] = [];
  const read = new SharedRead<string>(
    ({ signal }) =>
      new Promise((resolve, reject) => {
        if (signal) signals.push(signal);
        signal?.addEventListener("abort", () => reject(signal.reason));
        finish.push((value) => (value instanceof Error ? reject(value) : resolve(value)));
      }),
  );
  return { read, signals, finish };
}

describe("SharedRead", () => {
  it("does the work once for all callers, and keeps the value", async () => {
    const { read, finish } = deferred();
    const both = Promise.all([read.read(), read.read()]);
    await Promise.resolve();
    finish[0]?.("value");
    expect(await both).toEqual(["value", "value"]);
    expect([await read.read(), finish.length, read.settled]).toEqual(["value", 1, "value"]);
  });

  it("forgets a failure", async () => {
    const { read, finish } = deferred();
    const first = read.read();
    await Promise.resolve();
    finish[0]?.(new Error("down"));
    await expect(first).rejects.toThrow("down");
    const second = read.read();
    await Promise.resolve();
    finish[1]?.("up");
    expect(await second).toBe("up");
  });

  it("lets one caller go with its own reason, and ends the work with the last", async () => {
    const { read, signals } = deferred();
    const [one, two] = [new AbortController(), new AbortController()];
    const outcomes = [one, two].map(({ signal }) => read.read({ signal }).catch((reason: unknown) => reason));
    await Promise.resolve();
    one.abort("first");
    expect(await outcomes[0]).toBe("first");
    expect(signals[0]?.aborted).toBe(false);
    two.abort("second");
    expect(await outcomes[1]).toBe("second");
    expect([signals[0]?.aborted, signals[0]?.reason]).toEqual([true, "second"]);
  });

  it("starts anew after an abort", async () => {
    const { read, finish } = deferred();
    const controller = new AbortController();
    const gone = read.read({ signal: controller.signal }).catch((reason: unknown) => reason);
    await Promise.resolve();
    controller.abort("gone");
    expect(await gone).toBe("gone");
    const next = read.read();
    await Promise.resolve();
    finish[1]?.("again");
    expect(await next).toBe("again");
  });
});

describe("SharedReads", () => {
  it("keeps the values that were asked for last", async () => {
    const asked: string[] = [];
    const reads = new SharedReads<string>(async (name) => {
      asked.push(name);
      return name.toUpperCase();
    }, 2);
    for (const name of ["a", "b", "a", "c", "a", "b"]) expect(await reads.read(name)).toBe(name.toUpperCase());
    expect(asked).toEqual(["a", "b", "c", "b"]);
    expect([...reads.settled()]).toEqual(["A", "B"]);
  });
});
