import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allen } from "@crossprobe/allen-adapter";
import { type DatasetAdapter, type LfpSource, parseRef, type Session, spikeTrain } from "@crossprobe/core";
import { parseNpy } from "@crossprobe/formats/npy";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const CACHE = toFileUrl(fileURLToPath(new URL("../../samples/allen/", import.meta.url)));
const TRUTH = new URL("../fixtures/rosetta/truth/", import.meta.url);
const SESSION = parseRef("allen:session:910000101", "session");
const PROBES = {
  A: parseRef("allen:probe:910000201", "probe"),
  B: parseRef("allen:probe:910000202", "probe"),
} as const;
type ProbeKey = keyof typeof PROBES;
const KEYS = ["A", "B"] as const;

interface TrueUnit {
  readonly index: number;
  readonly probe: ProbeKey;
  readonly kind: string;
  readonly peakSite: number;
  readonly distanceFromTipUm: number;
  readonly allenAcronym: string | null;
  readonly allenChannelId: number;
  readonly allenUnitId: number;
  readonly spikeCount: number;
  readonly isGoodByAllenProject: boolean;
  readonly allenMetrics: Readonly<Record<string, number>>;
}
interface TrueChannel {
  readonly site: number;
  readonly lateralUm: number;
  readonly distanceFromTipUm: number;
  readonly ccf: { readonly ap: number; readonly dv: number; readonly ml: number };
  readonly inBrain: boolean;
  readonly allen: {
    readonly channelId: number | null;
    readonly acronym: string | null;
    readonly structureId: number | null;
    readonly ccfPresent: boolean;
  };
}
interface TrueEvent {
  readonly onsetTime: number;
  readonly offsetTime: number;
  readonly contrast: number;
  readonly side: "left" | "right";
}
interface TrueMovement {
  readonly startTime: number;
  readonly duration: number;
  readonly displacementCm: number;
}
interface TrueProbe {
  readonly clock: {
    readonly allenLfpStepSeconds: number;
    readonly allenLfpStartTime: number;
    readonly rateHz: number;
  };
  readonly saturation: readonly (readonly [number, number])[];
}

function json<Value>(name: string): Value {
  return JSON.parse(readFileSync(new URL(name, TRUTH), "utf8")) as Value;
}

function numbers(name: string): { readonly data: ArrayLike<number>; readonly shape: readonly number[] } {
  const { data, shape } = parseNpy(readFileSync(new URL(name, TRUTH)), name);
  return { data: data as ArrayLike<number>, shape };
}

const units = json<{ units: readonly TrueUnit[] }>("units.json").units;
const channels = json<{ probes: Readonly<Record<ProbeKey, readonly TrueChannel[]>> }>("channels.json").probes;
const events = json<{ events: readonly TrueEvent[] }>("events.json").events;
const truth = json<{ probes: Readonly<Record<ProbeKey, TrueProbe>> }>("truth.json").probes;
const published = units.filter(({ kind }) => kind !== "noise");
const unitById = new Map(units.map((unit) => [String(unit.allenUnitId), unit]));

/** Whether two arrays hold the same bits; comparing a million values one by one takes seconds. */
function isSame(a: NodeJS.TypedArray | undefined, b: NodeJS.TypedArray): boolean {
  const bytes = (values: NodeJS.TypedArray) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return a !== undefined && a.constructor === b.constructor && bytes(a).equals(bytes(b));
}

function of(key: ProbeKey): readonly TrueUnit[] {
  return published.filter(({ probe }) => probe === key).sort((a, b) => a.allenUnitId - b.allenUnitId);
}

const { movements } = json<{ movements: readonly TrueMovement[] }>("movements.json");

/** Each movement is a raised-cosine bump of speed with a known net displacement. Source: `displacement_cm` of the generator. */
function travelledCm(time: number): number {
  return movements.reduce((total, { startTime, duration, displacementCm }) => {
    const phase = Math.min(1, Math.max(0, (time - startTime) / duration));
    return total + displacementCm * (phase - Math.sin(2 * Math.PI * phase) / (2 * Math.PI));
  }, 0);
}

