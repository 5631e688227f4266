import { describe, expect, it } from "vitest";
import { FakeStore, fixture } from "../test/hdf5-stores.js";
import { createUnitSpikesEncoder, openUnitSpikes, type UnitSpikes } from "./unit-spikes.js";

/** A spikes file of so many units of `length` spikes each. */
function fileOf(units: readonly (readonly [string, Float64Array, (Float32Array | null)?])[]): Uint8Array {
  const encoder = createUnitSpikesEncoder();
  const pieces = [...encoder.begin()];
  for (const [key, times, amplitudes] of units) pieces.push(...encoder.unit(key, { times, amplitudes }));
  const { tail, head } = encoder.finish();
  const bytes = new Uint8Array(Buffer.concat([...pieces, ...tail]));
  bytes.set(head, 0);
  return bytes;
}

async function opened(bytes: Uint8Array): Promise<{ spikes: UnitSpikes; store: FakeStore }> {
  const store = new FakeStore({ "spikes.h5": bytes });
  const spikes = await openUnitSpikes(store, "spikes.h5");
  if (spikes === undefined) throw new Error("the store has no such key");
  return { spikes, store };
}

const MASKED = "0b1f4f6a-0d5e-4a51-8a53-0d2c8a5d7f01";
const EMPTY = "f3c0d9be-7f1b-45a0-9a55-90b1b8a0c702";
const ILL_MASKED = "9d0a2a52-1e1c-4c07-8f6a-6c7d5b3b1e03";

describe("a file of spikes by unit", () => {
  it("gives back what was written, by unit", async () => {
    const { spikes } = await opened(
      fileOf([
        ["b", Float64Array.of(0.5, 1.25), Float32Array.of(1e-4, 2e-4)],
        ["a", Float64Array.of(7)],
        ["ibl:unit:x%2F3", new Float64Array(0), new Float32Array(0)],
      ]),
    );
    expect(await spikes.keys()).toEqual(["a", "b", "ibl:unit:x%2F3"]);
    expect(await spikes.times("b")).toEqual(Float64Array.of(0.5, 1.25));
    expect(await spikes.amplitudes("b")).toEqual(Float64Array.from(Float32Array.of(1e-4, 2e-4)));
    expect(await spikes.amplitudes("a")).toBeUndefined();
    expect(await spikes.times("ibl:unit:x%2F3")).toEqual(new Float64Array(0));
    await spikes.close();
  });

  it("reads one unit without the others", async () => {
    const units = Array.from({ length: 40 }, (_, i) => [`unit-${i}`, new Float64Array(100_000).fill(i)] as const);
    const bytes = fileOf(units);
    const { spikes, store } = await opened(bytes);
    expect(bytes.length).toBeGreaterThan(32e6);
    const before = store.bytes;
    const times = await spikes.times("unit-23");
    expect(times.length).toBe(100_000);
    expect(times.every((value) => value === 23)).toBe(true);
    // 800 kB of values, and blocks of names and headers around them.
    expect(store.bytes - before).toBeLessThan(2.5e6);
    await spikes.close();
  });

  it("reads a unit of more values than one read gives", async () => {
    const times = Float64Array.from({ length: (1 << 20) + 3 }, (_, i) => i / 8);
    const { spikes } = await opened(fileOf([["a", times]]));
    const found = await spikes.times("a");
    expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(times.buffer))).toBe(0);
    await spikes.close();
  });

  it("passes the signal on, and rejects with its reason", async () => {
    const { spikes, store } = await opened(fileOf([["a", new Float64Array(3_000_000)]]));
    const controller = new AbortController();
    const reason = new Error("enough");
    store.interfere = () => controller.abort(reason);
    await expect(spikes.times("a", { signal: controller.signal })).rejects.toBe(reason);
    await spikes.close();
  });

  it("is no HDF5 before its head is written", async () => {
    const encoder = createUnitSpikesEncoder();
    const pieces = [...encoder.begin(), ...encoder.unit("a", { times: Float64Array.of(1) }), ...encoder.finish().tail];
    const store = new FakeStore({ "spikes.h5": new Uint8Array(Buffer.concat(pieces)) });
    await expect(openUnitSpikes(store, "spikes.h5")).rejects.toMatchObject({ code: "format" });
    expect(await openUnitSpikes(store, "other.h5")).toBeUndefined();
  });
});

describe("a file that psyfun wrote", () => {
  it("is read, with and without its duplicates", async () => {
    const { spikes } = await opened(fixture("unit-spikes.h5"));
    expect(await spikes.times(MASKED)).toEqual(Float64Array.of(0.25, 0.5, 0.5001, 3.75));
    expect(await spikes.times(MASKED, { withoutDuplicates: true })).toEqual(Float64Array.of(0.25, 0.5, 3.75));
    expect(await spikes.times(EMPTY, { withoutDuplicates: true })).toEqual(new Float64Array(0));
    expect(await spikes.has("without-times")).toBe(true);
    await spikes.close();
  });

  it("tells what it does not have from what is wrong", async () => {
    const { spikes } = await opened(fixture("unit-spikes.h5"));
    for (const key of ["nobody", "", ".", `${MASKED}/times`]) {
      await expect(spikes.times(key), key).rejects.toMatchObject({ code: "not-found" });
      expect(await spikes.has(key)).toBe(false);
      expect(await spikes.amplitudes(key)).toBeUndefined();
    }
    await expect(spikes.times("without-times")).rejects.toMatchObject({ code: "format" });
    await expect(spikes.times(ILL_MASKED, { withoutDuplicates: true })).rejects.toThrow(/mask .* has 4 values for 1/);
    await spikes.close();
    await expect(spikes.times(MASKED)).rejects.toMatchObject({ code: "query" });
  });
});
