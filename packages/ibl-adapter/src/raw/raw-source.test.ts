import { type LfpSource, type ProbeRef, ref } from "@crossprobe/core";
import type { RecordingStore } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";
import { compress, encode, metaText, randomRows, rawFixture, rawStore } from "../../../../test/ibl/raw-files.js";
import { type OpenRawOptions, openRawRecording } from "./open-raw-recording.js";
import { toRawSource } from "./raw-source.js";

const PROBE: ProbeRef = ref("ibl", "probe", "probe-a");
const NAME = "np1geom_g0_t0.imec0.lf";
const CLOCK = "_spikeglx_ephysData_g0_t0.imec0";
const CLOCKS = { timestamps: `${CLOCK}.timestamps.npy`, sync: `${CLOCK}.sync.npy` };

const stored = (): RecordingStore =>
  rawStore([`${NAME}.cbin`, `${NAME}.bin`, `${NAME}.ch`, `${NAME}.meta`, CLOCKS.timestamps, CLOCKS.sync]);

async function open(options: OpenRawOptions = CLOCKS, store = stored(), key = `${NAME}.cbin`): Promise<LfpSource> {
  return toRawSource(await openRawRecording(store, key, options), PROBE);
}

/** 250 samples of four channels in chunks of 100, as LFP and as AP, with the fixture's clock. */
function longer(band: "ap" | "lf") {
  const { cbin, ch } = compress(randomRows(250, 5));
  const meta = metaText({
    snsApLfSy: band === "ap" ? "4,0,1" : "0,4,1",
    imSampRate: band === "ap" ? 30000 : 2500,
    snsSaveChanSubset: band === "ap" ? "0:3,8" : "4:7,8",
  });
  const files = { "a.cbin": cbin, "a.ch": encode(JSON.stringify(ch)), "a.meta": encode(meta) };
  return rawStore([CLOCKS.timestamps, CLOCKS.sync], files);
}

