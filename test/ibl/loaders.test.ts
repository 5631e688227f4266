import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Column, table } from "@crossprobe/core";
import { encodeNpy, parseNpy } from "@crossprobe/formats/npy";
import { encodeParquet } from "@crossprobe/formats/parquet";
import {
  extractMovements,
  loadDataset,
  loadMotionEnergy,
  loadObject,
  loadPassive,
  loadPose,
  loadPupil,
  loadReactionTimes,
  loadSpikeSorting,
  loadTrials,
  loadWheel,
  mergeClusters,
  openSession,
  pixelOnsets,
  type SessionFiles,
} from "@crossprobe/ibl-adapter/loaders";
import { MemoryStore } from "@crossprobe/storage";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { readMovement } from "../../packages/ibl-adapter/src/movement.js";
import { zipOf } from "../helpers/zip-of.js";

const SAMPLE = fileURLToPath(new URL("../../samples/ibl/", import.meta.url));
const SESSION = "XP_001/2026-01-15/001";
const EID = "e9930bb9-2950-34c9-847e-46a5d438b5c6";
const sample = (): Promise<SessionFiles> => openSession(new LocalStore(SAMPLE), SESSION);
const npy = (name: string): Float64Array => {
  const path = `${SAMPLE}examplelab/Subjects/${SESSION}/alf/${name}`;
  return Float64Array.from(parseNpy(readFileSync(path), path).data as Float64Array);
};

/** A session of a few files in memory, below `alf/` unless a folder is given. */
function memory(files: Record<string, Uint8Array>): Promise<SessionFiles> {
  const keys = Object.entries(files).map(([name, bytes]) => [
    `${SESSION}/${name.includes("/") ? name : `alf/${name}`}`,
    bytes,
  ]);
  return openSession(new MemoryStore("memory://one/", Object.fromEntries(keys)), SESSION);
}
const floats = (...values: number[]): Uint8Array => encodeNpy(Float64Array.from(values), [values.length]);
const parquet = (columns: Record<string, number[]>): Uint8Array =>
  encodeParquet(
    table(Object.entries(columns).map(([name, values]): [string, Column] => [name, Float64Array.from(values)])),
  );

describe("what no number holds", () => {
  it("stays as it is in an object: a 64-bit integer is not rounded", async () => {
    const ids = BigInt64Array.of(2n ** 60n + 1n, 1n);
    const bytes = encodeParquet(
      table([
        ["id", ids],
        ["pair_0", ids],
        ["pair_1", Float64Array.of(1, 2)],
      ]),
    );
    const { attributes } = await loadObject(await memory({ "things.table.pqt": bytes }), "things");
    expect(attributes.get("id")).toMatchObject({ data: [2n ** 60n + 1n, 1n], shape: [2] });
    expect(attributes.get("pair")).toMatchObject({ data: [2n ** 60n + 1n, 1, 1n, 2], shape: [2, 2] });
  });

  it("is an error where numbers are needed, by column", async () => {
    const words = encodeParquet(table([["goCue_times", ["soon"]]]));
    const reactions = memory({ "_ibl_trials.table.pqt": words }).then((session) => loadReactionTimes(session));
    await expect(reactions).rejects.toMatchObject({ code: "format", message: expect.stringContaining("goCue_times") });
    const periods = new TextEncoder().encode(",RFM\nstart,soon\nstop,2\n");
    const passive = memory({ "_ibl_passivePeriods.intervalsTable.csv": periods }).then((session) =>
      loadPassive(session),
    );
    await expect(passive).rejects.toMatchObject({ code: "format", message: expect.stringContaining("RFM") });
  });

  it("is a notice where the file has no bytes", async () => {
    const passive = await loadPassive(await memory({ "_ibl_passiveGabor.table.csv": new Uint8Array() }));
    expect(passive.gabors).toBeNull();
    expect(passive.notices).toMatchObject([{ code: "file-empty", count: 1 }]);
  });
});

