import { type ByteStore, type Notice, type ReportRow, type ReportValues, StoreError } from "@crossprobe/core";
import { openOneIndex } from "@crossprobe/ibl-adapter/one";
import { alyxEvidence, extractionStatus, localEvidence, statusReport } from "@crossprobe/ibl-adapter/status";
import { createStores, JsonHttp, LocalStore, MemoryStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { TOKEN } from "../alyx-server/alyx-server.js";
import { EID, EID_WITHOUT_PROBES, setUp } from "../alyx-server/helpers.js";
import { SAMPLE } from "../cli/run.js";
import { FOLDER, SORTING, storesOf } from "./small-session.js";

type Status = ReturnType<typeof extractionStatus>;
const valuesOf = ({ aspects }: Status) => Object.fromEntries(aspects.map(({ column, value }) => [column, value]));

/** Rows of the report, what it told, and its counts. */
async function report(
  values: ReportValues,
  sources: readonly string[],
  more: { stores?: ReturnType<typeof storesOf>; url?: string } = {},
) {
  const failed: string[] = [];
  const notices: Notice[] = [];
  const table = statusReport.open({
    ...{ values, sources, stores: more.stores ?? createStores(), http: new JsonHttp() },
    environment: { ALYX_URL: more.url, ALYX_TOKEN: TOKEN },
    fail: (what, error) => failed.push(`${what}: ${error instanceof Error ? error.message : error}`),
    note: (notice) => notices.push(notice),
  });
  const rows: ReportRow[] = [];
  for await (const row of table.rows) rows.push(row);
  return { rows, failed, notices, counts: table.counts(), summary: table.summary(), table };
}

describe("the state of extraction of a record of Alyx", () => {
  // Read off session_read.json by hand, rule by rule: 81 files, two insertions, no verdict on video.
  it("is what its files and insertions say", async () => {
    const { client } = await setUp();
    const session = await client.session(EID);
    if (session === undefined) throw new Error("the fixture has no session");
    const status = extractionStatus(alyxEvidence(session));
    expect(valuesOf(status)).toEqual({
      trials: "extraction complete",
      wheel: "extraction complete",
      task_pre_intervalsTable: "extraction complete",
      task_pre_passiveStims: "raw data missing",
      task_pre_passiveGabor: "extraction complete",
      task_post_intervalsTable: "raw data missing",
      task_post_passiveStims: "raw data missing",
      task_post_passiveGabor: "raw data missing",
      probe00_raw_ap: "extraction complete",
      probe00_sync: "extraction complete",
      probe00_sorter: "pykilosort#2024-05-06# (2.15.0)",
      probe00_spikes: "extraction complete",
      probe00_bombcell: null,
      probe01_raw_ap: "extraction complete",
      probe01_sync: "extraction complete",
      probe01_sorter: "iblsorter (2.15.0)",
      probe01_spikes: "extraction complete",
      probe01_bombcell: null,
      left_camera_raw_video: "raw data missing",
      left_camera_pose: "extraction complete",
      right_camera_raw_video: "raw data missing",
      right_camera_pose: "raw data missing",
      body_camera_raw_video: "raw data missing",
      body_camera_pose: "raw data missing",
      ...Object.fromEntries(
        ["left", "right", "body"].flatMap((camera) =>
          ["dropped_frames", "timestamps", "pin_state"].map((name) => [`${camera}_camera_${name}`, null]),
        ),
      ),
      image_stacks: null,
      probe00_traced: true,
      probe00_alignment_uploaded: true,
      probe00_alignment_resolved: true,
      probe01_traced: true,
      probe01_alignment_uploaded: false,
      probe01_alignment_resolved: false,
    });
    expect(valuesOf(extractionStatus(alyxEvidence(session, { hasImageStacks: true }))).image_stacks).toBe(true);
  });

  it("does not count files without an address, and says how many", async () => {
    const { client } = await setUp();
    const session = await client.session(EID);
    if (session === undefined) throw new Error("the fixture has no session");
    const datasets = session.datasets.map((file) =>
      file.name === "_ibl_trials.table.pqt" ? { ...file, dataUrl: null } : file,
    );
    const status = extractionStatus(alyxEvidence({ ...session, datasets }));
    expect(valuesOf(status)).toMatchObject({ trials: "raw data missing", wheel: "extraction complete" });
    expect(status.notices).toMatchObject([{ code: "files-without-address", count: 1 }]);
  });

  it("is reported for the sessions of a service, the unreadable ones apart", async () => {
    const { server } = await setUp();
    const alyx = { alyx: true } as const;
    const one = await report({ ...alyx, session: [EID] }, [], { url: server.url });
    expect(one.rows.map(({ values }) => [values.eid, values.probe00_spikes])).toEqual([[EID, "extraction complete"]]);
    expect(one.rows[0]?.cells).toEqual(["XP_001/2022-03-14/001", "4/0/4", "6/0/0 ?2", "1/0/5", "4/2 ?1"]);
    const unknown = "00000000-0000-4000-8000-000000000000";
    const both = await report({ ...alyx, session: [unknown, EID_WITHOUT_PROBES, EID] }, [], { url: server.url });
    expect(both.failed).toHaveLength(both.counts.failed ?? 0);
    expect(both.failed.some((text) => text.includes(unknown))).toBe(true);
    expect(both.rows.some(({ values }) => values.eid === EID)).toBe(true);
  });
});

describe("the state of extraction of a folder", () => {
  it("is the same from the tables and from Alyx where both know", async () => {
    const store = new LocalStore(new URL("../fixtures/ibl-one/current/", import.meta.url).href);
    const index = await openOneIndex(store);
    const local = valuesOf(extractionStatus(await localEvidence(index, store, EID)));
    const { client } = await setUp();
    const session = await client.session(EID);
    if (session === undefined) throw new Error("the fixture has no session");
    const remote = valuesOf(extractionStatus(alyxEvidence(session)));
    const differ = Object.keys(remote).filter((column) => local[column] !== remote[column]);
    // Versions, local results and the records of insertions are what one of the two does not have.
    expect(differ.filter((column) => !/_(sorter|bombcell|traced|alignment_\w+)$/.test(column))).toEqual([]);
    expect(local.probe00_sorter).toBe("pykilosort#2024-05-06#");
  });

  it("is the same where the table of insertions, made by searches, has some of the probes or none", async () => {
    const store = new LocalStore(new URL("../fixtures/ibl-one/current/", import.meta.url).href);
    const index = await openOneIndex(store);
    const whole = valuesOf(extractionStatus(await localEvidence(index, store, EID)));
    expect(whole.probe01_spikes).toBe("extraction complete");
    for (const kept of [["probe00"], []]) {
      const insertions = (index.insertions ?? []).filter(({ name }) => kept.includes(name));
      const values = valuesOf(extractionStatus(await localEvidence({ ...index, insertions }, store, EID)));
      expect(values).toEqual(whole);
    }
  });

  it("without tables is that of the files that are there, bombcell's and settings' included", async () => {
    const changes = {
      [`${FOLDER}raw_task_data_00/_iblrig_taskSettings.raw.json`]:
        '{"PYBPOD_PROTOCOL": "_iblrig_tasks_passiveChoiceWorld", "X": NaN}',
      [`${FOLDER}raw_task_data_01/_iblrig_taskSettings.raw.json`]: "{",
      [`${FOLDER}alf/task_01/_ibl_trials.table.pqt`]: "",
      [`${FOLDER}raw_ephys_data/probe00/_spikeglx_ephysData_g0_t0.imec0.ap.cbin`]: "",
      [`${FOLDER}spike_sorters/pykilosort/probe00/bombcell/templates._bc_qMetrics.parquet`]: "",
    };
    const stores = storesOf(changes);
    const { rows, notices, failed } = await report({}, ["memory:///ONE/"], { stores });
    expect(failed).toEqual([]);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.values).toMatchObject({
      ...{ eid: null, subject: "XP_9", date: "2024-05-06", number: 1, trials: "extraction complete" },
      ...{ wheel: "extraction error", task_pre_intervalsTable: "extraction error" },
      ...{ probe00_bombcell: "extraction complete", probe00_sorter: "pykilosort", probe00_traced: true },
    });
    expect(notices).toMatchObject([{ code: "settings-without-protocol", count: 1 }]);
    const gone = await report({}, ["memory:///ONE/"], { stores: storesOf({ [`${SORTING}spikes.times.npy`]: null }) });
    expect(gone.rows[0]?.values).toMatchObject({ probe00_sorter: null, probe00_spikes: "raw data missing" });
  });

  it("goes on where a session cannot be read", async () => {
    const good = new MemoryStore("memory:///ONE/", {
      "S/2024-01-01/001/alf/_ibl_trials.table.pqt": new Uint8Array(1),
      "S/2024-01-02/001/raw_task_data_00/_iblrig_taskSettings.raw.json": new Uint8Array(1),
    });
    const store: ByteStore = {
      url: good.url,
      size: (key, options) => good.size(key, options),
      list: (prefix, options) => good.list(prefix, options),
      read: async (key) => {
        throw new StoreError(`${key} did not arrive`);
      },
    };
    const { rows, failed, counts } = await report({}, ["memory:///ONE/"], { stores: { open: () => store } });
    // Tables are looked for by size: the first read is that of the second session's settings.
    expect({ rows: rows.length, failed, counts: counts.failed }).toEqual({
      rows: 1,
      failed: [
        "session S/2024-01-02/001: S/2024-01-02/001/raw_task_data_00/_iblrig_taskSettings.raw.json did not arrive",
      ],
      counts: 1,
    });
  });

  it("chooses sessions and aspects", async () => {
    const source = [new URL(`file://${SAMPLE.ibl}/`).href];
    const all = await report({ by: ["aspect"] }, source);
    const missing = await report({ by: ["aspect"], only: ["missing"], group: ["ephys"] }, source);
    const wanted = all.rows.filter(({ values }) => values.value === "raw data missing" && values.group === "ephys");
    expect(missing.rows).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(0);
    expect(missing.counts).toEqual({ sessions: 1, "raw data missing": wanted.length });
    expect((await report({ subject: ["XP_"], lab: ["example"], from: ["2026-01-15"] }, source)).rows).toHaveLength(1);
    expect((await report({ to: ["2026-01-14"] }, source)).rows).toHaveLength(0);
    await expect(report({ session: ["XP_001/2026-01-16/001"] }, source)).rejects.toMatchObject({ code: "not-found" });
    expect((await report({ session: ["XP_001/2026-01-15/001"] }, source)).rows).toHaveLength(1);
    expect(() => statusReport.check({ only: ["error"] })).toThrow(/--by aspect|choose aspects/);
    expect(() => statusReport.check({ from: ["2024-13-99"] })).toThrow(/no day/);
  });
});
