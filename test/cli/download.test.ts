import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type DataServer, startDataServer } from "../data-server/data-server.js";
import { filesOnServer } from "../data-server/ibl-files.js";
import { startS3Server } from "../s3-server/s3-server.js";
import { expectFailure, removeFolders, run, runJson, SAMPLE, temporaryFolder } from "./run.js";

const SESSION = "ibl:session:e9930bb9-2950-34c9-847e-46a5d438b5c6";
const SESSION_FOLDER = "examplelab/Subjects/XP_001/2026-01-15/001";
const CONTENT = Uint8Array.from({ length: 120_000 }, (_, i) => i & 255);
const digest = (kind: "md5" | "sha256") => createHash(kind).update(CONTENT).digest("hex");

let server: DataServer;
beforeEach(async () => {
  server = await startDataServer({ files: { ...(await filesOnServer()), "/a file.bin": CONTENT } });
  vi.stubEnv("HTTP_DATA_SERVER", `${server.url}/public`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});
afterAll(removeFolders);

describe("crossprobe download", () => {
  it("shows a plan, fetches, sums up, and has nothing to do the second time", async () => {
    const to = temporaryFolder();
    const line = ["download", SESSION, "--object", "wheel", "--to", to, "--allow-private", "--ibl", SAMPLE.ibl];
    const { code, out, err } = await run(line);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const text = out.split("\n");
    expect(text[1]).toBe("examplelab/Subjects/XP_001/2026-01-15/001/alf/");
    expect(text[2]).toMatch(/^ {2}_ibl_wheel\.position\.npy +81\.0 kB {2}to fetch$/);
    expect(out).toMatch(/2 of 2 files to fetch, 162 kB, to/);
    expect(out).toMatch(/2 fetched, 0 there before; 162 kB received in \d+ s; 2 by digest/);
    expect(text.every((each) => each.length <= 80)).toBe(true);
    expect(existsSync(join(to, "datasets.pqt"))).toBe(true);
    const again = await run(line);
    expect(again.out).toContain("0 of 2 files to fetch");
    expect(again.out).toContain("0 fetched, 2 there before; 0 B received; 2 by digest");
  });

  it("says a reason that several files share once, and which files they are", async () => {
    await server.close();
    const to = temporaryFolder();
    const line = ["download", SESSION, "--object", "wheel", "--to", to, "--allow-private", "--ibl", SAMPLE.ibl];
    const { code, out, err } = await run(line);
    expect(code).toBe(1);
    expect(out).toContain("0 fetched, 0 there before, 2 failed");
    const paths = ["position", "timestamps"].map((name) => `${SESSION_FOLDER}/alf/_ibl_wheel.${name}.npy`);
    expect(paths.map((path) => err.split("\n").filter((each) => each === `  ${path}`).length)).toEqual([1, 1]);
    expect(err.match(/2 files failed: could not fetch/g)).toHaveLength(1);
    server = await startDataServer({ files: {} });
  });

  it("fetches an address and compares the digest that is given", async () => {
    const to = temporaryFolder();
    const line = ["download", `${server.url}/a%20file.bin`, "--to", to, "--allow-private"];
    expect((await run([...line, "--sha256", digest("sha256"), "--quiet"])).out).toBe("");
    expect(Buffer.compare(readFileSync(join(to, "a file.bin")), CONTENT)).toBe(0);
    const { code, out, err } = await run([
      ...line.slice(0, 3),
      temporaryFolder(),
      "--allow-private",
      "--md5",
      "0".repeat(32),
    ]);
    expect(code).toBe(1);
    expect(err.replace(/\s+/g, " ")).toContain(`its md5 is ${digest("md5")}, expected was ${"0".repeat(32)}`);
    expect(out).toContain("0 fetched, 0 there before, 1 set aside");
  });

  it("fetches an object of a bucket, and says what it lacks", async () => {
    const bucket = await startS3Server({ objects: { "bucket/folder/a file.bin": CONTENT } });
    vi.stubEnv("AWS_ENDPOINT_URL_S3", bucket.endpoint);
    try {
      const to = temporaryFolder();
      const { code, out, err } = await run(["download", "s3://bucket/folder/a%20file.bin", "--to", to]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toMatch(/a file\.bin +120 kB {2}to fetch/);
      expect(out).toContain("1 fetched, 0 there before; 120 kB received in 0 s; 1 by digest");
      expect(out.split("\n").every((each) => each.length <= 80)).toBe(true);
      expect(Buffer.compare(readFileSync(join(to, "a file.bin")), CONTENT)).toBe(0);
      const missing = await run(["download", "s3://bucket/folder/none", "--to", to]);
      expect(missing.code).toBe(1);
      expect(missing.err.replace(/\s+/g, " ")).toContain("no file at s3://bucket/folder/none (HTTP status 404)");
    } finally {
      await bucket.close();
    }
  });

  it("follows no redirect of a data server to a place that is not its dataset's, unless that is allowed", async () => {
    const other = await startDataServer({ files: {} });
    try {
      const [path = "", content = new Uint8Array()] =
        [...server.files].find(([name]) => name.includes("_ibl_wheel.position")) ?? [];
      other.files.set(path, content);
      const lead = () => server.plan({ path, status: 302, headers: { Location: `${other.url}${path}` } });
      const to = temporaryFolder();
      const name = ["--name", "_ibl_wheel.position.npy"];
      const line = ["download", SESSION, ...name, "--to", to, "--allow-private", "--ibl", SAMPLE.ibl];
      lead();
      const { code, err } = await run(line);
      expect(code).toBe(1);
      const text = err.replace(/\s+/g, " ");
      expect(text).toContain(`${other.url} was refused: files of this dataset come from ${server.url}, s3://`);
      expect(text).toContain(`(--allow-host ${other.url})`);
      expect(err.split("\n").every((each) => each.length <= 80)).toBe(true);
      expect(other.seen).toEqual([]);
      lead();
      expect((await run([...line, "--allow-host", other.url])).out).toContain("1 fetched");
      expect(other.seen.length).toBe(1);
      const wrong = await run([...line, "--allow-host", "example.org/x"]);
      expect(wrong.err).toContain("is no place that files come from");
    } finally {
      await other.close();
    }
  });

  it("says what is trusted by its structure alone", async () => {
    const bytes = readFileSync(new URL("../fixtures/formats/f8-little.npy", import.meta.url));
    server.files.set("/whole.npy", bytes).set("/cut.npy", bytes.subarray(0, -1));
    const urls = ["whole", "cut"].map((name) => `${server.url}/${name}.npy`);
    const unstated = (method: "HEAD" | "GET") => ({ method, isChunked: true });
    server.plan(unstated("HEAD"), unstated("HEAD"), unstated("GET"), unstated("GET"));
    const { code, out } = await run(["download", ...urls, "--to", temporaryFolder(), "--allow-private"]);
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, " ")).toContain("1 by structure, 1 unchecked");
    expect(out.split("\n").every((each) => each.length <= 80)).toBe(true);
    expect(server.seen.filter(({ method }) => method === "GET").length).toBe(2);
  });

  it("prints one JSON document", async () => {
    const to = temporaryFolder();
    const line = ["download", SESSION, "--name", "*.quiescence*", "--to", to, "--allow-private", "--ibl", SAMPLE.ibl];
    const dry = await runJson<{ plan: { files: { state: string }[]; missingBytes: number } }>([...line, "--dry-run"]);
    expect(dry.plan.files.map(({ state }) => state)).toEqual(["fetch"]);
    expect(server.seen).toEqual([]);
    const done = await runJson<{ results: { status: string; trust: string; file: { source: string } }[] }>(line);
    expect(done.results).toMatchObject([{ status: "fetched", trust: "digest", file: { source: SESSION } }]);
  });

  it("shows nothing of a signature in an address, and writes it nowhere", async () => {
    const to = temporaryFolder();
    const line = ["--to", to, "--allow-private"];
    const urls = ["a%20file.bin", "none.bin"].map((name) => `${server.url}/${name}?sig=HIDDEN#HIDDEN`);
    const outcomes = [await run(["download", ...urls, ...line, "--json"]), await run(["download", ...urls, ...line])];
    for (const { code, out, err } of outcomes) {
      expect(code).toBe(1);
      expect(out + err).not.toContain("HIDDEN");
    }
    expect(JSON.parse(outcomes[0]?.out ?? "").plan.files[0].file.urls).toEqual([`${server.url}/a%20file.bin?…`]);
    const notes = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(notes.map(({ name }) => name)).toContain("a file.bin");
    for (const { parentPath, name } of notes)
      expect(readFileSync(join(parentPath, name), "latin1")).not.toContain("HIDDEN");
  });

  it("fails where a file cannot be had, and fetches the others", async () => {
    const urls = [`${server.url}/a%20file.bin`, `${server.url}/none.bin`];
    const to = temporaryFolder();
    const { code, out, err } = await run(["download", ...urls, "--to", to, "--allow-private"]);
    expect(code).toBe(1);
    expect(err).toMatch(/absent: none\.bin: no file at http/);
    expect(out).toContain("1 fetched, 0 there before, 1 not to be had");
  });

  it("refuses this machine unless it is told", async () => {
    const outcome = await run(["download", `${server.url}/a%20file.bin`, "--to", temporaryFolder()]);
    expectFailure(outcome, "127.0.0.1 was refused", "--allow-private");
    expect(server.seen).toEqual([]);
  });

  it("says that nothing matches", async () => {
    const line = ["download", SESSION, "--object", "nothing", "--to", temporaryFolder(), "--ibl", SAMPLE.ibl];
    expectFailure(await run(line), "nothing matches");
  });

  it.each([
    ["no folder", ["download", SESSION]],
    ["a unit", ["download", "ibl:unit:x/1", "--to", "x"]],
    ["another scheme", ["download", "ftp://example.org/a", "--to", "x"]],
    ["a bucket and no object", ["download", "s3://bucket/", "--to", "x"]],
    [
      "a digest of two addresses",
      ["download", "http://a.org/a", "http://a.org/b", "--to", "x", "--md5", "0".repeat(32)],
    ],
    ["a digest that is none", ["download", "http://a.org/a", "--to", "x", "--md5", "abc"]],
    ["a choice among addresses", ["download", "http://a.org/a", "--to", "x", "--object", "spikes"]],
    ["an address without a name", ["download", "http://a.org/", "--to", "x"]],
    ["a modality that is none", ["download", SESSION, "--to", "x", "--modality", "video"]],
    ["none at a time", ["download", SESSION, "--to", "x", "--parallel", "0"]],
  ])("is wrong usage with %s", async (_, line) => {
    const { code, out, err } = await run(line);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^crossprobe: .*see crossprobe download --help\n$/);
  });
});
