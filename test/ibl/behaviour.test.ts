import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Column, table } from "@crossprobe/core";
import { encodeNpy } from "@crossprobe/formats/npy";
import { encodeParquet } from "@crossprobe/formats/parquet";
import {
  extractMovements,
  findFirstMovements,
  inferWheelEncoding,
  type LoadedTable,
  loadReactionTimes,
  loadWheel,
  onsetsOfEvents,
  openSession,
  tidyTrials,
} from "@crossprobe/ibl-adapter/loaders";
import { MemoryStore } from "@crossprobe/storage";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";

type Numbers = readonly (number | null)[];
interface Expected {
  readonly timestamps: number[];
  readonly counts: number[];
  readonly recordings: {
    readonly made: { readonly unit: "rad" | "cm"; readonly countsPerTurn: number };
    readonly unit: string;
    readonly countsPerTurn: number;
    readonly intervals: [number, number][];
    readonly peakAmplitude: number[];
    readonly peakVelocityTimes: number[];
  }[];
  readonly firstMovements: {
    readonly moves: { readonly onsets: number[]; readonly peakAmplitude: number[] };
    readonly goCueTimes: Numbers;
    readonly feedbackTimes: Numbers;
    readonly cases: {
      readonly minQuiescence: number | number[] | null;
      readonly firstMovementTimes: Numbers;
      readonly isFinal: boolean[];
      readonly movements: number[];
    }[];
  };
  readonly onsetsOfEvents: { readonly events: number[]; readonly onsets: Numbers };
  readonly tidy: { readonly trials: Record<string, Numbers>; readonly columns: Record<string, unknown[]> };
}

const fixture = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const expected = JSON.parse(readFileSync(fixture("fixtures/ibl-behaviour/expected.json"), "utf8")) as Expected;
const floats = (values: Numbers): Float64Array => Float64Array.from(values, (value) => value ?? Number.NaN);
const SAMPLE = fixture("../samples/ibl/");
const SESSION = "XP_001/2026-01-15/001";

const loaded = (columns: Record<string, Column>): LoadedTable => ({
  collection: "alf",
  table: table(Object.entries(columns)),
  units: {},
  provenance: [{ url: "memory://trials.pqt" }],
  notices: [],
});

describe("the encoder of a wheel, as ibllib tells it", () => {
  it.each(expected.recordings)("$made.countsPerTurn counts a turn, $made.unit", (wanted) => {
    const perTurn = wanted.made.unit === "rad" ? 2 * Math.PI : Math.PI * 6.2;
    const position = Float64Array.from(expected.counts, (count) => count * (perTurn / wanted.made.countsPerTurn));
    expect(inferWheelEncoding(position)).toMatchObject({ unit: wanted.unit, countsPerTurn: wanted.countsPerTurn });
    const moves = extractMovements(expected.timestamps, position);
    expect(moves.onsets).toHaveLength(wanted.intervals.length);
    for (const [i, [onset, offset]] of wanted.intervals.entries()) {
      expect(moves.onsets[i]).toBeCloseTo(onset, 9);
      expect(moves.offsets[i]).toBeCloseTo(offset, 9);
      expect(moves.peakAmplitudes[i]).toBeCloseTo(wanted.peakAmplitude[i] ?? Number.NaN, 9);
      expect(moves.peakVelocityTimes[i]).toBeCloseTo(wanted.peakVelocityTimes[i] ?? Number.NaN, 9);
    }
  });

  it("refuses what has no step", () => {
    for (const position of [[], [1], [0, Number.NaN, 1]]) {
      expect(() => inferWheelEncoding(position)).toThrow(/wheel positions have no median step/);
    }
  });
});

