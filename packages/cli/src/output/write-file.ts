import { randomBytes } from "node:crypto";
import { access, constants, type FileHandle, mkdir, open, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { StoreError } from "@crossprobe/core";

/**
 * Writes files whole or not at all: each beside its place under another name, all renamed only when all are written.
 *
 * @throws {@link StoreError} naming the file that could not be written; neither files nor new folders are left behind then
 */
export function writeFiles(files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  return writeStreamed([...files.keys()], async (write) => {
    for (const [path, content] of files) await write(path, content);
  });
}

/** Adds bytes or text to the end of one of the files; with `at`, replaces bytes that are there, once nothing is added any more. */
export type Write = (path: string, content: Uint8Array | string, at?: number) => Promise<void>;

/**
 * The same for files that are written piece by piece: they are in their places only once the body has resolved.
 *
 * @throws {@link StoreError} naming the file that could not be written, or what the body threw; nothing is left behind then
 */
export async function writeStreamed<Result>(
  paths: readonly string[],
  body: (write: Write) => Promise<Result>,
): Promise<Result> {
  const suffix = `.${randomBytes(4).toString("hex")}.part`;
  const handles = new Map<string, FileHandle>();
  const folders: string[] = [];
  const closeAll = () => Promise.all([...handles.values()].map((handle) => handle.close().catch(() => undefined)));
  try {
    for (const path of paths) {
      await trying(path, async () => {
        await checkPlace(path);
        folders.push(...(await createFolder(dirname(path))));
        handles.set(path, await open(path + suffix, "w"));
      });
    }
    const result = await body((path, content, at) => trying(path, () => put(handles.get(path), content, at)));
    for (const [path, handle] of handles) {
      await trying(path, async () => {
        // What is renamed into its place must have reached the disk: else a crash leaves an empty file there.
        await handle.sync();
        await handle.close();
      });
    }
    for (const path of paths) await trying(path, () => rename(path + suffix, path));
    return result;
  } catch (error) {
    await closeAll();
    await Promise.all([...handles.keys()].map((path) => rm(path + suffix, { force: true })));
    for (const folder of folders.reverse()) await rmdir(folder).catch(() => undefined);
    throw error;
  }
}

async function put(
  handle: FileHandle | undefined,
  content: Uint8Array | string,
  at: number | undefined,
): Promise<void> {
  if (at === undefined) await handle?.writeFile(content);
  else await handle?.write(Buffer.from(content), 0, undefined, at);
}

async function trying(path: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/**
 * Makes sure that files can be written there, without leaving a trace: to be asked before a long computation.
 *
 * @throws {@link StoreError} naming the first file that could not be written
 */
export async function checkWritable(paths: Iterable<string>): Promise<void> {
  for (const path of paths) {
    try {
      await checkPlace(path);
      await access(await nearestFolder(dirname(path)), constants.W_OK);
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }
}

/** A folder in the way would only be noticed when the files before it are in place. */
async function checkPlace(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new Error("there is a folder of that name");
}

async function nearestFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined && dirname(folder) !== folder) return nearestFolder(dirname(folder));
  if (found?.isDirectory() === false) throw new Error(`${folder} is no folder`);
  return folder;
}

/** Folders that were made, outermost first. */
async function createFolder(folder: string): Promise<string[]> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return [];
  const made = [folder];
  for (let outer = folder; outer !== first && dirname(outer) !== outer; ) {
    outer = dirname(outer);
    made.unshift(outer);
  }
  return made;
}

function unwritable(path: string, cause: unknown): StoreError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(`cannot write ${path}: ${why}`, {
    ...{ url: path, cause },
    hint: "choose another place with --out",
  });
}
