import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareReaders } from "../../packages/formats/test/hdf5-comparison.js";
import { SHARED } from "./shared.js";

const GOLDEN = `${SHARED}/golden`;

/** Files that are refused when they are opened, whoever reads them, and made-up ones that are no HDF5 inside. */
const UNREADABLE = /truncated|zero_length|not-hdf5|html_page|natural_movie/;

/** What is left to the library, by file; nothing in the files that are not named. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  "lfpack/malformed/format-1/filter-scale-offset.h5": ["filter 6"],
};

const FILES = SHARED
  ? readdirSync(GOLDEN, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(h5|nwb|hdf5)$/.test(path) && !UNREADABLE.test(path))
      .toSorted()
  : [];

describe.skipIf(!SHARED)("the native reader and the HDF5 library agree (needs ../shared/golden)", () => {
  it.each(FILES)("%s", async (path) => {
    const found = await compareReaders(new Uint8Array(readFileSync(`${GOLDEN}/${path}`)));
    expect(found.differences).toEqual([]);
    expect(found.disagreements).toEqual([]);
    expect([...found.leftToLibrary.keys()]).toEqual(LEFT[path] ?? []);
  });
});
