import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RemoteFile } from "@crossprobe/core";
import { afterEach, describe, expect, it } from "vitest";
import { type DataServer, startDataServer } from "./data-server/data-server.js";
import { startS3Server } from "./s3-server/s3-server.js";

const SCRIPTS = fileURLToPath(new URL("../scripts/", import.meta.url));
const CONTENT = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i * 13 + (i >> 10)) & 255);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function setUp(): Promise<{ server: DataServer; folder: string; files: RemoteFile[] }> {
  const server = await startDataServer({ files: { "/0": CONTENT, "/1": CONTENT } });
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-processes-"));
  cleanups.push(
    () => server.close(),
    () => rmSync(folder, { recursive: true, force: true }),
  );
  const files = ["0", "1"].map(
    (id): RemoteFile => ({
      ...{ id, source: null, urls: [`${server.url}/${id}`], absent: null, path: `f${id}` },
      ...{
        size: CONTENT.byteLength,
        digests: [{ kind: "md5", value: createHash("md5").update(CONTENT).digest("hex") }],
      },
    }),
  );
  return { server, folder, files };
}

/** Downloads in a process of its own, which runs from what is built. Resolves to its exit code and what it said. */
function work(folder: string, files: readonly RemoteFile[], point?: { room: number }, env: NodeJS.ProcessEnv = {}) {
  const line = [join(SCRIPTS, "kill9", "child.mjs"), JSON.stringify({ folder, files, point })];
  const child = spawn(process.execPath, line, { env: { ...process.env, ...env } });
  let said = "";
  child.stdout.on("data", (text) => {
    said += text;
  });
  return new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, said })),
  );
}

describe("processes that download", { timeout: 180_000 }, () => {
  it("leave whole files and nothing else in their places when they are ended by kill -9, and go on", () => {
    const answer = execFileSync(process.execPath, [join(SCRIPTS, "kill9.mjs"), "--points", "6", "--seed", "3"], {
      encoding: "utf8",
    });
    expect(answer).toMatch(/^6 processes ended by kill -9 \(seed 3\), \d+ left alone$/m);
    expect(answer).toMatch(/^0 problems$/m);
  });

  it("fetch a file once between them", async () => {
    const { server, folder, files } = await setUp();
    const codes = await Promise.all([work(folder, files), work(folder, files), work(folder, files)]);
    expect(codes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(["GET /0", "GET /1"]);
    expect(server.sent).toBe(2 * CONTENT.byteLength);
  });

  it("fetch an object of a bucket once between them", async () => {
    const { folder } = await setUp();
    const bucket = await startS3Server({ objects: { "bucket/0": CONTENT } });
    cleanups.push(() => bucket.close());
    const nothing = { id: null, source: null, absent: null, size: null, digests: [] };
    const file: RemoteFile = { ...nothing, urls: ["s3://bucket/0"], path: "f0" };
    const env = { AWS_ENDPOINT_URL_S3: bucket.endpoint };
    const codes = await Promise.all([1, 2].map(() => work(folder, [file], undefined, env)));
    expect(codes.map(({ code }) => code)).toEqual([0, 0]);
    expect(bucket.seen.filter(({ method }) => method === "GET").length).toBe(1);
    expect(Buffer.compare(readFileSync(join(folder, "f0")), CONTENT)).toBe(0);
  });

  it("say that the disk is full, and go on when there is room", async () => {
    const { server, folder, files } = await setUp();
    // One of the files meets the end of the disk in its middle, however many bytes are written at a time.
    const { code, said } = await work(folder, files, { room: CONTENT.byteLength / 2 });
    expect(code).toBe(1);
    expect(said).toContain("no space left on device");
    expect(said).toContain("make room and run it again");
    expect(["f0", "f1"].filter((name) => existsSync(join(folder, name))).length).toBe(1);
    expect((await work(folder, files)).code).toBe(0);
    for (const name of ["f0", "f1"]) expect(Buffer.compare(readFileSync(join(folder, name)), CONTENT)).toBe(0);
    expect(server.seen.filter(({ status }) => status === 206).length).toBe(1);
  });
});
