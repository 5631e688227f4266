import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ByteStore } from "@crossprobe/core";
import { type Hdf5File, openHdf5 } from "@crossprobe/formats/hdf5";
import { afterEach, describe, expect, it } from "vitest";
import { openArchive } from "../../../../test/golden/lfpack-checks.js";
import { averageOver } from "./average-over.js";
import { type LfpackFile, type LfpackOptions, toLfpack } from "./lfpack-file.js";
import type { LfpackRecording, LfpackSignal } from "./lfpack-recording.js";
import { composeMaps, subsetMap } from "./linear-map.js";
import { reReferenceMap } from "./linear-map-reference.js";
import { regionMeanMap } from "./linear-map-regions.js";
import { bipolarMap } from "./linear-map-shank.js";
import { firFilter, sosFilter } from "./time-filter.js";
import { butterworth } from "./time-filter-design.js";

const FIXTURES = fileURLToPath(new URL("../../../../test/fixtures/lfpack/", import.meta.url));

const open: LfpackFile[] = [];
afterEach(async () => {
  for (const file of open.splice(0)) await file.close();
});

async function openRecording(path: string, index: number, options?: LfpackOptions): Promise<LfpackRecording> {
  const file = await openArchive(`${FIXTURES}${path}`, options);
  open.push(file);
  return file.openRecording((await file.recordings())[index]);
}

async function collect(signals: AsyncIterable<LfpackSignal>): Promise<readonly LfpackSignal[]> {
  const all: LfpackSignal[] = [];
  for await (const signal of signals) all.push(signal);
  return all;
}

const query = { code: "query" };