describe("toRawSource", () => {
  it("describes LFP before any is read", async () => {
    const store = stored();
    const source = await open(CLOCKS, store);
    expect(source).toMatchObject({ probe: PROBE, sampleCount: 40 });
    expect(source.notices).toEqual([]);
    expect(source.traits).toMatchObject({
      passband: [0.5, 500],
      reference: "external",
      lossyCodec: null,
      spatial: "all",
      usableUpTo: 500,
    });
    expect(source.channels).toHaveLength(384);
    expect(source.channels[383]).toMatchObject({ siteIndex: 383, lateralUm: 27, distanceFromTipUm: 3840 });
    expect(store.calls.filter((call) => call.operation === "read").map((call) => call.key)).toEqual([
      `${NAME}.meta`,
      `${NAME}.ch`,
      CLOCKS.timestamps,
    ]);
    expect(await source.invalidIntervals()).toEqual([]);
  });

  it("gives volts of both forms of the file, without the sync word", async () => {
    const [packed, flat] = [await open(), await open(CLOCKS, stored(), `${NAME}.bin`)];
    const { data } = await packed.read({});
    expect(data).toMatchObject({ shape: [40, 384], unit: "V" });
    expect((await flat.read({})).data).toEqual(data);
    // samples 3 and 4 hold the extremes: x 0.6 / 512 / 125, whatever spikeglx.Reader gives
    expect([data.data[3 * 384], data.data[4 * 384]]).toEqual([0.3071906268596649, -0.30720001459121704]);
    const int16 = new Int16Array(rawFixture(`${NAME}.bin`).slice().buffer);
    expect(data.data[10 * 384 + 7]).toBeCloseTo(((int16[10 * 385 + 7] ?? 0) * 0.6) / 512 / 250, 9);
  });

  it("puts LFP samples on the session clock by AP samples, of which there are twelve to one", async () => {
    const source = await open();
    expect(source.clock).toMatchObject({ kind: "piecewise", quality: "synced" });
    const { times } = await source.read({ samples: [0, 40] });
    // first piece of the knots (0 -> 0.01230560034045658, as interp1d extrapolates), read by the reference
    expect(times[0]).toBeCloseTo(0.01230560034045658, 14);
    const slope = (0.01230560034045658 - -0.021027621340024893) / 1000;
    expect(times[39]).toBeCloseTo(0.01230560034045658 + 39 * 12 * slope, 10);
    expect(source.clock.coverage).toEqual({ start: times[0], stop: expect.closeTo((times[39] ?? 0) + 12 * slope, 10) });
    expect(source.clock.samplingRate).toBeCloseTo(1 / (12 * slope), 6);
  });

  it("uses the pulses where there are no knots, and the probe's own rate with them", async () => {
    const source = await open({ sync: CLOCKS.sync });
    const { times } = await source.read({ samples: [0, 2] });
    expect(times[0]).toBeCloseTo(0.012301724464122699, 12);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeCloseTo(1 / 2500, 7);
  });

  it("gives the same of AP by time, by samples, whole and in blocks", async () => {
    const source = await open(CLOCKS, longer("ap"), "a.cbin");
    expect(source.traits).toMatchObject({ passband: [300, 10_000], usableUpTo: 10_000 });
    const whole = await source.read({});
    const [start, stop] = [whole.times[90] ?? 0, whole.times[205] ?? 0];
    expect((whole.times[1] ?? 0) - (whole.times[0] ?? 0)).toBeCloseTo(1 / 30000, 8);
    expect(await source.toSampleRange({ start, stop })).toEqual([90, 205]);
    const byTime = await source.read({ time: { start, stop }, channels: [2, 0] });
    expect(byTime.samples).toEqual([90, 205]);
    expect(byTime.times).toEqual(whole.times.slice(90, 205));
    expect([...byTime.data.data]).toEqual(
      Array.from({ length: 115 }, (_, i) => [whole.data.data[(90 + i) * 4 + 2], whole.data.data[(90 + i) * 4]]).flat(),
    );
    for (const blockBytes of [1, 16 * 30, 16 * 150, 16 * 100, undefined]) {
      const blocks = [];
      for await (const block of source.blocks({}, blockBytes === undefined ? {} : { blockBytes })) blocks.push(block);
      expect(blocks.every((block) => block.data.data.byteLength <= Math.max(16, blockBytes ?? 2 ** 24))).toBe(true);
      expect(Float32Array.from(blocks.flatMap((block) => [...block.data.data]))).toEqual(whole.data.data);
      expect(Float64Array.from(blocks.flatMap((block) => [...block.times]))).toEqual(whole.times);
    }
  });

  it("ends blocks with chunks or after their length, and reads each chunk once", async () => {
    const store = longer("lf");
    const source = await open(CLOCKS, store, "a.cbin");
    const ranges = [];
    for await (const block of source.blocks({ samples: [30, 250] }, { blockBytes: 16 * 90 }))
      ranges.push(block.samples);
    expect(ranges).toEqual([
      [30, 100],
      [100, 190],
      [190, 250],
    ]);
    expect(store.calls.filter((call) => call.operation === "read" && call.key === "a.cbin")).toHaveLength(3);
  });

  it("is half-open at both edges of an interval, and empty beside the recording", async () => {
    const source = await open();
    const { times } = await source.read({});
    expect(await source.toSampleRange({ start: times[10] ?? 0, stop: times[12] ?? 0 })).toEqual([10, 12]);
    const later = { start: (times[10] ?? 0) + 1e-12, stop: (times[12] ?? 0) + 1e-12 };
    expect(await source.toSampleRange(later)).toEqual([11, 13]);
    const nothing = await source.read({ time: { start: 100, stop: 200 } });
    expect([nothing.data.shape, nothing.times.length]).toEqual([[0, 384], 0]);
  });

  it.each([
    ["both time and samples", { time: { start: 0, stop: 1 }, samples: [0, 1] as const }],
    ["samples past the end", { samples: [30, 41] as const }],
    ["a backward range", { samples: [10, 5] as const }],
    ["half a sample", { samples: [0.5, 5] as const }],
    ["the sync word as a channel", { channels: [384] }],
    ["a negative channel", { channels: [-1] }],
    ["a backward interval", { time: { start: 3, stop: 2 } }],
  ])("refuses %s", async (_, request) => {
    const source = await open();
    await expect(source.read(request)).rejects.toMatchObject({ code: "query" });
    await expect(source.blocks(request)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "query" });
  });

  it("refuses an answer above 256 MiB without reading, and gives it in blocks", async () => {
    const samples = 2 ** 25;
    const store = rawStore([]);
    const long = {
      url: store.url,
      size: async () => samples * 5 * 2,
      read: async (_: string, options?: { range?: { offset: number; length: number } }) =>
        new Uint8Array(options?.range?.length ?? 0),
    };
    const plain = { columnCount: 5, samplingRate: 2500, voltsPerBit: 1, syncCount: 1 };
    const recording = await openRawRecording(long as never, "a.bin", { plain });
    const source = toRawSource(recording, PROBE);
    await expect(source.read({})).rejects.toMatchObject({ code: "query", message: expect.stringContaining("256 MiB") });
    const { value } = await source.blocks({})[Symbol.asyncIterator]().next();
    expect(value.samples).toEqual([0, 2 ** 20]);
    expect((await source.read({ samples: [samples - 1, samples] })).data.shape).toEqual([1, 4]);
  });

  it("refuses seconds without a clock, says so, and reads samples", async () => {
    const source = await open({});
    expect(source.clock).toMatchObject({ quality: "unsynced", coverage: { start: 0, stop: 40 / 2500 } });
    expect(source.notices.map(({ code }) => code)).toEqual(["clock-unsynced"]);
    await expect(source.read({ time: { start: 0, stop: 1 } })).rejects.toMatchObject({ code: "query" });
    expect((await source.read({ samples: [0, 10] })).data.shape).toEqual([10, 384]);
  });

  it("passes the signal to every read, and rejects with its reason", async () => {
    const store = longer("lf");
    const source = await open(CLOCKS, store, "a.cbin");
    const before = store.calls.length;
    const controller = new AbortController();
    await source.read({ samples: [0, 10] }, { signal: controller.signal });
    expect(store.calls.slice(before).every((call) => call.signal === controller.signal)).toBe(true);
    const reason = new Error("enough");
    const blocks = source.blocks({}, { signal: controller.signal, blockBytes: 16 * 100 })[Symbol.asyncIterator]();
    await blocks.next();
    controller.abort(reason);
    await expect(blocks.next()).rejects.toBe(reason);
    await expect(source.read({}, { signal: controller.signal })).rejects.toBe(reason);
    await expect(openRawRecording(store, "a.cbin", { signal: controller.signal })).rejects.toBe(reason);
  });

  it("says which channels are referenced to the probe", async () => {
    const imro = "(0,4)(0 0 1 500 250 1)(1 0 0 500 250 1)(2 0 1 500 125 1)(3 0 0 500 250 0)";
    const { cbin, ch } = compress(randomRows(10, 5));
    const files = {
      "a.cbin": cbin,
      "a.ch": encode(JSON.stringify(ch)),
      "a.meta": encode(metaText({ "~imroTbl": imro })),
    };
    const source = await open({}, rawStore([], files), "a.cbin");
    expect(source.traits.reference).toBe("unknown");
    expect(source.notices.find(({ code }) => code === "reference-on-probe")).toMatchObject({ count: 2 });
  });

  it("notes where .meta states another duration or rate, and lets .ch and .meta win", async () => {
    const { cbin, ch } = compress(randomRows(10, 5));
    const files = {
      "a.cbin": cbin,
      "a.ch": encode(JSON.stringify({ ...ch, sample_rate: 2499 })),
      "a.meta": encode(metaText({ fileTimeSecs: 20 / 2500 })),
    };
    const source = await open({}, rawStore([], files), "a.cbin");
    expect(source.sampleCount).toBe(10);
    expect(source.notices.map(({ code, count }) => [code, count])).toEqual([
      ["duration-disagrees", 10],
      ["rate-disagrees", 1],
      ["clock-unsynced", 1],
    ]);
  });

  it("is not of the auxiliary board, whose lines the recording reads", async () => {
    const files = ["nidq_g0_t0.nidq.cbin", "nidq_g0_t0.nidq.ch", "nidq_g0_t0.nidq.meta"];
    const recording = await openRawRecording(rawStore(files), "nidq_g0_t0.nidq.cbin");
    expect(() => toRawSource(recording, PROBE)).toThrow(expect.objectContaining({ code: "query" }));
    const { data } = await recording.readAnalogSync([0, 1]);
    // first sample as spikeglx.Reader gives it
    expect([...data]).toEqual([0.00457763671875, 0.30517578125]);
    const { lineCount, lines } = await recording.readSync([0, 400]);
    const sums = [0, 3, 5].map((line) => lines.filter((_, i) => i % lineCount === line).reduce((a, b) => a + b, 0));
    expect([lineCount, ...sums]).toEqual([18, 202, 162, 82]);
  });

  it("refuses channels of another count, and reads nothing once closed", async () => {
    const recording = await openRawRecording(stored(), `${NAME}.cbin`, CLOCKS);
    expect(() => toRawSource(recording, PROBE, { channels: [] })).toThrow(expect.objectContaining({ code: "query" }));
    const source = toRawSource(recording, PROBE);
    source.close();
    await expect(source.read({})).rejects.toMatchObject({ code: "query" });
  });
});
