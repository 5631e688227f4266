import { readFileSync } from "node:fs";
import { isDataError, ref, spikeTrain, table } from "@crossprobe/core";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { describe, expect, it } from "vitest";
import { FOLDER, hubOf, PROBE_ID, SESSION_ID, SORTING } from "./small-session.js";

const session = ref("ibl", "session", SESSION_ID);
const probe = ref("ibl", "probe", PROBE_ID);
const unit = (cluster: number) => ref("ibl", "unit", `${PROBE_ID}/${cluster}`);

describe("a folder without index tables", () => {
  it("names sessions by their path and probes by their folder", async () => {
    const hub = hubOf();
    const sessions = [];
    for await (const found of hub.sessions()) sessions.push(found);
    expect(sessions).toMatchObject([
      { ref: session, subject: "XP_9", lab: "examplelab", startTime: "2024-05-06", probeCount: 1 },
    ]);
    expect(await hub.probes(session)).toEqual([
      {
        ref: probe,
        session,
        label: "probe00",
        channelCount: 4,
        unitCount: 3,
        hasLfp: null,
        hasWaveforms: true,
        model: null,
      },
    ]);
  });

  it("takes the ids from a release table that knows the same session", async () => {
    const [pid, eid] = ["86837375-7ea9-5afd-ba45-aab8e32f369a", "e9930bb9-2950-34c9-847e-46a5d438b5c6"];
    const csv = `,pid,eid,probe_name,session_number,date,subject,lab\n0,${pid},${eid},probe00,1,2024-05-06,XP_9,examplelab\n`;
    const hub = hubOf({ "list.csv": csv }, ["memory://one/", "memory://one/list.csv"]);
    expect(await hub.probes(ref("ibl", "session", eid))).toMatchObject([
      { ref: { id: pid }, label: "probe00", unitCount: 3 },
    ]);
    expect((await hub.spikes(ref("ibl", "probe", pid))).units[2]).toEqual(ref("ibl", "unit", `${pid}/2`));
  });

  it("takes the ids from a release table in its root, and nothing but its own sessions from it", async () => {
    const [pid, eid] = ["86837375-7ea9-5afd-ba45-aab8e32f369a", "e9930bb9-2950-34c9-847e-46a5d438b5c6"];
    const [pid2, eid2] = ["350dd8d5-a453-599f-bf9c-0667c31c9646", "11111111-2950-34c9-847e-46a5d438b5c6"];
    const row = `0,${pid},${eid},probe00,1,2024-05-06,XP_9,examplelab\n1,${pid2},${eid2},probe00,2,2024-05-06,XP_9,examplelab`;
    const csv = `,pid,eid,probe_name,session_number,date,subject,lab\n${row}\n`;
    const hub = hubOf({ "bwm_release.csv": csv, "notes.csv": "a,b\n1,2\n" });
    const sessions = [];
    for await (const found of hub.sessions()) sessions.push(found.ref.id);
    expect(sessions).toEqual([eid]);
    expect(await hub.probes(ref("ibl", "session", eid))).toMatchObject([{ ref: { id: pid }, unitCount: 3 }]);
    expect((await hub.describe("ibl")).notices).toMatchObject([
      { code: "file-left-aside", where: "memory://one/notes.csv" },
    ]);
  });

  it("takes ids in upper case for the same ids", async () => {
    const [pid, eid] = ["86837375-7ea9-5afd-ba45-aab8e32f369a", "e9930bb9-2950-34c9-847e-46a5d438b5c6"];
    const row = `0,${pid.toUpperCase()},${eid.toUpperCase()},probe00,1,2024-05-06,XP_9,examplelab`;
    const csv = `,pid,eid,probe_name,session_number,date,subject,lab\n${row}\n`;
    const hub = hubOf({ "list.csv": csv }, ["memory://one/", "memory://one/list.csv"]);
    expect(await hub.probes(ref("ibl", "session", eid))).toMatchObject([{ ref: { id: pid }, unitCount: 3 }]);
  });

  it("counts insertions of sessions that no source lists", async () => {
    const ids = ["86837375-7ea9-5afd-ba45-aab8e32f369a", "e9930bb9-2950-34c9-847e-46a5d438b5c6"];
    const insertions = table([
      ["id", [ids[0]]],
      ["eid", [ids[1]]],
      ["name", ["probe00"]],
    ]);
    const metadata = new Map([["one_metadata", JSON.stringify({ date_created: "2024-05-06 00:00" })]]);
    const { notices } = await hubOf({ "insertions.pqt": encodeParquet(insertions, metadata) }).describe("ibl");
    expect(notices).toMatchObject([{ code: "insertions-of-unlisted-sessions", count: 1 }]);
  });

  it("takes the last revision as text, and says so", async () => {
    const hub = hubOf({ [`${SORTING}#2024-05-06#/spikes.amps.npy`]: [1, 2, 3, 4, 5, 6, 7] });
    const spikes = await hub.spikes(probe);
    expect([...(spikes.amplitudesV ?? [])]).toEqual([2, 5, 6, 1, 3, 4, 7]);
    expect(spikes.notices.map(({ code }) => code)).toEqual(["revision-assumed", "mixed-revisions"]);
  });
});

