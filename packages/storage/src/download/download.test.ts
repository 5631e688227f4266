import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  type Downloader,
  type DownloadOptions,
  type DownloadResult,
  FormatError,
  type RemoteFile,
} from "@crossprobe/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type DataServer, type DataServerOptions, startDataServer } from "../../../../test/data-server/data-server.js";
import { createDownloader, type DownloaderOptions } from "./create-downloader.js";

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
const OTHER = CONTENT.map((byte) => byte ^ 85);
const PATH = "lab/alf/spikes.times.npy";

const servers: { close(): Promise<void> }[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-download-"));
  folders.push(folder);
  return folder;
}

async function serve(options: DataServerOptions = {}): Promise<DataServer> {
  const server = await startDataServer({ files: { "/a.npy": CONTENT }, ...options });
  servers.push(server);
  return server;
}

const hex = (kind: "md5" | "sha256", bytes: Uint8Array) => createHash(kind).update(bytes).digest("hex");
const fileAt = (server: { url: string }, more: Partial<RemoteFile> = {}): RemoteFile => ({
  ...{ id: "1", source: null, urls: [`${server.url}/a.npy`], absent: null, path: PATH },
  ...{ size: CONTENT.byteLength, digests: [{ kind: "md5", value: hex("md5", CONTENT) }] },
  ...more,
});

/** A downloader whose waits are remembered and not waited. */
function quick(options: DownloaderOptions = {}): { downloader: Downloader; waits: number[] } {
  const waits: number[] = [];
  const pause = async (milliseconds: number) => void waits.push(milliseconds / 1000);
  return { downloader: createDownloader({ pause, stallSeconds: 0.2, ...options }), waits };
}

async function download(
  files: readonly RemoteFile[],
  to: string,
  downloader = quick().downloader,
  more: Partial<DownloadOptions> = {},
): Promise<DownloadResult[]> {
  const options = { to, allowPrivate: true, ...more };
  const results: DownloadResult[] = [];
  for await (const result of downloader.run(await downloader.plan(files, options), options)) results.push(result);
  return results;
}

/** Everything below a folder by path, without records. */
function contents(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return all
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .filter((path) => !path.startsWith(join(".crossprobe", "records")))
    .sort();
}

/** The file is in its place, right, recorded, and nothing else is left. */
function expectDone(to: string, [result]: readonly DownloadResult[], status = "fetched"): void {
  expect(result?.error).toBeNull();
  expect(result).toMatchObject({ status, size: CONTENT.byteLength, error: null });
  expect(Buffer.compare(readFileSync(join(to, PATH)), CONTENT)).toBe(0);
  expect(contents(to)).toEqual([PATH]);
}

