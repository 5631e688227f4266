import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { isDataError, StoreError } from "@crossprobe/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { type FakeFile, FakeStore, fixture, fixtureStore } from "../../test/hdf5-stores.js";
import type { Hdf5File, Hdf5Values } from "./hdf5-file.js";
import { openHdf5 } from "./open-hdf5.js";

const MIB = 1 << 20;

async function openFixture(store: FakeStore, key: string, cacheBytes?: number): Promise<Hdf5File> {
  const file = await openHdf5(store, key, { cacheBytes });
  if (file === undefined) throw new Error(`there is no ${key}`);
  onTestFinished(() => file.close());
  return file;
}

/** Where the values start, and how many bytes they take. Source: test/fixtures/hdf5/scripts/make_large.py */
const LARGE = { start: 9512, rows: 24_000_000, columns: 384 };

/** The value of element `i`, so that each place in the file has its own. */
function valueAt(i: number): number {
  return ((i * 7 + Math.floor(i / 65521)) % 65536) - 32768;
}

/** An 18 GB file of which only the head is real: the values are made up as they are read. */
function largeStore(): FakeStore {
  const head = fixture("large-head.bin");
  const length = LARGE.start + LARGE.rows * LARGE.columns * 2;
  const slice = (from: number, to: number) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(to, length) - from));
    const view = new DataView(new ArrayBuffer(2));
    for (let i = 0; i < bytes.length; i++) {
      const position = from + i - LARGE.start;
      view.setInt16(0, position < 0 ? 0 : valueAt(Math.floor(position / 2)), true);
      bytes[i] = position < 0 ? (head[from + i] ?? 0) : view.getUint8(position % 2);
    }
    return bytes;
  };
  return new FakeStore({ "large.h5": { length, slice } });
}

describe("a file of 18 GB", () => {
  it("opens and gives slices at the cost of a few blocks, past 4 GiB as before", async () => {
    const store = largeStore();
    const file = await openFixture(store, "large.h5");
    expect(await file.find("/data")).toMatchObject({ shape: [LARGE.rows, LARGE.columns], chunks: null });
    expect((await file.list("/")).length).toBe(6);
    expect((await file.attributes("/group3")).get("number")?.values).toEqual(Float64Array.of(3));
    expect(store.bytes).toBe(MIB);
    for (const row of [0, 2_796_202, 5_592_405, 20_000_000, LARGE.rows - 2]) {
      const data = await file.read("/data", { slices: [[row, row + 2], [0, LARGE.columns]] }); // biome-ignore format: short
      const first = row * LARGE.columns;
      expect(Array.from(data.values as Int16Array)).toEqual(Array.from({ length: 768 }, (_, i) => valueAt(first + i)));
    }
    expect(store.bytes).toBeLessThanOrEqual(7 * MIB);
    expect(store.reads).toBeLessThanOrEqual(7);
  });

  it("reads ahead when reads follow each other, and reads each byte once", async () => {
    const store = largeStore();
    const file = await openFixture(store, "large.h5");
    for (let row = 0; row < 20_000; row += 500) await file.read("/data", { slices: [[row, row + 500], [0, 384]] }); // biome-ignore format: short
    const needed = 20_000 * 384 * 2;
    expect(store.bytes).toBeLessThan(needed + 6 * MIB);
    expect(store.reads).toBeLessThanOrEqual(8);
  });

  it("refuses a read beyond the limit, with a hint", async () => {
    const file = await openFixture(largeStore(), "large.h5");
    await expect(file.read("/data")).rejects.toMatchObject({ code: "query", hint: expect.stringContaining("slices") });
    const slices = [[0, 1 + (128 * MIB) / 768], [0, 384]] as const; // biome-ignore format: short
    await expect(file.read("/data", { slices })).rejects.toMatchObject({ code: "query" });
  });
});

describe("slices that do not fit", () => {
  it.each([
    [[[0, 1]], "has 2 axes; 1 slices were given"],
    [
      [
        [0, 1],
        [0, 18],
      ],
      "has 17 elements on axis 1; asked for [0, 18)",
    ],
    [
      [
        [-1, 1],
        [0, 1],
      ],
      "has 103 elements on axis 0; asked for [-1, 1)",
    ],
    [
      [
        [5, 4],
        [0, 1],
      ],
      "asked for [5, 4)",
    ],
    [
      [
        [0, 1.5],
        [0, 1],
      ],
      "asked for [0, 1.5)",
    ],
  ] as const)("%j", async (slices, message) => {
    const file = await openFixture(fixtureStore(), "layouts-latest.h5");
    const reading = file.read("/gzip", { slices: slices as readonly (readonly [number, number])[] });
    await expect(reading).rejects.toMatchObject({ code: "query", message: expect.stringContaining(message) });
  });
});

