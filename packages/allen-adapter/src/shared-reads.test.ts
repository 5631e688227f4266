import { describe, expect, it } from "vitest";
import { SharedReads } from "./shared-reads.js";

describe("SharedReads", () => {
  it("keeps the values that were asked for last", async () => {
    const asked: string[] = [];
    const reads = new SharedReads<string>(async (name) => {
      asked.push(name);
      return name.toUpperCase();
    }, 2);
    for (const name of ["a", "b", "a", "c", "a", "b"]) expect(await reads.read(name)).toBe(name.toUpperCase());
    expect(asked).toEqual(["a", "b", "c", "b"]);
  });

  it("closes what is kept, and what is still to come, when it is disposed of", async () => {
    const closed: string[] = [];
    let finish: (value: string) => void = () => undefined;
    const reads = new SharedReads<string>(
      (name) => (name === "slow" ? new Promise((resolve) => (finish = resolve)) : Promise.resolve(name)),
      Number.POSITIVE_INFINITY,
      (value) => closed.push(value),
    );
    await reads.read("kept");
    const slow = reads.read("slow").catch((reason: unknown) => reason);
    await Promise.resolve();
    reads.dispose("over");
    finish("late");
    expect([await slow, closed]).toEqual(["over", ["kept", "late"]]);
  });
});
