import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allen } from "@crossprobe/allen-adapter";
import {
  createHub,
  type DownloadResult,
  type FileSelection,
  type Hub,
  parseRef,
  type RemoteFile,
  ref,
} from "@crossprobe/core";
import { readParquet, readParquetSchema } from "@crossprobe/formats/parquet";
import { ibl } from "@crossprobe/ibl-adapter";
import { AlyxClient } from "@crossprobe/ibl-adapter/alyx";
import { listDatasets, openOneIndex } from "@crossprobe/ibl-adapter/one";
import { createDownloader, createStores, JsonHttp, LocalStore, toFileUrl } from "@crossprobe/storage/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAlyxServer, TOKEN } from "../alyx-server/alyx-server.js";
import { SAMPLE } from "../cli/run.js";
import { type DataServer, startDataServer } from "../data-server/data-server.js";
import { filesOnServer, folderOfTables, SAMPLE_ONE } from "../data-server/ibl-files.js";

const ACCOUNT = `Basic ${Buffer.from("reader:secret").toString("base64")}`;
const SESSION = parseRef("ibl:session:e9930bb9-2950-34c9-847e-46a5d438b5c6", "session");
const PROBE = parseRef("ibl:probe:86837375-7ea9-5afd-ba45-aab8e32f369a", "probe");

let server: DataServer;
const folders: string[] = [];
beforeEach(async () => {
  server = await startDataServer({ files: await filesOnServer(), authorization: ACCOUNT });
});
afterEach(async () => {
  await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-one-"));
  folders.push(folder);
  return folder;
}

function openHub(source = kept(folderOfTables())): Hub {
  const dataServer = `${server.url}/public`;
  return createHub({
    stores: createStores(),
    adapters: [ibl({ sources: [`${toFileUrl(source)}/`], dataServer })],
    downloader: createDownloader({ authorize: (url) => (url.href.startsWith(`${dataServer}/`) ? ACCOUNT : undefined) }),
  });
}

function kept(folder: string): string {
  folders.push(folder);
  return folder;
}

async function list(hub: Hub, selection: FileSelection): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  for await (const file of hub.files(selection)) files.push(file);
  return files;
}

async function fetchAll(hub: Hub, selection: FileSelection, to: string) {
  const download = await hub.download(selection, { to, allowPrivate: true });
  const results: DownloadResult[] = [];
  for await (const result of download.results()) results.push(result);
  return { ...download, results };
}

const namesOf = (files: readonly { readonly path: string }[]) => files.map(({ path }) => path.split("/").at(-1));

describe("files of a session", () => {
  it("have addresses of the data server, sizes and md5", async () => {
    const hub = openHub();
    const [file] = await list(hub, { refs: [SESSION], name: "_ibl_trials.table.pqt" });
    const row = (await openOneIndex(new LocalStore(SAMPLE_ONE))).datasets
      ?.ofSession(SESSION.id)
      .find(({ path }) => path === "alf/_ibl_trials.table.pqt");
    const path = "examplelab/Subjects/XP_001/2026-01-15/001/alf/_ibl_trials.table.pqt";
    expect(file).toEqual({
      ...{ id: row?.id, source: SESSION, absent: null, path, size: statSync(join(SAMPLE_ONE, path)).size },
      urls: [`${server.url}/public/${path.replace(".pqt", `.${row?.id}.pqt`)}`],
      digests: [{ kind: "md5", value: row?.md5 }],
      hosts: [server.url, "s3://ibl-brain-wide-map-public"],
    });
  });

  it("of a revision have its sign encoded", async () => {
    const [file] = await list(openHub(), { refs: [PROBE], name: "spikes.times.npy" });
    expect(file?.urls[0]).toContain("/%232024-05-06%23/spikes.times.");
    expect(file?.path).toContain("/#2024-05-06#/spikes.times.npy");
  });

  it("of a probe are those of its folders", async () => {
    const files = await list(openHub(), { refs: [PROBE] });
    expect(files.length).toBeGreaterThan(20);
    expect(files.every(({ path }) => path.split("/").includes("probe00"))).toBe(true);
  });

  it.each([
    ["an object", { object: "wheel" }, ["_ibl_wheel.position.npy", "_ibl_wheel.timestamps.npy"]],
    ["an object and an ending", { object: "trials", extension: "pqt" }, ["_ibl_trials.table.pqt"]],
    [
      "a name",
      { name: ["*.quiescence*", "probes.*"] },
      ["_ibl_trials.quiescencePeriod.npy", "probes.description.json"],
    ],
    [
      "a collection",
      { collection: "alf", object: "wheelMoves" },
      ["_ibl_wheelMoves.intervals.npy", "_ibl_wheelMoves.peakAmplitude.npy"],
    ],
    [
      "a modality",
      { modality: "movement" },
      [
        "_ibl_wheel.position.npy",
        "_ibl_wheel.timestamps.npy",
        "_ibl_wheelMoves.intervals.npy",
        "_ibl_wheelMoves.peakAmplitude.npy",
      ],
    ],
    [
      "a modality of the session",
      { refs: [PROBE], modality: "movement", object: "wheel" },
      ["_ibl_wheel.position.npy", "_ibl_wheel.timestamps.npy"],
    ],
  ] as const)("are chosen by %s", async (_, selection, names) => {
    const files = await list(openHub(), { refs: [SESSION], ...selection } as FileSelection);
    expect(namesOf(files)).toEqual(names);
  });

  it("are given once, however many references ask for them", async () => {
    const files = await list(openHub(), { refs: [SESSION, PROBE, PROBE] });
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
  });

  it("that sources without tables do not list are unsupported", async () => {
    const source = `${toFileUrl(join(SAMPLE_ONE, "lf_compressed.h5"))}`;
    const hub = createHub({
      stores: createStores(),
      adapters: [ibl({ sources: [source] }), allen({ caches: [`${toFileUrl(SAMPLE.allen)}/`] })],
    });
    await expect(list(hub, { refs: [SESSION] })).rejects.toMatchObject({ code: "unsupported" });
    await expect(list(hub, { refs: [ref("allen", "session", 910000101)] })).rejects.toMatchObject({
      code: "unsupported",
    });
    await expect(hub.download({ refs: [] }, { to: newFolder() })).rejects.toMatchObject({ code: "config" });
  });
});

