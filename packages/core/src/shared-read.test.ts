import { describe, expect, it } from "vitest";
import { SharedRead } from "./shared-read.js";

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

  it("closes what was made after everyone had left", async () => {
    const closed: string[] = [];
    let finish: (value: string) => void = () => undefined;
    const deaf = () => new Promise<string>((resolve) => (finish = resolve));
    const read = new SharedRead(deaf, (value) => closed.push(value));
    const controller = new AbortController();
    const gone = read.read({ signal: controller.signal }).catch((reason: unknown) => reason);
    await Promise.resolve();
    controller.abort("gone");
    finish("made in vain");
    expect([await gone, closed, read.settled]).toEqual(["gone", ["made in vain"], undefined]);
  });

  it("rejects who waits when it is disposed of, and closes what is kept", async () => {
    const closed: string[] = [];
    const kept = new SharedRead(
      async () => "kept",
      (value) => closed.push(value),
    );
    await kept.read();
    kept.dispose("over");
    expect([closed, kept.settled]).toEqual([["kept"], undefined]);
    const { read } = deferred();
    const waiting = read.read().catch((reason: unknown) => reason);
    await Promise.resolve();
    read.dispose("over");
    expect([await waiting, read.isRunning]).toEqual(["over", false]);
  });
});
