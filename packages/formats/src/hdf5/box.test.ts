import { describe, expect, it } from "vitest";
import { type Box, copyOverlap, elementsOf, splitBox } from "./box.js";

const SHAPE = [5, 7, 4];

/** Flat positions of a box's elements in an array of a shape, by definition. */
function positionsOf(box: Box, shape: readonly number[]): number[] {
  let positions = [0];
  shape.forEach((length, axis) => {
    const start = box.start[axis] ?? 0;
    const range = Array.from({ length: box.count[axis] ?? 0 }, (_, i) => start + i);
    positions = positions.flatMap((position) => range.map((i) => position * length + i));
  });
  return positions;
}

describe("splitBox", () => {
  it.each([
    [1000, [1, 1, 1]],
    [28, [1, 1, 1]],
    [10, [1, 1, 1]],
    [3, [1, 1, 1]],
    [1, [1, 1, 1]],
    [60, [2, 3, 4]],
  ])("gives all elements once and in order, at most %i at a time (cuts at %j)", (limit, align) => {
    const box = { start: [1, 2, 0], count: [4, 5, 3] };
    const parts = [...splitBox(box, limit, align)];
    expect(parts.flatMap((part) => positionsOf(part, SHAPE))).toEqual(positionsOf(box, SHAPE));
    for (const part of parts) expect(elementsOf(part.count)).toBeLessThanOrEqual(limit);
  });

  it("cuts between chunks, even if a part is then larger than wanted", () => {
    const parts = [...splitBox({ start: [3], count: [20] }, 5, [8])];
    expect(parts).toEqual([
      { start: [3], count: [5] },
      { start: [8], count: [8] },
      { start: [16], count: [7] },
    ]);
  });
});

describe("copyOverlap", () => {
  const boxes: Box[] = [
    { start: [0, 0, 0], count: [5, 7, 4] },
    { start: [1, 2, 1], count: [3, 4, 2] },
    { start: [4, 0, 0], count: [1, 7, 4] },
    { start: [0, 3, 2], count: [5, 1, 1] },
    { start: [2, 5, 0], count: [2, 2, 4] },
  ];
  const pairs = boxes.flatMap((from) => boxes.map((to): [Box, Box] => [from, to]));

  it.each([1, 2, 4, 6, 8, 12])("copies what two boxes share and nothing else (%i bytes an element)", (itemBytes) => {
    for (const [from, to] of pairs) {
      const source = new Uint8Array(elementsOf(from.count) * itemBytes).map((_, i) => (i * 31 + 7) % 251);
      const target = new Uint8Array(elementsOf(to.count) * itemBytes).fill(255);
      copyOverlap({ bytes: source, box: from }, { bytes: target, box: to }, itemBytes);
      const places = positionsOf(from, SHAPE);
      positionsOf(to, SHAPE).forEach((position, i) => {
        const at = places.indexOf(position);
        const expected =
          at < 0 ? new Uint8Array(itemBytes).fill(255) : source.slice(at * itemBytes, (at + 1) * itemBytes);
        expect(target.slice(i * itemBytes, (i + 1) * itemBytes)).toEqual(expected);
      });
    }
  });
});
