import { describe, expect, it } from "vitest";
import { EXTRACTION_RULES } from "./extraction-rules.js";
import { extractionStatus } from "./extraction-status.js";
import type { EvidenceFile, SessionEvidence } from "./session-evidence.js";
import { findTaskRuns } from "./task-runs.js";

/** Files by path: `collection/[#revision#/]name`, the first of each name being the default one. */
function files(...paths: string[]): EvidenceFile[] {
  return paths.map((path) => {
    const [, collection = "", revision = "", name = ""] = /^(.*?)\/(?:#(.*)#\/)?([^/]+)$/.exec(path) ?? [];
    return { collection, name, revision, isDefault: null, version: null };
  });
}

function evidence(paths: readonly string[], more: Partial<SessionEvidence> = {}): SessionEvidence {
  const own = files(...paths);
  return {
    ...{ eid: "8dfd9963-25e5-4f63-8f91-5b27a5852628", lab: "lab", subject: "S", date: "2024-05-06", number: 1 },
    ...{ taskProtocol: null, files: own, probes: [{ label: "probe00", track: null }], ...findTaskRuns(own, null) },
    ...{ extendedQc: null, hasImageStacks: null, seesLocalFiles: true, notices: [] },
    ...more,
  };
}

/** Values by column. */
function valuesOf(session: SessionEvidence): Readonly<Record<string, unknown>> {
  return Object.fromEntries(extractionStatus(session).aspects.map(({ column, value }) => [column, value]));
}

const reasonOf = (session: SessionEvidence, name: string) =>
  extractionStatus(session).aspects.find(({ column }) => column === name);

const SPIKES = ["spikes.times.npy", "spikes.clusters.npy", "clusters.uuids.csv"];
const RAW = "raw_ephys_data/probe00/_spikeglx_ephysData_g0_t0.imec";

describe("the state of extraction", () => {
  // Columns of psyfun's table, from its specification of 2026-05-14.
  it("has psyfun's 38 columns, and two of ours", () => {
    const ofTask = ["intervalsTable", "passiveStims", "passiveGabor"];
    const ofProbe = ["raw_ap", "sync", "sorter", "spikes", "bombcell"];
    const ofCamera = ["raw_video", "pose", "dropped_frames", "timestamps", "pin_state"];
    const ofTrack = ["traced", "alignment_uploaded", "alignment_resolved"];
    const wanted = [
      ...["pre", "post"].flatMap((slot) => ofTask.map((name) => `task_${slot}_${name}`)),
      ...["probe00", "probe01"].flatMap((slot) => ofProbe.map((name) => `${slot}_${name}`)),
      ...["left", "right", "body"].flatMap((slot) => ofCamera.map((name) => `${slot}_camera_${name}`)),
      "image_stacks",
      ...["probe00", "probe01"].flatMap((slot) => ofTrack.map((name) => `${slot}_${name}`)),
    ];
    expect(wanted).toHaveLength(38);
    const columns = extractionStatus(evidence([])).aspects.map(({ column }) => column);
    expect(columns).toEqual(["trials", "wheel", ...wanted]);
    expect(new Set(EXTRACTION_RULES.map(({ id }) => id)).size).toBe(EXTRACTION_RULES.length);
  });

  it("tells complete, in error and missing apart", () => {
    const base = [`${RAW}0.ap.cbin`];
    expect(valuesOf(evidence([])).probe00_sync).toBe("raw data missing");
    expect(valuesOf(evidence(base)).probe00_sync).toBe("extraction error");
    expect(valuesOf(evidence([...base, `${RAW}0.sync.npy`])).probe00_sync).toBe("extraction complete");
    // What is there is complete, raw data or not.
    expect(valuesOf(evidence([`${RAW}0.sync.npy`])).probe00_sync).toBe("extraction complete");
    // Raw data have nothing that they are made from: never an error.
    expect(valuesOf(evidence([])).probe00_raw_ap).toBe("raw data missing");
    expect(valuesOf(evidence(base)).probe00_raw_ap).toBe("extraction complete");
  });

  it("takes imec0 and imec00, and the name of the folder for the probe", () => {
    for (const spelling of ["0", "00", "1", ""]) {
      expect(valuesOf(evidence([`${RAW}${spelling}.ap.cbin`])).probe00_raw_ap, spelling).toBe("extraction complete");
    }
    const elsewhere = evidence(["raw_ephys_data/probe01/_spikeglx_ephysData_g0_t0.imec0.ap.cbin"]);
    expect(valuesOf(elsewhere).probe00_raw_ap).toBe("raw data missing");
    expect(valuesOf(evidence([`${RAW}0.lf.cbin`])).probe00_raw_ap).toBe("raw data missing");
  });

  it("asks all three files of a sorting, in one collection", () => {
    const sorted = SPIKES.map((name) => `alf/probe00/pykilosort/${name}`);
    expect(valuesOf(evidence(sorted)).probe00_spikes).toBe("extraction complete");
    for (const name of SPIKES.slice(1)) {
      const less = sorted.filter((path) => !path.endsWith(name));
      const { value, detail } = reasonOf(evidence([...less, `${RAW}0.ap.cbin`]), "probe00_spikes") ?? {};
      expect(value, name).toBe("extraction error");
      expect(detail).toBe(`${name} not in alf/probe00/pykilosort`);
    }
    const split = [...sorted.slice(1), "alf/probe00/iblsorter/spikes.times.npy"];
    expect(valuesOf(evidence(split)).probe00_spikes).toBe("raw data missing");
  });

  it("chooses iblsorter, pykilosort, ks2, then the probe's own folder", () => {
    const of = (...sorters: string[]) =>
      valuesOf(evidence(sorters.map((sorter) => `alf/probe00/${sorter}spikes.times.npy`))).probe00_sorter;
    expect(of("ks2/", "pykilosort/", "iblsorter/", "")).toBe("iblsorter");
    expect(of("ks2/", "pykilosort/")).toBe("pykilosort");
    expect(of("", "ks2/")).toBe("ks2");
    expect(of("")).toBe("unnamed");
    expect(of("ks4/")).toBeNull();
  });

  it("writes sorter, revision and version of the default revision", () => {
    const session = evidence([]);
    const file = { collection: "alf/probe00/iblsorter", name: "spikes.times.npy" };
    const revised = { ...file, revision: "2025-06-01", isDefault: true, version: "iblsorter_1.9.0" };
    const first = { ...file, revision: "", isDefault: false, version: "iblsorter_1.0.0" };
    const of = (...own: EvidenceFile[]) => valuesOf({ ...session, files: own }).probe00_sorter;
    // The two examples of the specification.
    expect(of(first, revised)).toBe("iblsorter#2025-06-01# (iblsorter_1.9.0)");
    expect(of({ ...first, version: "pykilosort_ibl_1.4.1" })).toBe("iblsorter (pykilosort_ibl_1.4.1)");
    // Without a default one the last as text, as the loaders read.
    const [a, b] = ["2024-05-06", "2025-01-01"].map((revision) => ({ ...first, revision, version: null }));
    if (a !== undefined && b !== undefined) expect(of(b, a, { ...first, version: null })).toBe("iblsorter#2025-01-01#");
  });

  it("does not take DeepLabCut's poses for poses, but tells of them", () => {
    const raw = "raw_video_data/_iblrig_leftCamera.raw.mp4";
    const pose = "alf/_ibl_leftCamera.lightningPose.pqt";
    expect(valuesOf(evidence([raw, pose])).left_camera_pose).toBe("extraction complete");
    const onlyDlc = reasonOf(evidence([raw, "alf/_ibl_leftCamera.dlc.pqt"]), "left_camera_pose");
    expect(onlyDlc).toMatchObject({ value: "extraction error", reason: "derivedMissing" });
    expect(onlyDlc?.detail).toContain("only _ibl_leftCamera.dlc.pqt");
    expect(valuesOf(evidence(["raw_video_data/_iblrig_rightCamera.raw.mp4", pose])).right_camera_pose).toBe(
      "extraction error",
    );
  });

  it("takes the first item of a list for the verdict, and keeps words that it does not know", () => {
    const extendedQc = {
      _videoLeft_dropped_frames: ["PASS", 0, 0],
      _videoLeft_timestamps: "NOT SET",
      _videoLeft_pin_state: ["EXCELLENT", 3],
      _videoRight_timestamps: 0.5,
      _videoRight_pin_state: [],
      _videoBody_timestamps: "",
    };
    const status = extractionStatus(evidence([], { extendedQc }));
    const found = Object.fromEntries(status.aspects.map(({ column, ...rest }) => [column, rest]));
    expect(found.left_camera_dropped_frames).toMatchObject({ value: "PASS", reason: "stated" });
    expect(found.left_camera_timestamps).toMatchObject({ value: "NOT_SET", reason: "stated" });
    expect(found.left_camera_pin_state).toMatchObject({ value: "EXCELLENT", reason: "unknownWord" });
    expect(found.right_camera_timestamps).toMatchObject({ value: null, reason: "unknownWord" });
    expect(found.right_camera_pin_state).toMatchObject({ value: null, reason: "notStated" });
    expect(found.body_camera_timestamps).toMatchObject({ value: null, reason: "notStated" });
    expect(status.notices).toMatchObject([{ code: "unknown-verdicts", count: 2 }]);
    expect(status.notices[0]?.message).toContain("EXCELLENT");
  });

  it("says of a missing insertion that it is missing, and shows a third one", () => {
    const two = evidence([], { probes: [{ label: "probe01", track: null }] });
    expect(reasonOf(two, "probe00_spikes")).toMatchObject({ value: "raw data missing", reason: "noInsertion" });
    expect(valuesOf(two)).toMatchObject({ probe00_sorter: null, probe00_traced: false, probe01_traced: null });
    const many = evidence([], { probes: ["probe00", "probe01", "probe02"].map((label) => ({ label, track: null })) });
    expect(valuesOf(many).probe02_raw_ap).toBe("raw data missing");
  });

  it("leaves bombcell open where local files cannot be seen", () => {
    const paths = [`${RAW}0.ap.cbin`, ...SPIKES.map((name) => `alf/probe00/pykilosort/${name}`)];
    const result = "spike_sorters/pykilosort/probe00/bombcell/templates._bc_qMetrics.parquet";
    expect(valuesOf(evidence(paths)).probe00_bombcell).toBe("extraction error");
    expect(valuesOf(evidence([...paths, result])).probe00_bombcell).toBe("extraction complete");
    const remote = reasonOf(evidence(paths, { seesLocalFiles: false }), "probe00_bombcell");
    expect(remote).toMatchObject({ value: null, reason: "notStated" });
  });

  it("counts a file that is registered twice once, and says so", () => {
    const status = extractionStatus(evidence(["alf/licks.times.npy", "alf/licks.times.npy"]));
    expect(status.notices).toMatchObject([{ code: "files-registered-twice", count: 1 }]);
  });

  it("copes with a session that has nothing", () => {
    const status = extractionStatus(evidence([], { probes: [] }));
    const kinds = new Set(status.aspects.map(({ value }) => value));
    expect(kinds).toEqual(new Set(["raw data missing", null, false]));
  });
});

describe("the runs of a session", () => {
  const filler = "_iblrig_misc_LSD_filler";
  const raw = ["raw_task_data_00/a.b.c", "raw_task_data_01/a.b.c", "raw_task_data_02/a.b.c"];

  it("are passive by the session's protocol, a filler between them left out", () => {
    const { passiveRuns } = findTaskRuns(files(...raw), `passiveChoiceWorld/${filler}/passiveChoiceWorld`);
    expect(passiveRuns).toEqual([
      { raw: "raw_task_data_00", alf: "alf/task_00" },
      { raw: "raw_task_data_02", alf: "alf/task_02" },
    ]);
    const done = ["alf/task_02/_ibl_passiveGabor.table.csv"];
    const session = evidence([...raw, ...done], { passiveRuns });
    expect(valuesOf(session)).toMatchObject({
      task_pre_passiveGabor: "extraction error",
      task_post_passiveGabor: "extraction complete",
      task_post_intervalsTable: "extraction error",
    });
  });

  it("are what their own settings say, before the session's protocol", () => {
    const protocols = new Map([
      ["raw_task_data_00", "_iblrig_tasks_passiveChoiceWorld"],
      ["raw_task_data_01", "_iblrig_tasks_spontaneous"],
      ["raw_task_data_02", "_iblrig_tasks_ephysChoiceWorld"],
    ]);
    const { passiveRuns, taskRuns } = findTaskRuns(files(...raw), "x/y/passiveChoiceWorld", protocols);
    expect(passiveRuns).toEqual([{ raw: "raw_task_data_00", alf: "alf/task_00" }]);
    expect(taskRuns).toEqual([{ raw: "raw_task_data_02", alf: "alf/task_02" }]);
  });

  it("are unknown, not missing, where nothing tells them apart", () => {
    const { passiveRuns, taskRuns } = findTaskRuns(files(...raw), "passiveChoiceWorld");
    expect(passiveRuns).toMatch(/no settings of raw_task_data_00 were read/);
    const session = evidence(raw, { passiveRuns, taskRuns });
    expect(reasonOf(session, "task_pre_passiveGabor")).toMatchObject({ value: null, reason: "unknown" });
    expect(reasonOf(session, "trials")).toMatchObject({ value: null, reason: "unknown" });
  });

  it("are in order of their numbers, and in the old layout one of each kind", () => {
    const many = [10, 2].map((n) => `raw_task_data_${n}/a.b.c`);
    expect(findTaskRuns(files(...many), "passive/passive").passiveRuns).toMatchObject([
      { raw: "raw_task_data_2" },
      { raw: "raw_task_data_10" },
    ]);
    const old = findTaskRuns(files("raw_behavior_data/a.b.c", "raw_passive_data/a.b.c"), "ephysChoiceWorld");
    expect(old).toEqual({
      passiveRuns: [{ raw: "raw_passive_data", alf: "alf" }],
      taskRuns: [{ raw: "raw_behavior_data", alf: "alf" }],
    });
  });

  it("count where only what is extracted is there: no error then, for its raw data are missing", () => {
    const session = evidence(["alf/_ibl_passiveGabor.table.csv", "alf/_ibl_wheel.position.npy"]);
    expect(valuesOf(session)).toMatchObject({
      task_pre_passiveGabor: "extraction complete",
      task_pre_passiveStims: "raw data missing",
      task_post_passiveStims: "raw data missing",
      wheel: "extraction complete",
      trials: "raw data missing",
    });
  });

  it("tell a session without trials from one whose trials were not extracted", () => {
    expect(valuesOf(evidence([])).trials).toBe("raw data missing");
    expect(valuesOf(evidence(["raw_behavior_data/_iblrig_taskData.raw.jsonable"])).trials).toBe("extraction error");
  });
});
