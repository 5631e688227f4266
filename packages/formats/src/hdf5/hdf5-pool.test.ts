import { describe, expect, it } from "vitest";
import type { Hdf5Data, Hdf5File } from "./hdf5-file.js";
import { Hdf5Pool } from "./hdf5-pool.js";

/** Counts openings and closings of files that hold one number, and can be told to wait. */
function world() {
  const log: string[] = [];
  const open = new Set<string>();
  let gate: Promise<void> = Promise.resolve();
  const file = (name: string): Hdf5File => {
    log.push(`open ${name}`);
    open.add(name);
    const data: Hdf5Data = {
      values: Float64Array.of(name.length),
      shape: [1],
      type: { kind: "float", size: 8, littleEndian: true },
    };
    return {
      url: `memory:${name}`,
      list: async () => [],
      find: async () => undefined,
      attributes: async () => new Map(),
      read: async (_path, options) => {
        await gate;
        options?.signal?.throwIfAborted();
        if (!open.has(name)) throw new Error(`${name} was closed under its reader`);
        return data;
      },
      close: async () => {
        log.push(`close ${name}`);
        open.delete(name);
      },
    };
  };
  return { log, open, file, hold: (until: Promise<void>) => (gate = until) };
}

async function member(pool: Hdf5Pool, make: (name: string) => Hdf5File, name: string): Promise<Hdf5File> {
  return (await pool.open(async () => make(name))) ?? expect.fail(name);
}

describe("pool of HDF5 files", () => {
  it("keeps so many open, closes the one used longest ago, and opens it again", async () => {
    const { log, open, file } = world();
    const pool = new Hdf5Pool(2);
    const [a, b] = [await member(pool, file, "a"), await member(pool, file, "b")];
    await a.read("/");
    await member(pool, file, "c");
    expect([[...open], log]).toEqual([
      ["a", "c"],
      ["open a", "open b", "open c", "close b"],
    ]);
    expect((await b.read("/")).values).toEqual(Float64Array.of(1));
    expect(log.slice(4)).toEqual(["open b", "close a"]);
    expect(pool.openCount).toBe(2);
  });

  it("never closes a file under its reader", async () => {
    const { open, file, hold } = world();
    const pool = new Hdf5Pool(1);
    const a = await member(pool, file, "a");
    let release: () => void = () => undefined;
    hold(new Promise((resolve) => (release = resolve)));
    const reading = a.read("/");
    await member(pool, file, "b");
    expect(open.has("a")).toBe(true);
    release();
    await expect(reading).resolves.toBeDefined();
    expect(pool.openCount).toBe(1);
  });

  it("opens a resting file once for several readers", async () => {
    const { log, file } = world();
    const pool = new Hdf5Pool(0);
    const a = await member(pool, file, "a");
    expect(log).toEqual(["open a", "close a"]);
    await Promise.all([a.read("/"), a.read("/"), a.list("/")]);
    expect(log).toEqual(["open a", "close a", "open a", "close a"]);
  });

  it("rejects an abort with its own reason, and the file works afterwards", async () => {
    const { file } = world();
    const pool = new Hdf5Pool(0);
    const a = await member(pool, file, "a");
    const reason = new Error("enough");
    await expect(a.read("/", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(a.read("/")).resolves.toBeDefined();
  });

  it("answers no more once it is closed, and says when a file has gone", async () => {
    const { open, file } = world();
    const pool = new Hdf5Pool(1);
    const a = await member(pool, file, "a");
    await a.close();
    expect([open.size, pool.openCount]).toEqual([0, 0]);
    await expect(a.read("/")).rejects.toThrow(/memory:a has been closed/);
    let isThere = true;
    const b = await new Hdf5Pool(0).open(async () => (isThere ? file("b") : undefined));
    isThere = false;
    await expect(b?.read("/")).rejects.toThrow(/memory:b was there and is gone/);
    expect(await pool.open(async () => undefined)).toBeUndefined();
  });
});