describe("first movements, as ibllib finds them", () => {
  const { moves, goCueTimes, feedbackTimes, cases } = expected.firstMovements;
  const movements = { onsets: floats(moves.onsets), peakAmplitudes: floats(moves.peakAmplitude) };
  const trials = { goCueTimes: floats(goCueTimes), feedbackTimes: floats(feedbackTimes) };

  it.each(cases)("with a quiescence of $minQuiescence", (wanted) => {
    const found = findFirstMovements(movements, trials, { quiescence: wanted.minQuiescence ?? undefined });
    expect(found.times).toEqual(floats(wanted.firstMovementTimes));
    expect(found.isFinal.map((isFinal) => isFinal ?? false)).toEqual(wanted.isFinal);
    expect(found.movementIndex.filter((index) => index !== null)).toEqual(wanted.movements);
    expect(found.unclearCount).toBe(3);
  });

  it("refuses fewer feedbacks or periods than cues", () => {
    const short = { ...trials, feedbackTimes: [1] };
    expect(() => findFirstMovements(movements, short)).toThrow("60 go cues, 1 feedbacks");
    expect(() => findFirstMovements(movements, trials, { quiescence: [1] })).toThrow("1 quiescence periods");
  });

  it("finds the movement in which each feedback fell", () => {
    const intervals = moves.onsets.flatMap((onset) => [onset, onset + 0.1]);
    expect(onsetsOfEvents(intervals, expected.onsetsOfEvents.events)).toEqual(floats(expected.onsetsOfEvents.onsets));
  });
});

describe("reaction times of the sample", () => {
  it("are those of the stored first movements; found again, they are the same, in the movements and in the position", async () => {
    const store = new LocalStore(SAMPLE);
    const session = await openSession(store, SESSION);
    const { table: stored, notices, units } = await loadReactionTimes(session);
    expect(notices.map(({ code }) => code)).not.toContain("first-movements-recomputed");
    expect(units).toEqual({ firstMovement_times: "s", reactionTimes: "s" });
    const again = await loadReactionTimes(session, { isRecomputed: true });
    expect(again.notices).toContainEqual(expect.objectContaining({ code: "first-movements-recomputed", count: 120 }));
    const onsets = again.table.columns.get("firstMovement_times") as Float64Array;
    expect(onsets.filter((time) => !Number.isNaN(time)).length).toBeGreaterThan(60);
    // The sample states the moment at which the movement was planned to begin; brainbox finds it within some steps of the encoder.
    const planned = stored.columns.get("firstMovement_times") as Float64Array;
    const late = Array.from(planned, (time, i) => Math.abs((onsets[i] ?? Number.NaN) - time)).filter(
      (gap) => gap > 0.1,
    );
    expect(late.length).toBeLessThan(12);
    const withoutMoves = { ...session, files: session.files.filter(({ name }) => name.object !== "wheelMoves") };
    const fromPosition = await loadReactionTimes(withoutMoves, { isRecomputed: true });
    expect(fromPosition.table).toEqual(again.table);
  });

  it("need the cue: without it the columns there are named", async () => {
    const trials = encodeParquet(table([["feedback_times", Float64Array.of(1)]]));
    const key = `${SESSION}/alf/_ibl_trials.table.pqt`;
    const session = await openSession(new MemoryStore("memory://one/", { [key]: trials }), SESSION);
    await expect(loadReactionTimes(session)).rejects.toMatchObject({
      code: "format",
      message: "the table in alf has no goCue_times",
      hint: "it has feedback_times",
    });
  });

  it("count the trials that lack a time", async () => {
    const trials = encodeParquet(
      table([
        ["goCue_times", Float64Array.of(1, Number.NaN)],
        ["feedback_times", Float64Array.of(2, 3)],
      ]),
    );
    const files = {
      "_ibl_trials.table.pqt": trials,
      "_ibl_wheelMoves.intervals.npy": encodeNpy(Float64Array.of(1.5, 1.75), [1, 2]),
      "_ibl_wheelMoves.peakAmplitude.npy": encodeNpy(Float64Array.of(-0.1), [1]),
    };
    const keys = Object.entries(files).map(([name, bytes]) => [`${SESSION}/alf/${name}`, bytes]);
    const session = await openSession(new MemoryStore("memory://one/", Object.fromEntries(keys)), SESSION);
    const { table: found, notices } = await loadReactionTimes(session);
    expect(found.columns.get("reactionTimes")).toEqual(Float64Array.of(0.5, Number.NaN));
    expect(notices).toContainEqual(expect.objectContaining({ code: "trials-without-times", count: 1 }));
  });
});

