import { describe, expect, it } from "vitest";
import { Pauses } from "./pauses.js";

function work(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

describe("Pauses", () => {
  it("lets others have a turn once work has taken long, and not before", async () => {
    const pauses = new Pauses();
    let turns = 0;
    setImmediate(() => turns++);
    await pauses.pauseIfDue();
    expect(turns).toBe(0);
    work(20);
    await pauses.pauseIfDue();
    expect(turns).toBe(1);
  });

  it("hears an abort of the turn that it gave, and one before", async () => {
    const [pauses, controller, reason] = [new Pauses(), new AbortController(), new Error("enough")];
    work(20);
    setImmediate(() => controller.abort(reason));
    await expect(pauses.pauseIfDue(controller.signal)).rejects.toBe(reason);
    await expect(pauses.pauseIfDue(controller.signal)).rejects.toBe(reason);
  });
});
