import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type ChannelTable,
  createHub,
  type Hub,
  parseRef,
  type SpikeTable,
  spikeTrain,
  type UnitTable,
} from "@crossprobe/core";
import { parseNpy } from "@crossprobe/formats/npy";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFloats } from "./rosetta-npy.js";

const TRUTH = new URL("../fixtures/rosetta/truth/", import.meta.url);
const CACHE = toFileUrl(fileURLToPath(new URL("../../samples/ibl/", import.meta.url)));
const SESSION = parseRef("ibl:session:e9930bb9-2950-34c9-847e-46a5d438b5c6", "session");
const PROBES = {
  A: parseRef("ibl:probe:86837375-7ea9-5afd-ba45-aab8e32f369a", "probe"),
  B: parseRef("ibl:probe:350dd8d5-a453-599f-bf9c-0667c31c9646", "probe"),
} as const;
type Key = keyof typeof PROBES;
const KEYS: readonly Key[] = ["A", "B"];

interface TrueUnit {
  readonly index: number;
  readonly id: string;
  readonly probe: Key;
  readonly peakSite: number;
  readonly distanceFromTipUm: number;
  readonly region: string;
  readonly regionId: number;
  readonly spikeCount: number;
  readonly iblCluster: number;
  readonly iblUuid: string;
  readonly isGoodByIbl: boolean;
}
interface TrueChannel {
  readonly site: number;
  readonly lateralUm: number;
  readonly distanceFromTipUm: number;
  readonly ccf: { readonly ap: number; readonly dv: number; readonly ml: number };
  readonly region: string;
  readonly regionId: number;
  readonly inBrain: boolean;
}
interface TrueEvent {
  readonly onsetTime: number;
  readonly offsetTime: number;
  readonly contrast: number;
  readonly side: "left" | "right";
  readonly choice: number;
  readonly isCorrect: boolean;
  readonly firstMovementTime: number | null;
  readonly responseTime: number;
  readonly feedbackTime: number;
  readonly goCueTime: number;
}
interface TrueMovement {
  readonly startTime: number;
  readonly duration: number;
  readonly displacementCm: number;
}

function truth<Value>(name: string): Value {
  return JSON.parse(readFileSync(new URL(name, TRUTH), "utf8")) as Value;
}
const floats = (name: string) => readFloats(fileURLToPath(new URL(name, TRUTH)));

const { units } = truth<{ units: TrueUnit[] }>("units.json");
const { probes: channels } = truth<{ probes: Record<Key, TrueChannel[]> }>("channels.json");
const { events } = truth<{ events: TrueEvent[] }>("events.json");
const { movements } = truth<{ movements: TrueMovement[] }>("movements.json");

let hub: Hub;
beforeAll(() => {
  hub = createHub({ stores: createStores(), adapters: [ibl({ sources: [CACHE] })] });
});
afterAll(() => hub.dispose());

