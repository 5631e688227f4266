import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AllenConfig, allen } from "@crossprobe/allen-adapter";
import { openProjectCache } from "@crossprobe/allen-adapter/cache";
import { bucketRemote, dandiRemote, warehouseRemote } from "@crossprobe/allen-adapter/remote";
import {
  createHub,
  type FileSelection,
  type Hub,
  type ProbeInsertion,
  parseRef,
  type RemoteFile,
  type SessionRef,
} from "@crossprobe/core";
import { createDownloader, createStores, JsonHttp, LocalStore, toFileUrl } from "@crossprobe/storage/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SAMPLE } from "../cli/run.js";
import { serveFolder } from "../conformance/http-folder.js";
import { type AllenServer, FIXTURES, startAllenServer } from "./allen-server.js";

const SAMPLE_FILE = "session_910000101/session_910000101.nwb";

let server: AllenServer;
let folder: string;
beforeEach(async () => {
  server = await startAllenServer();
  folder = await mkdtemp(join(tmpdir(), "crossprobe-allen-"));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const SESSION = parseRef("allen:session:900000001") as SessionRef;
const PROBE = parseRef("allen:probe:910000005") as SessionRef;
const service = () => ({ http: new JsonHttp(), pause: async () => undefined });

function hubOf(config: Partial<AllenConfig>): Hub {
  const plugin = allen({ caches: [], ...config });
  return createHub({ stores: createStores(), adapters: [plugin], downloader: createDownloader() });
}

async function list(hub: Hub, selection: Partial<FileSelection> = {}): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  for await (const file of hub.files({ refs: [SESSION], ...selection })) files.push(file);
  return files;
}

const short = ({ path, urls, size, absent, digests }: RemoteFile) => ({
  ...{ path, size, absent },
  urls: urls.map((url) => url.replace(server.url, "")),
  digests: digests.map(({ kind }) => kind),
});

describe("the warehouse", () => {
  const hub = () => hubOf({ remote: warehouseRemote({ ...service(), url: server.url }) });

  it("lists session and LFP files where a project cache has them, and says which there are not", async () => {
    expect((await list(hub())).map(short)).toEqual([
      {
        ...{ path: "session_900000001/session_900000001.nwb", size: null, absent: null, digests: [] },
        urls: ["//api/v2/well_known_file_download/980000001"],
      },
      {
        ...{ path: "session_900000001/probe_910000001_lfp.nwb", size: null, absent: null, digests: [] },
        urls: ["//api/v2/well_known_file_download/981000001"],
      },
      ...["910000002", "910000005"].map((probe) => ({
        ...{ path: `session_900000001/probe_${probe}_lfp.nwb`, size: null, urls: [], digests: [] },
        absent: `the warehouse has no LFP file of probe ${probe}`,
      })),
    ]);
  });

  it("asks only for what a selection wants", async () => {
    const files = await list(hub(), { modality: "lfp", name: "probe_910000001*" });
    expect(files.map(({ path }) => path)).toEqual(["session_900000001/probe_910000001_lfp.nwb"]);
    expect(server.seen).toHaveLength(2);
    const rows = [{ id: 910000005, ecephys_session_id: 900000001 }];
    server.plan({ body: JSON.stringify({ success: true, start_row: 0, num_rows: 1, total_rows: 1, msg: rows }) });
    expect((await list(hub(), { refs: [PROBE] })).map(({ absent }) => absent)).toEqual([
      "the warehouse has no LFP file of probe 910000005",
    ]);
    expect(await list(hub(), { modality: "channels" })).toEqual([]);
  });

  it("lists templates when they are named", async () => {
    const files = await list(hub(), { object: "template" });
    expect(files.map(({ path, source }) => [path, source])).toEqual([
      ...[0, 1, 117].map((scene) => [`natural_scene_templates/natural_scene_${scene}.tiff`, null]),
      ["natural_movie_templates/natural_movie_1.h5", null],
      ["natural_movie_templates/natural_movie_3.h5", null],
    ]);
    expect(await list(hub(), { collection: "natural_movie_templates" })).toHaveLength(2);
  });

  it("lists sessions and probes without any cache", async () => {
    const ids: string[] = [];
    for await (const session of hub().sessions()) ids.push(session.ref.id);
    expect(ids).toEqual(["900000001", "900000002", "900000003", "900000004"]);
  });

  it("does not know other sessions, nor what is no number", async () => {
    for (const text of ["allen:session:1", "allen:session:x", "allen:probe:1"]) {
      await expect(list(hub(), { refs: [parseRef(text) as SessionRef] })).rejects.toMatchObject({ code: "not-found" });
    }
  });

  it("fetches files, and writes manifest and tables beside them", async () => {
    const chosen = hub();
    const files = await list(chosen);
    const download = await chosen.download(files, { to: folder, allowPrivate: true });
    const results = [];
    for await (const { file, status, error } of download.results())
      results.push([file.path.slice(18), status, error?.message]);
    expect(results.sort()).toEqual([
      ["probe_910000001_lfp.nwb", "fetched", undefined],
      ["probe_910000002_lfp.nwb", "absent", "the warehouse has no LFP file of probe 910000002"],
      ["probe_910000005_lfp.nwb", "absent", "the warehouse has no LFP file of probe 910000005"],
      ["session_900000001.nwb", "fetched", undefined],
    ]);
    for (const name of ["sessions", "probes"]) {
      expect(await readFile(`${folder}/${name}.csv`, "utf8")).toBe(await readFile(`${FIXTURES}/${name}.csv`, "utf8"));
    }
    expect((await openProjectCache(new LocalStore(folder))).manifest.version).toBe("0.3.0");
    expect(await readFile(`${folder}/session_900000001/session_900000001.nwb`, "utf8")).toBe("bytes of a session file");
    expect(download.notices.map(({ code, where }) => [code, where.split("/").at(-1)])).toEqual([
      ["table-missing", "channels.csv"],
      ["table-missing", "units.csv"],
    ]);
  });

  it("keeps a download whose tables cannot be had, and says so", async () => {
    for (const model of ["EcephysSession", "EcephysProbe"]) {
      const include =
        model === "EcephysSession" ? ",rma::include,specimen(donor(age)),well_known_files(well_known_file_type)" : "";
      const page = ",rma::options[start_row$eq0][num_rows$eq5000][order$eq'id']";
      server.set(`/api/v2/data/query.json?criteria=model::${model}${include}${page}`, { body: "<html>busy</html>" });
    }
    const chosen = hub();
    const download = await chosen.download(await list(chosen, { object: "session" }), {
      to: folder,
      allowPrivate: true,
    });
    for await (const { status } of download.results()) expect(status).toBe("fetched");
    expect(download.notices.filter(({ message }) => message.includes("web page"))).toHaveLength(2);
    expect(JSON.parse(await readFile(`${folder}/manifest.json`, "utf8")).manifest[0].value).toBe("0.3.0");
  });

  it.each([
    ["nothing", null],
    ["a file that no reader opens", "no NWB file"],
  ])("saves no error page as a file, and deletes nothing: with %s in its place", async (_, content) => {
    const place = `${folder}/session_900000001/session_900000001.nwb`;
    if (content !== null) {
      await mkdir(`${folder}/session_900000001`);
      await writeFile(place, content);
    }
    const page = { status: 503, body: await readFile(`${FIXTURES}/38-failure-503-with-an-html-page.html`) };
    server.set("//api/v2/well_known_file_download/980000001", page);
    const plugin = allen({ caches: [], remote: warehouseRemote({ ...service(), url: server.url }) });
    const downloader = createDownloader({ pause: async () => undefined });
    const chosen = createHub({ stores: createStores(), adapters: [plugin], downloader });
    const download = await chosen.download(await list(chosen, { object: "session" }), {
      to: folder,
      allowPrivate: true,
    });
    for await (const { status } of download.results()) expect(status).toBe("failed");
    expect(await readFile(place, "utf8").catch(() => null)).toBe(content);
  });

  it("never touches a table that is there", async () => {
    await writeFile(`${folder}/probes.csv`, "mine\n");
    const chosen = hub();
    const download = await chosen.download(await list(chosen, { modality: "lfp" }), { to: folder, allowPrivate: true });
    for await (const _ of download.results());
    expect(await readFile(`${folder}/probes.csv`, "utf8")).toBe("mine\n");
  });
});

const KEY = "/visual-coding-neuropixels/ecephys-cache/";
const listing = (keys: readonly (readonly [string, number])[], next?: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
  `<IsTruncated>${next !== undefined}</IsTruncated>${next ? `<NextContinuationToken>${next}</NextContinuationToken>` : ""}` +
  keys
    .map(
      ([key, size]) =>
        `<Contents><Key>${KEY.slice(1)}${key}</Key><Size>${size}</Size><ETag>&quot;e${size}&quot;</ETag></Contents>`,
    )
    .join("") +
  "</ListBucketResult>";

describe("the bucket", () => {
  const remote = () => bucketRemote({ ...service(), url: server.url });
  const prefix = `/?list-type=2&prefix=${KEY.slice(1)}session_900000001/`;

  beforeEach(async () => {
    server.set(`${KEY}probes.csv`, { body: await readFile(`${FIXTURES}/probes.csv`) });
    server.set(`${KEY}sessions.csv`, { body: await readFile(`${FIXTURES}/sessions.csv`) });
    server.set(prefix, { body: listing([["session_900000001/session_900000001.nwb", 12]], "a/b=") });
    server.set(`${prefix}&continuation-token=a/b=`, {
      body: listing([
        ["session_900000001/probe_910000001_lfp.nwb", 7],
        ["session_900000001/session_900000001_analysis_metrics.csv", 3],
      ]),
    });
  });

  it("has the names of a project cache, and states sizes", async () => {
    const at = (name: string, size: number) => ({
      ...{ path: `session_900000001/${name}`, size, absent: null, digests: ["etag"] },
      urls: [`${KEY}session_900000001/${name}`],
    });
    const missing = (probe: string) => ({
      ...{ path: `session_900000001/probe_${probe}_lfp.nwb`, size: null, urls: [], digests: [] },
      absent: `the bucket has no ${KEY.slice(1)}session_900000001/probe_${probe}_lfp.nwb`,
    });
    const files = await list(hubOf({ remote: remote() }));
    expect(files.map(short)).toEqual([
      at("session_900000001.nwb", 12),
      at("probe_910000001_lfp.nwb", 7),
      missing("910000002"),
      missing("910000005"),
      at("session_900000001_analysis_metrics.csv", 3),
    ]);
    expect(files[0]?.digests).toEqual([{ kind: "etag", value: '"e12"' }]);
  });

  it("gives addresses without sizes where it may not be listed", async () => {
    server.set(prefix, { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" });
    const files = await list(hubOf({ remote: remote() }));
    expect(files.map(({ size, absent, urls }) => [size, absent, urls.length])).toEqual(Array(5).fill([null, null, 1]));
  });

  it("is read as a cache, without a local one", async () => {
    const entries = new Map<string, Uint8Array>();
    for (const name of ["manifest.json", "sessions.csv", "probes.csv", "channels.csv", "units.csv", SAMPLE_FILE]) {
      entries.set(name, await readFile(join(SAMPLE.allen, name)));
    }
    const served = await serveFolder(entries);
    const hub = hubOf({ remote: bucketRemote({ ...service(), url: served.url, prefix: "" }) });
    const probes: ProbeInsertion[] = [];
    for await (const { ref } of hub.sessions()) probes.push(...(await hub.probes(ref)));
    const [probe] = probes;
    if (probe === undefined) throw new Error("no probe");
    expect((await hub.spikes(probe.ref)).times.length).toBeGreaterThan(0);
    const { sources, answers } = await hub.describe("allen");
    expect(sources).toEqual([{ url: served.url, kind: "EcephysProjectCache folder" }]);
    expect(answers).toMatchObject({ spikes: true, events: true });
    hub.dispose();
    await served.close();
  });

  it("does not take a page of a proxy for a listing", async () => {
    server.set(prefix, { body: "<html><title>Sign in</title></html>" });
    await expect(list(hubOf({ remote: remote() }))).rejects.toMatchObject({ code: "format" });
  });

  it("needs nobody but itself where a local cache lists the probes", async () => {
    for (const name of ["sessions", "probes"]) {
      await writeFile(`${folder}/${name}.csv`, await readFile(`${FIXTURES}/${name}.csv`));
    }
    await list(hubOf({ remote: remote(), caches: [toFileUrl(`${folder}/`)] }));
    expect(server.seen.some((address) => address.endsWith(".csv"))).toBe(false);
  });
});

const asset = (number: number, path: string, size: number, sha256?: string) => ({
  asset_id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  ...{ path, size, blob: null, created: "2020-01-01T00:00:00Z" },
  metadata: { digest: sha256 === undefined ? {} : { "dandi:sha2-256": sha256 } },
});

describe("the DANDI archive", () => {
  const SHA = "ab".repeat(32);
  const remote = () => dandiRemote({ ...service(), url: `${server.url}/api/` });
  const pages = (dandiset: string, page: number) =>
    `/api/dandisets/${dandiset}/versions/draft/assets/?metadata=true&order=path&page=${page}&page_size=100`;

  beforeEach(() => {
    const donor = "sub-940000001/sub-940000001_ses-900000001";
    const first = { count: 3, next: "https://elsewhere.example.org/", results: [asset(1, `${donor}.nwb`, 12, SHA)] };
    const second = {
      ...{ count: 3, next: null },
      results: [asset(2, `${donor}_probe-910000001_ecephys.nwb`, 7), asset(3, "dandiset.yaml", 1)],
    };
    server.set(pages("000021", 1), { body: JSON.stringify(first) });
    server.set(pages("000021", 2), { body: JSON.stringify(second) });
    server.set(pages("000022", 1), { body: JSON.stringify({ count: 0, results: [] }) });
  });

  const caches = async () => {
    for (const name of ["sessions", "probes"]) {
      await writeFile(`${folder}/${name}.csv`, await readFile(`${FIXTURES}/${name}.csv`));
    }
    return [toFileUrl(`${folder}/`)];
  };

  it("has files named by donor, with sizes and SHA-256; what it lacks is said", async () => {
    const files = await list(hubOf({ remote: remote(), caches: await caches() }));
    const url = (number: number) => `/api/assets/00000000-0000-4000-8000-00000000000${number}/download/`;
    expect(files.map(short)).toEqual([
      {
        ...{ path: "session_900000001/session_900000001.nwb", size: 12, absent: null, digests: ["sha256"] },
        urls: [url(1)],
      },
      {
        ...{ path: "session_900000001/probe_910000001_lfp.nwb", size: 7, absent: null, digests: [] },
        urls: [url(2)],
      },
      ...["910000002", "910000005"].map((probe) => ({
        ...{ path: `session_900000001/probe_${probe}_lfp.nwb`, size: null, urls: [], digests: [] },
        absent: `the DANDI archive has no LFP file of probe ${probe}`,
      })),
    ]);
    expect(server.seen.filter((address) => address.includes("000021"))).toHaveLength(2);
    const plugin = allen({ remote: remote(), caches: await caches() });
    const adapter = plugin.create({ stores: createStores() });
    const known = (await list(hubOf({ remote: remote(), caches: await caches() }))).slice(0, 1);
    for await (const _ of adapter.files({ refs: [SESSION] }));
    const { notices } = (await adapter.companions?.(new LocalStore(folder), known)) ?? { notices: [] };
    expect(notices.map(({ code, count }) => [code, count])).toContainEqual(["assets-unknown", 1]);
  });

  it("is fetched through the redirect to where the archive keeps its files, and compared", async () => {
    const content = Buffer.from("a session or so");
    const sha256 = createHash("sha256").update(content).digest("hex");
    const first = asset(1, "sub-1/sub-1_ses-900000001.nwb", content.byteLength, sha256);
    server.set(pages("000021", 1), { body: JSON.stringify({ count: 1, results: [first] }) });
    const moved = { status: 302, headers: { Location: `${server.url}/blobs/1` } };
    server.set(`/api/assets/${first.asset_id}/download/`, moved);
    server.set("/blobs/1", { body: content });
    const hub = hubOf({ remote: remote(), caches: await caches() });
    const download = await hub.download(await list(hub, { object: "session" }), { to: folder, allowPrivate: true });
    for await (const { status, trust } of download.results()) expect([status, trust]).toEqual(["fetched", "digest"]);
    server.set("/blobs/1", { body: Buffer.from("a session or s0") });
    await rm(`${folder}/session_900000001`, { recursive: true });
    const again = await hub.download(await list(hub, { object: "session" }), { to: folder, allowPrivate: true });
    for await (const { status } of again.results()) expect(status).toBe("quarantined");
  });

  it("cannot stand in for a cache: it has no tables", () => {
    expect(() => hubOf({ remote: remote() })).toThrow(/no cache/);
  });

  it("lends its digest to a file of the same size elsewhere, and to no other", async () => {
    const prefix = `/?list-type=2&prefix=${KEY.slice(1)}session_900000001/`;
    server.set(`${KEY}probes.csv`, { body: await readFile(`${FIXTURES}/probes.csv`) });
    const name = "session_900000001/session_900000001.nwb";
    const bucket = bucketRemote({ ...service(), url: server.url });
    for (const [size, kinds] of [
      [12, ["etag", "sha256"]],
      [13, ["etag"]],
    ] as const) {
      server.set(prefix, { body: listing([[name, size]]) });
      const [file] = await list(hubOf({ remote: bucket, digests: remote() }), { object: "session" });
      expect(file?.digests.map(({ kind }) => kind)).toEqual(kinds);
    }
  });
});

it("says that a dataset without a remote lists no files", async () => {
  await expect(list(hubOf({ caches: ["file:///nowhere/"] }))).rejects.toMatchObject({ code: "unsupported" });
});
