import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import type * as fs from "node:fs/promises";
import { join } from "node:path";
import { type DownloadResult, isDataError, type RemoteFile } from "@crossprobe/core";
import { recordingStore } from "@crossprobe/core/conformance";
import { BlockFolder, createDownloader, diskCached, HttpStore } from "@crossprobe/storage/node";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { DataServer } from "../data-server/data-server.js";
import { CONTENT, cleanups, newFolder, serve } from "./served-file.js";

/** Functions of the file system that fail, and when: by what they are given, the code of the error. */
const failing = vi.hoisted(() => new Map<string, (path: string) => string | undefined>());

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof fs>();
  const guarded = Object.entries(real).map(([name, value]) => {
    if (typeof value !== "function") return [name, value];
    const call = async (...args: unknown[]) => {
      const code = failing.get(name)?.(args.map(String).join(" "));
      if (code !== undefined)
        throw Object.assign(new Error(`${code}: made to fail, ${name}`), { code, path: String(args[0]) });
      return Reflect.apply(value, real, args);
    };
    return [name, name === "opendir" || name === "watch" ? value : call];
  });
  return Object.fromEntries(guarded);
});

afterEach(() => failing.clear());

const fileAt = (server: DataServer, path = "lab/a.npy"): RemoteFile => ({
  ...{ id: "1", source: null, urls: [`${server.url}/a.npy`], absent: null, path, size: CONTENT.byteLength },
  digests: [{ kind: "md5", value: createHash("md5").update(CONTENT).digest("hex") }],
});

async function download(file: RemoteFile, to: string, signal?: AbortSignal): Promise<DownloadResult | undefined> {
  const downloader = createDownloader({ pause: async () => undefined, stallSeconds: 5 });
  const options = { to, allowPrivate: true, signal };
  const results: DownloadResult[] = [];
  for await (const result of downloader.run(await downloader.plan([file], options), options)) results.push(result);
  return results[0];
}

/** The failure of a download, whether it is told of the file or of all. */
async function failureOf(work: Promise<DownloadResult | undefined>) {
  const error = await work.then(
    (result) => result?.error,
    (thrown: unknown) => thrown,
  );
  if (!isDataError(error)) throw new Error(`expected an error of ours, got ${String(error)}`);
  return error;
}

const expectRight = (to: string) => expect(Buffer.compare(readFileSync(join(to, "lab/a.npy")), CONTENT)).toBe(0);

describe("a folder that cannot be written", () => {
  it.each([
    ["on a read-only file system", "EROFS"],
    ["once its permissions changed", "EACCES"],
    ["that belongs to somebody else", "EPERM"],
  ])("%s says so before anything is asked, and works again afterwards", async (_, code) => {
    const server = await serve();
    const to = newFolder();
    for (const name of ["mkdir", "open", "writeFile"]) failing.set(name, () => code);
    const error = await failureOf(download(fileAt(server), to));
    expect(error.message).toContain(code);
    expect(error.hint).toMatch(/./);
    expect(server.sent).toBe(0);
    failing.clear();
    expect(await download(fileAt(server), to)).toMatchObject({ status: "fetched" });
    expectRight(to);
  });

  it("says that it is read-only, also where Node does not: a folder made with those above it is not there", async () => {
    const server = await serve();
    failing.set("mkdir", (given) => (given.endsWith("[object Object]") ? "ENOENT" : "EROFS"));
    const error = await failureOf(download(fileAt(server), newFolder()));
    expect(error.message).toContain("EROFS");
    expect(error.hint).toBe("choose a folder that can be written");
    expect(server.sent).toBe(0);
  });

  it("as a cache gives the bytes all the same, and counts what it did not keep", async () => {
    const server = await serve();
    for (const code of ["EROFS", "EACCES", "ENOSPC"]) {
      const folder = new BlockFolder(newFolder(), { blockBytes: 10_000 });
      failing.set("open", () => code);
      expect(await diskCached(new HttpStore(server.url), { folder }).read("a.npy")).toEqual(CONTENT);
      expect(folder.counts).toMatchObject({ written: 0, unwritten: 6 });
      failing.clear();
    }
  });
});