describe("loaders, on the sample session", () => {
  it("finds the movements that brainbox found: the recording tells that its encoder has 1024 counts", () => {
    const found = extractMovements(npy("_ibl_wheel.timestamps.npy"), npy("_ibl_wheel.position.npy"));
    const stored = npy("_ibl_wheelMoves.intervals.npy");
    expect(found.onsets.length).toBe(stored.length / 2);
    for (const [i, onset] of found.onsets.entries()) {
      expect(onset).toBeCloseTo(stored[2 * i] ?? Number.NaN, 9);
      expect(found.offsets[i]).toBeCloseTo(stored[2 * i + 1] ?? Number.NaN, 9);
    }
    const peaks = npy("_ibl_wheelMoves.peakAmplitude.npy");
    for (const [i, peak] of found.peakAmplitudes.entries()) expect(peak).toBeCloseTo(peaks[i] ?? Number.NaN, 9);
  });

  it("loads trials with units, and the wheel at 1000 Hz", async () => {
    const session = await sample();
    const trials = await loadTrials(session);
    expect(trials.collection).toBe("alf");
    expect(trials.units).toMatchObject({ intervals_0: "s", contrastLeft: "", rewardVolume: "uL" });
    const contrasts = [...(trials.table.columns.get("contrastLeft") as Float64Array)].filter(
      (value) => !Number.isNaN(value),
    );
    expect(Math.max(...contrasts)).toBeLessThanOrEqual(1);
    const wheel = await loadWheel(session);
    const times = wheel.table.columns.get("times") as Float64Array;
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeCloseTo((wheel.table.rowCount - 1) / 1000, 6);
  });

  it("merges clusters with metrics and places in both frames; every stored label is borne out", async () => {
    const sorting = await loadSpikeSorting(await sample(), "probe00");
    expect(sorting.collection).toBe("alf/probe00/pykilosort");
    expect(sorting.histology).toEqual({ provenance: "resolved", source: "alf" });
    const { table: clusters, labelDifferences } = mergeClusters(sorting);
    expect(labelDifferences).toEqual([]);
    const at = (name: string, row: number): number => Number(clusters.columns.get(name)?.[row]);
    for (let row = 0; row < clusters.rowCount; row++) {
      expect(at("ccfMl", row)).toBeCloseTo(5739 + 1e6 * at("x", row), 6);
      expect(at("ccfAp", row)).toBeCloseTo(5400 - 1e6 * at("y", row), 6);
      expect(at("ccfDv", row)).toBeCloseTo(332 - 1e6 * at("z", row), 6);
    }
  });

  it("says which sessions and probes are not there", async () => {
    await expect(openSession(new LocalStore(SAMPLE), "XP_002/2026-01-15/001")).rejects.toThrow(/no session XP_002/);
    await expect(openSession(new LocalStore(SAMPLE), "x")).rejects.toThrow(/"x" is no session/);
    await expect(loadSpikeSorting(await sample(), "probe07")).rejects.toThrow(/no spike sorting of probe probe07/);
    await expect(loadPose(await sample(), "left")).rejects.toThrow(/no leftCamera\.times/);
  });
});

