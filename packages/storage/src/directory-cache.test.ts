import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { DirectoryCache } from "./directory-cache.js";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe("DirectoryCache", () => {
  it("keeps texts under their keys, for their owner, and leaves no drafts", async () => {
    const parent = await mkdtemp(join(tmpdir(), "directory-cache-"));
    folders.push(parent);
    const folder = join(parent, "deep/er");
    const cache = new DirectoryCache(folder);
    expect(await cache.read("GET https://a/b?c=../d")).toBeUndefined();
    await cache.delete("never there");
    await Promise.all([1, 2, 3].map(() => cache.write("GET https://a/b?c=../d", "text")));
    expect(await new DirectoryCache(folder).read("GET https://a/b?c=../d")).toBe("text");
    const files = await readdir(folder);
    expect(files).toHaveLength(1);
    expect((await stat(join(folder, files[0] ?? ""))).mode & 0o077).toBe(0);
    await cache.delete("GET https://a/b?c=../d");
    expect(await readdir(folder)).toEqual([]);
  });
});
