import { createHash } from "node:crypto";
import { QueryError } from "@crossprobe/core";
import { dataUrl, encodeDataUrl, withDatasetId } from "@crossprobe/ibl-adapter/alyx";
import { describe, expect, it } from "vitest";
import { EID, EID_WITHOUT_PROBES, failureOf, OTHER_PID, PID, setUp, TRACK } from "./helpers.js";
import { LISTS } from "./records.js";

const idsOf = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);

describe("AlyxClient", () => {
  it("gives every session of a list, page by page, in the service's order", async () => {
    const { client, server } = await setUp();
    const ids = idsOf(await client.sessions({}, { pageSize: 7 }).toArray());
    expect(ids).toEqual((LISTS.get("sessions") ?? []).map((record) => record.id));
    expect(server.seen.map(({ url }) => url)).toEqual([
      "/sessions?limit=7",
      ...[7, 14, 21, 28].map((offset) => `/sessions?limit=7&offset=${offset}`),
    ]);
  });

  it("asks for no page that is not wanted, and keeps the filter on later ones", async () => {
    const { client, server } = await setUp();
    const list = client.sessions({ lab: "examplelab", taskProtocol: "choiceworld" }, { pageSize: 2 });
    expect(server.seen).toEqual([]);
    let count = 0;
    for await (const session of list) {
      expect([session.lab, session.taskProtocol?.toLowerCase()]).toEqual([
        "examplelab",
        expect.stringContaining("choiceworld"),
      ]);
      if (++count === 3) break;
    }
    expect(server.seen.map(({ url }) => url)).toEqual([
      "/sessions?lab=examplelab&limit=2&task_protocol=choiceworld",
      "/sessions?lab=examplelab&limit=2&offset=2&task_protocol=choiceworld",
    ]);
  });

  it("reads an item from either end with two requests", async () => {
    const { client, server } = await setUp();
    const list = client.sessions({}, { pageSize: 12, isFresh: true });
    const all = (LISTS.get("sessions") ?? []).map((record) => record.id);
    expect([(await list.at(25))?.id, (await list.at(-1))?.id]).toEqual([all[25], all[29]]);
    expect(server.seen).toHaveLength(4);
    expect([await list.at(30), await list.at(-31), await list.count()]).toEqual([undefined, undefined, 30]);
  });

  it("reads a session with its files and probes, in our names", async () => {
    const { client } = await setUp();
    const session = await client.session(EID);
    expect(session).toMatchObject({
      subject: "XP_001",
      number: 1,
      startTime: "2022-03-14T09:12:30.123456",
      taskProtocol: "_iblrig_tasks_ephysChoiceWorld6.4.2",
      endTime: null,
      narrative: null,
      trialCount: 522,
      qc: "PASS",
    });
    expect(session?.datasets[0]).toMatchObject({
      relativePath: "alf/probe00/pykilosort/#2024-05-06#/spikes.amps.npy",
      isDefaultRevision: true,
      sizeBytes: 132,
      md5: "7e1e525d528a26d1ec5169a18a1d63e5",
    });
    expect(session?.datasets[1]).toMatchObject({ revision: null, isDefaultRevision: false });
    expect(new Map(session?.probes.map((probe) => [probe.id, [probe.histology, probe.alignmentCount]]))).toEqual(
      new Map([
        [PID, ["resolved", 2]],
        [OTHER_PID, ["traced", 0]],
      ]),
    );
  });

  it("leads from sessions to probes and back", async () => {
    const { client } = await setUp();
    expect((await client.probesOf(EID)).sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { id: PID, name: "probe00" },
      { id: OTHER_PID, name: "probe01" },
    ]);
    expect(await client.probesOf(EID_WITHOUT_PROBES)).toEqual([]);
    expect(await client.sessionOf(PID)).toEqual({ id: EID, name: "probe00" });
    expect(await client.sessionOf("11111111-2222-4333-8444-555555555555")).toBeUndefined();
    expect(await client.dataset("11111111-2222-4333-8444-555555555555")).toBeUndefined();
  });

  it("finds probes and sessions by region, what lies below it included", async () => {
    const { client } = await setUp();
    // Channels of the aligned track lie in VISp6a, CA1, DG-po and thalamic nuclei: none in VISp or HPF itself.
    for (const atlasAcronym of ["VISp", "HPF", "CA1", "grey"]) {
      expect(idsOf(await client.insertions({ atlasAcronym }).toArray())).toEqual([PID]);
      expect(idsOf(await client.sessions({ atlasAcronym }).toArray())).toEqual([EID]);
    }
    expect(await client.insertions({ atlasAcronym: ["MOs", "CB"] }).toArray()).toEqual([]);
    expect(await client.insertions({ atlasAcronym: "Ca1" }).count()).toBe(1);
    expect(() => client.insertions({ atlasAcronym: "CA11" })).toThrow(QueryError);
    expect(() => client.insertions({ atlasAcronym: [] })).toThrow(QueryError);
    // CM and cm are two regions.
    expect(() => client.insertions({ atlasAcronym: "cM" })).toThrow(QueryError);
    expect(await client.insertions({ atlasAcronym: "CM" }).count()).toBe(0);
  });

  it("reads channels, and chooses those within a region", async () => {
    const { client } = await setUp();
    const channels = await client.channels({ trajectory: TRACK }).toArray();
    expect(channels).toHaveLength(10);
    expect(channels[0]).toMatchObject({
      axialUm: 20,
      lateralUm: 43,
      mlUm: -1799.999,
      apUm: -2600,
      dvUm: -4200,
      regionId: 218,
    });
    const inCa1 = await client.channelsWithin("CA1", { trajectory: TRACK });
    expect(new Set(inCa1.map(({ regionId }) => regionId))).toEqual(new Set([382]));
    const inHippocampus = await client.channelsWithin("HPF", { trajectory: TRACK });
    expect(inHippocampus.length).toBeGreaterThan(inCa1.length);
    expect(await client.channels({ trajectory: TRACK, regionId: 184 }).toArray()).toEqual([]);
  });

  it("reads trajectories by provenance", async () => {
    const { client } = await setUp();
    const provenance = "Ephys aligned histology track";
    const [track, ...more] = await client.trajectories({ insertion: PID, provenance }).toArray();
    expect(more).toEqual([]);
    expect(track).toMatchObject({
      id: TRACK,
      insertionId: PID,
      sessionId: EID,
      mlUm: -2243.1,
      depthUm: 4001,
      thetaDegrees: 15,
    });
    expect(Object.keys(track?.alignments ?? {})).toHaveLength(2);
    expect(await client.trajectories({ insertion: PID }).count()).toBe(4);
  });

  it("filters by project, tag, task protocol, files, dates and ids", async () => {
    const { client } = await setUp();
    const count = (filter: Parameters<typeof client.sessions>[0]): Promise<number> => client.sessions(filter).count();
    const wire = LISTS.get("sessions") ?? [];
    const inProject = wire.filter(({ projects }) => String(projects).toLowerCase().includes("brainwide"));
    expect(await count({ project: "BrainWide" })).toBe(inProject.length);
    expect(await count({ tag: "2026_Q1" })).toBe(1);
    expect(await count({ datasets: ["spikes.times.npy", "licks.times.npy"] })).toBe(1);
    expect(await count({ datasets: ["spikes.times.npy", "not.there.npy"] })).toBe(0);
    expect(await count({ dates: "2022-03-14" })).toBe(
      wire.filter(({ start_time: time }) => String(time).startsWith("2022-03-14")).length,
    );
    expect(await count({ dates: { from: "1900-01-01" } })).toBe(30);
    expect(await count({ dates: { to: "1900-01-01" } })).toBe(0);
    expect(await count({ id: EID })).toBe(1);
    expect(await count({ other: { subject: "xp_001", nonsense: "ignored" } })).toBe(
      wire.filter(({ subject }) => String(subject).toLowerCase() === "xp_001").length,
    );
  });

  it.each<[filter: object, message: string]>([
    [{ nonsense: 1 }, "no condition"],
    [{ datasets: [] }, "empty list"],
    [{ lab: ["a,b"] }, "comma"],
    [{ dates: "14.3.2022" }, "no day"],
    [{ dates: { from: "2022-3-1" } }, "no day"],
    [{ django: "qc__lt" }, "pairs"],
    [{ django: ["qc__lt,1", "qc__lt,2"] }, "twice"],
    [{ id: EID, django: "pk,x" }, "twice"],
  ])("sends nothing for the filter %j", async (filter, message) => {
    const { client, server } = await setUp();
    expect(() => client.sessions(filter)).toThrow(QueryError);
    expect(() => client.sessions(filter)).toThrow(message);
    expect(server.seen).toEqual([]);
  });

  it("keeps commas inside brackets together in a Django condition", async () => {
    const { client } = await setUp();
    const ids = (LISTS.get("sessions") ?? []).slice(3, 5).map((record) => String(record.id));
    const django = `id__in,[${ids.map((id) => `'${id}'`).join(", ")}]`;
    expect(idsOf(await client.sessions({ django }).toArray())).toEqual(ids);
    expect(await client.datasets({ ids: ["7e419700-efd2-3dc0-bedd-3ca8491ecb05"] }).count()).toBe(1);
    expect(() => client.datasets({ ids: Array.from({ length: 101 }, () => EID) })).toThrow("100");
    expect(await failureOf(Promise.resolve().then(() => client.session("../me")))).toBeInstanceOf(QueryError);
  });

  it("gives the addresses of files, which the data server has, and sends it no token", async () => {
    const { client, server } = await setUp();
    const datasets = await client.datasets({ session: EID, name: "_ibl_wheel.position.npy" }).toArray();
    expect(datasets.map(({ revision }) => revision)).toEqual(["2025-03-03", null]);
    for (const dataset of datasets) {
      const url = dataUrl(dataset, `${server.dataUrl}/public`);
      const bytes = new Uint8Array(await (await fetch(url ?? "")).arrayBuffer());
      expect([bytes.byteLength, createHash("md5").update(bytes).digest("hex")]).toEqual([
        dataset.sizeBytes,
        dataset.md5,
      ]);
      expect(dataUrl(dataset, "https://elsewhere.example.org")).toBeUndefined();
    }
    expect(server.seenData.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(server.seenData[0]?.url).toContain("/%232025-03-03%23/");
  });
});

describe("addresses of files", () => {
  it("are encoded once, however often it is done", () => {
    const encoded = encodeDataUrl("https://data.example.org/public/a b/#2025-03-03#/x.y.npy");
    expect(encoded).toBe("https://data.example.org/public/a%20b/%232025-03-03%23/x.y.npy");
    expect(encodeDataUrl(encoded)).toBe(encoded);
  });

  it("have the id before the last ending", () => {
    expect(withDatasetId("alf/#r#/_spikeglx_g0_t0.imec0.ap.cbin", "ID")).toBe(
      "alf/#r#/_spikeglx_g0_t0.imec0.ap.ID.cbin",
    );
    expect(withDatasetId("a.b/name", "ID")).toBe("a.b/name.ID");
  });
});
