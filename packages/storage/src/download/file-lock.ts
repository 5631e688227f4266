import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { link, readdir, readFile, rmdir, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { pause } from "@crossprobe/core";
import { makeFolders } from "./make-folders.js";
import { absentIsUndefined, codeOf } from "./safe-path.js";

export interface LockTimes {
  /** How often a holder says that it lives. */
  readonly heartbeatSeconds: number;
  /** How long a holder may be silent before another takes over. */
  readonly staleSeconds: number;
  /** How often those who wait look again. */
  readonly pollSeconds: number;
}

export const LOCK_TIMES: LockTimes = { heartbeatSeconds: 5, staleSeconds: 45, pollSeconds: 0.25 };

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

/** A holder that was silent too long. It may wake up: what bears its token must not be used in place. */
export interface Overtaken {
  readonly token: string;
  /** Whether its process is known to have ended. */
  readonly isDead: boolean;
}

/**
 * The right to work on one file, among processes that share a folder.
 *
 * Holders are numbered: `lock.1`, `lock.2`, …; the highest holds, and each number is made by one process only, since the file is created
 * exclusively. A holder touches its file while it works. One whose process has ended, or whose file was not touched for a while as watched by
 * the one who waits (clocks are not compared), is overtaken by the next number. The random `token` fences: what a holder writes bears its
 * token in the name, so one that was overtaken finds nothing under that name when it wakes up.
 */
export class FileLock {
  readonly token: string;
  readonly overtaken: readonly Overtaken[];
  readonly #folder: string;
  readonly #number: number;
  readonly #lost = new AbortController();
  readonly #heart: NodeJS.Timeout;

  private constructor(
    folder: string,
    number: number,
    token: string,
    overtaken: readonly Overtaken[],
    times: LockTimes,
  ) {
    this.#folder = folder;
    this.#number = number;
    this.token = token;
    this.overtaken = overtaken;
    this.#heart = setInterval(() => void this.#beat(), times.heartbeatSeconds * 1000);
    this.#heart.unref();
  }

  /** Waits until the folder's lock is free or its holder gone. */
  static async acquire(folder: string, times: LockTimes, signal?: AbortSignal): Promise<FileLock> {
    const watched = new Map<string, number>();
    for (;;) {
      signal?.throwIfAborted();
      await makeFolders(folder);
      const numbers = await lockNumbers(folder);
      const overtaken: Overtaken[] = [];
      for (const number of numbers) {
        const gone = await goneHolder(folder, number, watched, times);
        if (gone !== undefined) overtaken.push(gone);
      }
      const last = numbers.at(-1) ?? 0;
      const isFree = overtaken.length === numbers.length;
      const token = randomUUID();
      if (isFree && (await take(folder, last + 1, token))) {
        for (const number of numbers) await unlink(lockPath(folder, number)).catch(absentIsUndefined);
        return new FileLock(folder, last + 1, token, overtaken, times);
      }
      await pause(times.pollSeconds * 1000, signal);
    }
  }

  /** Aborts when the lock was lost to another. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether the lock is still this one's, as the folder has it now. */
  async isHeld(): Promise<boolean> {
    const numbers = await lockNumbers(this.#folder);
    const holder = await readHolder(this.#folder, this.#number);
    const isHeld = numbers.at(-1) === this.#number && holder?.token === this.token;
    if (!isHeld) this.#lost.abort();
    return isHeld;
  }

  async release(): Promise<void> {
    clearInterval(this.#heart);
    if (await this.isHeld()) await unlink(lockPath(this.#folder, this.#number)).catch(absentIsUndefined);
    // Kept where a part is left for the next one.
    await rmdir(this.#folder).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const now = new Date();
    await utimes(lockPath(this.#folder, this.#number), now, now).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") this.#lost.abort();
    });
  }
}

function lockPath(folder: string, number: number): string {
  return join(folder, `lock.${number}`);
}

async function lockNumbers(folder: string): Promise<number[]> {
  const names = (await readdir(folder).catch(absentIsUndefined)) ?? [];
  const numbers = names.flatMap((name) => /^lock\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return numbers.sort((a, b) => a - b);
}

/** False when somebody else was faster. */
async function take(folder: string, number: number, token: string): Promise<boolean> {
  const path = lockPath(folder, number);
  const holder: Holder = { token, pid: process.pid, host: HOST };
  if (!(await createExclusively(path, JSON.stringify(holder), join(folder, `${token}.holder`)))) return false;
  // Numbers begin again when nobody holds: one who looked before that may come late.
  if ((await lockNumbers(folder)).at(-1) === number) return true;
  await unlink(path).catch(absentIsUndefined);
  return false;
}

/** Makes a file with its content in one step, so that a process that ends meanwhile leaves no lock of nobody. */
async function createExclusively(path: string, content: string, draft: string): Promise<boolean> {
  try {
    await writeFile(draft, content, { flag: "wx" });
    try {
      await link(draft, path);
    } catch (error) {
      if (!NO_LINKS.has(codeOf(error) ?? "")) throw error;
      await writeFile(path, content, { flag: "wx" });
    } finally {
      await unlink(draft).catch(absentIsUndefined);
    }
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST" || codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** What file systems without second names answer. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** The holder of a number if it is gone; undefined while it lives. */
async function goneHolder(
  folder: string,
  number: number,
  watched: Map<string, number>,
  times: LockTimes,
): Promise<Overtaken | undefined> {
  const found = await stat(lockPath(folder, number)).catch(absentIsUndefined);
  if (found === undefined) return { token: "", isDead: true }; // released meanwhile
  const holder = await readHolder(folder, number);
  if (holder !== undefined && holder.host === HOST && !isAlive(holder.pid))
    return { token: holder.token, isDead: true };
  const key = `${number} ${holder?.token ?? ""} ${found.mtimeMs}`;
  const since = watched.get(key) ?? performance.now();
  watched.set(key, since);
  if (performance.now() - since < times.staleSeconds * 1000) return undefined;
  return { token: holder?.token ?? "", isDead: false };
}

/** Absent: undefined where the file was not written to its end. */
async function readHolder(folder: string, number: number): Promise<Holder | undefined> {
  const text = await readFile(lockPath(folder, number), "utf8").catch(absentIsUndefined);
  const found = parseObject(text);
  if (typeof found.token !== "string" || typeof found.pid !== "number" || typeof found.host !== "string")
    return undefined;
  return { token: found.token, pid: found.pid, host: found.host };
}

/** The fields of a JSON object; none for anything else. */
export function parseObject(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(text ?? "");
    return typeof found === "object" && found !== null ? { ...found } : {};
  } catch {
    return {};
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

/** Where process ids mean what they mean here: this machine since it was started and, on Linux, this container. */
const HOST = [hostname(), tryRead(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim())]
  .concat(tryRead(() => readlinkSync("/proc/self/ns/pid")))
  .join(" ");

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
