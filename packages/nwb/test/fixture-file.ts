import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { ByteStore } from "@crossprobe/core";
import { type Hdf5File, openHdf5 } from "@crossprobe/formats/hdf5";

/** Bytes of one fixture of `test/fixtures/nwb`. */
export async function fixtureBytes(name: string): Promise<Uint8Array> {
  const url = new URL(`../../../test/fixtures/nwb/${name}`, import.meta.url);
  return new Uint8Array(await readFile(fileURLToPath(url)));
}

/** Opens bytes as an HDF5 file. */
export async function openBytes(bytes: Uint8Array, key = "file.nwb"): Promise<Hdf5File> {
  const store: ByteStore = {
    url: "memory:/",
    size: async (asked) => (asked === key ? bytes.length : undefined),
    read: async (asked, options) => {
      options?.signal?.throwIfAborted();
      if (asked !== key) return undefined;
      const { range } = options ?? {};
      if (!range) return bytes.slice();
      if ("suffix" in range) return bytes.slice(Math.max(0, bytes.length - range.suffix));
      return bytes.slice(range.offset, range.offset + range.length);
    },
  };
  const file = await openHdf5(store, key, {});
  if (!file) throw new Error(`${key} was not found`);
  return file;
}

/** Opens one fixture of `test/fixtures/nwb`. Close it. */
export async function openFixture(name: string): Promise<Hdf5File> {
  return openBytes(await fixtureBytes(name), name);
}
