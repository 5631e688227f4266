import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Channel, type LfpSource, type ProbeRef, ref } from "@crossprobe/core";
import { afterEach, describe, expect, it } from "vitest";
import { openArchive } from "../../../../test/golden/lfpack-checks.js";
import { largestDifference, readNpy } from "../../../../test/golden/lfpack-expected.js";
import { toLfpSource } from "./lfp-source.js";
import type { LfpackFile } from "./lfpack-file.js";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const SMALL = `${ROOT}test/fixtures/lfpack/format-2/small.h5`;
const TRUTH = `${ROOT}test/fixtures/rosetta/truth`;
const PROBE: ProbeRef = ref("ibl", "probe", "probe-a");

const open: LfpackFile[] = [];
afterEach(async () => {
  for (const file of open.splice(0)) await file.close();
});

function channelsOf(count: number): readonly Channel[] {
  return Array.from({ length: count }, (_, row) => ({
    ref: ref("ibl", "channel", `probe-a/${row}`),
    probe: PROBE,
    region: null,
    regionAbsent: "unknown" as const,
    ccf: null,
    hemisphere: null,
    distanceFromTipUm: null,
    siteIndex: row,
    lateralUm: null,
    quality: null,
  }));
}

async function openSource(path: string, index = 0): Promise<LfpSource> {
  const file = await openArchive(path);
  open.push(file);
  const recording = await file.openRecording((await file.recordings())[index]);
  return toLfpSource(recording, PROBE, channelsOf(recording.channelCount));
}

