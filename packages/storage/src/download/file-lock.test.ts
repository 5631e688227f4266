import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { FileLock } from "./file-lock.js";
import { PartFile } from "./part-file.js";

const QUICK = { heartbeatSeconds: 60, staleSeconds: 0.05, pollSeconds: 0.01 };
const PATIENT = { heartbeatSeconds: 0.02, staleSeconds: 600, pollSeconds: 0.01 };

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-lock-"));
  folders.push(folder);
  return join(folder, "work");
}

it("is held by one at a time, however many want it", async () => {
  const folder = newFolder();
  let [held, most] = [0, 0];
  const use = async () => {
    const lock = await FileLock.acquire(folder, PATIENT);
    most = Math.max(most, ++held);
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await lock.isHeld()).toBe(true);
    held--;
    await lock.release();
  };
  await Promise.all(Array.from({ length: 20 }, use));
  expect(most).toBe(1);
  expect(existsSync(folder)).toBe(false);
});

it("is waited for until the caller gives up, with the caller's reason", async () => {
  const folder = newFolder();
  const lock = await FileLock.acquire(folder, PATIENT);
  const reason = new Error("enough");
  const controller = new AbortController();
  const waiting = FileLock.acquire(folder, PATIENT, controller.signal);
  setTimeout(() => controller.abort(reason), 30);
  await expect(waiting).rejects.toBe(reason);
  expect(await lock.isHeld()).toBe(true);
  await lock.release();
});

it("of a process that has ended is taken over at once", async () => {
  const folder = newFolder();
  const lock = await FileLock.acquire(folder, PATIENT);
  const holder = JSON.parse(readFileSync(join(folder, "lock.1"), "utf8"));
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(join(folder, "lock.1"), JSON.stringify({ ...holder, token: "dead", pid }));
  const next = await FileLock.acquire(folder, PATIENT);
  expect(next.overtaken).toEqual([{ token: "dead", isDead: true }]);
  expect(readdirSync(folder)).toEqual(["lock.2"]);
  expect(await lock.isHeld()).toBe(false);
  await lock.release();
  expect(await next.isHeld()).toBe(true);
  await next.release();
});

it.each(["", "{", JSON.stringify({ token: "far", pid: 1, host: "elsewhere" })])(
  "of a holder that says nothing more is taken over after a while, by one only (%j)",
  async (text) => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "lock.1"), text);
    const times = { heartbeatSeconds: 0.02, staleSeconds: 0.2, pollSeconds: 0.01 };
    const overtaken: boolean[] = [];
    const use = async () => {
      const lock = await FileLock.acquire(folder, times);
      overtaken.push(...lock.overtaken.map(({ isDead }) => isDead));
      expect(await lock.isHeld()).toBe(true);
      await lock.release();
    };
    await Promise.all(Array.from({ length: 6 }, use));
    // Those who looked while a lock was being released may count it as one of a holder that is gone.
    expect(overtaken.filter((isDead) => !isDead)).toEqual([false]);
  },
);

it("of a holder that lives is not taken over, however long it takes", async () => {
  const folder = newFolder();
  const times = { heartbeatSeconds: 0.02, staleSeconds: 0.3, pollSeconds: 0.01 };
  const lock = await FileLock.acquire(folder, times);
  const waiting = FileLock.acquire(folder, times, AbortSignal.timeout(900));
  await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
  expect(await lock.isHeld()).toBe(true);
  await lock.release();
});

it.each([-86_400, 86_400])("is not judged by clocks: those of the holder may be %i s off", async (skew) => {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "lock.1");
  writeFileSync(path, JSON.stringify({ token: "far", pid: 1, host: "elsewhere" }));
  // Another machine's heartbeat: its times differ from each other, whatever they are here.
  const beat = () => {
    const time = Date.now() / 1000 + skew;
    utimesSync(path, time, time);
  };
  beat();
  const heart = setInterval(beat, 10);
  const times = { heartbeatSeconds: 0.02, staleSeconds: 0.4, pollSeconds: 0.01 };
  const tooEarly = FileLock.acquire(folder, times, AbortSignal.timeout(1200));
  await expect(tooEarly).rejects.toMatchObject({ name: "TimeoutError" });
  clearInterval(heart);
  const lock = await FileLock.acquire(folder, times);
  expect(lock.overtaken).toEqual([{ token: "far", isDead: false }]);
  await lock.release();
});

it("fences a holder that slept: what it writes on reaches nobody", async () => {
  const folder = newFolder();
  const asleep = await FileLock.acquire(folder, QUICK);
  const before = await PartFile.open(folder, asleep, [], undefined);
  await before.begin({ etag: '"1"', lastModified: null, size: 6, stated: [] });
  await before.append(new TextEncoder().encode("abc"));
  const next = await FileLock.acquire(folder, QUICK);
  expect(next.overtaken).toEqual([{ token: asleep.token, isDead: false }]);
  const after = await PartFile.open(folder, next, [], undefined);
  expect([after.length, after.state?.etag]).toEqual([3, '"1"']);
  await after.append(new TextEncoder().encode("def"));
  await before.append(new TextEncoder().encode("XYZ12"));
  expect(readFileSync(after.path, "utf8")).toBe("abcdef");
  expect(existsSync(before.path)).toBe(false);
  expect(await asleep.isHeld()).toBe(false);
  expect(asleep.lost.aborted).toBe(true);
  for (const part of [before, after]) await part.close();
  await asleep.release();
  expect(await next.isHeld()).toBe(true);
  await next.release();
});