describe("a download", () => {
  it("is checked by digest, put in its place and recorded", async () => {
    const server = await serve();
    const to = newFolder();
    const [result] = await download([fileAt(server)], to);
    expectDone(to, result === undefined ? [] : [result]);
    expect(result).toMatchObject({
      trust: "digest",
      received: CONTENT.byteLength,
      digests: [{ kind: "md5", value: hex("md5", CONTENT) }],
    });
    const [name = ""] = readdirSync(join(to, ".crossprobe", "records"));
    const record = JSON.parse(readFileSync(join(to, ".crossprobe", "records", name), "utf8"));
    expect(record).toMatchObject({ path: PATH, url: `${server.url}/a.npy`, size: 300_000, trust: "digest" });
    expect(server.seen.map(({ method, range }) => [method, range])).toEqual([["GET", undefined]]);
  });

  it("is on the disk before it is in its place", async () => {
    const server = await serve();
    const to = newFolder();
    const probe = await open(join(to, "probe"), "w");
    const sync = vi.spyOn(Object.getPrototypeOf(probe), "sync");
    const synced: { readonly bytes: number; readonly isInPlace: boolean }[] = [];
    sync.mockImplementation(async function (this: typeof probe) {
      synced.push({ bytes: (await this.stat()).size, isInPlace: existsSync(join(to, PATH)) });
    });
    try {
      await download([fileAt(server)], to);
    } finally {
      sync.mockRestore();
      await probe.close();
    }
    expect(synced).toContainEqual({ bytes: CONTENT.byteLength, isInPlace: false });
  });

  it("is not repeated, asks nothing for what is recorded, and reads what is not", async () => {
    const server = await serve();
    const to = newFolder();
    await download([fileAt(server)], to);
    expectDone(to, await download([fileAt(server)], to), "present");
    rmSync(join(to, ".crossprobe"), { recursive: true });
    expectDone(to, await download([fileAt(server)], to), "present");
    expect(server.seen.length).toBe(1);
  });

  it.each([
    ["sha256", [{ kind: "sha256", value: hex("sha256", CONTENT) }], CONTENT.byteLength, "digest"],
    ["a length", [], CONTENT.byteLength, "length"],
    ["a length that the server states", [], null, "length"],
  ] as const)("says how far it can be trusted, by %s", async (_, digests, size, trust) => {
    const server = await serve();
    const to = newFolder();
    const [result] = await download([fileAt(server, { digests: [...digests], size })], to);
    expect(result).toMatchObject({
      status: "fetched",
      trust,
      digests: [{ kind: "sha256", value: hex("sha256", CONTENT) }],
    });
  });

  it("has nothing to trust in where nobody states a length", async () => {
    const server = await serve();
    server.plan({ method: "HEAD", isChunked: true }, { method: "GET", isChunked: true });
    const [result] = await download([fileAt(server, { digests: [], size: null })], newFolder());
    expect(result).toMatchObject({ status: "fetched", trust: "none", size: CONTENT.byteLength });
  });

  it.each([
    [true, "structure"],
    [false, "none"],
    [undefined, "none"],
  ] as const)("asks what its format says where nobody states a length: %s", async (isWhole, trust) => {
    const server = await serve();
    const chunked = () => server.plan({ method: "HEAD", isChunked: true }, { method: "GET", isChunked: true });
    chunked();
    const to = newFolder();
    const asked: string[] = [];
    const examine: DownloaderOptions["examine"] = async (folder, path) => {
      asked.push(folder.url + path);
      return isWhole;
    };
    const { downloader } = quick({ examine });
    const bare = fileAt(server, { digests: [], size: null });
    const [result] = await download([bare], to, downloader);
    expect(result).toMatchObject({ status: "fetched", trust });
    expect(asked.length).toBe(1);
    expect(asked[0]).toContain(PATH);
    // However it was judged, it is there, and nothing is asked for again.
    server.plan({ method: "HEAD", isChunked: true });
    const [again] = await download([bare], to, downloader);
    expect(again).toMatchObject({ status: "present", trust });
    expect(server.seen.filter(({ method }) => method === "GET").length).toBe(1);
  });

  it("does not look inside where a digest or a length vouches for it, and takes no harm from a reader that fails", async () => {
    const server = await serve();
    const fails = async (): Promise<boolean> => {
      throw new FormatError("it is no array", { format: "npy" });
    };
    const { downloader } = quick({ examine: fails });
    for (const [more, trust] of [
      [{}, "digest"],
      [{ digests: [] }, "length"],
      [{ digests: [], size: null }, "length"],
    ] as const) {
      expect((await download([fileAt(server, more)], newFolder(), downloader))[0]).toMatchObject({ trust });
    }
    server.plan({ method: "HEAD", isChunked: true }, { method: "GET", isChunked: true });
    const before = server.seen.length;
    const [unread] = await download([fileAt(server, { digests: [], size: null })], newFolder(), downloader);
    expect(unread).toMatchObject({ status: "fetched", trust: "none", error: null });
    expect(server.seen.length).toBe(before + 2);
  });

  it("is trusted no further because its own digest was computed", async () => {
    const server = await serve();
    const to = newFolder();
    const bare = fileAt(server, { digests: [] });
    expect((await download([bare], to))[0]?.trust).toBe("length");
    // The same bytes at another time: compared with what was computed when they came.
    writeFileSync(join(to, PATH), CONTENT);
    expect((await download([bare], to))[0]).toMatchObject({ status: "present", trust: "length" });
    expect(server.seen.length).toBe(1);
  });

  it("takes an empty file", async () => {
    const server = await serve({ files: { "/a.npy": new Uint8Array() } });
    const file = fileAt(server, { size: 0, digests: [{ kind: "md5", value: hex("md5", new Uint8Array()) }] });
    const [result] = await download([file], newFolder());
    expect(result).toMatchObject({ status: "fetched", size: 0, trust: "digest" });
  });

  it("takes the next address where one has nothing", async () => {
    const server = await serve();
    const to = newFolder();
    const urls = [`${server.url}/gone.npy`, `${server.url}/a.npy`];
    expectDone(to, await download([fileAt(server, { urls })], to));
  });
});