describe("loaders, on sessions made for one case", () => {
  it("takes the last times, blanks unlikely points, keeps all at threshold 0", async () => {
    const session = await memory({
      "_ibl_leftCamera.times.npy": floats(1, 2, 3, 4),
      "_ibl_leftCamera.dlc.pqt": parquet({ p_x: [10, 11, 12], p_y: [20, 21, 22], p_likelihood: [0.9, 0.89, 1] }),
      "leftCamera.ROIMotionEnergy.npy": floats(5, 6, 7, 8, 9),
    });
    const { table: pose, notices, units } = await loadPose(session, "left");
    expect([...(pose.columns.get("times") ?? [])]).toEqual([2, 3, 4]);
    expect([...(pose.columns.get("p_x") ?? [])]).toEqual([10, Number.NaN, 12]);
    expect([...(pose.columns.get("p_likelihood") ?? [])]).toEqual([0.9, 0.89, 1]);
    expect(notices).toMatchObject([
      { code: "more-times-than-frames", count: 1 },
      { code: "unlikely-points-blanked", count: 1 },
    ]);
    expect(units).toMatchObject({ times: "s", p_x: "px", p_likelihood: "" });
    const all = await loadPose(session, "left", { minLikelihood: 0 });
    expect([...(all.table.columns.get("p_x") ?? [])]).toEqual([10, 11, 12]);
    await expect(loadMotionEnergy(session, "left")).rejects.toThrow(
      /times\.npy has 4 rows, and .*ROIMotionEnergy\.npy 5/,
    );
  });

  it("computes a pupil from four points on a circle, and gives NaN where none is likely", async () => {
    const count = 100;
    const fill = (value: number) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? value + 1e-3 : value));
    const point = (name: string, x: number, y: number) => ({
      [`pupil_${name}_r_x`]: Array.from({ length: count }, () => x),
      [`pupil_${name}_r_y`]: fill(y),
      [`pupil_${name}_r_likelihood`]: Array.from({ length: count }, (_, i) => (i === 50 ? 0.1 : 1)),
    });
    const pose = {
      ...point("top", 0, -10),
      ...point("bottom", 0, 10),
      ...point("left", -10, 0),
      ...point("right", 10, 0),
    };
    const session = await memory({
      "_ibl_leftCamera.times.npy": floats(...Array.from({ length: count }, (_, i) => i / 60)),
      "_ibl_leftCamera.dlc.pqt": parquet(pose),
    });
    const { table: pupil, notices } = await loadPupil(session, { minSignalToNoise: 0 });
    const raw = pupil.columns.get("pupilDiameter_raw") as Float64Array;
    expect(raw[0]).toBeCloseTo(20, 2);
    expect(raw[50]).toBeNaN();
    expect((pupil.columns.get("pupilDiameter_smooth") as Float64Array)[50]).toBeCloseTo(20, 2);
    expect(notices.map(({ code, count: rows }) => [code, rows])).toEqual([
      ["unlikely-points-blanked", 4],
      ["pupil-computed-from-pose", count],
    ]);
  });

  it("reads a passive protocol, part by part", async () => {
    const frames = new Uint8Array(3 * 225).fill(128);
    frames[1 * 225 + 2 * 15 + 4] = 255;
    frames[2 * 225 + 2 * 15 + 4] = 255;
    frames[2 * 225] = 0;
    const session = await memory({
      "_ibl_passivePeriods.intervalsTable.csv": new TextEncoder().encode(",RFM,taskReplay\nstart,1,5\nstop,4.5,9\n"),
      "_ibl_passiveRFM.times.npy": floats(1, 2, 3),
      "raw_passive_data/_iblrig_RFMapStim.raw.bin": frames,
    });
    const passive = await loadPassive(session);
    expect(passive.periods).toEqual([
      { name: "RFM", start: 1, stop: 4.5 },
      { name: "taskReplay", start: 5, stop: 9 },
    ]);
    expect(passive.gabors).toBeNull();
    const onsets = passive.receptiveFields ? pixelOnsets(passive.receptiveFields) : [];
    expect(onsets.filter(({ on, off }) => on.length + off.length > 0)).toEqual([
      { x: 0, y: 0, on: [], off: [2] },
      { x: 2, y: 4, on: [1], off: [] },
    ]);
  });
});

describe("what loaders leave out or assume", () => {
  it("names trials columns that are not on disk or are no columns", async () => {
    const session = await memory({
      "_ibl_trials.table.pqt": parquet({ goCue_times: [1, 2] }),
      "_ibl_trials.cube.npy": encodeNpy(new Float64Array(8), [2, 2, 2]),
      "_ibl_trials.included.npy": floats(1, 1),
    });
    const files = session.files.map((file) => ({ ...file, isPresent: file.name.attribute !== "included" }));
    const { table: trials, notices } = await loadTrials({ ...session, files });
    expect([...trials.columns.keys()]).toEqual(["goCue_times"]);
    expect(notices).toMatchObject([
      { code: "file-not-on-disk", message: "trials: included are listed and not on disk, and are left out", count: 1 },
      { code: "no-column", message: "trials: cube are no columns of a table of trials, and are left out", count: 1 },
    ]);
  });

  it("tells a wheel of centimetres by its steps, in the loader and in the hub's movement", async () => {
    const step = (Math.PI * 6.2) / 1024;
    const turn = (unit: number) => ({
      "_ibl_wheel.position.npy": floats(...Array.from({ length: 100 }, (_, i) => i * unit)),
      "_ibl_wheel.timestamps.npy": floats(...Array.from({ length: 100 }, (_, i) => i / 100)),
    });
    const old = await memory(turn(step));
    const { units, notices } = await loadWheel(old);
    expect(units).toEqual({ times: "s", position: "cm", velocity: "cm/s", acceleration: "cm/s^2" });
    expect(notices).toMatchObject([{ code: "wheel-in-centimetres", count: 100 }]);
    const ref = { dataset: "ibl", kind: "session", id: EID } as const;
    const moved = await readMovement(ref, old.files);
    expect(moved.displacementCm[0]).toBeCloseTo(step, 12);
    expect(moved.notices).toMatchObject([{ code: "wheel-in-centimetres", count: 100 }]);
    const usual = await memory(turn((2 * Math.PI) / 1024));
    expect((await loadWheel(usual)).units.position).toBe("rad");
    expect((await readMovement(ref, usual.files)).displacementCm[0]).toBeCloseTo(step, 12);
  });

  it("asks which of several passive runs is meant, and takes that run's frames", async () => {
    const run = (number: string, level: number) => ({
      [`alf/task_${number}/_ibl_passiveRFM.times.npy`]: floats(1, 2),
      [`raw_task_data_${number}/_iblrig_RFMapStim.raw.bin`]: new Uint8Array(450).fill(level),
    });
    const session = await memory({ ...run("00", 1), ...run("02", 2) });
    await expect(loadPassive(session)).rejects.toThrow("2 passive protocols: alf/task_00, alf/task_02");
    const { receptiveFields } = await loadPassive(session, { collection: "alf/task_02" });
    expect(receptiveFields?.frames[0]).toBe(2);
    const files = session.files.filter(({ name }) => name.object !== "RFMapStim");
    const without = await loadPassive({ ...session, files }, { collection: "alf/task_00" });
    expect(without.receptiveFields).toBeNull();
    expect(without.notices).toMatchObject([{ code: "no-receptive-field-frames", count: 2 }]);
  });
});

