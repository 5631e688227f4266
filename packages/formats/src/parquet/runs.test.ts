import { describe, expect, it } from "vitest";
import { checkRuns, levelWidth } from "./runs.js";

// Headers by hand, from parquet-format, Encodings.md: count << 1 for a run, (groups of eight) << 1 | 1 for packed values.
describe("checkRuns", () => {
  it("accepts runs that hold the values there are", () => {
    expect(() => checkRuns(Uint8Array.of(10 << 1, 1), 1, 10)).not.toThrow();
    expect(() => checkRuns(Uint8Array.of((1 << 1) | 1, 0b1010, 2 << 1, 1), 1, 10)).not.toThrow();
    expect(() => checkRuns(Uint8Array.of((2 << 1) | 1, 1, 2), 1, 10)).not.toThrow();
    expect(() => checkRuns(Uint8Array.of(0x90, 0x03, 7), 3, 200)).not.toThrow();
  });

  it("refuses a run of more values than there are", () => {
    expect(() => checkRuns(Uint8Array.of(11 << 1, 1), 1, 10)).toThrow("a run claims 11 values where 10 can be");
    expect(() => checkRuns(Uint8Array.of(4 << 1, 1, 7 << 1, 1), 1, 10)).toThrow("a run claims 7 values where 6 can be");
    expect(() => checkRuns(Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 0), 1, 10)).toThrow(
      /a run claims 2147483647 values/,
    );
  });

  it("refuses packed groups far beyond the values", () => {
    expect(() => checkRuns(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), 1, 10)).toThrow(/a packed run claims/);
  });

  it("ends on runs without values and on bytes that end early", () => {
    expect(() => checkRuns(new Uint8Array(1000), 1, 10)).not.toThrow();
    expect(() => checkRuns(Uint8Array.of(0x80), 1, 10)).not.toThrow();
  });
});

describe("levelWidth", () => {
  it("gives the bits that hold a level", () => {
    expect([0, 1, 2, 3, 4].map(levelWidth)).toEqual([0, 1, 2, 2, 3]);
  });
});