describe("Allen encoding of the Rosetta truth", () => {
  let adapter: DatasetAdapter;
  beforeAll(() => {
    adapter = allen({ caches: [CACHE] }).create({ stores: createStores() });
  });
  afterAll(() => adapter.dispose?.());

  it("lists the session and its two probes with their counts", async () => {
    const sessions: Session[] = [];
    for await (const session of adapter.sessions({})) sessions.push(session);
    expect(sessions).toEqual([
      expect.objectContaining({
        ref: SESSION,
        subject: "910000011",
        probeCount: 2,
        sex: "F",
        ageDays: 112,
        genotype: "wt/wt",
      }),
    ]);
    const probes = await adapter.probes(SESSION);
    expect(
      probes.map(({ ref, label, channelCount, unitCount, hasLfp, model }) => ({
        ref,
        label,
        channelCount,
        unitCount,
        hasLfp,
        model,
      })),
    ).toEqual(
      KEYS.map((key) => ({
        ref: PROBES[key],
        label: `probe${key}`,
        channelCount: channels[key].filter(({ allen }) => allen.channelId !== null).length,
        unitCount: of(key).length,
        hasLfp: true,
        model: "3a",
      })),
    );
  });

  it.each(KEYS)("probe %s: channels have the site, label, point and side of the truth", async (key) => {
    const { rows, notices } = await adapter.channels(PROBES[key]);
    const expected = channels[key].filter(({ allen }) => allen.channelId !== null);
    expect(notices).toEqual([]);
    expect(
      rows.map(({ ref, siteIndex, lateralUm, distanceFromTipUm }) => [ref.id, siteIndex, lateralUm, distanceFromTipUm]),
    ).toEqual(
      expected.map(({ allen, site, lateralUm, distanceFromTipUm }) => [
        String(allen.channelId),
        site,
        lateralUm,
        distanceFromTipUm,
      ]),
    );
    expect(rows.map(({ region }) => region?.acronym ?? null)).toEqual(expected.map(({ allen }) => allen.acronym));
    expect(rows.map(({ region }) => region?.id ?? null)).toEqual(expected.map(({ allen }) => allen.structureId));
    for (const [i, row] of rows.entries()) {
      const site = expected[i];
      if (site === undefined) expect.fail("more channels than sites");
      expect(row.ccf !== null, `point of ${row.ref.id}`).toBe(site.allen.ccfPresent);
      if (row.region === null) expect(row.regionAbsent).toBe(site.inBrain ? "notRegistered" : "outsideBrain");
      if (row.ccf === null) continue;
      expect(row.hemisphere).toBe("left");
      for (const axis of ["ap", "dv", "ml"] as const)
        expect(Math.abs(row.ccf[axis] - site.ccf[axis])).toBeLessThanOrEqual(0.5);
    }
  });

  it.each(KEYS)("probe %s: units have the verdict, metrics and place of the truth", async (key) => {
    const { rows } = await adapter.units(PROBES[key]);
    const expected = of(key);
    expect(rows.map(({ ref }) => ref.id)).toEqual(expected.map(({ allenUnitId }) => String(allenUnitId)));
    for (const row of rows) {
      const unit = unitById.get(row.ref.id);
      expect(row.quality).toEqual({ "allen-default@2019": unit?.isGoodByAllenProject });
      expect(row.region?.acronym ?? null).toBe(unit?.allenAcronym);
      expect(row.peakChannel?.id).toBe(String(unit?.allenChannelId));
      expect(row.distanceFromTipUm).toBe(unit?.distanceFromTipUm);
      expect(row.firingRate).toBe((unit?.spikeCount ?? 0) / 296);
      expect(row.session).toEqual(SESSION);
      for (const [name, value] of Object.entries(unit?.allenMetrics ?? {}))
        expect(row.metrics[`allen.${name}`]).toBe(value);
    }
  });

  it("passes 86 of 106 units", async () => {
    const tables = await Promise.all(KEYS.map((key) => adapter.units(PROBES[key])));
    const all = tables.flatMap(({ rows }) => rows);
    expect([all.length, all.filter(({ quality }) => quality["allen-default@2019"]).length]).toEqual([106, 86]);
  });

  it.each(KEYS)("probe %s: every spike time and amplitude is bit-exact, noise units are counted", async (key) => {
    const spikes = await adapter.spikes(PROBES[key]);
    const times = numbers("spike_times.npy").data as Float64Array;
    const amplitudes = numbers("spike_amplitudes.npy").data as Float32Array;
    const offsets = numbers("spike_offsets.npy").data;
    expect(spikes.units.map(({ id }) => id)).toEqual(of(key).map(({ allenUnitId }) => String(allenUnitId)));
    const [first, last] = [[] as number[], [] as number[]];
    for (const [i, { id }] of spikes.units.entries()) {
      const { index = 0 } = unitById.get(id) ?? {};
      const own = times.slice(offsets[index], offsets[index + 1]);
      expect(isSame(spikeTrain(spikes, i), own), `times of ${id}`).toBe(true);
      const stored = spikes.amplitudesV?.slice(spikes.offsets[i], spikes.offsets[i + 1]);
      const loud = Float64Array.from(amplitudes.slice(offsets[index], offsets[index + 1]));
      expect(isSame(stored, loud), `amplitudes of ${id}`).toBe(true);
      first.push(own[0] ?? Infinity);
      last.push(own.at(-1) ?? -Infinity);
    }
    expect(spikes.coverage).toEqual({ first: Math.min(...first), last: Math.max(...last) });
    const noise = units.filter(({ probe, kind }) => probe === key && kind === "noise").length;
    expect(spikes.notices.find(({ code }) => code === "noise-units-left-out")?.count ?? 0).toBe(noise);
  });

  it("gives chosen units in the order asked, with the coverage of the whole probe", async () => {
    const fresh = allen({ caches: [CACHE] }).create({ stores: createStores() });
    const all = await adapter.spikes(PROBES.A);
    const wanted = [all.units[7], all.units[2]].filter((unit) => unit !== undefined);
    const some = await fresh.spikes(PROBES.A, { units: wanted });
    expect(some.units).toEqual(wanted);
    expect(spikeTrain(some, 0)).toEqual(spikeTrain(all, 7));
    expect(spikeTrain(some, 1)).toEqual(spikeTrain(all, 2));
    expect(some.coverage).toEqual(all.coverage);
    fresh.dispose?.();
  });

  it.each(KEYS)("probe %s: mean waveforms are bit-exact on their twelve sites and zero elsewhere", async (key) => {
    const { rows, samplingRate } = await adapter.waveforms(PROBES[key]);
    const shapes = numbers("waveforms_uv.npy");
    const sites = numbers("waveform_sites.npy");
    const [, samples = 0, width = 0] = shapes.shape;
    expect(samplingRate).toBe(truth[key].clock.rateHz);
    expect(rows.length).toBe(of(key).length);
    for (const { unit, data, siteIndices, channels: refs } of rows) {
      const { index = 0 } = unitById.get(unit.id) ?? {};
      const expected = new Float64Array(samples * 384);
      for (let column = 0; column < width; column++) {
        const site = sites.data[index * width + column] ?? 0;
        for (let sample = 0; sample < samples; sample++) {
          expected[sample * 384 + site] = shapes.data[(index * samples + sample) * width + column] ?? Number.NaN;
        }
      }
      expect([data.shape, data.unit]).toEqual([[samples, 384], "uV"]);
      expect(isSame(data.data, expected), `waveform of ${unit.id}`).toBe(true);
      expect(siteIndices).toEqual(Array.from({ length: 384 }, (_, site) => site));
      expect(refs.map((ref) => ref?.id ?? null)).toEqual(
        channels[key].map(({ allen }) => (allen.channelId === null ? null : String(allen.channelId))),
      );
    }
  });

  it("gives the 120 visual onsets with offset, contrast and side, and counts the rest", async () => {
    const table = await adapter.events(SESSION, { types: ["stimulus.visual.onset"] });
    const shown = events.filter(({ contrast }) => contrast !== 0);
    expect(table.rows.map(({ time, stopTime, contrast, side }) => [time, stopTime, contrast, side])).toEqual(
      shown.map(({ onsetTime, offsetTime, contrast, side }) => [onsetTime, offsetTime, contrast, side]),
    );
    expect(
      table.rows.every(
        ({ stimulus, orientationDeg, spatialFrequencyCpd, temporalFrequency }) =>
          stimulus === "gabors" && orientationDeg === 45 && spatialFrequencyCpd === 0.08 && temporalFrequency === 4,
      ),
    ).toBe(true);
    expect(Object.fromEntries(table.excluded.map(({ reason, count }) => [reason, count]))).toEqual({
      spontaneous: 124 - events.length,
      ...(shown.length < events.length && { zeroContrast: events.length - shown.length }),
    });
  });

  it("gives the travelled distance of every frame", async () => {
    const signal = await adapter.movement(SESSION);
    expect(signal).toMatchObject({ kind: "runningWheel", notices: [] });
    expect(signal.startTimes.length).toBe(296 * 30 - 1);
    for (const [i, start] of signal.startTimes.entries()) {
      const stop = signal.stopTimes[i] ?? Number.NaN;
      expect(start).toBe(i * (1 / 30));
      expect(stop).toBe((i + 1) * (1 / 30));
      const travelled = travelledCm(stop) - travelledCm(start);
      expect(Math.abs((signal.displacementCm[i] ?? Number.NaN) - travelled)).toBeLessThan(1e-9);
    }
  });

  it("gives the saturated span of probe A alone, bit-exact", async () => {
    const spans = await adapter.invalidIntervals(SESSION);
    expect(spans.map(({ start, stop, kind, probe }) => ({ start, stop, kind, probe }))).toEqual(
      truth.A.saturation.map(([start, stop]) => ({ start, stop, kind: "invalidTag", probe: PROBES.A })),
    );
    expect(truth.B.saturation).toEqual([]);
  });

  describe.each(KEYS)("LFP of probe %s", (key) => {
    let lfp: LfpSource;
    beforeAll(async () => {
      lfp = await adapter.lfp(PROBES[key]);
    });
    afterAll(() => lfp.close());

    it("has the sites, times and rate of the truth", async () => {
      const { lfp: encoded } = json<{ lfp: Record<string, { samples: number; sites: number[]; lastTime: number }> }>(
        "allen-encoding.json",
      );
      const { allenLfpStepSeconds, allenLfpStartTime } = truth[key].clock;
      expect(lfp.sampleCount).toBe(encoded[key]?.samples);
      expect(lfp.channels.map(({ siteIndex }) => siteIndex)).toEqual(encoded[key]?.sites);
      expect(lfp.clock).toMatchObject({ kind: "samples", quality: "synced" });
      expect(lfp.clock.samplingRate * allenLfpStepSeconds).toBeCloseTo(1, 10);
      expect(lfp.notices).toEqual([]);
      const { times } = await lfp.read({ channels: [0] });
      expect(times[0]).toBe(allenLfpStartTime);
      expect(times.at(-1)).toBe(encoded[key]?.lastTime);
      const stepped = Float64Array.from(times, (_, sample) => allenLfpStartTime + sample * allenLfpStepSeconds);
      expect(isSame(times, stepped)).toBe(true);
    });

    it("has the volts of the truth within half a count", async () => {
      const compare = json<{ lfp: Record<string, { check: { allen: { firstSample: number; samples: number } } }> }>(
        "compare-expected.json",
      );
      const { firstSample = 0, samples = 0 } = compare.lfp[key]?.check.allen ?? {};
      const expected = numbers(`lfp_${key}_check_allen.npy`);
      const block = await lfp.read({ samples: [firstSample, firstSample + samples] });
      expect(block.data.shape).toEqual(expected.shape);
      let [error, power] = [0, 0];
      for (const [i, value] of block.data.data.entries()) {
        error += (value - (expected.data[i] ?? Number.NaN)) ** 2;
        power += (expected.data[i] ?? Number.NaN) ** 2;
      }
      expect(Math.sqrt(error / power)).toBeLessThanOrEqual(0.003);
    });

    it("knows its invalid spans and has no gap", async () => {
      const spans = await lfp.invalidIntervals();
      expect(spans.map(({ start, stop }) => [start, stop])).toEqual(truth[key].saturation);
    });
  });
});
