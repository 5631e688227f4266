import { closeSync, type Dirent, fstatSync, openSync, readSync, statSync } from "node:fs";
import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type ByteRange,
  type ByteStore,
  type CallOptions,
  ConfigError,
  type ReadOptions,
  StoreError,
} from "@crossprobe/core";
import { checkKey, checkRange, compareCodePoints, isDirectoryKey, type Span, toSpan, urlOfKey } from "./keys.js";

/** Bytes taken from a file in one system call: small enough that an abort is noticed soon. */
const READ_STEP_BYTES = 8 * 1024 * 1024;

/**
 * A range of at most this many bytes is read in the calling thread. Each of the five steps of a read (look, open, look, read, close) costs
 * more to hand to a thread and back than to do: measured for 64 kB of a cached file 23 against 187 µs.
 */
const READ_AT_ONCE_BYTES = 128 * 1024;

/** How long reads in the calling thread may keep timers and other events waiting, in milliseconds. */
const TURN_MS = 10;

/** Failures of the operating system that may pass by themselves. */
const PASSING_CODES = new Set(["EAGAIN", "EBUSY", "EINTR", "EMFILE", "ENFILE", "ETIMEDOUT", "ESTALE"]);

/**
 * A byte store over a directory of the local file system.
 *
 * A range read opens the file, reads that range and closes it; nothing is read whole unless it is asked for whole. Short ranges are read
 * in the calling thread. Symbolic links are followed, also out of the directory. What is neither a file nor a link to one (a directory, a
 * pipe, a device) is no key.
 *
 * @example
 * const store = new LocalStore("/data/one");
 * const header = await store.read("sessions.pqt", { range: { offset: 0, length: 4 } });
 */
export class LocalStore implements ByteStore {
  readonly url: string;
  readonly #root: string;
  #turnStart = 0;

  /** @param directory a `file:` URL or a path; it need not exist, in which case it has no keys */
  constructor(directory: string | URL) {
    this.#root = toPath(directory);
    const url = pathToFileURL(this.#root).href;
    this.url = url.endsWith("/") ? url : `${url}/`;
  }

  async size(key: string, options: CallOptions = {}): Promise<number | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    const size = isDirectoryKey(key) ? undefined : await this.#fileSize(key);
    options.signal?.throwIfAborted();
    return size;
  }

  /** The time of the last change, in nanoseconds. */
  async modified(key: string, options: CallOptions = {}): Promise<string | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    if (isDirectoryKey(key)) return undefined;
    try {
      const found = statSync(this.#pathOf(key), { throwIfNoEntry: false, bigint: true });
      return found?.isFile() ? `mtime:${found.mtimeNs}` : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#failure(key, error);
    }
  }

