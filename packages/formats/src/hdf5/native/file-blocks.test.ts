import { StoreError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { FakeStore } from "../../../test/hdf5-stores.js";
import { BLOCK_BYTES, FETCH_BYTES, FileBlocks } from "./file-blocks.js";

const SIZE = 40 * BLOCK_BYTES + 123;
const BYTES = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 9)) & 0xff);

function open(): { store: FakeStore; blocks: FileBlocks } {
  const store = new FakeStore({ "a.h5": BYTES });
  return { store, blocks: new FileBlocks({ store, key: "a.h5", url: "memory:files/a.h5", size: SIZE }) };
}

describe("blocks of a file", () => {
  it("give the bytes of any place, within blocks and across them", async () => {
    const { blocks } = open();
    for (const [offset, length] of [
      [0, 10],
      [BLOCK_BYTES - 3, 6],
      [5, 3 * BLOCK_BYTES],
      [SIZE - 200, 200],
      [39 * BLOCK_BYTES + 1, BLOCK_BYTES + 122],
    ] as const) {
      expect(
        Buffer.from(await blocks.read(offset, length, undefined)).equals(BYTES.subarray(offset, offset + length)),
      ).toBe(true);
    }
  });

  it("are fetched once for calls at the same time", async () => {
    const { store, blocks } = open();
    await Promise.all(Array.from({ length: 20 }, (_, i) => blocks.read(100 * i, 50, undefined)));
    expect(store.reads).toBe(1);
  });

  it("are fetched again by the others when the first caller aborts", async () => {
    const { store, blocks } = open();
    const controller = new AbortController();
    store.interfere = (read) => (read === 1 ? new Promise(() => undefined) : undefined);
    const first = blocks.read(0, 10, controller.signal);
    const second = blocks.read(20, 10, undefined);
    controller.abort("enough");
    await expect(first).rejects.toBe("enough");
    expect(await second).toEqual(BYTES.subarray(20, 30));
    expect(await blocks.read(0, 10, undefined)).toEqual(BYTES.subarray(0, 10));
    expect(store.reads).toBe(2);
  });

  it("are not kept when the store failed", async () => {
    const { store, blocks } = open();
    const failure = new StoreError("the line is down", { url: "memory:files/a.h5" });
    store.interfere = () => {
      throw failure;
    };
    await expect(Promise.all([blocks.read(0, 10, undefined), blocks.read(5, 10, undefined)])).rejects.toBe(failure);
    store.interfere = undefined;
    expect(await blocks.read(0, 10, undefined)).toEqual(BYTES.subarray(0, 10));
  });

  it("are read ahead, doubling, where reads follow each other", async () => {
    const { store, blocks } = open();
    for (let offset = 0; offset + 1000 <= SIZE; offset += 1000) await blocks.read(offset, 1000, undefined);
    expect(store.bytes).toBe(SIZE);
    expect(store.reads).toBeLessThanOrEqual(7);
    expect(FETCH_BYTES % BLOCK_BYTES).toBe(0);
  });
});
