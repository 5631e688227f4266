import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type LoadedTable,
  loadCameraTimes,
  loadLicks,
  loadMotionEnergy,
  loadPassive,
  loadPawStates,
  loadPose,
  loadPupil,
  openSession,
  pixelOnsets,
  pupilDiameter,
  smoothPupilDiameter,
} from "@crossprobe/ibl-adapter/loaders";
import { describe, expect, it } from "vitest";
import { ALF, cache, type ExpectedArray, expectArray, expected } from "./ibl-expected.js";
import { SHARED } from "./shared.js";

type ExpectedTable = { readonly columns: Record<string, ExpectedArray> };
interface Call {
  readonly returns?: ExpectedTable & { readonly values?: Record<string, ExpectedTable> };
}

const call = (id: number): Call | undefined => expected<{ calls: Call[] }>("session_loader").calls[id];
const session = (key: "A" | "B" | "C") =>
  openSession(cache(), { A: "XP_001/2022-03-14/001", B: "XP_001/2022-03-15/002", C: "XQ-07.b/2021-11-02/001" }[key]);

function expectTable(
  { table }: LoadedTable,
  wanted: ExpectedTable | undefined,
  where: string,
  left: string[] = [],
): void {
  const names = Object.keys(wanted?.columns ?? {});
  expect([...table.columns.keys()].filter((name) => !left.includes(name)).sort(), where).toEqual(names.sort());
  for (const [name, column] of Object.entries(wanted?.columns ?? {})) {
    expectArray({ data: table.columns.get(name) as ArrayLike<unknown> }, column, `${where} ${name}`);
  }
}

describe.skipIf(!SHARED)("video data as SessionLoader loads them (needs ../shared/golden)", () => {
  it("reads the pose of three cameras, points of low likelihood blanked", async () => {
    const a = await session("A");
    const wanted = call(12)?.returns?.values;
    for (const view of ["left", "right", "body"] as const) {
      expectTable(await loadPose(a, view), wanted?.[`${view}Camera`], view);
    }
    const left = await loadPose(a, "left");
    expect(left.notices.map(({ code }) => code)).toContain("more-times-than-frames");
    expectTable(await loadPose(a, "left", { minLikelihood: 0 }), call(13)?.returns?.values?.leftCamera, "not blanked");
    expectTable(await loadPose(a, "body", { minLikelihood: 1 }), call(14)?.returns?.values?.bodyCamera, "threshold 1");
    const lightning = await loadPose(a, "left", { tracker: "lightningPose" });
    expectTable(lightning, call(15)?.returns?.values?.leftCamera, "lightning pose");
    expectTable(await loadPose(await session("B"), "left"), call(17)?.returns?.values?.leftCamera, "session B");
    expect((await loadCameraTimes(a, "left")).table.rowCount).toBe(607);
  });

  it("says why there is no pose", async () => {
    const [a, b, c] = [await session("A"), await session("B"), await session("C")];
    await expect(loadPose(a, "right", { tracker: "lightningPose" })).rejects.toThrow(/no rightCamera\.lightningPose/);
    await expect(loadPose(b, "right")).rejects.toThrow(/rightCamera\.times\.npy is empty/);
    await expect(loadPose(b, "body")).rejects.toThrow(/bodyCamera\.times\.npy has \d+ rows, and .*dlc\.pqt \d+/);
    await expect(loadPose(c, "left")).rejects.toThrow(/no leftCamera\.times/);
  });

  it("reads motion energy, licks and paw states", async () => {
    const [a, b] = [await session("A"), await session("B")];
    for (const view of ["left", "right", "body"] as const) {
      expectTable(await loadMotionEnergy(a, view), call(21)?.returns?.values?.[`${view}Camera`], view);
    }
    await expect(loadMotionEnergy(b, "left")).rejects.toThrow(/no leftCamera\.ROIMotionEnergy/);
    expectTable(await loadLicks(a), call(26)?.returns, "licks");
    await expect(loadLicks(b)).rejects.toThrow(/no licks\.times/);
    expectTable(await loadPawStates(b, "left"), call(28)?.returns?.values?.leftCamera, "paw states");
    await expect(loadPawStates(b, "right")).rejects.toThrow(/no rightCamera\.pawstates/);
  });

  it("reads the pupil, or computes it from the pose", async () => {
    const [a, b] = [await session("A"), await session("B")];
    expectTable(await loadPupil(a), call(23)?.returns, "features");
    await expect(loadPupil(a, { minSignalToNoise: 1e9 })).rejects.toThrow(/ratio of 406\.19, below 1000000000/);
    // There a diameter that is computed has no times.
    const computed = await loadPupil(b, { minSignalToNoise: 0 });
    expectTable(computed, call(25)?.returns, "computed", ["times"]);
    expect(computed.notices.map(({ code }) => code)).toContain("pupil-computed-from-pose");
  });

  it("smooths the pupil of either camera", async () => {
    const wanted = expected<{
      source: string;
      raw: ExpectedArray;
      smooth_left: ExpectedArray;
      smooth_right: ExpectedArray;
    }>("pupil");
    const b = await session("B");
    const raw = pupilDiameter((await loadPose(b, "left")).table);
    expectArray({ data: raw }, wanted.raw, "raw");
    expectArray({ data: smoothPupilDiameter(raw, "left") }, wanted.smooth_left, "left");
    expectArray({ data: smoothPupilDiameter(raw, "right") }, wanted.smooth_right, "right");
    const sparse = Float64Array.from({ length: 100 }, (_, i) => (i < 95 ? Number.NaN : 1));
    expect(() => smoothPupilDiameter(sparse, "left")).toThrow(/nine tenths/);
  });
});

