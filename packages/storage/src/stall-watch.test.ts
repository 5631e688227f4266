import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StallWatch } from "./stall-watch.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("StallWatch", () => {
  const rate = { bytesPerSecond: 100, seconds: 10 };

  it("ends work on which nothing happens", () => {
    const watch = new StallWatch(5, undefined, rate);
    vi.advanceTimersByTime(4999);
    watch.restart();
    vi.advanceTimersByTime(4999);
    expect(watch.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect([watch.signal.aborted, watch.problem, watch.isSlow]).toEqual([true, "nothing came for 5 s", false]);
  });

  it("ends work that brings too little over a span, and no sooner", () => {
    const watch = new StallWatch(5, undefined, rate);
    const bring = (bytes: number, seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        watch.restart(bytes / seconds);
        vi.advanceTimersByTime(1000);
      }
    };
    // The span begins with the first byte.
    vi.advanceTimersByTime(4000);
    bring(1100, 10);
    bring(1100, 10);
    expect(watch.problem).toBeUndefined();
    bring(900, 20);
    expect([watch.signal.aborted, watch.isSlow]).toEqual([true, true]);
    expect(watch.problem).toMatch(/^only \d+ bytes came in 10 s$/);
  });

  it("counts no time in which the connection is asked to hold on", () => {
    const watch = new StallWatch(5, undefined, rate);
    watch.restart(1);
    watch.isHeld = true;
    vi.advanceTimersByTime(60_000);
    watch.isHeld = false;
    vi.advanceTimersByTime(4000);
    expect(watch.problem).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(watch.problem).toBe("nothing came for 5 s");
  });

  it("ends with its caller, and takes nothing amiss after its end", () => {
    const caller = new AbortController();
    const watch = new StallWatch(5, caller.signal, rate);
    watch.restart(1);
    caller.abort(new Error("enough"));
    expect(watch.signal.reason).toBe(caller.signal.reason);
    watch.end();
    vi.advanceTimersByTime(60_000);
    expect(watch.problem).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});
