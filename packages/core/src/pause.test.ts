import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pause } from "./pause.js";

describe("pause", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("ends after its time and leaves nothing on the signal", async () => {
    const { signal } = new AbortController();
    let isOver = false;
    const waiting = pause(1000, signal).then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("rejects with the signal's own reason at once, before and during the wait", async () => {
    const reason = { why: "enough" };
    const controller = new AbortController();
    const waiting = pause(1000, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(pause(1000, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });
});