describe("the IBL sample against the truth it was made from", () => {
  it("has one session, its probes and what it can be asked", async () => {
    const description = await hub.describe("ibl");
    expect(Object.values(description.answers)).toEqual(Object.values(description.answers).map(() => true));
    // Source: one_metadata of the sample's index tables; its release table is no freeze.
    expect(description.release).toBe("ONE tables of 2026-01-15 12:00");
    const sessions = [];
    for await (const session of hub.sessions()) sessions.push(session);
    expect(sessions).toMatchObject([
      { ref: SESSION, subject: "XP_001", lab: "examplelab", startTime: "2026-01-15", probeCount: 2 },
    ]);
    expect(await hub.probes(SESSION)).toMatchObject([
      {
        ref: PROBES.A,
        label: "probe00",
        channelCount: 384,
        unitCount: 53,
        hasLfp: true,
        hasWaveforms: true,
        model: "3B2",
      },
      {
        ref: PROBES.B,
        label: "probe01",
        channelCount: 384,
        unitCount: 55,
        hasLfp: true,
        hasWaveforms: true,
        model: "3B2",
      },
    ]);
  });

  it.each(KEYS)("places the channels of probe %s", async (key) => {
    const table = await hub.channels(PROBES[key]);
    expect(table.rows).toHaveLength(channels[key].length);
    for (const [row, expected] of channels[key].entries()) checkChannel(table, row, expected);
  });

  it.each(KEYS)("gives the units of probe %s with place and verdict", async (key) => {
    const table = await hub.unitTable(PROBES[key]);
    const expected = units.filter(({ probe }) => probe === key);
    expect(table.rows).toHaveLength(expected.length);
    for (const unit of expected) checkUnit(table, unit);
    expect(table.notices).toEqual([]);
  });

  it.each(KEYS)("gives the spikes of probe %s bit by bit", async (key) => {
    const spikes = await hub.spikes(PROBES[key]);
    const [times, offsets, amplitudes] = [
      floats("spike_times.npy"),
      floats("spike_offsets.npy"),
      floats("spike_amplitudes.npy"),
    ];
    let total = 0;
    for (const unit of units.filter(({ probe }) => probe === key)) {
      const [start, stop] = [offsets.data[unit.index], offsets.data[unit.index + 1]];
      expect(spikeTrain(spikes, unit.iblCluster), unit.id).toEqual(times.data.slice(start, stop));
      expect(Float64Array.from(amplitudesOf(spikes, unit.iblCluster)), unit.id).toEqual(
        amplitudes.data.slice(start, stop),
      );
      total += unit.spikeCount;
    }
    expect(spikes.times).toHaveLength(total);
    expect(spikes.observed.every((value) => value === null)).toBe(true);
  });

  it.each(KEYS)("gives the mean waveforms of probe %s within 1e-4 uV", async (key) => {
    const table = await hub.waveforms(PROBES[key]);
    const expected = floats("waveforms_uv.npy");
    const sites = parseNpy(readFileSync(new URL("waveform_sites.npy", TRUTH)), "waveform_sites.npy");
    const [, samples = 0, width = 0] = expected.shape;
    for (const { index, iblCluster } of units.filter(({ probe }) => probe === key)) {
      const waveform = table.rows[iblCluster];
      expect(waveform?.data).toMatchObject({ shape: [samples, width], unit: "uV" });
      expect(waveform?.siteIndices).toEqual([...sites.data.slice(index * width, (index + 1) * width)]);
      const part = expected.data.subarray(index * samples * width, (index + 1) * samples * width);
      expect(largestDifference(waveform?.data.data ?? [], part)).toBeLessThan(1e-4);
    }
  });

  it("gives the waveforms of chosen units, reading those alone", async () => {
    const { rows } = await hub.unitTable(PROBES.A);
    const chosen = [rows[7], rows[2]].flatMap((unit) => unit?.ref ?? []);
    const [all, part] = [await hub.waveforms(PROBES.A), await hub.waveforms(PROBES.A, { units: chosen })];
    expect(part.rows).toEqual([all.rows[7], all.rows[2]]);
  });

  it("gives the visual onsets bit by bit, with contrast and side", async () => {
    const { rows } = await hub.events(SESSION, { types: ["stimulus.visual.onset"] });
    const found = rows.map(({ time, stopTime, contrast, side, nativeRow }) => ({
      time,
      stopTime,
      contrast,
      side,
      nativeRow,
    }));
    expect(found).toEqual(
      events.map(({ onsetTime, offsetTime, contrast, side }, nativeRow) => ({
        time: onsetTime,
        stopTime: offsetTime,
        contrast,
        side,
        nativeRow,
      })),
    );
  });

  it("gives cues, movements, choices and outcomes", async () => {
    const { rows, excluded } = await hub.events(SESSION);
    const of = (type: string) => rows.filter((row) => row.type === type);
    expect(of("cue.auditory.onset").map(({ time }) => time)).toEqual(events.map(({ goCueTime }) => goCueTime));
    const moved = events.flatMap(({ firstMovementTime }) => firstMovementTime ?? []);
    expect(of("movement.onset").map(({ time }) => time)).toEqual(moved);
    expect(excluded).toEqual([{ reason: "noOnsetTime", count: events.length - moved.length }]);
    expect(of("choice").map(({ time, choice, isCorrect }) => ({ time, choice, isCorrect }))).toEqual(
      events.map(({ responseTime, choice, side, isCorrect }) => ({
        time: responseTime,
        choice: sideChosen(choice, side, isCorrect),
        isCorrect,
      })),
    );
    expect(of("outcome").map(({ time, isCorrect }) => [time, isCorrect])).toEqual(
      events.map(({ feedbackTime, isCorrect }) => [feedbackTime, isCorrect]),
    );
    expect(rows).toHaveLength(4 * events.length + moved.length);
  });

  it("turns the wheel as the truth does at every sample, within one encoder step", async () => {
    const { startTimes, stopTimes, displacementCm, kind } = await hub.movement(SESSION);
    expect(kind).toBe("steeringWheel");
    expect(startTimes.subarray(1)).toEqual(stopTimes.subarray(0, -1));
    let [sum, largest] = [0, 0];
    stopTimes.forEach((time, span) => {
      sum += displacementCm[span] ?? Number.NaN;
      largest = Math.max(largest, Math.abs(sum - travelledCm(time)));
    });
    const step = (2 * Math.PI * 3.1) / 1024;
    expect(largest).toBeLessThanOrEqual(1.01 * step);
  });

  it("tags the saturated span of probe A, within half a millisecond", async () => {
    const { saturation } = truth<{ probes: Record<Key, { saturation: [number, number][] }> }>("truth.json").probes.A;
    const spans = await hub.invalidIntervals(SESSION);
    expect(spans).toMatchObject([{ kind: "saturated", probe: PROBES.A }]);
    expect(Math.abs((spans[0]?.start ?? 0) - (saturation[0]?.[0] ?? Infinity))).toBeLessThan(5e-4);
    expect(Math.abs((spans[0]?.stop ?? 0) - (saturation[0]?.[1] ?? Infinity))).toBeLessThan(5e-4);
  });

  it.each(KEYS)("opens the LFP of probe %s on the channels of its table", async (key) => {
    const source = await hub.lfp(PROBES[key]);
    try {
      expect(source.channels).toEqual((await hub.channels(PROBES[key])).rows);
      const { clock } = truth<{ probes: Record<Key, { clock: { iblLfpRateHz: number; iblLfpStartTime: number } }> }>(
        "truth.json",
      ).probes[key];
      expect(source.clock).toMatchObject({ kind: "affine", quality: "synced" });
      expect(source.clock.coverage.start).toBeCloseTo(clock.iblLfpStartTime, 9);
      expect(source.clock.samplingRate).toBeCloseTo(clock.iblLfpRateHz, 6);
    } finally {
      source.close();
    }
  });
});

