import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDataError } from "@crossprobe/core";
import { type Hdf5File, type Hdf5Values, openHdf5 } from "@crossprobe/formats/hdf5";
import { describe, expect, it } from "vitest";
import { type ExpectedObject, expectObject, folderStore, pathsOf } from "./hdf5-expectations.js";
import { SHARED } from "./shared.js";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));
const GOLDEN = `${SHARED}/golden`;

async function withHdf5(folder: string, key: string, use: (file: Hdf5File) => Promise<void>): Promise<void> {
  const file = await openHdf5(folderStore(folder), key);
  if (file === undefined) throw new Error(`there is no ${folder}/${key}`);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

async function expectFile(folder: string, key: string, expectedPath: string): Promise<void> {
  const expected: Record<string, ExpectedObject> = JSON.parse(readFileSync(expectedPath, "utf8")).h5py;
  await withHdf5(folder, key, async (file) => {
    const paths = await pathsOf(file);
    expect(paths.toSorted()).toEqual(Object.keys(expected).toSorted());
    let compared = 0;
    for (const path of paths) compared += await expectObject(file, path, expected[path] ?? {});
    expect(compared).toBeGreaterThan(paths.length - 1);
  });
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => /\.(nwb|h5)$/.test(name)) : [];
}

describe("every object of the NWB fixtures is what h5py sees", () => {
  for (const writer of ["pynwb-2.8.3", "pynwb-4.2"]) {
    for (const name of filesIn(`${FIXTURES}/nwb/${writer}`)) {
      const expected = `${FIXTURES}/nwb/${writer}/${name.replace(".nwb", ".json")}`;
      it(`${writer}/${name}`, () => expectFile(`${FIXTURES}/nwb/${writer}`, name, expected));
    }
  }
});

describe.skipIf(!SHARED)("every object of the golden NWB files is what h5py sees (needs ../shared/golden)", () => {
  for (const writer of ["pynwb-1.0.2", "pynwb-1.3.0", "pynwb-2.8.3", "pynwb-4.2"]) {
    for (const name of filesIn(`${GOLDEN}/nwb/${writer}`)) {
      const expected = `${GOLDEN}/nwb/expected/${writer}/${name.replace(".nwb", ".json")}`;
      it(`${writer}/${name}`, () => expectFile(`${GOLDEN}/nwb/${writer}`, name, expected));
    }
  }
});

/** What each damaged file gives at this level; every file that is not named reads as a whole (its damage is NWB's affair). */
const DAMAGE: Readonly<Record<string, RegExp>> = {
  "truncated_half.nwb": /truncated: 45088 of 90176 bytes/,
  "truncated_last_byte.nwb": /truncated: 90175 of 90176 bytes/,
  "zero_length.nwb": /not an HDF5 file: it looks like an empty file/,
  "html_page.nwb": /not an HDF5 file: it looks like an HTML page/,
  "flipped_chunk.nwb": /cannot read array \/.*inflate\(\) failed|cannot read array \/.*filter returned failure/,
  "soft_link_loop.nwb": /soft links lead in a circle/,
};

/** Arrays that fail in intact files too: an unknown filter; integers beyond 2^53; external links. */
const ALSO_IN_INTACT_FILES = /lzf \(HDF5 filter 32000\)|has no exact number|is a link into another file/;

async function readAll(file: Hdf5File): Promise<unknown[]> {
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  for (const path of await pathsOf(file)) {
    const object = await file.find(path).catch(note);
    if (object) await file.attributes(path).catch(note);
    if (object?.kind === "array") await file.read(path).catch(note);
  }
  return errors;
}

describe.skipIf(!SHARED)("damaged NWB files give values or a typed error (needs ../shared/golden)", () => {
  for (const name of filesIn(`${GOLDEN}/nwb/malformed`)) {
    it(name, async () => {
      const errors: unknown[] = [];
      await withHdf5(`${GOLDEN}/nwb/malformed`, name, async (file) => {
        errors.push(...(await readAll(file)));
      }).catch((error) => errors.push(error));
      for (const error of errors) expect(isDataError(error), String(error)).toBe(true);
      const own = errors.map(String).filter((message) => !ALSO_IN_INTACT_FILES.test(message));
      const expected = DAMAGE[name];
      if (expected === undefined) expect(own).toEqual([]);
      else {
        expect(own.length).toBeGreaterThan(0);
        for (const message of own) expect(message).toMatch(expected);
      }
    });
  }
});

function numbersOf(values: Hdf5Values): Float64Array[] {
  if ("fields" in values) return [...values.fields.values()].flatMap(numbersOf);
  return ArrayBuffer.isView(values) ? [Float64Array.from(values)] : [];
}

describe.skipIf(!SHARED)("arrays of LFPack archives are what h5py reads (needs ../shared/golden)", () => {
  const digests: Record<string, Record<string, { shape: number[]; sha256: string }>> = JSON.parse(
    readFileSync(`${FIXTURES}/hdf5/lfpack-sha256.json`, "utf8"),
  );
  for (const [name, arrays] of Object.entries(digests)) {
    it(name, () =>
      withHdf5(GOLDEN, name, async (file) => {
        for (const [path, expected] of Object.entries(arrays)) {
          const data = await file.read(path);
          expect(data.shape, path).toEqual(expected.shape);
          const hash = createHash("sha256");
          for (const numbers of numbersOf(data.values)) hash.update(new Uint8Array(numbers.buffer));
          expect(hash.digest("hex"), path).toBe(expected.sha256);
        }
      }),
    );
  }
});
