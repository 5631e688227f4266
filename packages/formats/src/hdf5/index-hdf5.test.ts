import { gunzipSync } from "node:zlib";
import type { Notice, ObjectState } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { FakeStore, fixture } from "../../test/hdf5-stores.js";
import type { Hdf5File } from "./hdf5-file.js";
import { indexHdf5 } from "./index-hdf5.js";
import { openHdf5 } from "./open-hdf5.js";

const KEY = "spread.h5";
const SPREAD = new Uint8Array(gunzipSync(fixture("spread.h5.gz")));

/** A store that tells versions of its files apart, as HTTP and local ones do. */
class VersionedStore extends FakeStore {
  version: string | undefined = "etag:1";

  async stat(key: string): Promise<ObjectState | undefined> {
    const size = await this.size(key);
    return size === undefined ? undefined : { size, validator: this.version };
  }
}

function storeOf(files: Record<string, Uint8Array> = {}): VersionedStore {
  return new VersionedStore({ [KEY]: SPREAD, ...files });
}

async function indexOf(store: FakeStore, maxBytes?: number): Promise<Uint8Array> {
  const made = await indexHdf5(store, KEY, { maxBytes });
  if (made === undefined) throw new Error("there is no file");
  return made.bytes;
}

interface Opened {
  readonly file: Hdf5File;
  readonly notices: Notice[];
}

async function open(store: FakeStore, index?: Uint8Array | null): Promise<Opened> {
  const notices: Notice[] = [];
  const file = await openHdf5(store, KEY, { index, onNotice: (notice) => notices.push(notice) });
  if (file === undefined) throw new Error("there is no file");
  return { file, notices };
}

/** Names in the root, and what is in some of them, as text. */
async function everything(file: Hdf5File): Promise<readonly string[]> {
  const names = (await file.list("/")).map(({ name }) => `/${name}`);
  const all = [...names];
  for (const path of names.filter((_, i) => i % Math.ceil(names.length / 6) === 0)) {
    const found = await file.find(path);
    all.push(JSON.stringify([...(await file.attributes(path)).keys()]));
    if (found?.kind === "array") all.push(JSON.stringify(Array.from((await file.read(path)).values as Float64Array)));
  }
  return all;
}

/** Whole numbers below a bound, the same ones for a seed. Source: Lehmer's generator with the multiplier 48271 */
function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}

function flip(bytes: Uint8Array, at: number, bits: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ bits;
}

const TRUTH = await everything((await open(storeOf(), null)).file);

describe("an index of an HDF5 file", () => {
  it("opens and lists it with no request for its bytes, and gives the same values", async () => {
    const index = await indexOf(storeOf());
    expect(index.length).toBeLessThan(SPREAD.length / 100);
    const store = storeOf();
    const { file, notices } = await open(store, index);
    await file.list("/");
    expect(store.reads).toBe(0);
    expect(await everything(file)).toEqual(TRUTH);
    expect(notices).toEqual([]);
  });

  it("is found beside the file, at the cost of reading it alone", async () => {
    const store = storeOf({ [`${KEY}.cpindex`]: await indexOf(storeOf()) });
    const { file } = await open(store);
    await file.list("/");
    expect(store.reads).toBe(1);
    const without = storeOf({ [`${KEY}.cpindex`]: await indexOf(storeOf()) });
    expect(await everything((await open(without, null)).file)).toEqual(TRUTH);
    expect(without.reads).toBeGreaterThan(store.reads);
  });

  it.each([
    ["another version", "etag:2"],
    ["a store that cannot tell", undefined],
  ])("is not used for %s, and a notice says so", async (_, version) => {
    const index = await indexOf(storeOf());
    const store = storeOf();
    store.version = version;
    const { file, notices } = await open(store, index);
    expect(notices).toMatchObject([{ code: "index-unused", message: expect.stringContaining("version or copy") }]);
    expect(store.reads).toBeGreaterThan(0);
    expect(await everything(file)).toEqual(TRUTH);
  });

  it("is not used for a file of another size", async () => {
    const index = await indexOf(storeOf());
    const store = new VersionedStore({ [KEY]: new Uint8Array(Buffer.concat([SPREAD, new Uint8Array(8)])) });
    const { notices, file } = await open(store, index);
    expect(notices[0]?.message).toContain(`${SPREAD.length} bytes, this one has ${SPREAD.length + 8}`);
    expect(await everything(file)).toEqual(TRUTH);
  });

  it("is not made where nothing tells versions of the file apart", async () => {
    const plain = new FakeStore({ [KEY]: SPREAD });
    await expect(indexHdf5(plain, KEY)).rejects.toMatchObject({ code: "unsupported" });
  });

  it("leaves out the deepest objects beyond its budget, which are read from the file", async () => {
    const made = await indexHdf5(storeOf(), KEY, { maxBytes: 3000 });
    expect(made?.leftOut.beyondBudget).toBeGreaterThan(0);
    expect(await everything((await open(storeOf(), made?.bytes)).file)).toEqual(TRUTH);
  });

  it("is refused when any byte of it is not what was written, cut off or of another version", async () => {
    const index = await indexOf(storeOf());
    const below = seeded(7);
    for (let round = 0; round < 200; round++) {
      const mutated = index.slice(0, round % 4 === 0 ? below(index.length) : index.length);
      if (round % 4 !== 0) flip(mutated, below(mutated.length), 1 + below(255));
      await expect(open(storeOf(), mutated), `round ${round}`).rejects.toMatchObject({
        code: "format",
        format: "cpindex",
        hint: expect.stringContaining("crossprobe index"),
      });
      if (round % 40 > 1) continue;
      const store = storeOf({ [`${KEY}.cpindex`]: mutated });
      const { file, notices } = await open(store);
      expect(notices).toMatchObject([{ code: "index-unused", message: expect.stringContaining("damaged") }]);
      expect(await everything(file)).toEqual(TRUTH);
    }
  });

  it("is not made of a file that changes meanwhile, or that is not there", async () => {
    const store = storeOf();
    store.interfere = () => {
      store.version = "etag:2";
    };
    await expect(indexHdf5(store, KEY)).rejects.toMatchObject({
      code: "format",
      message: expect.stringContaining("changed while"),
    });
    expect(await indexHdf5(storeOf(), "absent.h5")).toBeUndefined();
  });
});