describe("a place on another device", () => {
  it("is an error that names it, and the part stays for the next run", async () => {
    const server = await serve();
    const to = newFolder();
    failing.set("rename", (paths) => (/lab.a\.npy$/.test(paths) ? "EXDEV" : undefined));
    const error = await failureOf(download(fileAt(server), to));
    expect(error.message).toContain("EXDEV");
    expect(error.hint).toMatch(/./);
    expect(existsSync(join(to, "lab/a.npy"))).toBe(false);
    failing.clear();
    expect(await download(fileAt(server), to)).toMatchObject({ status: "fetched" });
    expectRight(to);
    expect(server.sent).toBe(CONTENT.byteLength);
  });
});

describe("a path", () => {
  it("with a part too long for any file system is refused before anything is asked", async () => {
    const server = await serve();
    const error = await failureOf(download(fileAt(server, `lab/${"a".repeat(300)}.npy`), newFolder()));
    expect(error).toMatchObject({ code: "query", message: expect.stringContaining("longer than 255 bytes") });
    expect(server.seen).toEqual([]);
  });

  it("too long as a whole is an error of the store that names it", async () => {
    const server = await serve();
    const path = `${Array.from({ length: 40 }, () => "a".repeat(200)).join("/")}/a.npy`;
    const error = await failureOf(download(fileAt(server, path), newFolder()));
    expect(error.code).toBe("store");
    expect(error.message).toMatch(/ENAMETOOLONG|too long/);
  });
});

describe("a folder that is moved", () => {
  it("in the middle of a download goes on where it was, and knows what it has", async () => {
    const server = await serve();
    const before = newFolder();
    const after = `${before}-moved`;
    cleanups.push(() => rmSync(after, { recursive: true, force: true }));
    server.plan({ cutAfter: 40_000 }, { status: 403 });
    expect(await download(fileAt(server), before)).toMatchObject({ status: "failed" });
    renameSync(before, after);
    expect(await download(fileAt(server), after)).toMatchObject({ status: "fetched" });
    expectRight(after);
    expect(server.sent).toBe(CONTENT.byteLength);
    renameSync(after, before);
    const asked = server.seen.length;
    expect(await download(fileAt(server), before)).toMatchObject({ status: "present", trust: "digest" });
    expect(server.seen.length).toBe(asked);
  });

  it("as a cache has its blocks where it is now", async () => {
    const server = await serve();
    const [before, after] = [newFolder(), newFolder()];
    const folder = new BlockFolder(join(before, "cache"), { blockBytes: 10_000 });
    await diskCached(new HttpStore(server.url), { folder }).read("a.npy");
    renameSync(join(before, "cache"), join(after, "cache"));
    const inner = recordingStore(new HttpStore(server.url));
    const moved = new BlockFolder(join(after, "cache"), { blockBytes: 10_000 });
    expect(await diskCached(inner, { folder: moved }).read("a.npy")).toEqual(CONTENT);
    expect(moved.counts).toMatchObject({ hits: 6, misses: 0 });
    expect(inner.calls.map(({ operation }) => operation)).toEqual(["stat"]);
    // The one that was moved away under its reader fetches again.
    expect(await diskCached(new HttpStore(server.url), { folder }).read("a.npy")).toEqual(CONTENT);
  });
});

describe("a block that is evicted", () => {
  it("between finding and reading it is fetched again", async () => {
    const server = await serve();
    const directory = newFolder();
    const folder = new BlockFolder(directory, { blockBytes: 10_000 });
    await diskCached(new HttpStore(server.url), { folder }).read("a.npy");
    let isGone = false;
    const vanish = (path: string) => {
      if (isGone || !path.includes(directory)) return undefined;
      isGone = true;
      return "ENOENT";
    };
    for (const name of ["readFile", "open"]) failing.set(name, vanish);
    const again = new BlockFolder(directory, { blockBytes: 10_000 });
    expect(await diskCached(new HttpStore(server.url), { folder: again }).read("a.npy")).toEqual(CONTENT);
    expect(again.counts).toMatchObject({ hits: 5, misses: 1 });
  });
});