describe("a download of a session", () => {
  it("gives a folder that reads as the original does, tables included", async () => {
    const to = newFolder();
    const { plan, results, notices } = await fetchAll(openHub(), { refs: [SESSION] }, to);
    expect(results.map(({ status }) => status)).toEqual(plan.files.map(() => "fetched"));
    expect(results.every(({ trust }) => trust === "digest")).toBe(true);
    expect(notices).toEqual([]);
    expect(readdirSync(to).sort()).toEqual([".crossprobe", "datasets.pqt", "examplelab", "sessions.pqt"]);
    const [original, copy] = [await openOneIndex(new LocalStore(SAMPLE_ONE)), await openOneIndex(new LocalStore(to))];
    expect(copy.sessions).toEqual(original.sessions);
    const wanted = new Set(results.map(({ file }) => file.id));
    expect(copy.datasets?.ofSession(SESSION.id)).toEqual(
      original.datasets?.ofSession(SESSION.id).filter(({ id }) => wanted.has(id)),
    );
    for (const path of listDatasets(copy, SESSION.id)) {
      const place = join("examplelab/Subjects/XP_001/2026-01-15/001", path);
      expect(Buffer.compare(readFileSync(join(to, place)), readFileSync(join(SAMPLE_ONE, place)))).toBe(0);
    }
  });

  it("adds to the tables of one before, and leaves them alone when they list all", async () => {
    const to = newFolder();
    const hub = openHub();
    await fetchAll(hub, { refs: [SESSION], object: "wheel" }, to);
    await fetchAll(hub, { refs: [SESSION], object: "trials" }, to);
    const index = await openOneIndex(new LocalStore(to));
    expect(listDatasets(index, SESSION.id).filter((path) => path.includes("_ibl_wheel.")).length).toBe(2);
    expect(listDatasets(index, SESSION.id).filter((path) => path.includes("_ibl_trials.")).length).toBeGreaterThan(4);
    const before = statSync(join(to, "datasets.pqt")).mtimeMs;
    const { results } = await fetchAll(hub, { refs: [SESSION], object: "wheel" }, to);
    expect(results.map(({ status }) => status)).toEqual(["present", "present"]);
    expect(statSync(join(to, "datasets.pqt")).mtimeMs).toBe(before);
  });

  it("into ONE's own folder leaves its tables as they are", async () => {
    const to = kept(folderOfTables());
    const before = readFileSync(join(to, "datasets.pqt"));
    const { notices } = await fetchAll(openHub(to), { refs: [SESSION], object: "wheel" }, to);
    expect(Buffer.compare(readFileSync(join(to, "datasets.pqt")), before)).toBe(0);
    expect(notices).toEqual([]);
    const hub = openHub(to);
    expect((await hub.movement(SESSION)).startTimes.length).toBeGreaterThan(100);
  });

  it("says so where tables of another program do not list the files", async () => {
    const to = newFolder();
    writeFileSync(join(to, "datasets.pqt"), readFileSync("test/fixtures/ibl-one/current/datasets.pqt"));
    const { notices } = await fetchAll(openHub(), { refs: [SESSION], object: "wheel" }, to);
    expect(notices.map(({ code }) => code)).toEqual(["index-tables-untouched"]);
    expect(readdirSync(to).includes("sessions.pqt")).toBe(false);
  });

  it("survives a server that cuts, puts off and lies", async () => {
    const to = newFolder();
    const lied = [...server.files.keys()].find((path) => path.includes("clusters.depths")) ?? "";
    server.plan({ method: "GET", cutAfter: 40_000 }, { status: 503, headers: { "Retry-After": "0" } });
    server.files.set(
      lied,
      (server.files.get(lied) ?? new Uint8Array()).map((byte) => byte ^ 1),
    );
    const { results } = await fetchAll(openHub(), { refs: [SESSION] }, to);
    const bad = results.filter(({ status }) => status !== "fetched");
    expect(bad.map(({ status, file }) => [status, file.urls[0]])).toEqual([
      ["quarantined", server.url + encodeURI(lied).replaceAll("#", "%23")],
    ]);
    const index = await openOneIndex(new LocalStore(to));
    expect(index.datasets?.rowCount).toBe(results.length - 1);
  });

  it("writes tables of the types that ONE's have, verdicts in order", async () => {
    const to = newFolder();
    await fetchAll(openHub(), { refs: [SESSION], object: "wheel" }, to);
    const schema = await readParquetSchema(new LocalStore(to), "datasets.pqt");
    expect(Object.fromEntries((schema?.columns ?? []).map(({ name, type }) => [name, type]))).toMatchObject({
      ...{
        eid: "string",
        id: "string",
        rel_path: "string",
        file_size: "uint64",
        hash: "string",
        exists: "bool",
        qc: "string",
      },
    });
    expect(JSON.parse(schema?.metadata.get("one_metadata") ?? "")).toMatchObject({ origin: "crossprobe" });
    const table = await readParquet(new LocalStore(to), "datasets.pqt");
    expect(table?.columns.get("exists")).toEqual([true, true]);
  });
});

