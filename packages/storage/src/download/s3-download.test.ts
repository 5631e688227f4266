import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DownloadOptions, DownloadResult, RemoteFile } from "@crossprobe/core";
import { afterEach, describe, expect, it } from "vitest";
import { type S3Server, type S3ServerOptions, startS3Server } from "../../../../test/s3-server/s3-server.js";
import { digestsOf } from "../s3-bodies.js";
import { createDownloader, type DownloaderOptions } from "./create-downloader.js";

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 29 + (i >> 9)) & 255);
const OTHER = CONTENT.map((byte) => byte ^ 85);
const MD5 = createHash("md5").update(CONTENT).digest("hex");
const URL = "s3://bucket/a%20folder/spikes.npy";
const OBJECT = "bucket/a folder/spikes.npy";
const PATH = "spikes.npy";

const servers: S3Server[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-s3-download-"));
  folders.push(folder);
  return folder;
}

async function serve(options: S3ServerOptions = {}): Promise<S3Server> {
  const server = await startS3Server({ objects: { [OBJECT]: CONTENT }, ...options });
  servers.push(server);
  return server;
}

const FILE: RemoteFile = { id: null, source: null, urls: [URL], absent: null, path: PATH, size: null, digests: [] };

interface Run extends Partial<DownloadOptions> {
  readonly file?: Partial<RemoteFile>;
  readonly with?: DownloaderOptions;
  readonly s3?: NonNullable<DownloaderOptions["s3"]>;
}

/** One file as the only one of a download, private addresses not allowed. */
async function fetchOne(server: S3Server, to: string, run: Run = {}): Promise<DownloadResult & { waits: number[] }> {
  const { file, with: more, s3, ...options } = run;
  const waits: number[] = [];
  const pause = async (milliseconds: number) => void waits.push(milliseconds / 1000);
  const downloader = createDownloader({
    ...{ pause, stallSeconds: 0.3, s3: { endpoint: server.endpoint, credentials: "anonymous", ...s3 } },
    ...more,
  });
  const given = { to, ...options };
  for await (const result of downloader.run(await downloader.plan([{ ...FILE, ...file }], given), given)) {
    return { ...result, waits };
  }
  throw new Error("no result");
}

function expectDone(to: string, result: DownloadResult): void {
  expect(result).toMatchObject({ status: "fetched", error: null, size: CONTENT.byteLength });
  expect(Buffer.compare(readFileSync(join(to, PATH)), CONTENT)).toBe(0);
}

