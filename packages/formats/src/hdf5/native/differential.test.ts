import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compareReaders } from "../../../test/hdf5-comparison.js";
import { FIXTURES } from "../../../test/hdf5-stores.js";

const ROOT = join(FIXTURES, "..");

/** Files that say at once that they are damaged. */
const TRUNCATED = /truncated/;

const FILES = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(h5|nwb|h5\.gz)$/.test(path) && !TRUNCATED.test(path))
  .toSorted();

/** What is left to the library, by file; nothing in the files that are not named. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  "hdf5/layouts-earliest.h5": ["a virtual array", "filter 4", "filter 6"],
  "hdf5/layouts-latest.h5": ["a virtual array", "filter 4", "filter 6"],
};

describe("the native reader and the HDF5 library say the same of", () => {
  it.each(FILES)("%s", async (path) => {
    const bytes = readFileSync(join(ROOT, path));
    const found = await compareReaders(new Uint8Array(path.endsWith(".gz") ? gunzipSync(bytes) : bytes));
    expect(found.differences).toEqual([]);
    expect(found.disagreements).toEqual([]);
    expect([...found.leftToLibrary.keys()].toSorted()).toEqual(LEFT[path] ?? []);
    expect(found.objects).toBeGreaterThan(1);
  });
});
