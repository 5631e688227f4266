import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Cohort, parseCohort } from "@crossprobe/catalogue";
import { NotFoundError } from "@crossprobe/core";
import type { Io } from "../io.js";

/** @throws {@link NotFoundError} for a file that cannot be read; as {@link parseCohort} for one that is no cohort */
export async function readCohort(file: string, { cwd, signal }: Pick<Io, "cwd" | "signal">): Promise<Cohort> {
  const path = resolve(cwd, file);
  let text: string;
  try {
    text = await readFile(path, { encoding: "utf8", signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new NotFoundError(`no cohort can be read at ${path}`, { cause, hint: "save one: crossprobe cohort save" });
  }
  return parseCohort(text, pathToFileURL(path).href);
}