function recordIn(to: string): Record<string, unknown> {
  const folder = join(to, ".crossprobe", "records");
  const [name = ""] = readdirSync(folder);
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

const parts = (to: string) =>
  readdirSync(to, { recursive: true, encoding: "utf8" }).filter((name) => /part$/.test(name));
const gets = (server: S3Server) => server.seen.filter(({ method }) => method === "GET");

describe("an object of a bucket", () => {
  it("is planned by HEAD, fetched, compared with its entity tag and recorded", async () => {
    const server = await serve();
    const to = newFolder();
    const downloader = createDownloader({ s3: { endpoint: server.endpoint, credentials: "anonymous" } });
    const plan = await downloader.plan([FILE], { to });
    expect(plan.files[0]).toMatchObject({ state: "fetch", size: 300_000, missing: 300_000, etag: `"${MD5}"` });
    expect(server.seen.map(({ method }) => method)).toEqual(["HEAD"]);
    const result = await fetchOne(server, to);
    expectDone(to, result);
    expect(result).toMatchObject({ trust: "digest", digests: [{ kind: "md5", value: MD5 }], received: 300_000 });
    expect(recordIn(to)).toMatchObject({ path: PATH, url: URL, etag: `"${MD5}"`, trust: "digest", size: 300_000 });
    expect(server.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it("is there the second time, and fetched anew when the bucket has another", async () => {
    const server = await serve({ objects: { [OBJECT]: OTHER } });
    const to = newFolder();
    await fetchOne(server, to);
    expect((await fetchOne(server, to)).status).toBe("present");
    expect(gets(server).length).toBe(1);
    server.objects.set(OBJECT, CONTENT);
    expectDone(to, await fetchOne(server, to));
  });

  it.each([
    ["put in several parts", { ETag: `"${"0".repeat(32)}-3"` }, "length"],
    [
      "encrypted with a key of the key service",
      { ETag: `"${"0".repeat(32)}"`, "x-amz-server-side-encryption": "aws:kms" },
      "length",
    ],
    ["encrypted with the service's own key", { "x-amz-server-side-encryption": "AES256" }, "digest"],
  ] as const)("that was %s is trusted as far as its tag means something", async (_, headers, trust) => {
    const server = await serve();
    server.plan({ on: "HEAD", headers }, { on: "GET", headers });
    const to = newFolder();
    const result = await fetchOne(server, to);
    expectDone(to, result);
    expect(result.trust).toBe(trust);
  });

  it("that is not what its tag says is put aside", async () => {
    const server = await serve();
    server.plan({ on: "GET", headers: { ETag: `"${"0".repeat(32)}"` } });
    const result = await fetchOne(server, newFolder());
    expect(result).toMatchObject({ status: "quarantined", trust: null });
    expect(result.error?.message).toContain(`its md5 is ${MD5}, the server states ${"0".repeat(32)}`);
    expect(gets(server).length).toBe(1);
  });

  it("is read with credentials where there are some, and refused without", async () => {
    const server = await serve({ isPrivate: true, accessKeyId: "AKIAREADER" });
    const to = newFolder();
    const refused = await fetchOne(server, to);
    expect(refused).toMatchObject({ status: "failed", error: { code: "store", status: 403, retryable: false } });
    expect(refused.error?.hint).toContain("credentials");
    expect(refused.waits).toEqual([]);
    expect(parts(to)).toEqual([]);
    const credentials = { accessKeyId: "AKIAREADER", secretAccessKey: "s3cr3t" };
    expectDone(to, await fetchOne(server, to, { s3: { credentials } }));
    expect(JSON.stringify(recordIn(to))).not.toMatch(/AKIAREADER|s3cr3t/);
  });

  it("that is missing is absent, and a missing bucket says so", async () => {
    const server = await serve();
    const missing = await fetchOne(server, newFolder(), { file: { urls: ["s3://bucket/none"] } });
    expect(missing).toMatchObject({ status: "absent", error: { code: "not-found" } });
    expect(missing.error?.message).toContain("s3://bucket/none");
    const listed = await fetchOne(server, newFolder(), { file: { urls: ["s3://bucket/none"], size: 5 } });
    expect(listed).toMatchObject({ status: "failed", error: { code: "not-found" } });
    const elsewhere = await fetchOne(server, newFolder(), { file: { urls: ["s3://no-bucket/a"], size: 5 } });
    expect(elsewhere).toMatchObject({ status: "failed", error: { code: "store", status: 404 } });
    expect(elsewhere.error?.message).toContain("NoSuchBucket");
  });

  it.each(["s3://bucket", "s3://bucket/", "s3://bucket/folder/", "s3://me:secret@bucket/a", "s3://bucket/../a?b"])(
    "is not what %s names",
    async (url) => {
      const work = fetchOne(await serve(), newFolder(), { file: { urls: [url] } });
      const error = await work.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "query" });
      expect(String(error)).not.toContain("secret");
    },
  );
});

describe("an interrupted object", () => {
  it.each([1, 100_000, 299_999])("goes on after %i bytes if it is the same", async (cutAfter) => {
    const server = await serve();
    server.plan({ on: "GET", cutAfter });
    const to = newFolder();
    expectDone(to, await fetchOne(server, to));
    expect(gets(server).map(({ range, ifMatch, status }) => [range?.replace(/\d+/, "n"), ifMatch, status])).toEqual([
      [undefined, undefined, 200],
      ["bytes=n-", `"${MD5}"`, 206],
    ]);
    expect(server.sent).toBe(CONTENT.byteLength);
  });

  it("goes on in another process", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan(
      { on: "GET", cutAfter: 120_000 },
      ...Array.from({ length: 3 }, () => ({ on: "GET", status: 503 }) as const),
    );
    const failed = await fetchOne(server, to, { with: { retry: { tries: 2 } } });
    expect(failed).toMatchObject({ status: "failed", error: { retryable: true, status: 503 } });
    expect(parts(to).length).toBe(1);
    const result = await fetchOne(server, to);
    expectDone(to, result);
    expect(result.trust).toBe("digest");
    expect(failed.received).toBeGreaterThan(0);
    expect(failed.received + result.received).toBe(CONTENT.byteLength);
  });

  it("begins anew when it changed in between", async () => {
    const server = await serve({ objects: { [OBJECT]: OTHER } });
    server.plan({ on: "GET", cutAfter: 100_000 });
    const to = newFolder();
    const changing = fetchOne(server, to, {
      with: {
        stallSeconds: 0.3,
        s3: { endpoint: server.endpoint, credentials: "anonymous" },
        pause: async () => void server.objects.set(OBJECT, CONTENT),
      },
    });
    expectDone(to, await changing);
    expect(gets(server).map(({ status }) => status)).toEqual([200, 412, 200]);
  });

  it("is never mixed with another by a service that does not look at If-Match", async () => {
    const server = await serve({ objects: { [OBJECT]: OTHER } });
    server.plan({ on: "GET", cutAfter: 100_000 }, { on: "GET", ignoresMatch: true });
    const to = newFolder();
    const pause = async () => void server.objects.set(OBJECT, CONTENT);
    const s3 = { endpoint: server.endpoint, credentials: "anonymous" } as const;
    expectDone(to, await fetchOne(server, to, { with: { pause, s3, stallSeconds: 0.3 } }));
    expect(gets(server).map(({ status }) => status)).toEqual([200, 206, 200]);
  });

  it.each([
    ["is silent", { isSilent: true }],
    ["stops in the middle", { stallAfter: 50_000 }],
    ["resets the connection", { resetAfter: 50_000 }],
    ["is busy", { status: 503, code: "SlowDown" }],
  ])("is asked for again when the service %s", async (_, fault) => {
    const server = await serve();
    server.plan({ on: "GET", ...fault });
    const to = newFolder();
    const result = await fetchOne(server, to);
    expectDone(to, result);
    expect(result.waits.length).toBe(1);
  });

  it("waits as long as the service asks", async () => {
    const server = await serve();
    server.plan({ on: "GET", status: 503, code: "SlowDown", headers: { "Retry-After": "7" } });
    const to = newFolder();
    const result = await fetchOne(server, to);
    expectDone(to, result);
    expect(result.waits).toEqual([7]);
  });

  it("rejects with the caller's own reason", async () => {
    const server = await serve();
    server.plan({ on: "GET", stallAfter: 100_000 });
    const to = newFolder();
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = () => setTimeout(() => controller.abort(reason), 20);
    const run = { signal: controller.signal, onProgress };
    const s3 = { endpoint: server.endpoint, credentials: "anonymous" } as const;
    await expect(fetchOne(server, to, { ...run, with: { stallSeconds: 30, s3 } })).rejects.toBe(reason);
    expectDone(to, await fetchOne(server, to));
    expect(server.sent).toBe(CONTENT.byteLength);
  });

  it("is fetched once by two that want it", async () => {
    const server = await serve();
    const to = newFolder();
    const lock = { pollSeconds: 0.01 };
    const s3 = { endpoint: server.endpoint, credentials: "anonymous" } as const;
    const both = await Promise.all([1, 2].map(() => fetchOne(server, to, { with: { lock, s3 } })));
    expect(both.map(({ status }) => status).sort()).toEqual(["fetched", "present"]);
    expect(gets(server).length).toBe(1);
  });
});

describe("digestsOf", () => {
  it.each([
    [{ ETag: `"${MD5}"` }, [MD5]],
    [{ ETag: `"${MD5}"`, ServerSideEncryption: "AES256" }, [MD5]],
    [{ ETag: `"${MD5}-2"` }, []],
    [{ ETag: `W/"${MD5}"` }, []],
    [{ ETag: MD5 }, []],
    [{ ETag: `"${MD5}"`, ServerSideEncryption: "aws:kms" }, []],
    [{ ETag: `"${MD5}"`, ServerSideEncryption: "aws:kms:dsse" }, []],
    [{ ETag: `"${MD5}"`, SSECustomerAlgorithm: "AES256" }, []],
    [{}, []],
  ])("takes a tag for an MD5 where it is one: %j", (answer, md5) => {
    expect(digestsOf(answer).map(({ value }) => value)).toEqual(md5);
  });
});