describe("an interruption", () => {
  it.each([1, 100_000, 299_999])("after %d bytes goes on where it was", async (cutAfter) => {
    const server = await serve();
    const to = newFolder();
    server.plan({ cutAfter });
    const { downloader, waits } = quick();
    expectDone(to, await download([fileAt(server)], to, downloader));
    expect(waits.length).toBe(1);
    const [first, second] = server.seen;
    expect(first?.range).toBeUndefined();
    expect(second?.range).toMatch(/^bytes=\d+-$/);
    expect(second?.ifRange).toMatch(/^"[0-9a-f]{12}"$/);
    expect(server.sent).toBe(CONTENT.byteLength);
  });

  it("by the caller leaves a part that another process takes up", async () => {
    const server = await serve();
    const to = newFolder();
    const controller = new AbortController();
    server.plan({ stallAfter: 120_000 });
    const reason = new Error("enough");
    const options = {
      signal: controller.signal,
      onProgress: () => setTimeout(() => controller.abort(reason), 20),
    };
    const { downloader } = quick({ stallSeconds: 30 });
    await expect(download([fileAt(server)], to, downloader, options)).rejects.toBe(reason);
    expect(existsSync(join(to, PATH))).toBe(false);
    const plan = await downloader.plan([fileAt(server)], { to, allowPrivate: true });
    expect(plan.files[0]).toMatchObject({ state: "resume" });
    expect(plan.missingBytes).toBeLessThan(CONTENT.byteLength);
    expectDone(to, await download([fileAt(server)], to));
    expect(server.sent).toBe(CONTENT.byteLength);
  });

  it("by a connection that brings nothing is noticed", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan({ stallAfter: 50_000 }, { stallAfter: 0 });
    expectDone(to, await download([fileAt(server)], to));
    expect(server.seen.length).toBe(3);
  });

  it("by a connection that trickles goes on over another", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan({ trickleAfter: 50_000 });
    const minimumRate = { bytesPerSecond: 200_000, seconds: 0.1 };
    const { downloader, waits } = quick({ stallSeconds: 30, minimumRate });
    expectDone(to, await download([fileAt(server)], to, downloader));
    expect(waits.length).toBe(1);
    const [, second] = server.seen;
    expect(second?.range).toMatch(/^bytes=5\d{4}-$/);
    expect(second?.status).toBe(206);
  });

  it("by connections that all trickle is given up, although bytes come", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan(...Array.from({ length: 3 }, () => ({ trickleAfter: 10 })));
    const { downloader } = quick({
      stallSeconds: 30,
      minimumRate: { bytesPerSecond: 1e6, seconds: 0.05 },
      retry: { tries: 3 },
    });
    const [result] = await download([fileAt(server)], to, downloader);
    expect(result).toMatchObject({ status: "failed", error: { code: "store", retryable: true } });
    expect(result?.error?.message).toMatch(/only \d+ bytes came in 0\.05 s$/);
    expect(server.seen.length).toBe(3);
    expect(contents(to).filter((path) => path.endsWith(".part")).length).toBe(1);
    expectDone(to, await download([fileAt(server)], to));
  });

  it("by a reset is no more than that", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan({ resetAfter: 200_000 }, { resetAfter: 10 });
    expectDone(to, await download([fileAt(server)], to));
  });

  it("before an answer is tried again, with longer waits each time", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan({ isLost: true }, { isLost: true }, { isLost: true });
    const { downloader, waits } = quick();
    expectDone(to, await download([fileAt(server)], to, downloader));
    expect(waits.map((wait, i) => wait > 2 ** i / 2 - 1e-9 && wait <= 2 ** i)).toEqual([true, true, true]);
  });

  it("that does not end is given up, and the part stays", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan({ cutAfter: 1000 }, ...Array.from({ length: 20 }, () => ({ isLost: true })));
    const [result] = await download([fileAt(server)], to);
    expect(result).toMatchObject({ status: "failed", size: null, error: { code: "store", retryable: true } });
    expect(server.seen.length).toBe(7);
    expect(contents(to).some((path) => path.endsWith(".part"))).toBe(true);
    expect(existsSync(join(to, PATH))).toBe(false);
  });
});

