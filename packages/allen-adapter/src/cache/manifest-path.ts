import { SchemaError } from "@crossprobe/core";
import type { ManifestEntry } from "./manifest-entries.js";

/**
 * Parts of an entry's path below the folder of the manifest.
 *
 * @param templateOf the path of an earlier entry
 * @throws {@link SchemaError} when its parent is no earlier entry (so that none is its own ancestor), or the path leaves the folder
 */
export function resolveEntry(
  entry: ManifestEntry,
  templateOf: (parent: string) => string | undefined,
  baseUrl: string,
  url: string,
): readonly string[] {
  const spec = entry.spec.replaceAll("\\", "/");
  if (spec.includes("\0")) throw leavesBase(entry, url);
  if (spec.startsWith("/") || /^[A-Za-z]:/.test(spec)) return relativeToBase(entry, spec, baseUrl, url);
  const parent = entry.parent_key === undefined ? "" : templateOf(entry.parent_key);
  if (parent === undefined) {
    throw new SchemaError(
      `The entry ${entry.key} of ${url} lies below ${entry.parent_key}, which no earlier entry is.`,
      { url, hint: "Parents stand before what lies below them: let AllenSDK write the manifest again." },
    );
  }
  const parts = parent === "" ? [] : parent.split("/");
  for (const part of spec.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) throw leavesBase(entry, url);
  }
  return parts;
}

/** An absolute path, of Windows too, is followed only where it lies below the folder of the manifest, on the same disk. */
function relativeToBase(entry: ManifestEntry, spec: string, baseUrl: string, url: string): readonly string[] {
  const { protocol, pathname } = new URL(baseUrl);
  const partsOf = (path: string) => path.split("/").filter((part) => part !== "" && part !== ".");
  const base = partsOf(pathname).map(decodeURIComponent).map(lowerDrive);
  const parts = partsOf(spec).map(lowerDrive);
  const isBelow = base.every((part, i) => part === parts[i]) && !parts.includes("..");
  if (protocol !== "file:" || !isBelow) throw leavesBase(entry, url);
  return parts.slice(base.length);
}

function lowerDrive(part: string, i: number): string {
  return i === 0 && /^[A-Za-z]:$/.test(part) ? part.toLowerCase() : part;
}

function leavesBase({ key, spec }: ManifestEntry, url: string): SchemaError {
  return new SchemaError(`The entry ${key} of ${url} leaves the folder of the manifest: ${JSON.stringify(spec)}.`, {
    url,
    hint: "Give the folder that holds the files as a cache of its own, or edit the entry to a path below the manifest.",
  });
}
