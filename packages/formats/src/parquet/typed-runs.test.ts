import { describe, expect, it } from "vitest";
import { readRuns } from "./typed-runs.js";

function read(bytes: number[], width: number, count: number): number[] {
  const target = new Uint32Array(count);
  readRuns(Uint8Array.from(bytes), 0, bytes.length, width, target);
  return [...target];
}

describe("readRuns", () => {
  it("reads the example of the format's specification: 0 to 7 in three bits", () => {
    expect(read([3, 0b10001000, 0b11000110, 0b11111010], 3, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("reads repeated values of several bytes, and runs one after the other", () => {
    expect(read([6, 0x34, 0x12, 2, 1, 0], 13, 4)).toEqual([0x1234, 0x1234, 0x1234, 1]);
    expect(read([4, 1, 3, 0b10101010], 1, 10)).toEqual([1, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it("takes a last group whose end was left out", () => {
    expect(read([3, 0b01], 1, 2)).toEqual([1, 0]);
    expect(read([5, 0xff, 0x03], 1, 10)).toEqual(Array(10).fill(1));
  });

  it.each([
    ["no runs", [], 1, 1, /end 1 values early/],
    ["a run of nothing", [0, 1], 1, 1, /end 1 values early/],
    ["too few runs", [4, 1], 1, 3, /end 1 values early/],
    ["a value that is cut", [4], 1, 2, /end 2 values early/],
    ["packed values that are cut", [3, 0xff], 3, 8, /end 8 values early/],
    ["a length without an end", [255, 255, 255, 255, 255, 255, 255], 1, 1, /end 1 values early/],
    ["a value of too many bits", [4, 2], 1, 2, /repeats 2/],
    ["values of too many bits", [4, 2], 25, 2, /25 bits are not read/],
  ])("refuses %s", (_what, bytes, width, count, message) => {
    expect(() => read(bytes, width, count)).toThrow(message);
  });
});
