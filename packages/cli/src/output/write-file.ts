import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { StoreError } from "@crossprobe/core";

/**
 * Writes files whole or not at all: each beside its place under another name, all renamed only when all are written.
 *
 * @throws {@link StoreError} naming the file that could not be written; nothing is left behind then
 */
export async function writeFiles(files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  const suffix = `.${randomBytes(4).toString("hex")}.part`;
  const written: string[] = [];
  let current = "";
  try {
    for (const [path, content] of files) {
      current = path;
      await mkdir(dirname(path), { recursive: true });
      written.push(path + suffix);
      await writeFile(path + suffix, content);
    }
    for (const path of files.keys()) {
      current = path;
      await rename(path + suffix, path);
    }
  } catch (cause) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(`cannot write ${current}: ${why}`, {
      url: current,
      cause,
      hint: "choose a folder that you may write to",
    });
  }
}
