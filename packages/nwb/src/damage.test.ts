import { isDataError } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { describe, expect, it } from "vitest";
import { fixtureBytes, openBytes } from "../test/fixture-file.js";
import { readDynamicTable } from "./dynamic-table.js";
import { summarizeNwb } from "./summary.js";
import { openTimeSeries } from "./time-series.js";
import { readUnits } from "./units.js";

const CASES = 25;
const FLIPS = 3;

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A few inverted bits, never in the superblock (its damage is tested with the HDF5 reader). */
function flipBits(bytes: Uint8Array, random: () => number): Uint8Array {
  const damaged = bytes.slice();
  for (let i = 0; i < FLIPS; i++) {
    const place = 96 + Math.floor(random() * (damaged.length - 96));
    damaged[place] = (damaged[place] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return damaged;
}

/** Reads all there is; rejects as soon as something fails. */
async function readEverything(file: Hdf5File): Promise<void> {
  const summary = await summarizeNwb(file);
  for (const { path } of summary.tables) await tolerate(() => readDynamicTable(file, path));
  for (const { path } of summary.series) await tolerate(async () => (await openTimeSeries(file, path))?.read());
  await tolerate(async () => (await readUnits(file))?.spikeTimes?.read());
}

/** Lets errors of ours pass: they are an answer. Anything else is a crash. */
async function tolerate(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isDataError(error)) throw error;
  }
}

describe("an NWB file with inverted bits", () => {
  it.each(["units", "tables", "electrical"])(
    "%s: gives data or a typed error",
    async (name) => {
      const bytes = await fixtureBytes(`pynwb-2.8.3/${name}.nwb`);
      const random = seeded(name.length);
      for (let i = 0; i < CASES; i++) {
        const damaged = flipBits(bytes, random);
        await tolerate(async () => {
          const file = await openBytes(damaged, `${name}-${i}.nwb`);
          try {
            await readEverything(file);
          } finally {
            await file.close();
          }
        });
      }
      expect(CASES).toBeGreaterThan(0);
    },
    120_000,
  );
});