describe("a repeated read", () => {
  it("costs no bytes", async () => {
    const store = fixtureStore();
    const file = await openFixture(store, "layouts-latest.h5");
    const slices = [[10, 11], [0, 17]] as const; // biome-ignore format: short
    const first = await file.read("/gzip", { slices });
    const { reads } = store;
    expect(await file.read("/gzip", { slices })).toEqual(first);
    expect(store.reads).toBe(reads);
  });

  it("gives values of its own, not a view of the cache", async () => {
    const file = await openFixture(fixtureStore(), "layouts-latest.h5");
    const first = await file.read("/line", { slices: [[0, 10]] });
    (first.values as Float64Array).fill(-1);
    expect((await file.read("/line", { slices: [[0, 3]] })).values).toEqual(Float64Array.of(0, 1, 2));
  });
});

describe("a store that fails", () => {
  /** Everything of a file, one call after the other. */
  async function readThrough(file: Hdf5File): Promise<unknown[]> {
    const seen: unknown[] = [];
    for (const { name } of await file.list("/")) {
      const path = `/${name}`;
      seen.push(await file.find(path), await file.attributes(path));
      if (!name.startsWith("group")) seen.push(digest((await file.read(path)).values));
    }
    return seen;
  }

  /** Arrays of millions of values are slow to compare; their digests are not. */
  function digest(values: Hdf5Values): unknown {
    return ArrayBuffer.isView(values) ? createHash("sha256").update(values).digest("hex") : values;
  }

  it("is heard whichever of its reads fails, and the file works afterwards", async () => {
    const whole = await readThrough(await openFixture(spreadStore(), "spread.h5"));
    const probe = spreadStore();
    await readThrough(await openFixture(probe, "spread.h5"));
    expect(probe.reads).toBeGreaterThan(5);
    for (let k = 1; k <= probe.reads; k++) {
      const store = spreadStore();
      const failure = new StoreError("the line is down", {
        url: "memory:files/spread.h5",
        status: 503,
        retryable: true,
      });
      store.interfere = (read) => {
        if (read === k) throw failure;
      };
      const file = await openFixture(store, "spread.h5").catch((error) => {
        expect(error).toBe(failure);
        return openFixture(store, "spread.h5");
      });
      const errors: unknown[] = [];
      const again = await readThrough(file).catch((error) => errors.push(error));
      if (errors.length > 0) {
        expect(errors).toEqual([failure]);
        expect(await readThrough(file)).toEqual(whole);
      } else expect(again).toEqual(whole);
    }
  });

  it("is heard when it gives too few bytes, or the file has gone", async () => {
    for (const [file, problem] of [
      [{ length: 3 * MIB, slice: () => new Uint8Array(5) }, /gave 5 of \d+ bytes/],
      [undefined, /has gone since/],
    ] as const) {
      const files: Record<string, FakeFile> = {};
      const good = SPREAD;
      files["spread.h5"] = good;
      const store = new FakeStore(files);
      const opened = await openFixture(store, "spread.h5");
      if (file === undefined) delete files["spread.h5"];
      else files["spread.h5"] = file;
      await expect(readThrough(opened)).rejects.toMatchObject({
        code: "store",
        message: expect.stringMatching(problem),
      });
      files["spread.h5"] = good;
      expect((await readThrough(opened)).length).toBeGreaterThan(10);
    }
  });
});

/** 14 MB whose small parts lie between large ones, so that reading all of it takes many reads. */
const SPREAD = new Uint8Array(gunzipSync(fixture("spread.h5.gz")));

function spreadStore(): FakeStore {
  return new FakeStore({ "spread.h5": SPREAD });
}

describe("an abort", () => {
  it("rejects with the signal's own reason while the store is still reading, and passes the signal on", async () => {
    const store = largeStore();
    const file = await openFixture(store, "large.h5");
    const { signal, abort } = controller();
    const reason = new Error("enough");
    store.interfere = () => new Promise(() => abort(reason));
    const slices = [[9_000_000, 9_000_010], [0, 384]] as const; // biome-ignore format: short
    await expect(file.read("/data", { slices, signal })).rejects.toBe(reason);
    expect(store.signals.at(-1)).toBe(signal);
    store.interfere = undefined;
    const { reads } = store;
    expect((await file.read("/data", { slices })).shape).toEqual([10, 384]);
    expect(store.reads, "the worker is still the same").toBe(reads + 1);
  });

  it("of one call leaves the others alone", async () => {
    const file = await openFixture(largeStore(), "large.h5");
    const { signal, abort } = controller();
    const slicesAt = (row: number) => [[row, row + 1], [0, 384]] as const; // biome-ignore format: short
    const first = file.read("/data", { slices: slicesAt(1_000_000) });
    const second = file.read("/data", { slices: slicesAt(2_000_000), signal });
    const third = file.read("/data", { slices: slicesAt(3_000_000) });
    abort("not that one");
    await expect(second).rejects.toBe("not that one");
    expect((await first).shape).toEqual([1, 384]);
    expect(Array.from((await third).values as Int16Array).slice(0, 2)).toEqual([
      valueAt(3_000_000 * 384),
      valueAt(3_000_000 * 384 + 1),
    ]);
  });

  it("before the call costs nothing", async () => {
    const store = fixtureStore();
    const signal = AbortSignal.abort("too late");
    await expect(openHdf5(store, "types.h5", { signal })).rejects.toBe("too late");
    expect(store.reads).toBe(0);
    const file = await openFixture(store, "types.h5");
    await expect(file.list("/", { signal })).rejects.toBe("too late");
  });

  it("while a file opens leaves the next opening alone", async () => {
    const store = fixtureStore();
    const { signal, abort } = controller();
    const opening = openHdf5(store, "types.h5", { signal });
    store.interfere = () => abort("stop");
    await expect(opening).rejects.toBe("stop");
    store.interfere = undefined;
    expect(await (await openFixture(store, "types.h5")).find("/numbers")).toBeDefined();
  });

  function controller(): { signal: AbortSignal; abort: (reason: unknown) => void } {
    const controller = new AbortController();
    return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
  }
});