describe("spikes", () => {
  it("are grouped by unit, in order, with an empty span for a silent unit", async () => {
    const spikes = await hubOf().spikes(probe);
    expect([...spikes.offsets]).toEqual([0, 3, 3, 7]);
    expect([0, 1, 2].map((i) => [...spikeTrain(spikes, i)])).toEqual([[1, 2.5, 3], [], [0.5, 1.5, 2, 3.5]]);
    expect([...(spikes.amplitudesV ?? [])]).toEqual([1e-4, 1.1e-4, 1.2e-4, 5e-5, 5.1e-5, 5.2e-5, 5.3e-5]);
    expect(spikes.coverage).toEqual({ first: 0.5, last: 3.5 });
    expect(spikes.notices).toEqual([]);
  });

  it("of chosen units keep the order asked and the probe's coverage", async () => {
    const spikes = await hubOf().spikes(probe, { units: [unit(2), unit(1), unit(0)] });
    expect([...spikes.offsets]).toEqual([0, 4, 4, 7]);
    expect(spikes.coverage).toEqual({ first: 0.5, last: 3.5 });
  });

  it("that stand before an earlier one are sorted with their amplitudes, and counted", async () => {
    const spikes = await hubOf({ [`${SORTING}spikes.times.npy`]: [0.5, 3, 1.5, 2, 2.5, 1, 3.5] }).spikes(probe);
    expect([...spikeTrain(spikes, 0)]).toEqual([1, 2.5, 3]);
    expect([...(spikes.amplitudesV ?? [])].slice(0, 3)).toEqual([1.2e-4, 1.1e-4, 1e-4]);
    expect(spikes.notices).toMatchObject([{ code: "unordered-spikes-sorted", count: 2 }]);
  });

  it("without amplitudes have none, not zeros", async () => {
    expect((await hubOf({ [`${SORTING}spikes.amps.npy`]: null }).spikes(probe)).amplitudesV).toBeNull();
  });
});

describe("LFP", () => {
  it("of other sites than the channel table has its own channels, and says so", async () => {
    const [pid, eid] = ["00368c14-4583-4c95-af24-b35d429ded77", "e9930bb9-2950-34c9-847e-46a5d438b5c6"];
    const csv = `,pid,eid,probe_name,session_number,date,subject,lab\n0,${pid},${eid},probe00,1,2024-05-06,XP_9,examplelab\n`;
    const h5 = new Uint8Array(readFileSync(new URL("../fixtures/lfpack/format-2/small.h5", import.meta.url)));
    const hub = hubOf({ "lfp.h5": h5, "list.csv": csv }, ["memory://one/", "memory://one/list.csv"]);
    const lfp = await hub.lfp(ref("ibl", "probe", pid));
    expect((await hub.channels(ref("ibl", "probe", pid))).rows).toHaveLength(4);
    expect(lfp.channels).toHaveLength(16);
    expect(lfp.notices).toMatchObject([{ code: "lfp-channels-unmatched", count: 12 }]);
    lfp.close();
    hub.dispose();
  });
});