  async read(key: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    checkRange(options.range, this.#urlOf(key));
    if (isDirectoryKey(key)) return undefined;
    if (isShort(options.range)) {
      await this.#letOthersRun();
      options.signal?.throwIfAborted();
      return this.#readAtOnce(key, options.range);
    }
    // Looked at before it is opened: opening a pipe would wait for a writer.
    if ((await this.#fileSize(key)) === undefined) return undefined;
    options.signal?.throwIfAborted();
    try {
      const handle = await open(this.#pathOf(key), "r");
      try {
        const span = toSpan(options.range, (await handle.stat()).size);
        return await this.#readSpan(handle, span, key, options.signal);
      } finally {
        await handle.close();
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      throw this.#failure(key, error);
    }
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncIterable<string> {
    const directory = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    checkKey(prefix, this.url);
    yield* this.#walk(directory, prefix, [], options);
  }

  async #letOthersRun(): Promise<void> {
    if (performance.now() - this.#turnStart < TURN_MS) return;
    await setImmediate();
    this.#turnStart = performance.now();
  }

  #readAtOnce(key: string, range: ByteRange): Uint8Array | undefined {
    const path = this.#pathOf(key);
    try {
      if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
      const descriptor = openSync(path, "r");
      try {
        const { start, end } = toSpan(range, fstatSync(descriptor).size);
        const bytes = new Uint8Array(end - start);
        for (let filled = 0; filled < bytes.length; ) {
          const count = readSync(descriptor, bytes, filled, bytes.length - filled, start + filled);
          if (count === 0) throw this.#shortened(key);
          filled += count;
        }
        return bytes;
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#failure(key, error);
    }
  }

  async #readSpan(handle: FileHandle, span: Span, key: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const bytes = new Uint8Array(span.end - span.start);
    let filled = 0;
    while (filled < bytes.length) {
      signal?.throwIfAborted();
      const length = Math.min(READ_STEP_BYTES, bytes.length - filled);
      const { bytesRead } = await handle.read(bytes, filled, length, span.start + filled);
      if (bytesRead === 0) throw this.#shortened(key);
      filled += bytesRead;
    }
    signal?.throwIfAborted();
    return bytes;
  }

  async *#walk(
    directory: string,
    prefix: string,
    parents: readonly string[],
    options: CallOptions,
  ): AsyncIterable<string> {
    options.signal?.throwIfAborted();
    const place = await this.#placeOf(directory);
    // A link that leads back to a directory we came through would never end.
    if (place === undefined || parents.includes(place)) return;
    for (const name of await this.#namesIn(directory)) {
      options.signal?.throwIfAborted();
      const key = directory + name;
      if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
      if (name.endsWith("/")) yield* this.#walk(key, prefix, [...parents, place], options);
      else if (key.startsWith(prefix)) yield key;
    }
  }

  /** Names of files, and of directories with a `/` at the end: sorted so, whole keys come in code-point order. */
  async #namesIn(directory: string): Promise<string[]> {
    try {
      const entries = await readdir(this.#pathOf(directory), { withFileTypes: true });
      const names = await Promise.all(entries.map((entry) => this.#nameOf(directory, entry)));
      return names.filter((name) => name !== undefined).sort(compareCodePoints);
    } catch (error) {
      if (isMissing(error)) return [];
      throw this.#failure(directory, error);
    }
  }

  async #nameOf(directory: string, entry: Dirent): Promise<string | undefined> {
    if (entry.isFile()) return entry.name;
    if (entry.isDirectory()) return `${entry.name}/`;
    if (!entry.isSymbolicLink()) return undefined;
    const target = await this.#stat(directory + entry.name);
    if (target?.isFile()) return entry.name;
    return target?.isDirectory() ? `${entry.name}/` : undefined;
  }

  async #placeOf(directory: string): Promise<string | undefined> {
    try {
      return await realpath(this.#pathOf(directory));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#failure(directory, error);
    }
  }

  async #fileSize(key: string): Promise<number | undefined> {
    const found = await this.#stat(key);
    return found?.isFile() ? found.size : undefined;
  }

  async #stat(key: string) {
    try {
      return await stat(this.#pathOf(key));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw this.#failure(key, error);
    }
  }

  #pathOf(key: string): string {
    return join(this.#root, ...key.split("/"));
  }

  #urlOf(key: string): string {
    return urlOfKey(this.url, key);
  }

  #shortened(key: string): StoreError {
    const url = this.#urlOf(key);
    return new StoreError(`${url} became shorter while it was read`, { url, retryable: true });
  }

  #failure(key: string, cause: unknown): StoreError {
    if (cause instanceof StoreError) return cause;
    const code = codeOf(cause);
    const url = this.#urlOf(key);
    return new StoreError(`could not read ${url}: ${describe(code, cause)}`, {
      url,
      cause,
      retryable: code !== undefined && PASSING_CODES.has(code),
      hint: code === "EACCES" || code === "EPERM" ? "Check the permissions of the file and its folders." : undefined,
    });
  }
}

function isShort(range: ByteRange | undefined): range is ByteRange {
  return range !== undefined && ("suffix" in range ? range.suffix : range.length) <= READ_AT_ONCE_BYTES;
}

function toPath(directory: string | URL): string {
  if (directory instanceof URL || directory.startsWith("file:")) {
    try {
      return resolve(fileURLToPath(directory));
    } catch (cause) {
      throw new ConfigError(`${directory} does not name a local directory`, { cause });
    }
  }
  return resolve(directory);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** ENOTDIR: the key goes through something that is a file. */
function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

function describe(code: string | undefined, cause: unknown): string {
  if (code === "EACCES" || code === "EPERM") return `permission denied (${code})`;
  return code ?? (cause instanceof Error ? cause.message : String(cause));
}
