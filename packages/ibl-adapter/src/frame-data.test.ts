import { expect, it } from "vitest";
import { parseFrameData } from "./frame-data.js";

it("reads four numbers a frame, and the pins from the highest bits", () => {
  const numbers = [100.9, 5, 7, 2 ** 31 + 2 ** 28, 200, 6, 9, 2 ** 30];
  const frames = parseFrameData(new Uint8Array(Float64Array.from(numbers).buffer), "memory:x.frameData.bin");
  expect(frames.count).toBe(2);
  expect([...frames.timestamps]).toEqual([100, 200]);
  expect([...frames.frameCounter]).toEqual([7, 9]);
  expect([...frames.pins]).toEqual([1, 0, 0, 1, 0, 1, 0, 0]);
});

it("refuses half a frame", () => {
  expect(() => parseFrameData(new Uint8Array(40), "memory:x.frameData.bin")).toThrow(/40 bytes.*no number of frames/);
});