describe.each(["format-1/small.h5", "format-2/small.h5"])("reading %s", (path) => {
  // 645 samples of 16 channels in chunks of 256
  const openSmall = (options?: LfpackOptions) => openRecording(path, 1, options);

  it("maps channels as one would with the samples", async () => {
    const recording = await openSmall();
    const whole = await recording.read();
    expect(whole.columns.slice(0, 2)).toEqual(["ch 0", "ch 1"]);
    const { map } = regionMeanMap(recording.channels);
    const means = await recording.read({ map });
    expect(means).toMatchObject({ shape: [645, map.columns.length], unit: "V", columns: map.columns });
    for (const [column, name] of map.columns.entries()) {
      const channels = [...(recording.channels.acronym ?? [])].flatMap((label, i) => (label === name ? [i] : []));
      for (let row = 0; row < 645; row += 50) {
        const mean = channels.reduce((sum, i) => sum + (whole.data[row * 16 + i] ?? 0), 0) / channels.length;
        expect(Math.abs((means.data[row * map.columns.length + column] ?? 9) - mean)).toBeLessThan(1e-10);
      }
    }
  });

  it("gives the same through either kernels", async () => {
    const request = { map: bipolarMap((await openSmall()).channels), filter: firFilter([1, 2, 1]) };
    const [wasm, plain] = [await openSmall({ kernels: "wasm" }), await openSmall({ kernels: "typescript" })];
    expect((await wasm.read(request)).data).toEqual((await plain.read(request)).data);
  });

  it("filters as if the whole recording were read, whatever the samples", async () => {
    const recording = await openSmall();
    for (const filter of [firFilter([0.25, 0.5, 0.25]), sosFilter(butterworth(2, { lowHz: 8, highHz: 30 }, 250))]) {
      const whole = await recording.read({ filter, channels: [3] });
      const part = await recording.read({ filter, channels: [3], samples: [250, 260] });
      expect(part.data).toEqual(whole.data.subarray(250, 260));
    }
  });

  it.each([64, 5000, 40_000, undefined])("streams the same with %s bytes beside its chunks", async (free) => {
    const recording = await openSmall();
    const filter = firFilter([0.25, 0.5, 0.25]);
    for (const request of [
      {},
      { samples: [100, 645] as const },
      { filter },
      { bins: { size: 4, combine: "mean" as const } },
    ]) {
      const whole = await recording.read(request);
      const { peakBytes, resultBytes, largestChunkBytes } = recording.plan(request);
      const budgetBytes = free === undefined ? undefined : peakBytes - resultBytes + largestChunkBytes + free;
      const pieces = await collect(recording.stream(request, { budgetBytes }));
      expect(Float32Array.from(pieces.flatMap(({ data }) => [...data]))).toEqual(whole.data);
      expect(pieces.flatMap(({ samples }) => samples)).toEqual(
        pieces.flatMap(({ samples }, i) => [pieces[i - 1]?.samples[1] ?? whole.samples[0], samples[1]]),
      );
      for (const { data } of pieces) expect(data.byteLength).toBeLessThanOrEqual(free ?? 2 ** 26);
      if (free === 64) expect(pieces.length).toBeGreaterThan(100);
      expect(pieces.flatMap(({ invalid }) => invalid).reduce((sum, { start, stop }) => sum + stop - start, 0)).toBe(
        whole.invalid.reduce((sum, { start, stop }) => sum + stop - start, 0),
      );
    }
  });

  it("refuses a budget that holds no sample, and says which would do", async () => {
    const recording = await openSmall();
    const refused = await collect(recording.stream({}, { budgetBytes: 1000 })).catch((error: unknown) => error);
    expect(refused).toMatchObject(query);
    const enough = Number(/at least (\d+) bytes/.exec(String((refused as { hint?: string }).hint))?.[1]);
    expect(await collect(recording.stream({}, { budgetBytes: enough }))).toHaveLength(645);
  });

  it("hears an abort during a read that waits for nothing, kept chunks or not", async () => {
    const recording = await openSmall();
    const reason = new Error("enough");
    const abortedRead = (): Promise<unknown> => {
      for (const end = performance.now() + 20; performance.now() < end; );
      const controller = new AbortController();
      setImmediate(() => controller.abort(reason));
      return recording.read({}, { signal: controller.signal });
    };
    await expect(abortedRead()).rejects.toBe(reason);
    await recording.read();
    await expect(abortedRead()).rejects.toBe(reason);
  });

  it("refuses a request with a word that it does not know", async () => {
    const recording = await openSmall();
    const misspelt = { samples: [0, 10] as const, chanels: [0] };
    await expect(recording.read(misspelt)).rejects.toMatchObject(query);
    expect(() => recording.plan(misspelt)).toThrow(/"chanels".*means nothing/);
  });

  it.each([undefined, { threads: 1 }])(
    "is closed with its archive, kept chunks or not (decoders: %o)",
    async (decoders) => {
      const file = await openArchive(`${FIXTURES}${path}`, { decoders });
      const recording = await file.openRecording((await file.recordings())[1]);
      const stream = recording.stream();
      await recording.read();
      await file.close();
      await expect(recording.read({ samples: [0, 10] })).rejects.toMatchObject(query);
      await expect(stream.next()).rejects.toMatchObject(query);
      await expect(recording.scanZeros()).rejects.toMatchObject(query);
    },
  );

  it("stops a stream with the caller's reason, and when the recording is closed", async () => {
    const recording = await openSmall();
    const { peakBytes, resultBytes, largestChunkBytes } = recording.plan();
    const budgetBytes = peakBytes - resultBytes + largestChunkBytes + 5000;
    const controller = new AbortController();
    const stream = recording.stream({}, { budgetBytes, signal: controller.signal });
    await stream.next();
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(stream.next()).rejects.toBe(reason);
    const other = recording.stream({}, { budgetBytes });
    await other.next();
    recording.close();
    await expect(other.next()).rejects.toMatchObject(query);
    await expect(recording.at(0)).rejects.toMatchObject(query);
    await expect(recording.scanZeros()).rejects.toMatchObject(query);
  });

  it("says what must not be used beside the samples", async () => {
    const recording = await openSmall();
    // Raw spans [501, 657) and [2000, 2103), ten to a sample, rounded outward.
    expect((await recording.read({ samples: [60, 205] })).invalid).toEqual([
      { start: 60, stop: 66, kind: "saturated" },
      { start: 200, stop: 205, kind: "saturated" },
    ]);
  });

  it("leaves them out of an average, and says how many", async () => {
    const recording = await openSmall();
    const { data } = await recording.read({ channels: [5] });
    const mask = recording.saturationMask();
    const used = data.filter((_, i) => mask[i] === 0);
    const average = await averageOver(recording, { channels: [5] }, {});
    expect(average).toMatchObject({ columns: ["ch 5"], unit: "V", usedCount: used.length, leftOut: { saturated: 27 } });
    expect(average.mean[0]).toBeCloseTo(used.reduce((sum, value) => sum + value, 0) / used.length, 15);
    const nothing = await averageOver(recording, { channels: [5], samples: [60, 60] });
    expect(nothing).toEqual({
      columns: ["ch 5"],
      mean: Float64Array.of(Number.NaN),
      unit: "V",
      usedCount: 0,
      leftOut: {},
    });
    const spoilt = await averageOver(recording, { channels: [5], samples: [60, 64] });
    expect(spoilt).toMatchObject({ usedCount: 0, leftOut: { saturated: 4 } });
  });

  it("indexes as NumPy", async () => {
    const recording = await openSmall();
    const { data } = await recording.read();
    expect(await recording.at(-1, -1)).toEqual({ data: data.slice(-1), shape: [], unit: "V" });
    const picked = await recording.at([600, 3, 600], { step: -5 });
    expect(picked.shape).toEqual([3, 4]);
    expect([...picked.data]).toEqual([600, 3, 600].flatMap((row) => [15, 10, 5, 0].map((c) => data[row * 16 + c])));
    expect((await recording.at("::100, ...")).shape).toEqual([7, 16]);
    expect((await recording.at({ start: 700 }, [])).shape).toEqual([0, 0]);
    await expect(recording.at([0], [1])).rejects.toMatchObject(query);
  });
});