describe("channels and units", () => {
  it("tell outside the brain from no histology, and take the side from the position", async () => {
    const { rows } = await hubOf().channels(probe);
    expect(rows.map(({ region, regionAbsent, hemisphere }) => [region?.acronym ?? regionAbsent, hemisphere])).toEqual([
      ["VISp", "left"],
      ["VISp5", "left"],
      ["outsideBrain", "right"],
      ["outsideBrain", null],
    ]);
    expect(rows[0]?.ccf).toEqual({ ap: 8400, dv: 1132, ml: 3239 });
    expect(rows[3]?.ccf).toBeNull();
    const bare = await hubOf({ [`${SORTING}channels.brainLocationIds_ccf_2017.npy`]: null }).channels(probe);
    expect(bare.rows.map(({ regionAbsent }) => regionAbsent)).toEqual(Array(4).fill("notRegistered"));
  });

  it("are replaced by electrode sites of another number, and overridden by as many", async () => {
    const ids = (...values: number[]) => ({ data: Int32Array.from(values), shape: [values.length] });
    const key = `${FOLDER}alf/probe00/electrodeSites.brainLocationIds_ccf_2017.npy`;
    const same = await hubOf({ [key]: ids(672, 672, 672, 672) }).channels(probe);
    expect(same.rows.map(({ region, lateralUm }) => [region?.acronym, lateralUm])).toEqual(
      [43, 11, 59, 27].map((x) => ["CP", x]),
    );
    const fewer = await hubOf({ [key]: ids(672, 672) }).channels(probe);
    expect(fewer.rows.map(({ region, lateralUm, siteIndex }) => [region?.acronym, lateralUm, siteIndex])).toEqual([
      ["CP", null, 0],
      ["CP", null, 1],
    ]);
    expect(fewer.notices).toMatchObject([{ code: "electrode-sites-replace-channels", count: 4 }]);
  });

  it("of a sorting without histology take the places of an aligned one, along the probe", async () => {
    const [own, other] = [`${FOLDER}alf/probe00/iblsorter/`, SORTING];
    const hub = hubOf({
      [`${own}spikes.times.npy`]: [0.5],
      [`${own}channels.localCoordinates.npy`]: { data: Float64Array.of(11, 20, 11, 25, 11, 41), shape: [3, 2] },
    });
    const { rows, notices, provenance } = await hub.channels(ref("ibl", "probe", PROBE_ID));
    // the aligned sorting has its first sites at 20 and 40 um, in VISp and outside the brain; 25 is a quarter of the way
    expect(rows.map(({ region, regionAbsent, ccf }) => [region?.acronym ?? regionAbsent, ccf?.ap ?? null])).toEqual([
      ["VISp", 5400 + 3000],
      ["VISp", 5400 + 2250],
      ["notRegistered", null],
    ]);
    expect(notices.map(({ code, count }) => [code, count])).toEqual([
      ["locations-interpolated", 2],
      ["locations-not-interpolated", 1],
    ]);
    expect(provenance.some(({ url }) => url.includes(other))).toBe(true);
  });

  it("of a probe with several shanks are not interpolated along one of them", async () => {
    const own = `${FOLDER}alf/probe00/iblsorter/`;
    const hub = hubOf({
      [`${own}spikes.times.npy`]: [0.5],
      [`${own}channels.localCoordinates.npy`]: { data: Float64Array.of(27, 20, 277, 25), shape: [2, 2] },
    });
    const { rows, notices } = await hub.channels(ref("ibl", "probe", PROBE_ID));
    expect(rows.map(({ regionAbsent }) => regionAbsent)).toEqual(["notRegistered", "notRegistered"]);
    expect(notices).toEqual([]);
  });

  it("join metrics by cluster id, and judge nothing where there are none", async () => {
    const { rows, notices } = await hubOf().unitTable(probe);
    expect(
      rows.map(({ uuid, spikeCount, firingRate, quality }) => [uuid, spikeCount, firingRate, quality["ibl-good@2023"]]),
    ).toEqual([
      ["uuid-a", 3, 1, false],
      ["uuid-b", null, null, null],
      ["uuid-c", 4, 1.3, true],
    ]);
    expect(rows.map(({ firingRateSource }) => firingRateSource === null)).toEqual([false, true, false]);
    expect(rows[2]?.metrics).toEqual({ "ibl.spike_count": 4, "ibl.firing_rate": 1.3, "ibl.label": 1 });
    expect(rows[1]?.metrics).toEqual({ "ibl.spike_count": null, "ibl.firing_rate": null, "ibl.label": null });
    expect(notices).toMatchObject([{ code: "units-without-metrics", count: 1 }]);
  });

  it("without channel files are units without a place", async () => {
    const names = ["localCoordinates", "mlapdv", "brainLocationIds_ccf_2017", "rawInd"];
    const hub = hubOf(Object.fromEntries(names.map((name) => [`${SORTING}channels.${name}.npy`, null])));
    const { rows, notices } = await hub.unitTable(probe);
    expect(rows[0]).toMatchObject({ peakChannel: null, region: null, regionAbsent: "notRegistered", ccf: null });
    expect(notices.map(({ code }) => code)).toContain("units-without-peak-channel");
  });
});

