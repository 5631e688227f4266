import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readParquet } from "@crossprobe/formats/parquet";
import { LocalStore } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATASETS, expected, units } from "./rosetta/truth.js";

/** The examples run as a reader would run them, print what the truth says, and stand in the README as they are. */

const root = fileURLToPath(new URL("..", import.meta.url));
const run = async (name: string, ...args: string[]) =>
  (await promisify(execFile)(process.execPath, [join(root, "examples", name), ...args])).stdout;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossprobe-examples-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("examples", () => {
  it("region-rates counts the passing units of the hippocampal formation in both datasets", async () => {
    const printed = await run("region-rates.mjs");
    for (const dataset of DATASETS) {
      const counts = expected.unitCounts[dataset].cosmos?.regions.HPF;
      const passing = dataset === "ibl" ? counts?.isGoodByIbl : counts?.isGoodByAllenProject;
      const { quartiles = [] } = expected.firingRates[dataset].cosmos?.good.HPF ?? {};
      const [, found, rates] = new RegExp(`${dataset} (\\d+) (\\{[^}]*\\})`).exec(printed) ?? [];
      expect(Number(found)).toBe(passing);
      const median = Number(/median: ([\d.]+)/.exec(rates ?? "")?.[1]);
      expect(Math.abs(median - (quartiles[2] ?? Number.NaN))).toBeLessThan(1e-9);
    }
  });

  it("evoked-lfp finds the planted troughs of VISp and VISl on both datasets", async () => {
    const troughs = [...(await run("evoked-lfp.mjs")).matchAll(/ at ([\d.]+) s/g)].map(([, time]) => Number(time));
    expect(troughs).toEqual([0.076, 0.092, 0.076, 0.092]);
  });

  it("units-table writes every unit as Parquet", async () => {
    await run("units-table.mjs", join(folder, "units.parquet"));
    const table = await readParquet(new LocalStore(folder), "units.parquet");
    expect(table?.rowCount).toBe(units.length + units.filter(({ allenQuality }) => allenQuality === "good").length);
    const passes = table?.columns.get("passes") ?? [];
    const passing =
      units.filter(({ isGoodByIbl }) => isGoodByIbl).length +
      units.filter(({ isGoodByAllenProject }) => isGoodByAllenProject).length;
    expect(Array.from(passes as Iterable<unknown>).filter((value) => value === true).length).toBe(passing);
  });

  it.each(["region-rates.mjs", "evoked-lfp.mjs", "units-table.mjs"])("%s stands in the README", async (name) => {
    const readme = await readFile(join(root, "README.md"), "utf8");
    const code = await readFile(join(root, "examples", name), "utf8");
    expect(name === "region-rates.mjs" ? readme.includes(code.trim()) : readme.includes(`examples/${name}`)).toBe(true);
  });
});