describe("a server that puts off", () => {
  it.each([429, 503])("with %d is asked again when it says", async (status) => {
    const server = await serve();
    const to = newFolder();
    server.plan({ status, headers: { "Retry-After": "7" } });
    const { downloader, waits } = quick();
    expectDone(to, await download([fileAt(server)], to, downloader));
    expect(waits).toEqual([7]);
  });

  it("until a date is waited for, and no longer than ten minutes", async () => {
    const server = await serve();
    const to = newFolder();
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();
    server.plan(
      { status: 503, headers: { "Retry-After": at(90) } },
      { status: 503, headers: { "Retry-After": at(86_400) } },
    );
    const { downloader, waits } = quick();
    expectDone(to, await download([fileAt(server)], to, downloader));
    expect(waits[0]).toBeGreaterThan(80);
    expect(waits[0]).toBeLessThanOrEqual(90);
    expect(waits[1]).toBe(600);
  });

  it.each([400, 401, 403, 501 - 96])("with %d is not asked again", async (status) => {
    const server = await serve();
    server.plan({ status });
    const to = newFolder();
    const [result] = await download([fileAt(server)], to);
    expect(result).toMatchObject({ status: "failed", error: { status } });
    expect(server.seen.length).toBe(1);
    // Nothing came, and nothing is left to go on from.
    expect(contents(to)).toEqual([]);
  });

  it("with 404 has no such file", async () => {
    const server = await serve({ files: {} });
    const to = newFolder();
    const [known] = await download([fileAt(server)], to);
    expect(known).toMatchObject({ status: "failed", error: { code: "not-found" } });
    expect(contents(to)).toEqual([]);
    const [unknown] = await download([fileAt(server, { size: null, digests: [] })], newFolder());
    expect(unknown).toMatchObject({ status: "absent", error: { code: "not-found" } });
  });
});

describe("a resumed download", () => {
  const cut = { cutAfter: 100_000 };

  it("begins anew when the object changed in between", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan({ ...cut, body: OTHER });
    expectDone(to, await download([fileAt(server)], to));
    expect(server.seen.map(({ status }) => status)).toEqual([200, 200]);
  });

  it("begins anew when the server forgets ranges", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan(cut, { ignoresRange: true });
    expectDone(to, await download([fileAt(server)], to));
    expect(server.sent).toBe(100_000 + CONTENT.byteLength);
  });

  it.each([
    ["another range", "bytes 0-299999/300000"],
    ["another size", "bytes 100000-299999/300001"],
    ["no sense", "octets all"],
  ])("begins anew when the answer states %s", async (_, contentRange) => {
    const server = await serve();
    const to = newFolder();
    server.plan(cut, { contentRange });
    expectDone(to, await download([fileAt(server)], to));
    expect(server.seen.map(({ range }) => range !== undefined)).toEqual([false, true, false]);
  });

  it.each([
    ["and a digest would", fileAt],
    ["and nothing else would", (server: DataServer) => fileAt(server, { digests: [] })],
  ])("never mixes two objects where an entity tag of a part tells them apart, %s", async (_, file) => {
    const server = await serve();
    const to = newFolder();
    // A server that answers a range of a changed object all the same.
    server.plan(
      { ...cut, body: OTHER },
      {
        status: 206,
        headers: { ETag: '"other"', "Content-Range": "bytes 100000-299999/300000" },
        body: CONTENT.subarray(100_000),
      },
    );
    expectDone(to, await download([file(server)], to));
    expect(server.seen.length).toBe(3);
  });

  it("goes by the date where the entity tag is weak", async () => {
    const date = "Sat, 21 Nov 2026 12:00:00 GMT";
    const server = await serve({ etags: "weak", lastModified: date });
    const to = newFolder();
    server.plan(cut);
    expectDone(to, await download([fileAt(server)], to));
    expect(server.seen[1]).toMatchObject({ range: "bytes=100000-", ifRange: date, status: 206 });
  });

  it("begins anew where neither a validator nor a digest could tell a mixture", async () => {
    const server = await serve({ etags: "none" });
    const to = newFolder();
    server.plan(cut);
    const [result] = await download([fileAt(server, { digests: [] })], to);
    expect(result).toMatchObject({ status: "fetched", trust: "length" });
    expect(server.seen[1]?.range).toBeUndefined();
  });

  it("is fetched once more in one piece when its parts do not fit", async () => {
    const server = await serve({ etags: "none" });
    const to = newFolder();
    server.plan({ ...cut, body: OTHER });
    expectDone(to, await download([fileAt(server)], to));
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, "bytes=100000-", undefined]);
  });

  it("that was whole when it stopped asks nothing", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan({ cutAfter: CONTENT.byteLength, headers: { "Content-Length": String(CONTENT.byteLength) } });
    expectDone(to, await download([fileAt(server)], to));
    expect(server.seen.length).toBe(1);
  });
});

