import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { parseNpy } from "@crossprobe/formats/npy";
import {
  findRawRecordings,
  openRawRecording,
  parseSpikeglxMeta,
  type RawRecording,
  readGeometry,
  readProbeSync,
  readSpikeglxMeta,
  readSyncFronts,
  splitSyncWords,
  verifyDigests,
  voltsPerBit,
} from "@crossprobe/ibl-adapter/raw";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

const RAW = `${SHARED}/golden/ibl/raw`;
const data = () => new LocalStore(`${RAW}/data`);
const expected = (name: string) => JSON.parse(readFileSync(`${RAW}/expected/${name}.json`, "utf8"));
const array = (path: string) =>
  Float64Array.from(parseNpy(readFileSync(`${RAW}/expected/${path}`), path).data as ArrayLike<unknown>, Number);
const sha256 = (values: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");

/** `slice.indices` of Python. */
function indices(text: string, length: number): number[] {
  const [start, stop, step = 1] = text.split(":").map((part) => (part === "" ? undefined : Number(part)));
  const clip = (at: number) => Math.min(length, Math.max(0, at < 0 ? at + length : at));
  const out: number[] = [];
  for (let i = clip(start ?? 0); i < clip(stop ?? length); i += step) out.push(i);
  return out;
}

const columnsOf = (selection: unknown, count: number): number[] => {
  if (typeof selection === "string") return indices(selection, count);
  return [selection].flat().map((at) => (Number(at) < 0 ? Number(at) + count : Number(at)));
};

/** What the reference's reader gives for a slice: sync words are its last columns, as numbers. */
async function sliceOf(recording: RawRecording, rows: readonly number[], columns: readonly number[]) {
  const out = new Float32Array(rows.length * columns.length);
  if (rows.length === 0) return out;
  const [first = 0, last = 0] = [rows[0], rows.at(-1)];
  const channels = columns.filter((column) => column < recording.channelCount);
  const volts = await recording.read({ samples: [first, last + 1], channels });
  const words = await recording.readSyncWords([first, last + 1]);
  for (const [i, row] of rows.entries()) {
    for (const [j, column] of columns.entries()) {
      const at = channels.indexOf(column);
      out[i * columns.length + j] =
        (at < 0 ? words[row - first] : volts.data[(row - first) * channels.length + at]) ?? Number.NaN;
    }
  }
  return out;
}

describe.skipIf(!SHARED)("SpikeGLX recordings (needs ../shared/golden)", () => {
  const recordings = SHARED === undefined ? {} : expected("spikeglx").recordings;

  describe.each(Object.keys(recordings))("%s", (name) => {
    const answer = recordings[name];

    it("has the facts, factors and geometry of the reference", async () => {
      const meta = await readSpikeglxMeta(data(), `${name}.meta`);
      const { bin } = answer;
      expect(meta).toMatchObject({
        band: bin.type,
        columnCount: bin.nc,
        syncCount: bin.nsync,
        samplingRate: bin.fs,
        statedSamples: bin.ns,
        version: bin.version,
        serial: answer.meta.serial,
      });
      const { neuropixelVersion, serial, imAiRangeMin, niAiRangeMin, ...lines } = answer.meta;
      for (const [key, value] of Object.entries(lines)) expect([key, meta.values.get(key)]).toEqual([key, value]);
      expect(meta.values.get("imAiRangeMin") ?? meta.values.get("niAiRangeMin")).toBe(
        Number(imAiRangeMin ?? niAiRangeMin),
      );
      // recorded in the reader's order, sync words with factor 1
      const order = [...array(bin.channel_order.npy)].slice(0, bin.nc - bin.nsync);
      const factors = [...array(bin.sample2volts.npy)];
      const inFile = voltsPerBit(meta);
      expect(order.map((column) => inFile[column])).toEqual(factors.slice(0, -bin.nsync));
      const geometry = readGeometry(meta);
      if (answer.geometry.returns === null) return expect(geometry).toBeNull();
      const fields = { ind: "fileColumn", sample_shift: "sampleShift", flag: "isUsed" } as const;
      for (const [field, { npy }] of Object.entries<{ npy: string }>(answer.geometry.returns)) {
        const own = (fields as Record<string, string>)[field] ?? field;
        const values = geometry?.sites.map((site) => Number(site[own as keyof typeof site]));
        expect([field, values]).toEqual([field, [...array(npy)]]);
      }
      expect(geometry?.sites.map((site) => site.fileColumn)).toEqual(order);
    });

    it.each(["bin", "cbin"])("reads every slice bit by bit from its .%s", async (extension) => {
      const recording = await openRawRecording(data(), `${name}.${extension}`);
      expect([recording.sampleCount, recording.channelCount + recording.syncCount]).toEqual(answer.bin.shape);
      for (const { "samples, channels": selection, returns, raises } of answer.bin.slices) {
        const rows = indices(selection[0], answer.bin.ns);
        if (raises !== undefined) {
          expect(raises.type).toBe("IndexError");
          await expect(recording.read({ channels: [selection[1]] })).rejects.toMatchObject({ code: "query" });
          continue;
        }
        const values = await sliceOf(recording, rows, columnsOf(selection[1], answer.bin.nc));
        expect([selection, sha256(values)]).toEqual([selection, returns.sha256]);
      }
    });

    it("splits the sync words, and thresholds analog lines", async () => {
      const recording = await openRawRecording(data(), `${name}.cbin`);
      const { sync_digital, sync_analog, sync_all } = answer.bin;
      const words = await recording.readSyncWords([0, 40]);
      expect([...splitSyncWords(words)]).toEqual(sync_digital.returns.rows_0_to_39.flat());
      const stop = Math.min(400, answer.bin.ns);
      const { lines, lineCount } = await recording.readSync([0, stop]);
      expect([stop, lineCount]).toEqual(sync_all.returns.shape);
      const sums = new Array(lineCount).fill(0);
      for (const [i, state] of lines.entries()) sums[i % lineCount] += state;
      expect(sums).toEqual(sync_all.returns.column_sums);
      const analog = await recording.readAnalogSync([0, 12]);
      expect([...analog.data]).toEqual((sync_analog.returns ?? []).flat());
    });

    it("has the digests that it states", async () => {
      const checks = await verifyDigests(await openRawRecording(data(), `${name}.cbin`));
      expect(checks.map(({ of, isEqual }) => [of, isEqual])).toEqual([
        ["file", true],
        ["samples", true],
      ]);
    });
  });

  it.each([
    ["1 with 1 shank", "imDatPrb_type=0\nimDatPrb_port=1"],
    ["2 with 1 shank", "imDatPrb_type=21"],
    ["2.1 with 1 shank", "imDatPrb_type=2003"],
    ["2.4 with 4 shanks", "imDatPrb_type=24"],
    ["2 with 4 shanks", "imDatPrb_type=2013"],
    ["NPultra with 1 shank", "imDatPrb_type=1100"],
  ])("has the usual layout of %s where .meta has no map", (name, type) => {
    const text = `typeThis=imec\nnSavedChans=385\nimSampRate=30000\nsnsApLfSy=384,0,1\n${type}\n`;
    const geometry = readGeometry(parseSpikeglxMeta(text, "memory:/a.meta"));
    expect(geometry?.source).toBe("default");
    const fields: Record<string, string> = { ind: "fileColumn", sample_shift: "sampleShift" };
    for (const [field, answer] of Object.entries<{ sha256: string; dtype: string }>(
      expected("layouts")[name].returns,
    )) {
      const own = fields[field] ?? field;
      const values = geometry?.sites.map((site) => Number(site[own as keyof typeof site])) ?? [];
      const typed = answer.dtype === "<i8" ? BigInt64Array.from(values, BigInt) : Float64Array.from(values);
      expect([field, sha256(typed)]).toEqual([field, answer.sha256]);
    }
  });

  it("leaves the order of the file alone where asked to", async () => {
    const recording = await openRawRecording(data(), "np24_g0_t0.imec0.ap.bin", { order: "file" });
    const { unsorted } = recordings["np24_g0_t0.imec0.ap"];
    const first = await recording.read({ samples: [0, 1], channels: unsorted.channel_order_first_10 });
    expect([...first.data]).toEqual(unsorted.first_sample);
  });

  it("reads a file without .meta by a stated layout", async () => {
    const answer = expected("spikeglx").without_meta;
    const [step] = answer.sample2volts_first_and_last;
    const plain = { columnCount: answer.nc, samplingRate: answer.fs, voltsPerBit: step, syncCount: answer.nsync };
    const recording = await openRawRecording(data(), "bare.bin", { plain });
    expect([recording.sampleCount, recording.band]).toEqual([answer.ns, answer.type]);
    const { data: volts } = await recording.read({ samples: [0, 1] });
    expect([...volts.subarray(0, 10)]).toEqual(answer.first_sample);
  });

  it("lets the file win where .meta states another duration", async () => {
    const recording = await openRawRecording(data(), "mismatch_g0_t0.imec0.lf.bin");
    expect(recording.sampleCount).toBe(expected("spikeglx").size_disagrees_with_meta.returns.ns);
    expect(recording.notices.map(({ code }) => code)).toContain("duration-disagrees");
  });

  it("opens by .meta the file that the reference opens", async () => {
    const recording = await openRawRecording(data(), "np1_g0_t0.imec0.ap.meta");
    expect(recording.url.split("/").at(-1)).toBe(expected("spikeglx").opened_by_meta.returns.file);
  });

  it("splits words as the reference does", () => {
    const { words, bits } = expected("spikeglx").split_sync;
    expect([...splitSyncWords(Int16Array.from(words))]).toEqual(bits.flat());
  });
});

describe.skipIf(!SHARED)("mtscomp (needs ../shared/golden)", () => {
  const files = SHARED === undefined ? {} : expected("mtscomp");

  it.each(Object.keys(files))("decodes %s, every option and chunk", async (key) => {
    const answer = files[key];
    const plain = {
      columnCount: answer.ch.n_channels,
      samplingRate: answer.ch.sample_rate,
      voltsPerBit: 1,
      syncCount: 0,
    };
    const recording = await openRawRecording(data(), key, { plain });
    expect([recording.sampleCount, recording.channelCount]).toEqual(answer.shape);
    const counts = async (samples: readonly [number, number]) =>
      sha256(Int16Array.from((await recording.read({ samples })).data));
    expect(await counts([0, recording.sampleCount])).toBe(answer.sha256_int16_little_endian);
    for (const { samples, sha256_int16_little_endian } of answer.chunks) {
      expect([samples, await counts(samples)]).toEqual([samples, sha256_int16_little_endian]);
    }
    expect((await verifyDigests(recording)).every(({ isEqual }) => isEqual)).toBe(true);
  });
});

describe.skipIf(!SHARED)("probe clocks (needs ../shared/golden)", () => {
  const sync = () => new LocalStore(`${RAW}/sync`);
  const PREFIX = "_spikeglx_ephysData_g0_t0.imec0";
  const clocks = SHARED === undefined ? {} : expected("clocks");
  const near = (actual: readonly number[], wanted: readonly number[], tolerance: number) =>
    expect(Math.max(...wanted.map((value, i) => Math.abs(value - (actual[i] ?? Number.NaN))))).toBeLessThanOrEqual(
      tolerance,
    );

  it("maps samples to session seconds and back, beyond the ends too", async () => {
    const found = await readProbeSync(sync(), { timestamps: `${PREFIX}.timestamps.npy`, sync: `${PREFIX}.sync.npy` });
    expect(found?.from).toBe("apSamples");
    const map = found?.map;
    if (map === undefined) throw new Error("no clock");
    near(
      clocks.samples.map((sample: number) => map.at(sample)),
      clocks.samples2times,
      0,
    );
    near(
      clocks.seconds.map((time: number) => map.inverse(time)),
      clocks.samples2times_reverse,
      1e-9,
    );
    near(
      clocks.probe_seconds.map((time: number) => map.at(time * 30000)),
      clocks.timesprobe2times,
      1e-12,
    );
    near(
      clocks.seconds.map((time: number) => map.inverse(time) / 30000),
      clocks.timesprobe2times_reverse,
      1e-12,
    );
    near(
      clocks.lfp_samples.map((sample: number) => map.at(sample * 12)),
      clocks.samples2times_fs2500,
      1e-12,
    );
  });

  it("maps probe seconds by the pulses where there are no knots", async () => {
    const found = await readProbeSync(sync(), { timestamps: "none.npy", sync: `${PREFIX}.sync.npy` });
    expect(found?.from).toBe("probeSeconds");
    const { probe_seconds, session_seconds } = clocks.sync_npy_probe_seconds_to_session_seconds;
    near(
      probe_seconds.map((time: number) => found?.map.at(time)),
      session_seconds,
      0,
    );
  });

  it("reads the fronts of the session's lines", async () => {
    const fronts = await readSyncFronts(sync(), "");
    expect(fronts.times.length).toBe(clocks.sync_fronts.count);
    expect(fronts.polarities.filter((polarity) => polarity === 1).length).toBe(clocks.sync_fronts.polarity_up);
    expect(Math.max(...fronts.channels)).toBeLessThan(16);
  });
});

describe.skipIf(!SHARED)("names of raw files (needs ../shared/golden)", () => {
  it("finds every recording of the folder", () => {
    const found = findRawRecordings(readdirSync(`${RAW}/data`));
    expect(found.map(({ run, probeNumber, band }) => [run, probeNumber, band])).toEqual([
      ["mismatch_g0_t0", 0, "lf"],
      ["nidq_g0_t0", null, "nidq"],
      ["np1_g0_t0", 0, "ap"],
      ["np1_g0_t0", 0, "lf"],
      ["np1geom_g0_t0", 0, "lf"],
      ["np21_g0_t0", 0, "ap"],
      ["np24_g0_t0", 0, "ap"],
    ]);
    expect(found[0]?.data).toBe("mismatch_g0_t0.imec0.lf.bin");
    expect(found[2]).toMatchObject({ data: "np1_g0_t0.imec0.ap.cbin", header: "np1_g0_t0.imec0.ap.ch" });
  });
});

interface SortingClock {
  readonly pname: string;
  readonly fs_used: { readonly returns: number };
  readonly samples: readonly number[];
  readonly session_times: readonly number[];
  readonly probe_times: readonly number[];
  readonly samples2times: { readonly returns: readonly number[] };
  readonly samples2times_reverse: { readonly returns: readonly number[] };
  readonly timesprobe2times: { readonly returns: readonly number[] };
  readonly timesprobe2times_reverse: { readonly returns: readonly number[] };
}

describe.skipIf(!SHARED)("clocks of SpikeSortingLoader (needs ../shared/golden)", () => {
  const alf = `${SHARED}/golden/ibl/alf`;
  const clocks: readonly SortingClock[] =
    SHARED === undefined ? [] : JSON.parse(readFileSync(`${alf}/expected/spike_sorting.json`, "utf8")).clocks;
  const FOLDER = "examplelab/Subjects/XP_001/2022-03-14/001/raw_ephys_data";

  // The files of the second probe are called imec01.
  it.each(clocks)("of $pname map samples and probe seconds, both ways", async ({ pname, fs_used: rate, ...clock }) => {
    const store = new LocalStore(`${alf}/cache/`);
    const keys: string[] = [];
    for await (const key of store.list(`${FOLDER}/${pname}/`)) keys.push(key);
    const sync = await readProbeSync(store, { timestamps: keys.find((key) => key.endsWith(".timestamps.npy")) });
    if (sync === undefined) throw new Error("no clock");
    expect(sync.from).toBe("apSamples");
    const { map } = sync;
    const fs = rate.returns;
    expect(clock.samples.map((sample) => map.at(sample))).toEqual(clock.samples2times.returns);
    const near = (actual: readonly number[], wanted: readonly number[]) => {
      expect(actual).toHaveLength(wanted.length);
      for (const [i, value] of actual.entries()) {
        const goal = wanted[i] ?? Number.NaN;
        expect(Math.abs(value - goal)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(goal)));
      }
    };
    near(
      clock.session_times.map((time) => map.inverse(time)),
      clock.samples2times_reverse.returns,
    );
    near(
      clock.probe_times.map((time) => map.at(time * fs)),
      clock.timesprobe2times.returns,
    );
    near(
      clock.session_times.map((time) => map.inverse(time) / fs),
      clock.timesprobe2times_reverse.returns,
    );
  });
});
