import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Texts kept in a directory between runs, one file a key, named after the key's SHA-256.
 *
 * A file is written whole or not at all, so that processes may share the directory. What cannot be read is absent. The directory is
 * made, and its files written, for their owner alone: answers to an account are that account's.
 *
 * @example
 * const cache = new DirectoryCache("cache/alyx");
 */
export class DirectoryCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async read(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#fileOf(key), "utf8");
    } catch {
      return undefined;
    }
  }

  /** @throws the file system's error when the directory cannot be written */
  async write(key: string, text: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const file = this.#fileOf(key);
    const draft = `${file}.${randomUUID()}`;
    try {
      await writeFile(draft, text, { mode: 0o600 });
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await rm(this.#fileOf(key), { force: true });
  }

  #fileOf(key: string): string {
    return join(this.#directory, `${createHash("sha256").update(key).digest("hex")}.json`);
  }
}