describe("what is not the file", () => {
  it("by its digest is put aside, and never in its place", async () => {
    const server = await serve({ files: { "/a.npy": OTHER } });
    const to = newFolder();
    const [result] = await download([fileAt(server)], to);
    expect(result).toMatchObject({ status: "quarantined", size: null, error: { code: "store" } });
    expect(result?.error?.message).toContain(hex("md5", CONTENT));
    expect(existsSync(join(to, PATH))).toBe(false);
    expect(Buffer.compare(readFileSync(result?.setAside ?? ""), OTHER)).toBe(0);
    expect(result?.setAside).toMatch(/\.crossprobe.quarantine.*failed-check\.spikes\.times\.npy$/);
    expect(server.seen.length).toBe(1);
  });

  it.each([
    ["shorter than the catalogue says", { shortenTo: 299_999 }],
    [
      "a page of HTML with status 200",
      { status: 200, headers: { "Content-Type": "text/html" }, body: Buffer.from("<html>sorry") },
    ],
    ["longer than the catalogue says", { body: new Uint8Array(300_001) }],
  ])("%s is not fetched at all", async (_, fault) => {
    const server = await serve();
    server.plan(fault);
    const [result] = await download([fileAt(server)], newFolder());
    expect(result).toMatchObject({ status: "failed", received: 0 });
    expect(result?.error?.message).toMatch(/the server has \d+ bytes, 300000 were expected/);
  });

  it("without a stated length ends where the catalogue says", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan({ isChunked: true, body: new Uint8Array(400_000) });
    const [result] = await download([fileAt(server)], to);
    expect(result?.status).toBe("failed");
    expect(result?.error?.message).toContain("more than 300000 bytes");
    server.plan({ isChunked: true, body: CONTENT.subarray(0, 200_000) });
    const [short] = await download([fileAt(server)], newFolder());
    expect(short?.status).toBe("quarantined");
  });

  it("because it was compressed on the way is refused", async () => {
    const server = await serve();
    server.plan({ isGzip: true });
    const [result] = await download([fileAt(server, { size: null })], newFolder());
    expect(result).toMatchObject({ status: "fetched" });
    server.plan({ isGzip: true, method: "GET" });
    const [refused] = await download([fileAt(server)], newFolder());
    expect(refused?.error?.message).toContain("gzip although no compression was accepted");
  });

  it("by its entity tag is refused", async () => {
    const server = await serve();
    const [result] = await download([fileAt(server, { digests: [{ kind: "etag", value: '"another"' }] })], newFolder());
    expect(result?.error?.message).toContain('and not "another"');
  });
});

describe("a file that is in the place already", () => {
  const put = (to: string, bytes: Uint8Array) => {
    mkdirSync(join(to, "lab", "alf"), { recursive: true });
    writeFileSync(join(to, PATH), bytes);
  };

  it("and is another is left alone, or replaced and kept when that is asked for", async () => {
    const server = await serve();
    const to = newFolder();
    put(to, OTHER);
    const [kept] = await download([fileAt(server)], to);
    expect(kept).toMatchObject({ status: "failed", received: 0 });
    expect(kept?.error?.message).toContain("is there already and is not the file");
    expect(Buffer.compare(readFileSync(join(to, PATH)), OTHER)).toBe(0);
    const [replaced] = await download([fileAt(server)], to, undefined, { overwrite: true });
    expect(replaced?.status).toBe("fetched");
    expect(Buffer.compare(readFileSync(join(to, PATH)), CONTENT)).toBe(0);
    expect(Buffer.compare(readFileSync(replaced?.setAside ?? ""), OTHER)).toBe(0);
  });

  it("and was fetched before is renewed when the catalogue has a new digest", async () => {
    const server = await serve({ files: { "/a.npy": OTHER } });
    const to = newFolder();
    await download([fileAt(server, { digests: [{ kind: "md5", value: hex("md5", OTHER) }] })], to);
    server.files.set("/a.npy", CONTENT);
    expectDone(to, await download([fileAt(server)], to));
  });

  it("and has no digest is renewed when its server has another object of the same length", async () => {
    const server = await serve({ files: { "/a.npy": OTHER } });
    const to = newFolder();
    const file = fileAt(server, { size: null, digests: [] });
    await download([file], to);
    expect(await download([file], to)).toMatchObject([{ status: "present", received: 0 }]);
    server.files.set("/a.npy", CONTENT);
    expectDone(to, await download([file], to));
    // Another server of the same file may call it otherwise.
    const mirror = await serve();
    mirror.plan({ method: "HEAD", headers: { ETag: '"as the mirror has it"' } });
    expect(await download([{ ...file, urls: [`${mirror.url}/a.npy`] }], to)).toMatchObject([{ status: "present" }]);
  });

  it("without a record is known by what was compared before it was published", async () => {
    const server = await serve();
    const to = newFolder();
    const file = fileAt(server, { size: null, digests: [] });
    // In the place of records, so that none can be written.
    const records = join(to, ".crossprobe", "records");
    mkdirSync(join(to, ".crossprobe"));
    writeFileSync(records, "");
    expect(await download([file], to)).toMatchObject([{ status: "failed" }]);
    expect(Buffer.compare(readFileSync(join(to, PATH)), CONTENT)).toBe(0);
    rmSync(records);
    server.plan({ method: "HEAD", isChunked: true });
    const [result] = await download([file], to);
    expect(result).toMatchObject({ status: "present", received: 0, trust: "length" });
  });

  it("and was changed since is not taken for what was fetched", async () => {
    const server = await serve();
    const to = newFolder();
    await download([fileAt(server)], to);
    put(to, OTHER);
    const [result] = await download([fileAt(server)], to);
    expect(result).toMatchObject({ status: "failed" });
  });
});