describe("toLfpSource", () => {
  it("describes the signal before any is read", async () => {
    const source = await openSource(SMALL, 1);
    expect(source).toMatchObject({ probe: PROBE, sampleCount: 645, notices: [] });
    expect(source.clock).toEqual({
      kind: "affine",
      quality: "synced",
      samplingRate: 250.003,
      coverage: { start: 2.5, stop: 2.5 + 645 / 250.003 },
    });
    // processing of the file: car true, high-pass 0.5 Hz, no Cadzow
    expect(source.traits).toEqual({
      passband: [0.5, 125],
      reference: "commonAverage",
      lossyCodec: "lfpack format 2, epsilon 100, alpha 7",
      denoising: ["bad-channel interpolation"],
      spatial: "all",
      usableUpTo: 100,
      caveats: [expect.objectContaining({ code: "high-frequencies-thresholded" })],
    });
  });

  it("states the documented pipeline where the file says nothing", async () => {
    const source = await openSource(`${ROOT}test/fixtures/lfpack/format-1/small.h5`);
    expect(source.traits).toMatchObject({
      passband: [0.5, 125],
      reference: "commonAverage",
      denoising: ["bad-channel interpolation", "Cadzow"],
    });
  });

  it("gives the same by time, by samples, whole and in blocks", async () => {
    const source = await openSource(SMALL, 1);
    const whole = await source.read({});
    expect(whole.samples).toEqual([0, 645]);
    expect(whole.data).toMatchObject({ shape: [645, 16], unit: "V" });
    expect(whole.channels).toEqual(Array.from({ length: 16 }, (_, i) => i));
    const [start, stop] = [whole.times[250] ?? 0, whole.times[520] ?? 0];
    const byTime = await source.read({ time: { start, stop }, channels: [15, 3] });
    expect(byTime.samples).toEqual([250, 520]);
    expect(byTime.times).toEqual(whole.times.slice(250, 520));
    expect(byTime.data.data).toEqual(
      whole.data.data
        .filter((_, i) => i >= 250 * 16 && i < 520 * 16)
        .filter((_, i) => i % 16 === 15 || i % 16 === 3)
        .map((_, i, all) => all[i ^ 1] ?? 0),
    );
    for (const blockBytes of [64, 1000, 16 * 4 * 300, 16 * 4 * 600, undefined]) {
      const blocks = [];
      for await (const block of source.blocks({}, blockBytes === undefined ? {} : { blockBytes })) blocks.push(block);
      expect(blocks.every((block) => block.data.data.byteLength <= (blockBytes ?? 2 ** 24))).toBe(true);
      expect(blocks.map((block) => block.samples[0])).toEqual([
        0,
        ...blocks.slice(0, -1).map((block) => block.samples[1]),
      ]);
      expect(Float32Array.from(blocks.flatMap((block) => [...block.data.data]))).toEqual(whole.data.data);
      expect(Float64Array.from(blocks.flatMap((block) => [...block.times]))).toEqual(whole.times);
    }
  });

  it("ends blocks with chunks where one fits, wherever the first begins", async () => {
    const source = await openSource(SMALL, 1);
    const ranges = [];
    for await (const block of source.blocks({ samples: [100, 645] }, { blockBytes: 16 * 4 * 300 }))
      ranges.push(block.samples);
    expect(ranges).toEqual([
      [100, 256],
      [256, 512],
      [512, 645],
    ]);
  });

  it("is half-open at both edges of an interval, and empty beside the recording", async () => {
    const source = await openSource(SMALL);
    const { times } = await source.read({});
    expect(await source.toSampleRange({ start: times[10] ?? 0, stop: times[12] ?? 0 })).toEqual([10, 12]);
    expect(await source.toSampleRange({ start: (times[10] ?? 0) + 1e-12, stop: (times[12] ?? 0) + 1e-12 })).toEqual([
      11, 13,
    ]);
    const nothing = await source.read({ time: { start: 0, stop: 1 } });
    expect([nothing.data.shape, nothing.times.length]).toEqual([[0, 16], 0]);
  });

  it.each([
    ["both time and samples", { time: { start: 0, stop: 1 }, samples: [0, 1] as const }],
    ["samples past the end", { samples: [600, 700] as const }],
    ["a backward range", { samples: [10, 5] as const }],
    ["half a sample", { samples: [0.5, 5] as const }],
    ["a channel that there is none of", { channels: [16] }],
    ["a negative channel", { channels: [-1] }],
    ["a backward interval", { time: { start: 3, stop: 2 } }],
  ])("refuses %s", async (_, request) => {
    const source = await openSource(SMALL, 1);
    await expect(source.read(request)).rejects.toMatchObject({ code: "query" });
    await expect(firstBlock(source.blocks(request))).rejects.toMatchObject({ code: "query" });
  });

  it("refuses seconds on an unsynced clock, and reads samples", async () => {
    const source = await openSource(`${ROOT}test/fixtures/lfpack/format-2/mixed-formats.h5`);
    expect(source.clock).toMatchObject({ quality: "unsynced", coverage: { start: 0, stop: 2.8 } });
    expect(source.notices.map((notice) => notice.code)).toContain("clock-unsynced");
    await expect(source.read({ time: { start: 0, stop: 1 } })).rejects.toMatchObject({ code: "query" });
    await expect(source.toSampleRange({ start: 0, stop: 1 })).rejects.toMatchObject({ code: "query" });
    expect((await source.read({ samples: [0, 10] })).data.shape).toEqual([10, 24]);
  });

  it("gives saturated spans in session seconds", async () => {
    const source = await openSource(SMALL, 1);
    const at = (rawSample: number) => 2.5 + (rawSample * 0.1) / 250.003;
    const spans = await source.invalidIntervals();
    expect(spans).toMatchObject([
      { kind: "saturated", probe: PROBE },
      { kind: "saturated", probe: PROBE },
    ]);
    const edges = spans.flatMap(({ start, stop }) => [start, stop]);
    expect(largestDifference(edges, [at(501), at(657), at(2000), at(2103)])).toBeLessThan(1e-12);
  });

  it("gives chunks that the encoder lost, without decoding", async () => {
    const source = await openSource(`${ROOT}test/fixtures/lfpack/format-2/upgraded-codec-dropout.h5`);
    const { samplingRate, coverage } = source.clock;
    const at = (sample: number) => coverage.start + sample / samplingRate;
    expect(await source.invalidIntervals()).toEqual([
      { start: at(2048), stop: at(4096), kind: "codec-dropout", probe: PROBE, tags: [] },
    ]);
  });

  it("puts channels together as their mean, and says so", async () => {
    const file = await openArchive(SMALL);
    open.push(file);
    const recording = await file.openRecording((await file.recordings())[1]);
    const single = (await toLfpSource(recording, PROBE, channelsOf(16)).read({ samples: [0, 5] })).data.data;
    const source = toLfpSource(recording, PROBE, channelsOf(4), [], { bins: { size: 4 } });
    expect(source.traits).toMatchObject({ spatial: "mean", sitesPerChannel: 4 });
    const { data, channels } = await source.read({ samples: [0, 5], channels: [3] });
    expect([data.shape, channels]).toEqual([[5, 1], [3]]);
    const mean = [12, 13, 14, 15].reduce((sum, channel) => sum + (single[4 * 16 + channel] ?? 0), 0) / 4;
    expect(data.data[4]).toBeCloseTo(mean, 10);
    const sums = toLfpSource(recording, PROBE, channelsOf(4), [], { bins: { size: 4, combine: "sum" } });
    expect(sums.traits).toMatchObject({ spatial: "sum", sitesPerChannel: 4 });
    expect((await sums.read({ samples: [4, 5] })).data.data[3]).toBeCloseTo(4 * mean, 10);
    expect(() => toLfpSource(recording, PROBE, channelsOf(16), [], { bins: { size: 4 } })).toThrow("its LFP 4 columns");
  });

  it("rejects with the caller's reason when aborted, and reads afterwards", async () => {
    const source = await openSource(SMALL, 1);
    const reason = new Error("enough");
    const aborted = AbortSignal.abort(reason);
    await expect(source.read({}, { signal: aborted })).rejects.toBe(reason);
    await expect(firstBlock(source.blocks({}, { signal: aborted }))).rejects.toBe(reason);
    await expect(source.invalidIntervals({ signal: aborted })).rejects.toBe(reason);
    const controller = new AbortController();
    const reading = source.read({}, { signal: controller.signal });
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect((await source.read({ samples: [0, 1] })).data.shape).toEqual([1, 16]);
  });

  it("may be closed twice, and rejects afterwards", async () => {
    const source = await openSource(SMALL);
    source.close();
    source.close();
    await expect(source.read({})).rejects.toMatchObject({ code: "query" });
  });

  it("says with the samples what reading showed to be no signal, in format 1, too", async () => {
    // lfpack 0.2 threw away every coefficient of the second of four chunks; nothing but reading tells.
    const source = await openSource(`${ROOT}test/fixtures/lfpack/format-1/codec-dropout.h5`);
    expect(await source.invalidIntervals()).toEqual([]);
    const { invalid } = await source.read({ samples: [2000, 5000] });
    expect(invalid).toContainEqual({ samples: [2048, 4096], kind: "codec-dropout" });
    const blocks = [];
    for await (const block of source.blocks({ channels: [0] }, { blockBytes: 4 * 2048 })) blocks.push(block);
    expect(blocks[1]?.invalid).toEqual([{ samples: [2048, 4096], kind: "codec-dropout" }]);
    expect((await source.invalidIntervals()).filter(({ kind }) => kind === "codec-dropout")).toHaveLength(1);
  });

  it("refuses channels that are not those of its columns", async () => {
    const file = await openArchive(SMALL);
    open.push(file);
    const recording = await file.openRecording((await file.recordings())[0]);
    expect(() => toLfpSource(recording, PROBE, channelsOf(15))).toThrow("has 15 channels, its LFP 16 columns");
  });
});