describe.skipIf(!SHARED)("the passive protocol (needs ../shared/golden)", () => {
  interface Passive {
    readonly times: ExpectedArray;
    readonly frames: ExpectedArray;
    readonly frames_first_column: number[];
    readonly pixel_0_0: number[];
    readonly pixel_14_3: number[];
    readonly on_frames: number[][];
    readonly off_frames: number[][];
  }

  it("reads receptive-field frames and their onsets as brainbox", async () => {
    const wanted = expected<Passive>("passive");
    const { receptiveFields: map } = await loadPassive(await session("A"));
    if (map === null) throw new Error("no frames");
    expectArray({ data: map.times }, wanted.times, "times");
    expectArray({ data: map.frames, shape: map.shape }, wanted.frames, "frames");
    const pixel = (x: number, y: number) => Array.from(map.times, (_, frame) => map.frames[(frame * 15 + x) * 15 + y]);
    expect(pixel(0, 0)).toEqual(wanted.pixel_0_0);
    expect(pixel(14, 3)).toEqual(wanted.pixel_14_3);
    const onsets = pixelOnsets(map);
    expect(onsets.map(({ on }) => on)).toEqual(wanted.on_frames);
    expect(onsets.map(({ off }) => off)).toEqual(wanted.off_frames);
    expect(onsets[17]).toMatchObject({ x: 1, y: 2 });
  });

  it("reads periods, Gabors and events", async () => {
    const passive = await loadPassive(await session("A"));
    expect(passive.periods).toEqual([
      { name: "passiveProtocol", start: 81.026, stop: 101.151 },
      { name: "spontaneousActivity", start: 81.526, stop: 86.026 },
      { name: "RFM", start: 86.276, stop: 90.276 },
      { name: "taskReplay", start: 90.526, stop: 101.026 },
    ]);
    const gabors = readFileSync(
      join(ALF, "cache/examplelab/Subjects/XP_001/2022-03-14/001/alf/_ibl_passiveGabor.table.csv"),
      "utf8",
    );
    expect(passive.gabors?.rowCount).toBe(gabors.trim().split("\n").length - 1);
    expect(passive.gabors?.columns.get("position")?.[0]).toBe(-35);
    expect([...(passive.stimuli?.columns.keys() ?? [])]).toEqual([
      "valveOn",
      "valveOff",
      "toneOn",
      "toneOff",
      "noiseOn",
      "noiseOff",
    ]);
    expect((await loadPassive(await session("B"))).collection).toMatch(/^alf\/task_/);
    await expect(loadPassive(await session("C"))).rejects.toThrow(/no passive protocol/);
  });
});
