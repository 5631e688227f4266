import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "@crossprobe/core";

export interface BlockFolderOptions {
  /** What all blocks may take, bytes (default 10 GiB). */
  readonly budgetBytes?: number | undefined;
  /** Of a whole block (default 256 KiB). Part of every name: folders of several sizes do not mix them up. */
  readonly blockBytes?: number | undefined;
}

/** What a folder of blocks did so far, in this process. */
export interface BlockCounts {
  readonly hits: number;
  readonly misses: number;
  /** Blocks whose content was not what was written, and that were taken away. */
  readonly damaged: number;
  readonly written: number;
  /** Blocks that could not be written: no space, no permission. */
  readonly unwritten: number;
  readonly evicted: number;
}

const BUDGET_BYTES = 10 * 1024 ** 3;
const BLOCK_BYTES = 256 * 1024;
const DIGEST_BYTES = 32;
const SUFFIX = ".block";
const DRAFT = /\.draft$/;
/** A draft this old belongs to nobody any more, milliseconds. */
const DRAFT_AGE_MS = 60 * 60 * 1000;
/** A use is noted on disk when the last note is this old, milliseconds. */
const TOUCH_AGE_MS = 60 * 1000;
/** How far below the budget an eviction goes, so that it is not needed again at once. */
const EVICT_TO = 0.9;
/** What this process may write, as a part of the budget, before it looks what others have written. */
const LOOK_AGAIN = 1 / 16;

/**
 * Blocks of bytes in a folder, each in a file that is named by the SHA-256 of the block's name and begins with the SHA-256 of its content.
 *
 * A file appears whole, by a rename, and what is damaged is absent: processes may share the folder and end at any moment. When the budget
 * is reached, blocks that were used longest ago go. Files are for their owner alone, and their names tell neither addresses nor credentials.
 */
export class BlockFolder {
  readonly blockBytes: number;
  readonly budgetBytes: number;
  readonly #directory: string;
  readonly #counts = { hits: 0, misses: 0, damaged: 0, written: 0, unwritten: 0, evicted: 0 };
  #knownBytes = 0;
  #writtenSinceLook = Number.POSITIVE_INFINITY;
  /** Of files that are being written. */
  #pendingBytes = 0;
  #evicting: Promise<void> | undefined;

  /** @throws {@link ConfigError} for a block or budget of no size, and a budget of less than a block */
  constructor(directory: string, options: BlockFolderOptions = {}) {
    this.#directory = directory;
    this.blockBytes = options.blockBytes ?? BLOCK_BYTES;
    this.budgetBytes = options.budgetBytes ?? BUDGET_BYTES;
    if (!Number.isSafeInteger(this.blockBytes) || this.blockBytes < 1 || !(this.budgetBytes >= this.blockBytes)) {
      throw new ConfigError(
        `a disk cache of ${this.budgetBytes} bytes in blocks of ${this.blockBytes} holds nothing: ${directory}`,
        { hint: "give it a budget of some blocks, or leave it out" },
      );
    }
  }

  get counts(): BlockCounts {
    return { ...this.#counts };
  }

  /** The content of a block, or `undefined` where it is not kept, or not as it was written. */
  async read(name: string): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(name);
    let file: Uint8Array;
    try {
      file = await readFile(path);
    } catch {
      this.#counts.misses++;
      return undefined;
    }
    const content = new Uint8Array(file.subarray(DIGEST_BYTES));
    if (!digestOf(content).equals(file.subarray(0, DIGEST_BYTES))) {
      this.#counts.damaged++;
      await rm(path, { force: true }).catch(() => undefined);
      return undefined;
    }
    this.#counts.hits++;
    await this.#touch(path);
    return content;
  }

  /** Keeps a block if it can; what comes in its way is counted, not thrown. */
  async write(name: string, content: Uint8Array): Promise<void> {
    const path = this.#pathOf(name);
    const draft = `${path}.${randomUUID()}.draft`;
    const bytes = content.byteLength + DIGEST_BYTES;
    this.#pendingBytes += bytes;
    try {
      await this.#makeRoom(bytes);
      await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
      const handle = await open(draft, "wx", 0o600);
      try {
        await handle.writev([digestOf(content), content]);
      } finally {
        await handle.close();
      }
      await rename(draft, path);
      this.#counts.written++;
    } catch {
      this.#counts.unwritten++;
      await rm(draft, { force: true }).catch(() => undefined);
    } finally {
      this.#pendingBytes -= bytes;
    }
  }

  /** The first two characters make a folder, so that none holds too many files. */
  #pathOf(name: string): string {
    const hash = createHash("sha256").update(`${this.blockBytes} ${name}`).digest("hex");
    return join(this.#directory, hash.slice(0, 2), hash + SUFFIX);
  }

  async #touch(path: string): Promise<void> {
    try {
      const now = Date.now();
      if (now - (await stat(path)).mtimeMs > TOUCH_AGE_MS) await utimes(path, now / 1000, now / 1000);
    } catch {
      // It went meanwhile, or may not be written: only the order of eviction is the poorer.
    }
  }

  /** Counts bytes that are about to be written, and evicts where they would not fit. */
  async #makeRoom(bytes: number): Promise<void> {
    while (this.#evicting !== undefined) await this.#evicting;
    this.#knownBytes += bytes;
    this.#writtenSinceLook += bytes;
    if (this.#knownBytes <= this.budgetBytes && this.#writtenSinceLook <= this.budgetBytes * LOOK_AGAIN) return;
    this.#evicting = this.#evict().finally(() => {
      this.#evicting = undefined;
    });
    await this.#evicting;
  }

  async #evict(): Promise<void> {
    const files = await this.#files();
    let total = this.#pendingBytes + files.reduce((sum, { size }) => sum + size, 0);
    if (total > this.budgetBytes) {
      const enough = this.budgetBytes * EVICT_TO;
      for (const [i, { path, size }] of files.sort((a, b) => a.usedAt - b.usedAt).entries()) {
        if (total <= enough) break;
        await rm(path, { force: true });
        total -= size;
        this.#counts.evicted++;
        if (i % 100 === 99) await sleep(0);
      }
    }
    this.#knownBytes = total;
    this.#writtenSinceLook = 0;
  }

  /** Every block; drafts that nobody will finish go. */
  async #files(): Promise<{ readonly path: string; readonly size: number; readonly usedAt: number }[]> {
    const found: { path: string; size: number; usedAt: number }[] = [];
    for (const folder of await namesIn(this.#directory)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of await namesIn(join(this.#directory, folder))) {
        const path = join(this.#directory, folder, name);
        const state = await stat(path).catch(() => undefined);
        if (state === undefined) continue;
        if (DRAFT.test(name) && Date.now() - state.mtimeMs > DRAFT_AGE_MS) await rm(path, { force: true });
        else if (name.endsWith(SUFFIX)) found.push({ path, size: state.size, usedAt: state.mtimeMs });
      }
    }
    return found;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function digestOf(content: Uint8Array): Buffer {
  return createHash("sha256").update(content).digest();
}