describe("places and addresses", () => {
  it.each([
    "../a",
    "a/../../b",
    "/etc/passwd",
    "a//b",
    "a/./b",
    "",
    "a\0b",
    "C:/a",
    "a\\..\\b",
    "lab/con",
    "lab/NUL.npy",
    "a./b",
    "a /b",
    "COM1.txt",
    ".crossprobe/records/x",
    ".CrossProbe/x",
    "a:b",
    "a*",
    "x\ny",
  ])("a path %j is refused before anything is asked", async (path) => {
    const server = await serve();
    await expect(download([fileAt(server, { path, size: null })], newFolder())).rejects.toMatchObject({
      code: "query",
    });
    expect(server.seen).toEqual([]);
  });

  it("two files of one place are refused, whatever the case of their letters", async () => {
    const server = await serve();
    const twice = [fileAt(server), fileAt(server, { path: PATH.toUpperCase() })];
    await expect(download(twice, newFolder())).rejects.toMatchObject({ code: "query" });
  });

  it("a link in the folder leads nowhere", async () => {
    const server = await serve();
    const [to, outside] = [newFolder(), newFolder()];
    symlinkSync(outside, join(to, "lab"));
    await expect(download([fileAt(server)], to)).rejects.toMatchObject({ code: "store" });
    expect(readdirSync(outside)).toEqual([]);
    writeFileSync(join(outside, "target"), "mine");
    symlinkSync(join(outside, "target"), join(to, "x.npy"));
    await expect(download([fileAt(server, { path: "x.npy" })], to)).rejects.toMatchObject({ code: "store" });
    expect(readFileSync(join(outside, "target"), "utf8")).toBe("mine");
  });

  it("a link in the place of what is made beside the files leads nowhere either", async () => {
    const [to, outside] = [newFolder(), newFolder()];
    symlinkSync(outside, join(to, "lab"));
    const make = async () => [{ path: "lab/table.csv", bytes: CONTENT }];
    await expect(createDownloader().publish(to, make)).rejects.toMatchObject({ code: "store" });
    await expect(createDownloader().publish(to, async () => [{ path: "../a", bytes: CONTENT }])).rejects.toMatchObject({
      code: "query",
    });
    expect(readdirSync(outside)).toEqual([]);
  });

  it("a link that appears while a file comes leads nowhere either", async () => {
    const server = await serve();
    const [to, outside] = [newFolder(), newFolder()];
    server.plan({ onServe: () => symlinkSync(outside, join(to, "lab")) });
    const [result] = await download([fileAt(server)], to);
    expect(result).toMatchObject({ status: "failed", error: { code: "store" } });
    expect(result?.error?.message).toContain("is a link, which could lead out of the folder");
    expect(readdirSync(outside)).toEqual([]);
  });

  it.each([
    "http://127.0.0.1/a",
    "http://[::1]/a",
    "http://10.1.2.3/a",
    "http://192.168.0.1/a",
    "http://169.254.169.254/latest/meta-data",
    "http://[fd00::1]/a",
    "http://[::ffff:127.0.0.1]/a",
    "http://0x7f.1/a",
    "http://2130706433/a",
    "http://0.0.0.0/a",
    "http://100.64.0.1/a",
    "http://[64:ff9b::7f00:1]/a",
    "file:///etc/passwd",
    "ftp://example.org/a",
    "https://me:secret@example.org/a",
    "no address",
  ])("the address %s is refused", async (url) => {
    const work = download([fileAt({ url: "" }, { urls: [url] })], newFolder(), undefined, { allowPrivate: false });
    const error = await work.then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: "query" });
    expect(error?.message).not.toContain("secret");
  });

  it("a name that leads to this machine is refused when it is resolved", async () => {
    const server = await serve();
    const urls = [`${server.url.replace("127.0.0.1", "localhost")}/a.npy`];
    const [result] = await download([fileAt(server, { urls })], newFolder(), undefined, { allowPrivate: false });
    expect(result).toMatchObject({ status: "failed", error: { code: "query" } });
    expect(server.seen).toEqual([]);
  });

  it("redirects are followed, to the same account only, and not for ever", async () => {
    const [first, second] = [await serve(), await serve({ files: { "/b.npy": CONTENT } })];
    const to = newFolder();
    const authorize = (url: URL) => (url.href.startsWith(first.url) ? "Basic c2VjcmV0" : undefined);
    first.plan({ status: 302, headers: { Location: `${second.url}/b.npy?signature=s3cr3t` } });
    const { downloader } = quick({ authorize });
    const results = await download([fileAt(first)], to, downloader);
    expectDone(to, results);
    expect(first.seen[0]?.authorization).toBe("Basic c2VjcmV0");
    expect(second.seen[0]?.authorization).toBeUndefined();
    const [name = ""] = readdirSync(join(to, ".crossprobe", "records"));
    expect(readFileSync(join(to, ".crossprobe", "records", name), "utf8")).not.toMatch(/s3cr3t|c2VjcmV0/);
    first.plan(...Array.from({ length: 9 }, () => ({ status: 307, headers: { Location: "/a.npy" } })));
    const [looping] = await download([fileAt(first)], newFolder());
    expect(looping?.error?.message).toContain("redirects more than 5 times");
  });

  it("a redirect into a private network is refused where those are", async () => {
    // The guard judges every hop by itself; the first one is let through here by asking as if it were public.
    const { HttpBodies } = await import("../http-body.js");
    const server = await serve();
    server.plan({ status: 302, headers: { Location: "http://169.254.169.254/latest" } });
    const bodies = new HttpBodies({ stallSeconds: 1 });
    const asked = { method: "GET", url: `${server.url}/a.npy`, signal: undefined } as const;
    const rules = { allowPrivate: false, hosts: undefined };
    const hop = await bodies.request({ ...asked, rules }).catch((error: unknown) => error);
    expect(hop).toMatchObject({ code: "query" });
    bodies.close();
  });

  it("an account is sent, and appears nowhere", async () => {
    const server = await serve({ authorization: "Basic bWU6c2VjcmV0" });
    const [refused] = await download([fileAt(server)], newFolder());
    expect(refused).toMatchObject({ status: "failed", error: { status: 401 } });
    const to = newFolder();
    const { downloader } = quick({ authorize: () => "Basic bWU6c2VjcmV0" });
    // An answer that is not understood, one that ends too early, and nobody who answers.
    const faults = [{ status: 400 }, { isGzip: true }, { shortenTo: 10 }, { isLost: true }];
    const results: unknown[] = [];
    for (const fault of faults) {
      const faulty = await serve({ authorization: "Basic bWU6c2VjcmV0" });
      faulty.plan(...Array.from({ length: 6 }, () => fault));
      const [failed] = await download([fileAt(faulty)], newFolder(), downloader);
      expect(failed?.status).toBe("failed");
      results.push(failed);
    }
    const done = await download([fileAt(server)], to, downloader);
    expectDone(to, done);
    results.push(...done);
    expect(inspect(results, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain("bWU6c2VjcmV0");
    for (const { parentPath, name } of readdirSync(to, { recursive: true, withFileTypes: true })) {
      const path = join(parentPath, name);
      if (statSync(path).isFile()) expect(readFileSync(path, "latin1")).not.toContain("bWU6c2VjcmV0");
    }
  });

  it("a signature of an address is not in messages", async () => {
    const server = await serve({ files: {} });
    const urls = [`${server.url}/a.npy?X-Amz-Signature=s3cr3t`];
    const [result] = await download([fileAt(server, { urls })], newFolder());
    expect(JSON.stringify([result?.error?.message, result?.error])).not.toContain("s3cr3t");
  });
});