describe("a stream", () => {
  it("reads and decodes a chunk once, however small its blocks", async () => {
    const bytes = new Uint8Array(readFileSync(`${FIXTURES}format-2/small.h5`));
    const store: ByteStore = {
      url: "memory://fixtures/",
      size: async () => bytes.length,
      read: async (_, { range } = {}) => {
        if (range === undefined) return bytes;
        const start = "suffix" in range ? Math.max(0, bytes.length - range.suffix) : range.offset;
        return bytes.slice(start, "suffix" in range ? bytes.length : start + range.length);
      },
    };
    const hdf5 = await openHdf5(store, "small.h5");
    if (hdf5 === undefined) throw new Error("no file");
    const reads: string[] = [];
    const read: Hdf5File["read"] = (name, options) => {
      reads.push(name);
      return hdf5.read(name, options);
    };
    const file = await toLfpack(new Proxy(hdf5, { get: (target, key) => bound(target, key, read) }));
    open.push(file);
    const recording = await file.openRecording((await file.recordings())[1]);
    const { peakBytes, resultBytes, largestChunkBytes } = recording.plan();
    const budgetBytes = peakBytes - resultBytes + largestChunkBytes + 640;
    expect((await collect(recording.stream({}, { budgetBytes }))).length).toBeGreaterThan(100);
    expect(reads.filter((name) => name.endsWith("/vh_values"))).toHaveLength(3);
  });
});

/** A member of an open file, `read` replaced. */
function bound(target: Hdf5File, key: string | symbol, read: Hdf5File["read"]): unknown {
  if (key === "read") return read;
  const value: unknown = Reflect.get(target, key, target);
  return typeof value === "function" ? value.bind(target) : value;
}

describe("plans", () => {
  it("count a map's basis once for a recording", async () => {
    const recording = await openRecording("format-2/small.h5", 1);
    const map = composeMaps(subsetMap(16, [0, 1]), reReferenceMap(16, { reference: [0, 1, 2, 3] }));
    const before = recording.plan({ map });
    await recording.read({ map });
    const after = recording.plan({ map });
    expect([before.mapOn, after.mapOn]).toEqual(["factors", "factors"]);
    // 8 weights (each column with its own channel among the four) times 16 basis vectors
    expect(before.multiplyAdds.chosen - after.multiplyAdds.chosen).toBe(8 * 16);
  });

  it("say in words what is done and why", async () => {
    const recording = await openRecording("format-2/small.h5", 1);
    const filter = sosFilter(butterworth(2, { lowHz: 8, highHz: 30 }, 250));
    const text = recording.explain({ map: bipolarMap(recording.channels), filter, samples: [0, 256] });
    expect(text).toContain('map "bipolar"');
    expect(text).toMatch(/filter \(2 sections, both ways; reaches \d+ samples\) on (time courses|decoded columns)/);
    expect(text).toMatch(/multiply-adds after decoding, against [\d,]+/);
    const format1 = await openRecording("format-1/small.h5", 1);
    expect(format1.explain()).toContain("stored bytes not known");
  });
});

describe("a chunk that the encoder lost", () => {
  it("is left out as a codec dropout, known before it is decoded", async () => {
    const recording = await openRecording("format-2/upgraded-codec-dropout.h5", 0);
    const lost = { start: 2048, stop: 4096, kind: "codec-dropout" };
    expect(await recording.invalidSpans()).toEqual([lost]);
    expect(recording.zeroSpans()).toMatchObject({ spans: [], chunksSeen: 0, chunkCount: 4 });
    expect((await recording.read({ samples: [2000, 2100] })).invalid).toContainEqual({ ...lost, stop: 2100 });
    expect(recording.zeroSpans().chunksSeen).toBe(2);
    // Its neighbours keep so few coefficients that stretches of them are 0 too, which nothing explains.
    const kinds = (await recording.scanZeros()).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(["codec-dropout", "unknown"]));
    const average = await averageOver(recording, { channels: [0] });
    expect(average.leftOut["codec-dropout"]).toBe(2048);
    expect(average.usedCount).toBe(recording.sampleCount - 2048 - (average.leftOut.unknown ?? 0));
  });
});