describe("tidy trials", () => {
  const trials = loaded(
    Object.fromEntries(Object.entries(expected.tidy.trials).map(([name, values]) => [name, floats(values)])),
  );

  it("are those of ibllib, column by column", () => {
    const { table: tidy } = tidyTrials(trials);
    expect([...tidy.columns.keys()]).toEqual(Object.keys(expected.tidy.columns));
    for (const [name, wanted] of Object.entries(expected.tidy.columns)) {
      const found = Array.from(tidy.columns.get(name) ?? [], (value) => (Number.isNaN(value) ? null : value));
      expect(found, name).toEqual(wanted);
    }
  });

  it("leave null what is not known, and say where both sides have a contrast", () => {
    const nan = Number.NaN;
    const { table: tidy, notices } = tidyTrials(
      loaded({
        choice: Float64Array.of(nan, 2, 1),
        feedbackType: Float64Array.of(nan, -1, 1),
        contrastLeft: Float64Array.of(nan, 0.25, 0.125),
        contrastRight: Float64Array.of(nan, 1, nan),
        probabilityLeft: Float64Array.of(0.5, 0.5, 0.2),
      }),
    );
    expect(tidy.columns.get("choice")).toEqual([null, null, "clockwise"]);
    expect(tidy.columns.get("is_mouse_rewarded")).toEqual([null, false, true]);
    expect(tidy.columns.get("gabor_stimulus_side")).toEqual([null, "right", "left"]);
    expect(tidy.columns.get("gabor_stimulus_contrast")).toEqual(Float64Array.of(nan, 100, 12.5));
    expect(notices).toMatchObject([{ code: "contrast-on-both-sides", count: 1, where: "alf" }]);
  });

  it("refuse trials without a probability, naming the rows", () => {
    const broken = {
      ...Object.fromEntries(trials.table.columns),
      probabilityLeft: new Float64Array(24).fill(Number.NaN, 3),
    };
    expect(() => tidyTrials(loaded({ ...broken, probabilityLeft: broken.probabilityLeft.fill(0.5, 0, 3) }))).toThrow(
      "21 trials have no probabilityLeft: rows 3, 4, 5, 6, 7, …",
    );
  });
});

describe("a wheel recording that is damaged", () => {
  const times = Float64Array.from({ length: 100 }, (_, i) => i / 10);
  const angles = Float64Array.from({ length: 100 }, (_, i) => (i * 2 * Math.PI) / 4096);
  const sessionOf = (timestamps: Float64Array, position: Float64Array) =>
    openSession(
      new MemoryStore("memory:///ONE/", {
        [`${SESSION}/alf/_ibl_wheel.timestamps.npy`]: encodeNpy(timestamps, [100]),
        [`${SESSION}/alf/_ibl_wheel.position.npy`]: encodeNpy(position, [100]),
      }),
      SESSION,
    );

  it("is read when it is whole", async () => {
    const { table: wheel } = await loadWheel(await sessionOf(times, angles));
    expect(wheel.rowCount).toBe(9900);
  });

  it.each([
    ["a time that is none", times.with(7, Number.NaN), angles, /timestamps\.npy .* at sample 7/],
    [
      "time that goes backwards at the end",
      times.with(99, 0),
      angles,
      /timestamps\.npy goes from 9\.8 s to 0 s at sample 99/,
    ],
    ["a position that is none", times, angles.with(3, Number.NaN), /position\.npy holds no position at sample 3/],
  ] as const)("is refused by file and sample: %s", async (_, timestamps, position, says) => {
    const failure = sessionOf(timestamps, position).then((session) => loadWheel(session));
    await expect(failure).rejects.toMatchObject({ code: "format", message: expect.stringMatching(says) });
  });
});