describe("a plan", () => {
  it("asks for sizes that nobody states, and says what there is to do", async () => {
    const server = await serve({ files: { "/a.npy": CONTENT, "/b": OTHER } });
    const to = newFolder();
    const files = [
      fileAt(server),
      fileAt(server, { id: "2", urls: [`${server.url}/b`], path: "b", size: null, digests: [] }),
    ];
    const gone = fileAt(server, { id: "3", urls: [], absent: "its verdict is CRITICAL", path: "c" });
    const plan = await quick().downloader.plan([...files, gone], { to, allowPrivate: true });
    expect(plan.files.map(({ state, size, missing, reason }) => [state, size, missing, reason])).toEqual([
      ["fetch", 300_000, 300_000, null],
      ["fetch", 300_000, 300_000, null],
      ["absent", 300_000, null, "its verdict is CRITICAL"],
    ]);
    expect(plan).toMatchObject({ missingBytes: 600_000, unknownSizes: 0 });
    expect(plan.freeBytes).toBeGreaterThan(0);
    expect(server.seen.map(({ method }) => method)).toEqual(["HEAD"]);
  });

  it("says why it does not know a size", async () => {
    const server = await serve();
    server.plan({ status: 503 });
    const { files, unknownSizes } = await quick().downloader.plan([fileAt(server, { size: null })], {
      to: newFolder(),
      allowPrivate: true,
    });
    expect(files[0]).toMatchObject({ state: "fetch", size: null, missing: null });
    expect(files[0]?.reason).toBe("its size is not known: HTTP status 503 to HEAD");
    expect(unknownSizes).toBe(1);
  });

  it("that the disk has no room for is refused", async () => {
    const server = await serve();
    const plan = quick().downloader.plan([fileAt(server, { size: 2 ** 52 })], { to: newFolder(), allowPrivate: true });
    await expect(plan).rejects.toThrow(/has room for \d+ bytes, 4503599627370496 are to be fetched/);
  });
});