describe("closing", () => {
  it("makes every call reject, may be repeated, and leaves other files open", async () => {
    const store = fixtureStore();
    const [one, other] = [await openFixture(store, "types.h5"), await openFixture(store, "types.h5")];
    await one.close();
    await one.close();
    for (const call of [one.list("/"), one.find("/"), one.attributes("/"), one.read("/numbers/i4")]) {
      await expect(call).rejects.toMatchObject({ code: "query", message: "memory:files/types.h5 has been closed" });
    }
    expect((await other.list("/")).length).toBeGreaterThan(0);
  });
});

describe("what is not HDF5", () => {
  const bytesOf = (text: string) => new TextEncoder().encode(text);
  const whole = fixture("types.h5");
  const cut = (length: number) => whole.slice(0, length);

  it.each([
    ["<!DOCTYPE html><title>404</title>", "an HTML page"],
    ["", "an empty file"],
    ["\x7fELF\x02", "bytes that begin with 7f 45 4c 46 02"],
    ['{"a": 1}', "JSON"],
    ["id,name\n1,a\n", 'text that begins with "id,name\\n1,a\\n"'],
  ])("%j", async (text, kind) => {
    const opening = openHdf5(new FakeStore({ "a.h5": bytesOf(text) }), "a.h5");
    await expect(opening).rejects.toMatchObject({
      code: "format",
      format: "hdf5",
      url: "memory:files/a.h5",
      message: expect.stringContaining(`is not an HDF5 file: it looks like ${kind}`),
    });
  });

  it("says gzip when it is gzip", async () => {
    const opening = openHdf5(new FakeStore({ "a.h5": fixture("spread.h5.gz") }), "a.h5");
    await expect(opening).rejects.toMatchObject({ code: "format", message: expect.stringContaining("like gzip data") });
  });

  it("is absent when the store has no such key", async () => {
    expect(await openHdf5(fixtureStore(), "nothing.h5")).toBeUndefined();
  });

  it.each([whole.length - 1, 5000, 100])("says so when it is cut to %i bytes", async (length) => {
    const opening = openHdf5(new FakeStore({ "a.h5": cut(length) }), "a.h5");
    const message = `memory:files/a.h5 is truncated: ${length} of ${whole.length} bytes`;
    await expect(opening).rejects.toMatchObject({ code: "format", message });
  });
});

describe("damage", () => {
  it("in any one byte of the metadata gives values or a typed error, and the next file is none the worse", async () => {
    const bytes = fixture("types.h5");
    const healthy = await openFixture(fixtureStore(), "types.h5");
    let failures = 0;
    for (let at = 8; at < bytes.length; at += 487) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      failures += await countFailures(new FakeStore({ "a.h5": damaged }));
    }
    expect(failures).toBeGreaterThan(5);
    expect((await healthy.read("/numbers/scalar")).values).toEqual(Float64Array.of(2.5));
  });

  async function countFailures(store: FakeStore): Promise<number> {
    let failures = 0;
    const note = (error: unknown) => {
      failures += 1;
      expect(isDataError(error), String(error)).toBe(true);
    };
    const file = await openHdf5(store, "a.h5").catch(note);
    if (!file) return failures;
    const visit = async (path: string): Promise<void> => {
      await file.attributes(path).catch(note);
      const object = await file.find(path).catch(note);
      if (object?.kind === "array") await file.read(path).catch(note);
      if (object?.kind !== "group") return;
      for (const link of (await file.list(path).catch(note)) ?? []) {
        if (link.kind === "hard") await visit(path === "/" ? `/${link.name}` : `${path}/${link.name}`);
      }
    };
    await visit("/");
    await file.close();
    return failures;
  }
});