describe("loadDataset", () => {
  const stored = { "_ibl_wheel.position.npy": floats(1, 2), "probe00/#2024-01-01#/spikes.times.npy": floats(3) };
  const session = () =>
    memory({ ...stored, "probe00/spikes.times.npy": floats(4), "_av_.clusters.depths.npy": floats(5) });

  it("takes a whole name, a pattern, parts or a path, and the last revision where no index says which", async () => {
    const files = await session();
    for (const name of [
      "_ibl_wheel.position.npy",
      "*wheel.position*",
      { object: "wheel" },
      "alf/_ibl_wheel.position.npy",
    ]) {
      expect((await loadDataset(files, name)).content).toMatchObject({ kind: "array", data: Float64Array.of(1, 2) });
    }
    const { path, url, notices } = await loadDataset(files, "spikes.times");
    expect(path).toBe("probe00/#2024-01-01#/spikes.times.npy");
    expect(url).toBe(`memory://one/${SESSION}/${path}`);
    expect(notices).toMatchObject([{ code: "no-default-revision", count: 1 }]);
    expect((await loadDataset(files, "spikes.times", { revision: "2023" })).path).toBe("probe00/spikes.times.npy");
  });

  it("says what is not there, matches several, or is listed only", async () => {
    const files = await session();
    await expect(loadDataset(files, "wheel.position.npy")).rejects.toMatchObject({ code: "not-found" });
    await expect(loadDataset(files, "*.*.npy")).rejects.toMatchObject({ code: "query" });
    const listed = { ...files, files: files.files.map((file) => ({ ...file, isPresent: false })) };
    await expect(loadDataset(listed, "*wheel.position*")).rejects.toThrow("is listed and not on disk");
  });
});

