import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { samplesFolder } from "../rosetta/truth.js";

/** The sample cohort as objects of a bucket called `samples`, by `bucket/key`. */
export function samplesBucket(): Map<string, Uint8Array> {
  const objects = new Map<string, Uint8Array>();
  for (const entry of readdirSync(samplesFolder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    objects.set(`samples/${relative(samplesFolder, path).split(sep).join("/")}`, new Uint8Array(readFileSync(path)));
  }
  return objects;
}
