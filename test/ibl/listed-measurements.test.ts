import { type ProbeInsertion, ref, type Session, table } from "@crossprobe/core";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { describe, expect, it } from "vitest";
import { FOLDER, hubOf, SMALL, SORTING } from "./small-session.js";

/** Which sessions are said to have the pupil, and which probes mean waveforms: by names of files, listed or found. */

const EID = "01e92a82-042d-3ee3-a53f-402446a1c5e4";
const METADATA = new Map([["one_metadata", '{"date_created": "2026-01-15 12:00"}']]);
const SPIKES = ["alf/probe00/pykilosort/spikes.times.npy", "alf/probe00/pykilosort/clusters.channels.npy"];

/** Index tables of one session with the files given, none of them on disk. */
function index(paths: readonly string[], qc: readonly string[] = paths.map(() => "PASS")) {
  const id = (i: number) => `${String(i).padStart(8, "0")}-042d-3ee3-a53f-402446a1c5e4`;
  const sessions = [
    ["id", [EID]],
    ["lab", ["examplelab"]],
    ["subject", ["XP_9"]],
    ["date", ["2024-05-06"]],
    ["number", [1]],
    ["task_protocol", ["_iblrig_tasks_ephysChoiceWorld6.4.2/passiveChoiceWorld"]],
  ];
  const datasets = [
    ["eid", paths.map(() => EID)],
    ["id", paths.map((_, i) => id(i))],
    ["rel_path", paths],
    ["qc", qc],
  ];
  return {
    "sessions.pqt": encodeParquet(table(sessions as never), METADATA),
    "datasets.pqt": encodeParquet(table(datasets as never), METADATA),
  };
}

async function found(hub: ReturnType<typeof hubOf>): Promise<readonly [Session, ProbeInsertion | undefined]> {
  for await (const session of hub.sessions()) {
    const [probe] = await hub.probes(session.ref);
    hub.dispose();
    return [session, probe];
  }
  throw new Error("no session");
}

const listed = (paths: readonly string[], qc?: readonly string[]) => found(hubOf(index(paths, qc), undefined, {}));

describe("what an index lists", () => {
  it.each([
    ["_ibl_leftCamera.features.pqt", true],
    ["_ibl_rightCamera.dlc.pqt", true],
    ["_ibl_leftCamera.lightningPose.pqt", true],
    ["#2024-07-15#/_ibl_leftCamera.lightningPose.pqt", true],
    ["_ibl_bodyCamera.dlc.pqt", false],
    ["_ibl_leftCamera.times.npy", false],
    ["leftCamera.ROIMotionEnergy.npy", false],
    ["_av_leftCamera.features.pqt", false],
  ])("alf/%s: pupil %s", async (name, hasPupil) => {
    expect((await listed([...SPIKES, `alf/${name}`]))[0].hasPupil).toBe(hasPupil);
  });

  it("is not there where its quality is CRITICAL", async () => {
    const paths = ["alf/_ibl_leftCamera.dlc.pqt", "alf/_ibl_rightCamera.dlc.pqt"];
    expect((await listed(paths, ["CRITICAL", "PASS"]))[0].hasPupil).toBe(true);
    expect((await listed(paths, ["CRITICAL", "CRITICAL"]))[0].hasPupil).toBe(false);
  });

  it("is waveforms with their channels, in the sorting that is read", async () => {
    const waveforms = (folder: string) => [
      `${folder}/clusters.waveforms.npy`,
      `${folder}/clusters.waveformsChannels.npy`,
    ];
    const has = async (...paths: string[]) => (await listed([...SPIKES, ...paths]))[1]?.hasWaveforms;
    expect(await has(...waveforms("alf/probe00/pykilosort"))).toBe(true);
    expect(await has("alf/probe00/pykilosort/clusters.waveforms.npy")).toBe(false);
    expect(await has(...waveforms("alf/probe00"))).toBe(false);
    expect(await has("alf/probe00/pykilosort/templates.waveforms.npy")).toBe(false);
    expect(await has("alf/probe00/pykilosort/waveforms.templates.npy")).toBe(false);
  });

  it("is unknown of a session without listed files", async () => {
    expect((await listed([]))[0].hasPupil).toBe(null);
  });

  it("gives the session's task protocols as they are written", async () => {
    const [session] = await listed(SPIKES);
    expect(session.sessionType).toBe("_iblrig_tasks_ephysChoiceWorld6.4.2/passiveChoiceWorld");
    expect(session.paradigm).toBe("task.decision");
  });
});

describe("what a folder without index holds", () => {
  it("is there, or may be elsewhere", async () => {
    const camera = { [`${FOLDER}alf/_ibl_leftCamera.features.pqt`]: new Uint8Array() };
    expect((await found(hubOf(camera)))[0]).toMatchObject({ hasPupil: true, sessionType: null });
    expect((await found(hubOf()))[0].hasPupil).toBe(null);
    expect((await found(hubOf()))[1]?.hasWaveforms).toBe(true);
    const without = { ...SMALL, [`${SORTING}clusters.waveforms.npy`]: null };
    expect((await found(hubOf({}, undefined, without)))[1]?.hasWaveforms).toBe(null);
  });

  it("is unknown of what a release table alone lists", async () => {
    const [pid, eid] = ["86837375-7ea9-5afd-ba45-aab8e32f369a", "e9930bb9-2950-34c9-847e-46a5d438b5c6"];
    const csv = `,pid,eid,probe_name,session_number,date,subject,lab\n0,${pid},${eid},probe00,1,2024-05-06,XP_9,examplelab\n`;
    const [session, probe] = await found(hubOf({ "list.csv": csv }, ["memory://one/list.csv"], {}));
    expect([session.ref, session.hasPupil, probe?.hasWaveforms]).toEqual([ref("ibl", "session", eid), null, null]);
  });
});
