import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { FakeStore, fixture } from "../../../test/hdf5-stores.js";
import type { Hdf5Slice } from "../hdf5-file.js";
import { openHdf5 } from "../open-hdf5.js";
import { createHdf5Encoder } from "../write/hdf5-encoder.js";

/** Three contiguous arrays: of 2.4 MB, of 12 MB, and of 8 bytes. */
function contiguous(): Uint8Array {
  const pieces: Uint8Array[] = [];
  const put = (more: readonly Uint8Array[]) => void pieces.push(...more.map((piece) => piece.slice()));
  const encoder = createHdf5Encoder(new Map());
  put(encoder.begin());
  for (const [name, length] of [["first", 300_000], ["second", 1_500_000], ["third", 1]] as const) // biome-ignore format: short
    put(encoder.group(name, new Map([["times", Float64Array.from({ length }, (_, i) => i / 2)]])));
  const { tail, head } = encoder.finish();
  put(tail);
  const bytes = new Uint8Array(Buffer.concat(pieces));
  bytes.set(head, 0);
  return bytes;
}

const CONTIGUOUS = contiguous();
const SPREAD = new Uint8Array(gunzipSync(fixture("spread.h5.gz")));

async function open(bytes: Uint8Array) {
  const store = new FakeStore({ "a.h5": bytes });
  const file = await openHdf5(store, "a.h5");
  if (file?.ranges === undefined) throw new Error("it is not read by ranges");
  return { store, file, ranges: file.ranges };
}

describe("a plan of a read", () => {
  const WINDOWS: readonly (readonly [string, Hdf5Slice])[] = [
    ["/first/times", [0, 10]],
    ["/first/times", [299_000, 300_000]],
    ["/second/times", [0, 1_500_000]],
    ["/second/times", [700_000, 701_000]],
    ["/second/times", [100_000, 900_000]],
    ["/third/times", [0, 1]],
    ["/second/times", [5, 5]],
  ];

  it.each(WINDOWS)("of %s %j tells what it fetches", async (path, slice) => {
    const { store, file, ranges } = await open(CONTIGUOUS);
    const [reads, bytes] = [store.reads, store.bytes];
    const plan = await ranges.plan({ path, slices: [slice] });
    expect(plan.spent).toEqual({ requests: store.reads - reads, bytes: store.bytes - bytes });
    expect(plan.neededBytes).toBe(8 * (slice[1] - slice[0]));
    const before = [store.reads, store.bytes] as const;
    const { values } = await file.read(path, { slices: [slice] });
    expect([...(values as Float64Array).subarray(0, 3)]).toEqual([0, 1, 2].map((i) => (slice[0] + i) / 2).slice(0, slice[1] - slice[0])); // biome-ignore format: short
    expect({ requests: plan.requests, bytes: plan.bytes }).toEqual({
      requests: store.reads - before[0],
      bytes: store.bytes - before[1],
    });
    await file.close();
  });

  it("goes on from what is in memory", async () => {
    const { store, file, ranges } = await open(CONTIGUOUS);
    for (const [path, slice] of [...WINDOWS, ...WINDOWS]) {
      const { requests } = await ranges.plan({ path, slices: [slice] });
      const before = store.reads;
      await file.read(path, { slices: [slice] });
      expect(store.reads - before).toBe(requests);
    }
  });

  it("is refused for an array that the library reads, with the reason; the read works by blocks", async () => {
    const { file, ranges } = await open(fixture("layouts-latest.h5"));
    for (const [path, why] of [["/virtual", "a virtual array"], ["/szip", "filter 4"], ["/scaleoffset", "filter 6"]] as const) // biome-ignore format: short
      await expect(ranges.plan({ path })).rejects.toMatchObject({ code: "unsupported", message: expect.stringContaining(why) }); // biome-ignore format: short
    await expect(ranges.plan({ path: "/line" })).resolves.toMatchObject({ neededBytes: expect.any(Number) });
    await file.close();
  });
});

describe("fetching ahead", () => {
  it("takes one request for what lies side by side, and leaves none to the reads", async () => {
    const { store, file, ranges } = await open(CONTIGUOUS);
    const parts = [0, 1, 2, 3].map((i) => ({
      path: "/second/times",
      slices: [[400_000 + 20_000 * i, 410_000 + 20_000 * i]] as const,
    }));
    const plan = await ranges.planAhead([{ parts }]);
    const before = store.reads;
    await ranges.fetchAhead({ parts });
    expect([plan.requests, store.reads - before]).toEqual([1, 1]);
    for (const part of parts) await file.read(part.path, part);
    expect(store.reads - before).toBe(1);
    expect(await ranges.planAhead([{ parts }])).toMatchObject({
      requests: 0,
      bytes: 0,
      spent: { requests: 0, bytes: 0 },
    });
  });

  it("fetches what lies between objects, unless they lie far apart", async () => {
    const { store, ranges } = await open(SPREAD);
    const before = store.reads;
    await ranges.fetchAhead({ objects: ["/", "/nothing/such", "/absent"] });
    expect(store.reads - before).toBeLessThanOrEqual(2);
  });

  it("hears an abort", async () => {
    const { ranges } = await open(CONTIGUOUS);
    const controller = new AbortController();
    const reason = new Error("enough");
    const fetching = ranges.fetchAhead({ parts: [{ path: "/second/times" }] }, { signal: controller.signal });
    controller.abort(reason);
    await expect(fetching).rejects.toBe(reason);
  });
});