describe("events and movement", () => {
  it("count zero contrast and missing onsets, and are no visual onsets", async () => {
    const { rows, excluded } = await hubOf().events(session, { types: ["stimulus.visual.onset"] });
    expect(rows).toMatchObject([
      { time: 10, stopTime: 11, contrast: 0.5, side: "left", nativeRow: 0 },
      { time: 30, stopTime: null, contrast: 0.0625, side: "right", nativeRow: 2 },
    ]);
    expect(excluded).toEqual([
      { reason: "noOnsetTime", count: 1 },
      { reason: "zeroContrast", count: 1 },
    ]);
  });

  it("say which types the trials cannot tell, and refuse one that is asked for by name", async () => {
    const { notices, rows } = await hubOf().events(session);
    expect(rows.filter(({ type }) => type === "outcome").map(({ isCorrect }) => isCorrect)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(notices.map(({ code }) => code)).toEqual(Array(3).fill("event-columns-missing"));
    await expect(hubOf().events(session, { types: ["choice"] })).rejects.toMatchObject({ code: "schema" });
  });

  it("put several tasks one after the other", async () => {
    const second = {
      [`${FOLDER}alf/task_01/_ibl_trials.stimOn_times.npy`]: [50],
      [`${FOLDER}alf/task_01/_ibl_trials.contrastLeft.npy`]: [Number.NaN],
      [`${FOLDER}alf/task_01/_ibl_trials.contrastRight.npy`]: [1],
    };
    const { rows, notices } = await hubOf(second).events(session, { types: ["stimulus.visual.onset"] });
    expect(rows.map(({ time, nativeRow }) => [time, nativeRow])).toEqual([
      [10, 0],
      [30, 2],
      [50, 4],
    ]);
    expect(notices).toMatchObject([{ code: "several-tasks", count: 2 }]);
  });

  it("turn radians into centimetres of wheel surface between samples", async () => {
    const { startTimes, stopTimes, displacementCm } = await hubOf().movement(session);
    expect([...startTimes]).toEqual([1, 1.5, 9]);
    expect([...stopTimes]).toEqual([1.5, 9, 9.25]);
    [0.31, 0, -0.62].forEach((expected, i) => {
      expect(displacementCm[i]).toBeCloseTo(expected, 12);
    });
  });
});

describe("waveforms", () => {
  it("are microvolts on the channels named for each unit", async () => {
    const { rows, samplingRate } = await hubOf().waveforms(probe, { units: [unit(2)] });
    expect(rows).toMatchObject([{ unit: unit(2), siteIndices: [3, 2], data: { shape: [2, 2], unit: "uV" } }]);
    [8, 9, 10, 11].forEach((expected, i) => {
      expect(rows[0]?.data.data[i]).toBeCloseTo(expected, 4);
    });
    expect(samplingRate).toBeNull();
  });
});

/** What is damaged, what is asked, and the kind of error with what its message names. */
const BAD: [
  string,
  Parameters<typeof hubOf>[0],
  (hub: ReturnType<typeof hubOf>) => Promise<unknown>,
  string,
  RegExp,
][] = [
  [
    "spikes of different lengths",
    { [`${SORTING}spikes.clusters.npy`]: [0, 0] },
    (hub) => hub.spikes(probe),
    "format",
    /spikes\.clusters\.npy has shape \[2\], expected \[7\]/,
  ],
  [
    "amplitudes of another length",
    { [`${SORTING}spikes.amps.npy`]: [0, 0] },
    (hub) => hub.spikes(probe),
    "format",
    /spikes\.amps\.npy/,
  ],
  [
    "a spike of no cluster",
    { [`${SORTING}spikes.clusters.npy`]: [0, 1, 2, 3, 0, 0, 0] },
    (hub) => hub.spikes(probe),
    "format",
    /spike 3 .* names cluster 3; the cluster table has 3 rows/,
  ],
  [
    "a spike without a time",
    { [`${SORTING}spikes.times.npy`]: [0, 1, 2, Number.NaN, 4, 5, 6] },
    (hub) => hub.spikes(probe),
    "format",
    /spikes\.times\.npy holds NaN/,
  ],
  [
    "a cut file",
    { [`${SORTING}spikes.times.npy`]: new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50]) },
    (hub) => hub.spikes(probe),
    "format",
    /spikes\.times\.npy/,
  ],
  [
    "an empty file",
    { [`${SORTING}spikes.times.npy`]: new Uint8Array() },
    (hub) => hub.spikes(probe),
    "format",
    /spikes\.times\.npy/,
  ],
  [
    "channels of different lengths",
    { [`${SORTING}channels.rawInd.npy`]: [0, 1] },
    (hub) => hub.channels(probe),
    "format",
    /channels\.rawInd\.npy has shape \[2\], expected \[4\]/,
  ],
  [
    "too few uuids",
    { [`${SORTING}clusters.uuids.csv`]: "uuids\na\n" },
    (hub) => hub.unitTable(probe),
    "format",
    /clusters\.uuids\.csv/,
  ],
  [
    "a cluster twice in the metrics",
    { [`${SORTING}clusters.metrics.csv`]: "cluster_id,label\n0,1\n0,1\n" },
    (hub) => hub.unitTable(probe),
    "format",
    /names cluster 0 twice/,
  ],
  [
    "metrics that cannot be joined",
    { [`${SORTING}clusters.metrics.csv`]: "label\n0\n1\n" },
    (hub) => hub.unitTable(probe),
    "format",
    /2 rows for 3 clusters/,
  ],
  [
    "trials of different lengths",
    { [`${FOLDER}alf/_ibl_trials.stimOff_times.npy`]: [1] },
    (hub) => hub.events(session),
    "format",
    /stimOff_times\.npy/,
  ],
  [
    "a wheel of different lengths",
    { [`${FOLDER}alf/_ibl_wheel.timestamps.npy`]: [1, 2] },
    (hub) => hub.movement(session),
    "format",
    /_ibl_wheel\.timestamps\.npy has shape \[2\], expected \[4\]/,
  ],
  [
    "a wheel whose time goes back",
    { [`${FOLDER}alf/_ibl_wheel.timestamps.npy`]: [1, 2, 1.5, 3] },
    (hub) => hub.movement(session),
    "format",
    /from 2 s to 1.5 s at sample 2/,
  ],
  [
    "waveforms of another sort",
    { [`${SORTING}clusters.waveforms.npy`]: { data: new Float32Array(8), shape: [2, 2, 2] } },
    (hub) => hub.waveforms(probe),
    "format",
    /clusters\.waveforms\.npy has shape \[2, 2, 2\]/,
  ],
  [
    "waveforms on a channel that is none",
    { [`${SORTING}clusters.waveformsChannels.npy`]: { data: Int32Array.of(1, 0, 0, 1, 9, 2), shape: [3, 2] } },
    (hub) => hub.waveforms(probe),
    "format",
    /names channel 9; the channel table has 4 rows/,
  ],
  [
    "no spikes",
    { [`${SORTING}spikes.times.npy`]: null, [`${FOLDER}alf/probe01/spikes.times.npy`]: [1] },
    (hub) => hub.spikes(probe),
    "not-found",
    /no spikes\.times/,
  ],
  ["no LFP", {}, (hub) => hub.lfp(probe), "not-found", /no LFP for probe/],
  [
    "no wheel anywhere",
    { [`${FOLDER}alf/_ibl_wheel.position.npy`]: null },
    (hub) => hub.movement(session),
    "unsupported",
    /no movement: .*wheel\.position/,
  ],
  ["a unit that is none", {}, (hub) => hub.spikes(probe, { units: [unit(3)] }), "not-found", /none of the 3 units/],
];

