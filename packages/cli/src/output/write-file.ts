import { randomBytes } from "node:crypto";
import { access, constants, mkdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { StoreError } from "@crossprobe/core";

/**
 * Writes files whole or not at all: each beside its place under another name, all renamed only when all are written.
 *
 * @throws {@link StoreError} naming the file that could not be written; neither files nor new folders are left behind then
 */
export async function writeFiles(files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  const suffix = `.${randomBytes(4).toString("hex")}.part`;
  const parts: string[] = [];
  const folders: string[] = [];
  let current = "";
  try {
    for (const [path, content] of files) {
      current = path;
      await checkPlace(path);
      folders.push(...(await createFolder(dirname(path))));
      parts.push(path + suffix);
      await writeFile(path + suffix, content);
    }
    for (const path of files.keys()) {
      current = path;
      await rename(path + suffix, path);
    }
  } catch (cause) {
    await Promise.all(parts.map((path) => rm(path, { force: true })));
    for (const folder of folders.reverse()) await rmdir(folder).catch(() => undefined);
    throw unwritable(current, cause);
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