describe("several at a time", () => {
  it("share the line, keep to the limit and tell how far they are", async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`/${i}`, CONTENT]));
    const server = await serve({ files });
    const wanted = Object.keys(files).map((name) =>
      fileAt(server, { id: name, urls: [server.url + name], path: `f${name}` }),
    );
    const seen: number[] = [];
    const onProgress = ({
      bytesDone,
      bytes,
      filesDone,
    }: {
      bytesDone: number;
      bytes: number | null;
      filesDone: number;
    }) => {
      expect(bytes).toBe(12 * CONTENT.byteLength);
      seen.push(bytesDone);
      if (filesDone === 12) expect(bytesDone).toBe(bytes);
    };
    const results = await download(wanted, newFolder(), undefined, { parallel: 3, onProgress });
    expect(results.every(({ status }) => status === "fetched")).toBe(true);
    expect(seen.length).toBeGreaterThanOrEqual(12);
  });

  it("never have more than so many requests open", async () => {
    let [open, most] = [0, 0];
    const server = createServer((_, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end(Buffer.from("x"));
      }, 5);
    });
    server.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const digests = [{ kind: "md5", value: hex("md5", Buffer.from("x")) }] as const;
    const wanted = Array.from({ length: 20 }, (_, i) =>
      fileAt({ url }, { id: `${i}`, path: `f${i}`, size: 1, digests }),
    );
    await download(wanted, newFolder(), undefined, { parallel: 2 });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(most).toBe(2);
  });

  it("that want the same file fetch it once", async () => {
    const server = await serve();
    const to = newFolder();
    const lock = { pollSeconds: 0.01 };
    const both = await Promise.all([1, 2].map(() => download([fileAt(server)], to, createDownloader({ lock }))));
    expect(
      both
        .flat()
        .map(({ status }) => status)
        .sort(),
    ).toEqual(["fetched", "present"]);
    expect(server.seen.length).toBe(1);
    expect(contents(to)).toEqual([PATH]);
  });

  it("end together when the caller stops taking results", async () => {
    const server = await serve({ files: { "/a.npy": CONTENT, "/b": CONTENT } });
    const to = newFolder();
    server.plan({ path: "/b", stallAfter: 1000 });
    const { downloader } = quick({ stallSeconds: 30 });
    const files = [fileAt(server), fileAt(server, { id: "2", urls: [`${server.url}/b`], path: "b" })];
    const options = { to, allowPrivate: true };
    for await (const result of downloader.run(await downloader.plan(files, options), options)) {
      expect(result.file.path).toBe(PATH);
      break;
    }
    expect(contents(to).filter((path) => path.includes("lock."))).toEqual([]);
  });
});