describe("bad input is a typed error that names the file", () => {
  it.each(BAD)("%s", async (_name, changes, ask, code, message) => {
    const error: unknown = await ask(hubOf(changes)).catch((reason: unknown) => reason);
    expect(isDataError(error) ? error.code : error).toBe(code);
    expect(String(error)).toMatch(message);
  });
});

describe("sources", () => {
  it("that hold no ONE cache are not found, naming what was looked for", async () => {
    const error: unknown = await hubOf({}, ["memory://one/"], { "notes.txt": "x" })
      .describe("ibl")
      .catch((reason: unknown) => reason);
    expect(isDataError(error, "not-found")).toBe(true);
    expect(String(error)).toMatch(/no ONE cache in memory:\/\/one\/: looked for sessions\.pqt.*it holds 1 files/);
  });

  it("that are missing are not found", async () => {
    await expect(hubOf({}, ["memory://one/none.csv"]).describe("ibl")).rejects.toMatchObject({ code: "not-found" });
    await expect(hubOf({}, ["memory://one/none.h5"]).describe("ibl")).rejects.toMatchObject({ code: "not-found" });
    expect(() => hubOf({}, [])).toThrow(/no source/);
    expect(() => hubOf({}, ["relative/path"])).toThrow(/no absolute URL/);
  });

  it("leave an .h5 aside that is no LFPack, and refuse it when it is named", async () => {
    const changes = { "notes.h5": "this is no HDF5 file" };
    expect((await hubOf(changes).describe("ibl")).notices).toMatchObject([
      { code: "file-left-aside", where: "memory://one/notes.h5" },
    ]);
    await expect(hubOf(changes, ["memory://one/notes.h5"]).describe("ibl")).rejects.toMatchObject({ code: "format" });
  });

  it.each([
    ["a missing column", ",pid,probe_name,session_number,date,subject,lab\n", /eid/],
    [
      "a probe without an id",
      ",pid,eid,probe_name,session_number,date,subject,lab\n0,x,e9930bb9-2950-34c9-847e-46a5d438b5c6,p,1,2024-05-06,s,l\n",
      /row 0 .*pid/,
    ],
  ])("refuse a release table with %s", async (_name, csv, message) => {
    const error: unknown = await hubOf({ "list.csv": csv }, ["memory://one/list.csv"])
      .describe("ibl")
      .catch((reason: unknown) => reason);
    expect(isDataError(error, "schema")).toBe(true);
    expect(String(error)).toMatch(message);
    expect(String(error)).toContain("memory://one/list.csv");
  });

  it("may be the folder of one session", async () => {
    const hub = hubOf({ "alf/probe00/spikes.times.npy": [1] }, ["memory://one/lab/Subjects/XP_9/2024-05-06/002/"], {});
    const sessions = [];
    for await (const { ref } of hub.sessions()) sessions.push(ref.id);
    expect(sessions).toEqual(["lab/XP_9/2024-05-06/002"]);
  });
});
