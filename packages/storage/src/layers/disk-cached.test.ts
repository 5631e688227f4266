import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ByteStore } from "@crossprobe/core";
import { recordingStore } from "@crossprobe/core/conformance";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type S3Server, startS3Server } from "../../../../test/s3-server/s3-server.js";
import { MemoryStore } from "../memory.js";
import { S3Store } from "../s3.js";
import { BlockFolder, type BlockFolderOptions } from "./block-folder.js";
import { diskCached } from "./disk-cached.js";

const BODY = Uint8Array.from({ length: 1050 }, (_, i) => (i * 7) % 251);
const BLOCKS: BlockFolderOptions = { blockBytes: 100 };
const at = (offset: number, length: number) => ({ range: { offset, length } });

let directory: string;
let server: S3Server;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "crossprobe-blocks-"));
  server = await startS3Server({ objects: { "bucket/a": BODY, "bucket/b": BODY } });
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

/** A store as a new process would open it. */
function open(options: { recheckSeconds?: number } & BlockFolderOptions = {}) {
  const inner = recordingStore(new S3Store("s3://bucket/", { endpoint: server.endpoint }));
  const folder = new BlockFolder(directory, { ...BLOCKS, ...options });
  return { inner, folder, store: diskCached(inner, { folder, recheckSeconds: options.recheckSeconds }) };
}

const rangesOf = ({ calls }: ReturnType<typeof open>["inner"]) =>
  calls.filter(({ operation }) => operation === "read").map(({ bytes }) => bytes);

async function filesOf(): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  return names.filter((name) => /\.(block|draft)$/.test(name)).map((name) => join(directory, name));
}

async function sizeOf(): Promise<number> {
  const states = await Promise.all((await filesOf()).map((file) => stat(file)));
  return states.reduce((sum, { size }) => sum + size, 0);
}

