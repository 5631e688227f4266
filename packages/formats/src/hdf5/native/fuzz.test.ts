import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compareReaders } from "../../../test/hdf5-comparison.js";
import { FIXTURES } from "../../../test/hdf5-stores.js";
import { findSuperblock } from "../superblock.js";

/** `node scripts/fuzz-hdf5.mjs` runs more of it: other seeds, more rounds. */
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 4);

const ROOT = join(FIXTURES, "..");
const FILES = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(h5|nwb)$/.test(path) && !path.includes("malformed"))
  .toSorted();

/** How long one damaged file may take the native reader and the library together. The library gives up after 10 s. */
const HANG_MS = 60_000;

/**
 * What is compared: answers that both give. Where only one refuses, the other has less to check, or more to fall over; a reference
 * whose object the library does not reach, because it meets damage on its way, counts as the same.
 */
describe(`files with a few bytes changed (seed ${SEED})`, () => {
  it.each(FILES)(
    "%s: values or typed errors, and the same values",
    async (path) => {
      const random = randomFrom(SEED + path.length * 7919);
      const bytes = new Uint8Array(readFileSync(join(ROOT, path)));
      for (let round = 0; round < ROUNDS; round++) {
        const { damaged, changes } = damage(bytes, random);
        const found = await compareReaders(damaged, "damaged");
        expect({ changes, differences: found.differences }).toEqual({ changes, differences: [] });
      }
    },
    HANG_MS * ROUNDS,
  );
});

type Random = (limit: number) => number;

/** Numbers from 0 up to a limit, the same for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0;
    return Math.floor((mixed / 2 ** 32) * limit);
  };
}

/** One to four bytes behind the superblock, each with a bit flipped, or set to 0 or 255. */
function damage(bytes: Uint8Array, random: Random): { damaged: Uint8Array; changes: string } {
  const damaged = bytes.slice();
  const start = (findSuperblock(bytes)?.offset ?? 0) + 96;
  const changes = Array.from({ length: 1 + random(4) }, () => {
    const at = start + random(bytes.length - start);
    const before = damaged[at] ?? 0;
    const after = [before ^ (1 << random(8)), 0, 0xff, random(256)][random(4)] ?? 0;
    damaged[at] = after;
    return `${at}: ${before} to ${after}`;
  });
  return { damaged, changes: changes.join(", ") };
}