describe("the sample's parts", () => {
  it("merge by probe id when the archive is named beside the folder, and beside the release table", async () => {
    for (const sources of [
      [CACHE, `${CACHE}lf_compressed.h5`],
      [`${CACHE}lf_compressed.h5`, `${CACHE}bwm_release.csv`],
    ]) {
      const parts = createHub({ stores: createStores(), adapters: [ibl({ sources })] });
      try {
        expect((await parts.probes(SESSION)).map(({ ref, hasLfp }) => [ref, hasLfp])).toEqual([
          [PROBES.A, true],
          [PROBES.B, true],
        ]);
      } finally {
        parts.dispose();
      }
    }
  });

  it("of an archive alone is one session a recording, with places to the micrometre", async () => {
    const alone = createHub({ stores: createStores(), adapters: [ibl({ sources: [`${CACHE}lf_compressed.h5`] })] });
    try {
      const sessions = [];
      for await (const session of alone.sessions()) sessions.push(session.ref.id);
      expect(sessions.sort()).toEqual([`lfpack/${PROBES.B.id}`, `lfpack/${PROBES.A.id}`]);
      const table = await alone.channels(PROBES.A);
      for (const [row, expected] of channels.A.entries()) checkChannel(table, row, expected, 0.001);
      await expect(alone.spikes(PROBES.A)).rejects.toMatchObject({ code: "unsupported" });
    } finally {
      alone.dispose();
    }
  });
});

function checkChannel(table: ChannelTable, row: number, expected: TrueChannel, within = 0.5): void {
  const channel = table.rows[row];
  expect(channel).toMatchObject({
    siteIndex: expected.site,
    lateralUm: expected.lateralUm,
    distanceFromTipUm: expected.distanceFromTipUm,
    hemisphere: "left",
    quality: expected.inBrain ? "good" : "outside",
  });
  const isOutside = expected.regionId === 0 || expected.regionId === 997;
  expect([channel?.region?.acronym, channel?.region?.id]).toEqual(
    isOutside ? [undefined, undefined] : [expected.region, expected.regionId],
  );
  expect(channel?.regionAbsent).toBe(isOutside ? "outsideBrain" : null);
  for (const axis of ["ap", "dv", "ml"] as const) {
    expect(
      Math.abs((channel?.ccf?.[axis] ?? Infinity) - expected.ccf[axis]),
      `${axis} of site ${row}`,
    ).toBeLessThanOrEqual(within);
  }
}

function checkUnit(table: UnitTable, unit: TrueUnit): void {
  const found = table.rows[unit.iblCluster];
  expect(found, unit.id).toMatchObject({
    ref: { dataset: "ibl", kind: "unit", id: `${table.probe.id}/${unit.iblCluster}` },
    uuid: unit.iblUuid,
    session: SESSION,
    peakChannel: { id: `${table.probe.id}/${unit.peakSite}` },
    region: { acronym: unit.region, id: unit.regionId },
    hemisphere: "left",
    distanceFromTipUm: unit.distanceFromTipUm,
    spikeCount: unit.spikeCount,
    quality: { "ibl-good@2023": unit.isGoodByIbl },
  });
}

function amplitudesOf(spikes: SpikeTable, unit: number): Float32Array | Float64Array {
  return spikes.amplitudesV?.subarray(spikes.offsets[unit], spikes.offsets[unit + 1]) ?? new Float32Array();
}

/** Surface of the wheel turned past up to a moment: each movement is a raised cosine of velocity. Source: the generator's formula. */
function travelledCm(time: number): number {
  let total = 0;
  for (const { startTime, duration, displacementCm } of movements) {
    const phase = Math.min(1, Math.max(0, (time - startTime) / duration));
    total += displacementCm * (phase - Math.sin(2 * Math.PI * phase) / (2 * Math.PI));
  }
  return total;
}

function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < expected.length; i++)
    largest = Math.max(largest, Math.abs((found[i] ?? NaN) - (expected[i] ?? NaN)));
  return largest;
}

/** From the side of the stimulus and whether the answer was right, not from the stored number; 0 is no answer. */
function sideChosen(choice: number, side: "left" | "right", isCorrect: boolean): "left" | "right" | null {
  if (choice === 0) return null;
  if (isCorrect) return side;
  return side === "left" ? "right" : "left";
}