describe("files that Alyx lists", () => {
  it("are fetched where the server has them, and named where it has not", async () => {
    const alyx = await startAlyxServer();
    try {
      const client = new AlyxClient({ url: alyx.url, http: new JsonHttp(), credentials: { token: TOKEN } });
      const empty = kept(folderOfTables());
      const hub = createHub({
        stores: createStores(),
        adapters: [ibl({ sources: [`${toFileUrl(empty)}/`], alyx: client, dataServer: alyx.dataUrl })],
        downloader: createDownloader(),
      });
      const session = parseRef("ibl:session:8028d4ce-a7dd-361e-9f24-20404d184288", "session");
      const listed = await list(hub, { refs: [session] });
      expect(listed.length).toBeGreaterThan(10);
      const to = newFolder();
      mkdirSync(to, { recursive: true });
      const { results } = await fetchAll(hub, { refs: [session] }, to);
      const there = results.filter(({ status }) => status === "fetched");
      expect(there.length).toBeGreaterThan(0);
      const index = await openOneIndex(new LocalStore(to));
      expect(index.sessions.map(({ eid }) => eid)).toEqual([session.id]);
      expect(index.datasets?.rowCount).toBe(there.length);
      const others = results.filter(({ status }) => status !== "fetched");
      expect(others.every(({ error }) => error !== null)).toBe(true);
    } finally {
      await alyx.close();
    }
  });

  it("are refused on another server than the one that is meant", async () => {
    const alyx = await startAlyxServer();
    try {
      const client = new AlyxClient({ url: alyx.url, http: new JsonHttp(), credentials: { token: TOKEN } });
      const hub = createHub({
        stores: createStores(),
        adapters: [ibl({ sources: [`${toFileUrl(kept(folderOfTables()))}/`], alyx: client })],
      });
      const session = parseRef("ibl:session:8028d4ce-a7dd-361e-9f24-20404d184288", "session");
      const files = await list(hub, { refs: [session] });
      expect(files.every(({ urls, absent }) => urls.length === 0 && absent !== null)).toBe(true);
      expect(files[0]?.absent).toContain("another server");
    } finally {
      await alyx.close();
    }
  });
});