describe("loadObject, on objects made for one case", () => {
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const arrays = async (files: Record<string, Uint8Array>, object: string, options = {}) => {
    const { attributes } = await loadObject(await memory(files), object, options);
    const entries = [...attributes].map(([key, content]) => [
      key,
      content.kind === "array" ? [content.shape, Array.from(content.data)] : content.kind,
    ]);
    return Object.fromEntries(entries);
  };

  it("takes a table apart, joins pairs of columns, and puts the table's timescale behind them", async () => {
    const table = parquet({ x_0: [1, 2], x_1: [3, 4], y_0: [5, 6] });
    const files = { "a.table.pqt": table, "a.z.npy": floats(7, 8), "b.table_clock.pqt": table };
    const pair = [
      [2, 2],
      [1, 3, 2, 4],
    ];
    expect(await arrays(files, "a")).toEqual({ x: pair, y_0: [[2], [5, 6]], z: [[2], [7, 8]] });
    expect(await arrays(files, "b")).toEqual({ x_clock: pair, y_0_clock: [[2], [5, 6]] });
  });

  it("gives each row its time between two points of synchronisation, clamped at the ends", async () => {
    const sync = encodeNpy(Float64Array.of(1, 10, 3, 14), [2, 2]);
    const found = await arrays({ "a.position.npy": floats(0, 0, 0, 0, 0), "a.timestamps.npy": sync }, "a");
    expect(found.timestamps).toEqual([[5], [10, 10, 12, 14, 14]]);
  });

  it("names the columns of an array by its metadata", async () => {
    const files = {
      "a.xy.npy": encodeNpy(Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2]),
      "a.xy.metadata.json": json({ columns: ["x", "y"], unit: "um" }),
    };
    expect(await arrays(files, "a")).toEqual({ x: [[3], [1, 3, 5]], y: [[3], [2, 4, 6]], "xy.metadata": "json" });
  });

  it("refuses attributes of other lengths, naming both files; one row stands for all", async () => {
    const files = { "a.x.npy": floats(1, 2, 3), "a.y.npy": floats(1, 2), "a.one.npy": floats(1) };
    await expect(arrays(files, "a")).rejects.toThrow(/y has 2 rows and x 3: .*a\.y\.npy and .*a\.x\.npy/);
    expect(Object.keys(await arrays(files, "a", { attributes: ["x", "one"] }))).toEqual(["x", "one"]);
    expect(Object.keys(await arrays(files, "a", { lengths: "notice" }))).toEqual(["one", "x", "y"]);
  });

  it("reads what IBL's quality control writes, and a curation only by its name", async () => {
    const files = {
      "_iblqc_rms.rms.npy": floats(1),
      "_av_.clusters.npy": floats(0),
      "_av_clusters.depths.npy": floats(2),
    };
    expect(await arrays(files, "rms")).toEqual({ rms: [[1], [1]] });
    await expect(arrays(files, "clusters")).rejects.toMatchObject({
      message: "no object clusters in alf",
      hint: "it lists depths as a curation alone: give `namespace`, of av",
    });
    expect(await arrays(files, "clusters", { namespace: "av" })).toEqual({ depths: [[1], [2]] });
  });

  it("gives rows of numbers and moments without header numbered columns", async () => {
    const rows = new TextEncoder().encode("35,2026-01-15T12:00:00.1\n-35,2026-01-15T12:00:02.1\n");
    const { attributes } = await loadObject(await memory({ "_iblrig_screen.raw.csv": rows }), "screen");
    const content = attributes.get("raw");
    expect(content?.kind === "table" ? [...content.table.columns.values()][0] : content).toEqual(
      Float64Array.of(35, -35),
    );
  });

  it("opens archives of numpy: an array without a name, or arrays by name", async () => {
    const several = new Uint8Array(readFileSync(fileURLToPath(new URL("../fixtures/zip/arrays.npz", import.meta.url))));
    const one = zipOf(new Map([["arr_0.npy", floats(1, 2)]]));
    const { attributes } = await loadObject(await memory({ "a.x.npz": several, "a.y.npz": one }), "a");
    expect(attributes.get("y")).toEqual({ kind: "array", data: Float64Array.of(1, 2), shape: [2] });
    const content = attributes.get("x");
    expect(content?.kind === "arrays" ? [...content.arrays.keys()] : content).toEqual(["ids", "times"]);
  });

  it("counts the members of an archive that are no arrays", async () => {
    const archive = zipOf(
      new Map([
        ["arr_0.npy", floats(1, 2)],
        ["notes.txt", new Uint8Array(2)],
      ]),
    );
    const { attributes, notices } = await loadObject(await memory({ "a.x.npz": archive }), "a");
    const content = attributes.get("x");
    // With another member an array without a name is not alone: numpy gives both by name then.
    expect(content?.kind === "arrays" && [[...content.arrays.keys()], content.otherMembers]).toEqual([
      ["arr_0"],
      ["notes.txt"],
    ]);
    expect(notices).toMatchObject([{ code: "archive-members-not-read", count: 1 }]);
  });

  it("says where a video is, and which object or attribute is not there", async () => {
    const files = { "_iblrig_leftCamera.raw.mp4": new Uint8Array(3), "a.x.npy": floats(1) };
    expect(await arrays(files, "leftCamera")).toEqual({ raw: "file" });
    await expect(arrays(files, "b")).rejects.toThrow(/no object b in alf/);
    await expect(arrays(files, "a", { attributes: ["y"] })).rejects.toThrow(/no a\.y in alf/);
    await expect(arrays({ ...files, "other/a.x.npy": floats(1) }, "a")).rejects.toThrow(
      /a is there in 2 folders.*alf, other/,
    );
  });
});
