import { describe, expect, it } from "vitest";
import { BlockSource } from "./block-source.js";

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 256);

function source(options: { cacheBytes?: number; fetchBytes?: number } = {}) {
  const fetches: [number, number][] = [];
  const shared = new Uint8Array(1000);
  const fetch = (offset: number, length: number) => {
    fetches.push([offset, length]);
    shared.fill(0);
    shared.set(BYTES.subarray(offset, offset + length));
    return shared.subarray(0, length);
  };
  const { cacheBytes = 200, fetchBytes = 80 } = options;
  return { fetches, blocks: new BlockSource({ size: 1000, fetch, blockBytes: 10, fetchBytes, cacheBytes }) };
}

function read(blocks: BlockSource, position: number, length: number): Uint8Array {
  const target = new Uint8Array(length);
  return target.subarray(0, blocks.read(target, position));
}

describe("BlockSource", () => {
  it("gives the bytes, whatever the place and length", () => {
    const { blocks } = source();
    for (const [position, length] of [
      [0, 1],
      [5, 10],
      [9, 2],
      [13, 400],
      [995, 50],
      [1000, 5],
      [0, 1000],
      [333, 334],
    ] as const) {
      // biome-ignore format: short
      expect(read(blocks, position, length)).toEqual(BYTES.slice(position, position + length));
    }
  });

  it("fetches whole blocks, all that a read needs at once, and none twice", () => {
    const { blocks, fetches } = source();
    read(blocks, 25, 10);
    read(blocks, 20, 20);
    expect(fetches).toEqual([[20, 20]]);
    read(blocks, 5, 30);
    expect(fetches.slice(1)).toEqual([[0, 20]]);
  });

  it("doubles what it reads ahead while reads follow each other", () => {
    const { blocks, fetches } = source();
    for (let position = 0; position < 200; position += 10) read(blocks, position, 10);
    expect(fetches).toEqual([[0, 10], [10, 20], [30, 40], [70, 80], [150, 80]]); // biome-ignore format: short
    read(blocks, 500, 1);
    expect(fetches.at(-1)).toEqual([500, 10]);
  });

  it("keeps within its budget, drops the oldest first, and stays right as memory is used again", () => {
    const { blocks, fetches } = source({ cacheBytes: 30 });
    for (const position of [0, 200, 400]) read(blocks, position, 1);
    read(blocks, 0, 1);
    read(blocks, 600, 1);
    const before = fetches.length;
    expect(read(blocks, 5, 1)).toEqual(BYTES.slice(5, 6));
    expect(read(blocks, 405, 1)).toEqual(BYTES.slice(405, 406));
    expect(fetches.length).toBe(before);
    expect(read(blocks, 205, 1)).toEqual(BYTES.slice(205, 206));
    expect(fetches.length).toBe(before + 1);
  });

  it("forgets nothing that it knew when a fetch fails", () => {
    let isDown = false;
    const fetch = (offset: number, length: number) => {
      if (isDown) throw new Error("down");
      return BYTES.slice(offset, offset + length);
    };
    const blocks = new BlockSource({ size: 1000, fetch, blockBytes: 10, fetchBytes: 40, cacheBytes: 100 });
    read(blocks, 0, 10);
    isDown = true;
    expect(() => read(blocks, 50, 1)).toThrow("down");
    expect(read(blocks, 3, 4)).toEqual(BYTES.slice(3, 7));
    isDown = false;
    expect(read(blocks, 50, 1)).toEqual(BYTES.slice(50, 51));
  });

  it("takes the first block as given, if it is one", () => {
    const { blocks, fetches } = source();
    blocks.seed(BYTES.slice(0, 5));
    blocks.seed(BYTES.slice(0, 10));
    expect(read(blocks, 2, 5)).toEqual(BYTES.slice(2, 7));
    expect(fetches).toEqual([]);
  });
});
