import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { removeFolders, run, runJson, SAMPLE, temporaryFolder } from "../cli/run.js";
import { type AllenServer, FIXTURES, startAllenServer } from "./allen-server.js";

const SESSION = "900000001";
const FILE = `session_${SESSION}/session_${SESSION}.nwb`;
const BUCKET = "/visual-coding-neuropixels/ecephys-cache/";

let server: AllenServer;
let cache: string;
beforeEach(async () => {
  server = await startAllenServer();
  cache = temporaryFolder();
  for (const name of ["sessions.csv", "probes.csv"]) copyFileSync(join(FIXTURES, name), join(cache, name));
  vi.stubEnv("ALLEN_REMOTE_URL", server.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});
afterAll(removeFolders);

const command = (target: string, to: string, ...more: readonly string[]) => [
  ...["download", target, "--to", to, "--allen", cache, "--allow-private", ...more],
];

it("shows what the warehouse has of a session, what it has not, and an estimate", async () => {
  const { code, out, err } = await run(command(`allen:session:${SESSION}`, temporaryFolder(), "--dry-run"));
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.split("\n").every((line) => line.length <= 80)).toBe(true);
  const text = out.replace(/\s+/g, " ");
  expect(text).toContain("probe_910000002_lfp.nwb – not to be had");
  expect(text).toContain(
    `session_${SESSION}/probe_910000005_lfp.nwb: the warehouse has no LFP file of probe 910000005`,
  );
  expect(text).toMatch(/2 of 4 files to fetch, 43 B, to/);
});

it("estimates what nobody states, by the release's figures", async () => {
  const head = "HEAD //api/v2/well_known_file_download/980000001";
  server.set(head.slice("HEAD ".length), { status: 200, body: "", headers: { "Content-Encoding": "gzip" } });
  const { out } = await run(command(`allen:session:${SESSION}`, temporaryFolder(), "--object", "session", "--dry-run"));
  expect(server.seen).toContain(head);
  // 146.5 GB of 58 files.
  expect(out.replace(/\s+/g, " ")).toContain("and 1 of unknown size (about 2.5 GB, an estimate)");
});

it("goes through every session of the dataset", async () => {
  const { plan } = await runJson<{ plan: { files: { file: { path: string; absent: string | null } }[] } }>(
    command("allen", temporaryFolder(), "--dry-run"),
  );
  const sessions = plan.files.filter(({ file }) => !file.path.includes("_lfp"));
  expect(sessions.map(({ file }) => file.path.slice(0, 17))).toEqual([1, 2, 3, 4].map((n) => `session_90000000${n}`));
  expect(plan.files).toHaveLength(4 + 11);
  const { code, err } = await run(command("nothing", temporaryFolder(), "--dry-run"));
  expect(code).toBe(1);
  expect(err).toContain("nothing is no dataset of the sources (allen); one session is written <dataset>:session:<id>");
});

it("keeps a file that came as announced and cannot be read, and never asks for it again", async () => {
  const content = Buffer.from("whole, as its digest says, and no NWB file");
  const sha256 = createHash("sha256").update(content).digest("hex");
  vi.stubEnv("ALLEN_REMOTE", "dandi");
  vi.stubEnv("ALLEN_REMOTE_URL", `${server.url}/api/`);
  const id = "00000000-0000-4000-8000-000000000001";
  const asset = {
    ...{ asset_id: id, path: `sub-1/sub-1_ses-${SESSION}.nwb`, size: content.byteLength },
    metadata: { digest: { "dandi:sha2-256": sha256 } },
  };
  for (const [dandiset, results] of [["000021", [asset]] as const, ["000022", []] as const]) {
    const address = `/api/dandisets/${dandiset}/versions/draft/assets/?metadata=true&order=path&page=1&page_size=100`;
    server.set(address, { body: JSON.stringify({ count: results.length, results }) });
  }
  const download = `/api/assets/${id}/download/`;
  server.set(download, { body: content });
  const to = temporaryFolder();
  const line = command(`allen:session:${SESSION}`, to, "--object", "session", "--check");
  for (const isFirst of [true, false]) {
    const { code, out, err } = await run(line);
    expect(code).toBe(1);
    expect(err.replace(/\s+/g, " ")).toMatch(
      /unreadable: session_900000001\/session_900000001\.nwb: .*\(kept: it came/,
    );
    expect(out).toContain(isFirst ? "1 fetched, 0 there before" : "0 fetched, 1 there before");
    expect(out).toContain("1 by digest");
  }
  expect(server.seen.filter((address) => address === download)).toHaveLength(1);
  expect(readFileSync(join(to, FILE))).toEqual(content);
  // Not even where the record of the download is older than the file: its bytes are compared then.
  utimesSync(join(to, FILE), new Date(), new Date(2021, 1, 1));
  expect((await run(line)).out).toContain("0 fetched, 1 there before");
  expect(server.seen.filter((address) => address === download)).toHaveLength(1);
  // A file whose digest fails is fetched again, once it may be replaced.
  const damaged = Buffer.from(content);
  damaged.writeUInt8(255, 3);
  writeFileSync(join(to, FILE), damaged);
  expect((await run([...line, "--overwrite"])).out).toContain("1 fetched, 0 there before");
  expect(server.seen.filter((address) => address === download)).toHaveLength(2);
});

it("calls a file of another session unreadable, and one that opens readable", async () => {
  vi.stubEnv("ALLEN_REMOTE", "s3");
  vi.stubEnv("ALLEN_REMOTE_URL", server.url);
  const sample = readFileSync(join(SAMPLE.allen, "session_910000101/session_910000101.nwb"));
  const listing = (key: string) =>
    `<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>${BUCKET.slice(1)}${key}</Key><Size>${sample.byteLength}</Size></Contents></ListBucketResult>`;
  for (const id of [SESSION, "910000101"]) {
    const key = `session_${id}/session_${id}.nwb`;
    server.set(`/?list-type=2&prefix=${BUCKET.slice(1)}session_${id}/`, { body: listing(key) });
    server.set(BUCKET + key, { body: sample });
  }
  const to = temporaryFolder();
  const line = (id: string) => [...command(`allen:session:${id}`, to, "--object", "session", "--check", "--json")];
  const verdictOf = async (args: readonly string[]) => JSON.parse((await run(args)).out).verdicts[0];
  expect(await verdictOf(line(SESSION))).toMatchObject({ verdict: "unreadable", error: { code: "schema" } });
  expect(await verdictOf([...line("910000101"), "--allen", SAMPLE.allen])).toMatchObject({
    ...{ verdict: "readable", error: null },
  });
});

it("says which places there are", async () => {
  vi.stubEnv("ALLEN_REMOTE", "ftp");
  const { code, err } = await run(command(`allen:session:${SESSION}`, temporaryFolder(), "--dry-run"));
  expect({ code, err }).toEqual({ code: 1, err: 'crossprobe: ALLEN_REMOTE is "ftp"; write warehouse, s3 or dandi\n' });
});
