import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type S3Server, startS3Server } from "../s3-server/s3-server.js";
import { samplesBucket } from "../s3-server/samples-bucket.js";
import { expectFailure, removeFolders, run, runJson, SAMPLE, temporaryFolder } from "./run.js";

/** The command over sources in a bucket, against the same sources in a folder. */

const IBL = ["--ibl", "s3://samples/ibl/"];
const ALLEN = ["--allen", "s3://samples/allen/"];
let server: S3Server;

beforeAll(async () => {
  server = await startS3Server({ objects: samplesBucket(), accessKeyId: "AKIAREADER" });
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.seen.length = 0;
});
afterAll(async () => {
  await server.close();
  removeFolders();
});

function onServer(variables: Readonly<Record<string, string>> = {}): void {
  const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"];
  for (const name of names) vi.stubEnv(name, "");
  vi.stubEnv("AWS_ENDPOINT_URL", server.endpoint);
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

describe("sources in a bucket", () => {
  it.each(["sessions", "probes", "units"])("give the same %s as in a folder", async (command) => {
    onServer();
    const remote = await runJson([command, ...IBL, ...ALLEN]);
    const local = await runJson([command, "--ibl", SAMPLE.ibl, "--allen", SAMPLE.allen]);
    expect(remote.rows).toEqual(local.rows);
    expect(remote.counts).toEqual(local.counts);
    expect(server.seen.length).toBeGreaterThan(0);
    expect(server.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it("are read with the account of the environment", async () => {
    onServer({ AWS_ACCESS_KEY_ID: "AKIAREADER", AWS_SECRET_ACCESS_KEY: "hidden-key" });
    expect((await runJson(["sessions", ...IBL])).rows).toHaveLength(1);
    expect(server.seen.every(({ authorization }) => authorization?.includes("AKIAREADER"))).toBe(true);
  });

  it("go on after failures that pass", async () => {
    onServer();
    server.plan({ status: 503, code: "SlowDown" }, { cutAfter: 10 }, { status: 500 });
    expect((await runJson(["sessions", ...IBL])).rows).toHaveLength(1);
  });

  it("are told from each other when they are refused, without a word of the account", async () => {
    onServer({ AWS_ACCESS_KEY_ID: "AKIAOTHER", AWS_SECRET_ACCESS_KEY: "hidden-key" });
    const refused = await run(["sessions", ...IBL]);
    expectFailure(refused, /s3:\/\/samples\/ibl\/.*InvalidAccessKeyId/);
    expect(refused.err).not.toMatch(/hidden-key|AKIAOTHER/);
    onServer();
    expectFailure(await run(["sessions", "--ibl", "s3://no-such-bucket/"]), "NoSuchBucket");
    expectFailure(await run(["sessions", "--ibl", "s3://me:hidden@samples/"]), /credentials/);
  });

  it("are kept on disk between runs where a folder is named", async () => {
    const folder = temporaryFolder();
    onServer({ CROSSPROBE_CACHE_DIR: join(folder, "blocks") });
    const first = await runJson(["units", ...ALLEN]);
    const read = server.seen.filter(({ method, query }) => method === "GET" && !query.has("list-type")).length;
    expect(readdirSync(join(folder, "blocks")).length).toBeGreaterThan(0);
    server.seen.length = 0;
    expect((await runJson(["units", ...ALLEN])).rows).toEqual(first.rows);
    expect(read).toBeGreaterThan(0);
    expect(server.seen.filter(({ method, query }) => method === "GET" && !query.has("list-type"))).toEqual([]);
  });

  it("may be single files", async () => {
    onServer();
    const { out, code } = await run(["inspect", "s3://samples/ibl/lf_compressed.h5", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ format: "lfpack" });
    const local = await run(["lfp", "info", join(SAMPLE.ibl, "lf_compressed.h5")]);
    const remote = await run(["lfp", "info", "s3://samples/ibl/lf_compressed.h5"]);
    expect([remote.code, remote.err]).toEqual([local.code, local.err]);
    expect(remote.out.split("\n").length).toBe(local.out.split("\n").length);
  });
});