describe("the sample session against its ground truth", () => {
  const truth = JSON.parse(readFileSync(`${TRUTH}/truth.json`, "utf8"));
  const checks = JSON.parse(readFileSync(`${TRUTH}/compare-expected.json`, "utf8")).lfp;
  const { probes } = JSON.parse(readFileSync(`${TRUTH}/channels.json`, "utf8"));
  const { pids } = JSON.parse(readFileSync(`${TRUTH}/ibl-encoding.json`, "utf8"));

  it.each(["A", "B"])("probe %s: volts, times and saturation", async (key) => {
    const file = await openArchive(`${ROOT}samples/ibl/lf_compressed.h5`);
    open.push(file);
    const recording = await file.openRecording(pids[key]);
    const source = toLfpSource(recording, PROBE, channelsOf(384));
    const { firstSample, samples, file: exactFile } = checks[key].check.ibl;
    const { data, times } = await source.read({ samples: [firstSample, firstSample + samples] });
    const exact = readNpy(`${TRUTH}/${exactFile}`).data;
    let [error, power] = [0, 0];
    for (const [i, value] of exact.entries()) {
      if (!probes[key][i % 384].inBrain) continue;
      error += ((data.data[i] ?? Number.NaN) - value) ** 2;
      power += value ** 2;
    }
    expect(Math.sqrt(error / power)).toBeLessThanOrEqual(0.1);
    const { iblLfpStartTime, iblLfpRateHz } = truth.probes[key].clock;
    const expected = times.map((_, i) => iblLfpStartTime + (firstSample + i) / iblLfpRateHz);
    expect(largestDifference(times, expected)).toBeLessThanOrEqual(1e-9);
    const spans = (await source.invalidIntervals()).map(({ start, stop }) => [start, stop]);
    expect(spans).toHaveLength(truth.probes[key].saturation.length);
    expect(largestDifference(spans.flat(), truth.probes[key].saturation.flat())).toBeLessThanOrEqual(0.0005);
    expect(recording.channels.acronym).toEqual(probes[key].map((row: { region: string }) => row.region));
    expect([...(recording.channels.atlasId ?? [])]).toEqual(
      probes[key].map((row: { regionId: number }) => row.regionId),
    );
  });

  it("says that nothing was re-referenced or filtered, as the file does", async () => {
    const source = await openSource(`${ROOT}samples/ibl/lf_compressed.h5`);
    expect(source.traits).toMatchObject({
      reference: "none",
      passband: [0, 125],
      denoising: ["bad-channel interpolation"],
    });
  });
});

function firstBlock<Block>(blocks: AsyncIterable<Block>): Promise<IteratorResult<Block>> {
  return blocks[Symbol.asyncIterator]().next();
}