describe("diskCached", () => {
  it("reads from disk what an earlier process read", async () => {
    await open().store.read("a", at(150, 300));
    const later = open();
    expect(await later.store.read("a", at(150, 300))).toEqual(BODY.slice(150, 450));
    expect(await later.store.read("a", at(101, 1))).toEqual(BODY.slice(101, 102));
    expect(later.inner.calls.map(({ operation }) => operation)).toEqual(["stat"]);
    expect(later.folder.counts).toMatchObject({ hits: 5, misses: 0, written: 0 });
  });

  it("asks once for state and bytes", async () => {
    await open().store.read("a");
    const { store, inner } = open();
    expect((await store.stat?.("a"))?.size).toBe(1050);
    expect(await store.read("a")).toEqual(BODY);
    expect(inner.calls.map(({ operation }) => operation)).toEqual(["stat"]);
    await store.stat?.("a");
    expect(inner.calls).toHaveLength(2);
  });

  it("gives and keeps nothing of an object that turns out shorter than it was said to be", async () => {
    const shorter = new MemoryStore("memory://a/", { a: BODY.slice(0, 500) });
    const state = { size: BODY.byteLength, validator: '"1"' };
    const inner: ByteStore = {
      url: shorter.url,
      size: async () => state.size,
      stat: async () => state,
      read: (key, options) => shorter.read(key, options),
    };
    const folder = new BlockFolder(directory, BLOCKS);
    const reading = diskCached(inner, { folder }).read("a", at(400, 300));
    await expect(reading).rejects.toThrow(/the object changed since it was first read/);
    expect(await filesOf()).toEqual([]);
  });

  it("asks for the missing blocks alone, neighbours in one read", async () => {
    const { store, inner } = open();
    await store.read("a", at(300, 100));
    expect(await store.read("a")).toEqual(BODY);
    expect(rangesOf(inner)).toEqual([100, 300, 650]);
    expect(await store.read("a", { range: { suffix: 51 } })).toEqual(BODY.slice(999));
    expect(rangesOf(inner)).toHaveLength(3);
  });

  it("never gives old bytes for a changed object", async () => {
    const changed = BODY.slice().reverse();
    const before = open();
    await before.store.read("a");
    server.objects.set("bucket/a", changed);
    expect(await open().store.read("a")).toEqual(changed);
    // Who had it open: kept blocks while the word on the validator counts, and then an error, never a mixture.
    expect(await before.store.read("a", at(0, 10))).toEqual(BODY.slice(0, 10));
    const strict = open({ recheckSeconds: 0 });
    await strict.store.read("b");
    server.objects.set("bucket/b", changed);
    await expect(strict.store.read("b", at(0, 10))).rejects.toThrow("changed since it was first read");
    server.objects.set("bucket/a", BODY);
    expect(await open().store.read("a", at(0, 10))).toEqual(BODY.slice(0, 10));
  });

  it("refuses an object that changes between the validator and a block", async () => {
    const { store } = open();
    expect(await store.size("a")).toBe(1050);
    server.objects.set("bucket/a", BODY.slice().reverse());
    await expect(store.read("a", at(0, 10))).rejects.toThrow("changed since it was first read");
    expect(await filesOf()).toEqual([]);
  });

  it("keeps nothing without a strong validator", async () => {
    const memory = new MemoryStore("memory://x/", { a: BODY });
    const weak: ByteStore = {
      url: memory.url,
      size: (key) => memory.size(key),
      read: (key, options) => memory.read(key, options),
      stat: async () => ({ size: 1050, validator: undefined }),
    };
    for (const inner of [weak, memory]) {
      expect(await diskCached(inner, { folder: new BlockFolder(directory, BLOCKS) }).read("a", at(5, 5))).toEqual(
        BODY.slice(5, 10),
      );
    }
    expect(await filesOf()).toEqual([]);
  });

  it("fetches damaged, short and empty blocks again", async () => {
    await open().store.read("a");
    const files = await filesOf();
    expect(files).toHaveLength(11);
    for (const [i, file] of files.entries()) {
      const bytes = await readFile(file);
      if (i % 3 === 0) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await writeFile(file, i % 3 === 1 ? bytes.subarray(0, 40) : i % 3 === 2 ? new Uint8Array(0) : bytes);
    }
    const { store, folder } = open();
    expect(await store.read("a")).toEqual(BODY);
    expect(folder.counts).toMatchObject({ damaged: 11, hits: 0, written: 11 });
    expect((await open().store.read("a"))?.byteLength).toBe(1050);
  });

  it("stays within its budget; what was used longest ago goes first", async () => {
    const options = { budgetBytes: 1500 };
    const { store, folder } = open(options);
    await store.read("a", at(0, 500));
    for (const [i, file] of (await filesOf()).entries()) await utimes(file, 1000 + i, 1000 + i);
    expect(await open(options).store.read("a", at(0, 100))).toEqual(BODY.slice(0, 100));
    // Five blocks and seven, with a digest each, are more than the budget.
    await store.read("b", at(0, 700));
    expect(await sizeOf()).toBeLessThanOrEqual(1500);
    expect(folder.counts.evicted).toBeGreaterThan(0);
    expect(folder.counts.unwritten).toBe(0);
    const later = open(options);
    await later.store.read("a", at(0, 100));
    await later.store.read("b", at(0, 700));
    expect(later.folder.counts).toMatchObject({ hits: 8, misses: 0 });
  });

  it("gives the bytes where nothing can be written, and counts it", async () => {
    await writeFile(join(directory, "file"), "no folder");
    const inner = new S3Store("s3://bucket/", { endpoint: server.endpoint });
    const folder = new BlockFolder(join(directory, "file"), BLOCKS);
    expect(await diskCached(inner, { folder }).read("a")).toEqual(BODY);
    expect(folder.counts).toMatchObject({ written: 0, unwritten: 11 });
  });

  it("tells neither addresses nor credentials by its files, which are their owner's", async () => {
    const { endpoint } = server;
    const inner = new S3Store("s3://bucket/", { endpoint });
    await diskCached(inner, { folder: new BlockFolder(join(directory, "new"), BLOCKS) }).read("a");
    const names = await readdir(directory, { recursive: true });
    for (const name of names) expect(name).toMatch(/^new(\/[0-9a-f]{2}(\/[0-9a-f]{64}\.block)?)?$/);
    expect((await stat(join(directory, "new"))).mode & 0o777).toBe(0o700);
    for (const file of await filesOf()) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("hands the caller's own signal down, and looks at it before it answers", async () => {
    const { store, inner } = open();
    const controller = new AbortController();
    await store.read("a", { ...at(0, 10), signal: controller.signal });
    expect(inner.calls.map(({ signal }) => signal === controller.signal)).toEqual([true, true]);
    controller.abort("gone");
    await expect(store.read("a", { ...at(0, 10), signal: controller.signal })).rejects.toBe("gone");
  });

  it("takes away drafts that nobody will finish", async () => {
    await open().store.read("a", at(0, 100));
    const [file = ""] = await filesOf();
    const [old, fresh] = [`${file}.x.draft`, `${file}.y.draft`];
    await writeFile(old, "old");
    await writeFile(fresh, "fresh");
    await utimes(old, 1000, 1000);
    await open().store.read("b", at(0, 100));
    const files = await filesOf();
    expect([files.includes(old), files.includes(fresh)]).toEqual([false, true]);
    await chmod(fresh, 0o600);
  });

  it("is shared by processes that read, write and evict at once", async () => {
    const big = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) % 253);
    server.objects.set("bucket/big", big);
    const script = `
      import { BlockFolder, diskCached, S3Store } from ${JSON.stringify(new URL("../../dist/node.js", import.meta.url).href)};
      const folder = new BlockFolder(${JSON.stringify(directory)}, { blockBytes: 1000, budgetBytes: 60000 });
      let wrong = 0;
      for (let round = 0; round < 15; round++) {
        const store = diskCached(new S3Store("s3://bucket/", { endpoint: ${JSON.stringify(server.endpoint)} }), { folder });
        const offset = (round * 7919 + process.pid * 13) % 150000;
        const bytes = await store.read("big", { range: { offset, length: 40000 } });
        for (let i = 0; i < 40000; i++) if (bytes[i] !== ((offset + i) * 31) % 253) wrong++;
      }
      console.log(JSON.stringify({ wrong, ...folder.counts }));`;
    const run = promisify(execFile);
    const ended = await Promise.all(
      [1, 2, 3].map(() => run(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })),
    );
    for (const { stdout } of ended) expect(JSON.parse(stdout)).toMatchObject({ wrong: 0, damaged: 0, unwritten: 0 });
    // Each process may write a sixteenth of the budget before it looks at what the others wrote.
    expect(await sizeOf()).toBeLessThanOrEqual(60_000 * (1 + 3 / 16) + 3 * 8 * 1032);
    expect((await filesOf()).some((file) => file.endsWith(".draft"))).toBe(false);
  });
});
