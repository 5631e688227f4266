import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDataError } from "@crossprobe/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalStore } from "./local.js";

let directory: string;
let socket: Server | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "crossprobe-local-"));
});

afterEach(async () => {
  socket?.close();
  socket = undefined;
  await rm(directory, { recursive: true, force: true });
});

async function keysOf(store: LocalStore, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}

describe("LocalStore", () => {
  it("opens a path and its URL alike", async () => {
    await writeFile(join(directory, "a"), "bytes");
    const url = `${pathToFileURL(directory).href}/`;
    for (const given of [directory, `${directory}/`, url, url.slice(0, -1), new URL(url)]) {
      const store = new LocalStore(given);
      expect(store.url).toBe(url);
      expect(await store.size("a")).toBe(5);
    }
  });

  it("refuses a URL that names no local directory", () => {
    expect(() => new LocalStore("file://elsewhere/x")).toThrow(expect.objectContaining({ code: "config" }));
  });

  it("has no keys where there is no directory", async () => {
    const store = new LocalStore(join(directory, "nowhere"));
    expect(await store.read("a")).toBeUndefined();
    expect(await keysOf(store)).toEqual([]);
  });

  it("reads a range of a file that is larger than memory could hold", async () => {
    const path = join(directory, "huge");
    await writeFile(path, "start");
    await truncate(path, 20 * 1024 ** 3);
    const store = new LocalStore(directory);
    expect(await store.size("huge")).toBe(20 * 1024 ** 3);
    const start = await store.read("huge", { range: { offset: 0, length: 5 } });
    expect(new TextDecoder().decode(start)).toBe("start");
    expect(await store.read("huge", { range: { suffix: 4 } })).toEqual(new Uint8Array(4));
    expect(await store.read("huge", { range: { offset: 10 * 1024 ** 3, length: 3 } })).toEqual(new Uint8Array(3));
  });

  it("follows links, lists what they lead to once, and does not run in circles", async () => {
    await mkdir(join(directory, "data/inner"), { recursive: true });
    await writeFile(join(directory, "data/inner/x"), "x");
    await symlink(join(directory, "data"), join(directory, "link"));
    await symlink(directory, join(directory, "data/inner/back"));
    await symlink(join(directory, "gone"), join(directory, "broken"));
    await symlink(join(directory, "data/inner/x"), join(directory, "y"));
    const store = new LocalStore(directory);
    expect(await keysOf(store)).toEqual(["data/inner/x", "link/inner/x", "y"]);
    expect(await store.size("y")).toBe(1);
    expect(await store.size("broken")).toBeUndefined();
  });

  it("takes a socket for no key, instead of waiting for it", async () => {
    socket = createServer();
    await new Promise<void>((resolve) => socket?.listen(join(directory, "socket"), resolve));
    const store = new LocalStore(directory);
    expect(await store.read("socket")).toBeUndefined();
    expect(await keysOf(store)).toEqual([]);
  });

  it("says which file it could not read, and why", async () => {
    await symlink("loop", join(directory, "loop"));
    const store = new LocalStore(directory);
    const [result] = await Promise.allSettled([store.read("loop")]);
    const error = result.status === "rejected" && isDataError(result.reason, "store") ? result.reason : undefined;
    expect(error?.url).toBe(`${store.url}loop`);
    expect(error?.message).toContain("ELOOP");
    expect(error?.retryable).toBe(false);
    expect(error?.cause).toBeInstanceOf(Error);
    await expect(store.read("loop", { range: { offset: 0, length: 1 } })).rejects.toMatchObject({
      message: error?.message,
      url: error?.url,
    });
  });

  it("notices an abort from a timer between short reads", async () => {
    await writeFile(join(directory, "a"), new Uint8Array(100));
    const store = new LocalStore(directory);
    const controller = new AbortController();
    const reason = new Error("enough");
    const timer = setTimeout(() => controller.abort(reason), 30);
    const readOn = async () => {
      for (const until = performance.now() + 5000; performance.now() < until; ) {
        await store.read("a", { range: { offset: 10, length: 4 }, signal: controller.signal });
      }
    };
    await expect(readOn()).rejects.toBe(reason);
    clearTimeout(timer);
  });

  it("stops listing when the caller aborts", async () => {
    for (let i = 0; i < 20; i++) await writeFile(join(directory, `file${i}`), "");
    const controller = new AbortController();
    const reason = new Error("enough");
    const listing = (async () => {
      for await (const _key of new LocalStore(directory).list("", { signal: controller.signal }))
        controller.abort(reason);
    })();
    await expect(listing).rejects.toBe(reason);
  });
});
