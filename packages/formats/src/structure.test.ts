import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { recordingStore } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";
import { storeOf } from "../../../test/helpers/format-fixtures.js";
import { hasWholeStructure } from "./structure.js";

const fixture = (path: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../test/fixtures/${path}`, import.meta.url))));
const isWhole = (bytes: Uint8Array) => hasWholeStructure(storeOf({ file: bytes }), "file");

const WHOLE = [
  "formats/f8-little.npy",
  "formats/fortran-matrix.npy",
  "formats/empty.npy",
  "formats/types.parquet",
  "formats/no-rows.parquet",
  "zip/arrays.npz",
  "hdf5/types.h5",
  "hdf5/layouts-earliest.h5",
  "hdf5/layouts-latest.h5",
  "hdf5/user-block.h5",
  "allen-lfp/lfp-2020.nwb",
];

describe("hasWholeStructure", () => {
  it.each(WHOLE)("says so of %s, and of no beginning of it", async (path) => {
    const bytes = fixture(path);
    expect(await isWhole(bytes)).toBe(true);
    const cuts = [1, 2, 3, 7, 8, 100, 1000].filter((cut) => cut < bytes.byteLength);
    for (const cut of cuts)
      expect(await isWhole(bytes.subarray(0, bytes.byteLength - cut)), `less ${cut}`).not.toBe(true);
    const half = bytes.subarray(0, bytes.byteLength >> 1);
    expect(await isWhole(half)).not.toBe(true);
  });

  it("says of a cut array and of a cut HDF5 file that they are", async () => {
    for (const path of ["formats/f8-little.npy", "hdf5/types.h5"])
      expect(await isWhole(fixture(path).slice(0, -1))).toBe(false);
  });

  it("says nothing of other formats, nor of what is not there", async () => {
    for (const bytes of [new TextEncoder().encode("a,b\n1,2\n"), new Uint8Array(), new Uint8Array(9000)]) {
      expect(await isWhole(bytes)).toBeUndefined();
    }
    expect(await hasWholeStructure(storeOf({}), "none")).toBeUndefined();
  });

  it("hands the signal to every read", async () => {
    const { signal } = new AbortController();
    for (const path of WHOLE) {
      const store = recordingStore(storeOf({ file: fixture(path) }));
      await hasWholeStructure(store, "file", { signal });
      expect(store.calls.length).toBeGreaterThan(1);
      expect(store.calls.every((call) => call.signal === signal)).toBe(true);
    }
  });
});
