import { expect, it } from "vitest";
import { Slots } from "./slots.js";

/** What a promise has come to by now. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  const settled = promise.then(
    (slot) => `slot ${slot}`,
    (reason: unknown) => String(reason),
  );
  return Promise.race([settled, new Promise<string>((resolve) => setImmediate(() => resolve("waiting")))]);
}

it("lets as many run as there are slots, the others in the order they came", async () => {
  const slots = new Slots(2);
  const takes = [1, 2, 3, 4].map(() => slots.take());
  expect(await Promise.all(takes.map(stateOf))).toEqual(["slot 1", "slot 0", "waiting", "waiting"]);
  slots.give(1);
  expect(await Promise.all(takes.map(stateOf))).toEqual(["slot 1", "slot 0", "slot 1", "waiting"]);
});

it("drops who is aborted while waiting, and gives the slot to the next", async () => {
  const slots = new Slots(1);
  await slots.take();
  const aborted = new AbortController();
  const [second, third] = [slots.take(aborted.signal), slots.take()];
  aborted.abort("not any more");
  expect([await stateOf(second), await stateOf(third)]).toEqual(["not any more", "waiting"]);
  slots.give(0);
  expect(await stateOf(third)).toBe("slot 0");
  // No slot was lost on the way.
  slots.give(0);
  expect(await stateOf(slots.take())).toBe("slot 0");
  await expect(slots.take(aborted.signal)).rejects.toBe("not any more");
});

it("rejects all who wait when it closes", async () => {
  const slots = new Slots(1);
  await slots.take();
  const waiting = [slots.take(), slots.take()];
  const results = Promise.allSettled(waiting);
  slots.close("closed");
  expect(await results).toEqual([1, 2].map(() => ({ status: "rejected", reason: "closed" })));
});
