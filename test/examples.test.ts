import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readParquet } from "@crossprobe/formats/parquet";
import { LocalStore } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  allenEncoding,
  DATASETS,
  type Dataset,
  events,
  expected,
  info,
  PROBE_KEYS,
  type ProbeKey,
  trueSpikes,
  units,
} from "./rosetta/truth.js";

/** The examples run as a reader would run them, print what the truth says, and stand in the README as they are. */

const root = fileURLToPath(new URL("..", import.meta.url));
const run = async (name: string, ...args: string[]) =>
  (await promisify(execFile)(process.execPath, [join(root, "examples", name), ...args])).stdout;

/** First and last second of a probe's LFP: the IBL encoding holds 25,000 samples, the other says how many. */
const lfpSpan = (dataset: Dataset, key: ProbeKey): readonly [number, number] => {
  const { clock } = info.probes[key];
  return dataset === "ibl"
    ? [clock.iblLfpStartTime, clock.iblLfpStartTime + 24_999 / clock.iblLfpRateHz]
    : [clock.allenLfpStartTime, clock.allenLfpStartTime + (allenEncoding.lfp[key].samples - 1) / clock.allenLfpRateHz];
};

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

  it("evoked-lfp says how many onsets it used, and why not the others", async () => {
    const printed = (await run("evoked-lfp.mjs")).matchAll(/(\d+) events used, (\d+) invalid, (\d+) not covered/g);
    const cases = DATASETS.flatMap((dataset) => PROBE_KEYS.map((key) => ({ dataset, key })));
    const wanted = cases.map(({ dataset, key }) => {
      const { eventsDroppedForSaturation: saturated } = expected.lfp[key].evoked;
      const [first, last] = lfpSpan(dataset, key);
      // A window needs half the filter's length (60 ms) more at both ends; no onset is as near to them as to make a difference.
      const whole = events.filter(({ onsetTime }) => onsetTime - 0.16 >= first && onsetTime + 0.46 <= last);
      const used = whole.filter(({ index }) => !saturated.includes(index)).length;
      return [used, saturated.length, events.length - whole.length];
    });
    expect([...printed].map((counts) => counts.slice(1).map(Number))).toEqual(wanted);
  });

  it("region-table prints the median rate of every Cosmos region in both datasets, and the units in none", async () => {
    const lines = (await run("region-table.mjs")).trim().split("\n");
    const found = lines.flatMap((line) => {
      const [, region, dataset, count, median] = /^(\S+) (\S+) (\d+) units, median ([\d.]+) Hz$/.exec(line) ?? [];
      return region === undefined
        ? []
        : [{ name: `${region} ${dataset}`, count: Number(count), median: Number(median) }];
    });
    const wanted = DATASETS.flatMap((dataset) =>
      Object.entries(expected.firingRates[dataset].cosmos?.all ?? {})
        .filter(([region]) => region !== "root")
        .map(([region, { count, quartiles }]) => ({ name: `${region} ${dataset}`, count, median: quartiles[2] ?? 0 })),
    );
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(found.map(({ name, count }) => ({ name, count })).sort(byName)).toEqual(
      wanted.map(({ name, count }) => ({ name, count })).sort(byName),
    );
    for (const { name, median } of wanted) {
      expect(Math.abs((found.find((row) => row.name === name)?.median ?? Number.NaN) - median), name).toBeLessThan(
        1e-9,
      );
    }
    for (const dataset of DATASETS) {
      const { indeterminate, unregistered } = expected.unitCounts[dataset].cosmos ?? {};
      const inNone = (indeterminate?.total ?? 0) + (unregistered?.total ?? 0);
      expect(lines).toContain(`no region ${dataset} ${inNone} units`);
    }
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

  it("psth finds the response of VISp on both datasets where the spikes of the truth put it", async () => {
    const printed = await run("psth.mjs");
    for (const dataset of DATASETS) {
      const passing = units.filter((unit) =>
        dataset === "ibl"
          ? unit.isGoodByIbl && unit.region.startsWith("VISp")
          : unit.isGoodByAllenProject && unit.allenAcronym === "VISp",
      );
      const counts = new Float64Array(150);
      for (const unit of passing)
        for (const { onsetTime } of events)
          for (const time of trueSpikes(unit).times) {
            const bin = Math.floor((time - onsetTime + 0.5) / 0.01);
            if (bin >= 0 && bin < counts.length) counts[bin] = (counts[bin] ?? 0) + 1;
          }
      const peak = counts.indexOf(Math.max(...counts));
      const rate = (counts[peak] ?? Number.NaN) / (passing.length * events.length * 0.01);
      const start = Math.round(peak - 50) / 100;
      const line = `${dataset} ${passing.length} units, peak ${rate.toFixed(1)} Hz in the bin at ${start} s`;
      expect(printed).toContain(line);
    }
  });

  it.each(["region-rates.mjs", "evoked-lfp.mjs", "region-table.mjs", "units-table.mjs", "psth.mjs"])(
    "%s stands in the README",
    async (name) => {
      const readme = await readFile(join(root, "README.md"), "utf8");
      const code = await readFile(join(root, "examples", name), "utf8");
      expect(name === "region-rates.mjs" ? readme.includes(code.trim()) : readme.includes(`examples/${name}`)).toBe(
        true,
      );
    },
  );
});
