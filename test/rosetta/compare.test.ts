import { assignRegion, type CompareResult, compare, populationPsth, psthCounts, psthRates } from "@crossprobe/analysis";
import { type Hub, parseRef } from "@crossprobe/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSampleHub } from "./sample-hub.js";
import { DATASETS, type Dataset, expected, identity, info, PROBE_KEYS, truthArray } from "./truth.js";

/** `compare` over the sample cohort against the reference analysis of the truth. */

const INTERVAL = { start: 0, stop: info.sessionDurationSeconds };
const LFP_INTERVAL = { start: 4, stop: 78 };
const MAPPINGS = ["allen", "beryl", "cosmos"] as const;
const results = new Map<string, CompareResult>();

let hub: Hub;
beforeAll(async () => {
  hub = openSampleHub();
  for (const mapping of MAPPINGS) {
    for (const units of ["all", "passing"] as const) {
      // LFP power does not depend on the choice of units, and the truth has it at two mappings.
      const lfpInterval = units === "all" && mapping !== "cosmos" ? LFP_INTERVAL : { start: 4, stop: 7 };
      const options = { mapping, units, interval: INTERVAL, lfpInterval };
      results.set(`${mapping} ${units}`, await compare(hub, options));
    }
  }
}, 180_000);
afterAll(() => hub.dispose());

function resultOf(mapping: string, units: "all" | "passing"): CompareResult {
  const result = results.get(`${mapping} ${units}`);
  if (result === undefined) expect.fail(`no result for ${mapping} ${units}`);
  return result;
}

const findings = (result: CompareResult, region: string, dataset: Dataset) =>
  result.regions.find((entry) => entry.region === region)?.datasets[dataset];

/** To 1e-9 of the value, or of 1 below it: both sides are sums of exact numbers in another order. */
function expectClose(found: number | null | undefined, wanted: number, what: string): void {
  const distance = Math.abs((found ?? Number.NaN) - wanted);
  expect(distance <= 1e-9 * Math.max(1, Math.abs(wanted)), `${what}: ${found} for ${wanted}`).toBe(true);
}

describe.each(MAPPINGS.flatMap((mapping) => DATASETS.map((dataset) => ({ mapping, dataset }))))(
  "$dataset at $mapping",
  ({ mapping, dataset }) => {
    const verdict = dataset === "ibl" ? "isGoodByIbl" : "isGoodByAllenProject";
    const wanted = expected.unitCounts[dataset][mapping];

    it("counts units by region, without a region, and without a label", () => {
      const result = resultOf(mapping, "all");
      const totals = result.totals[dataset];
      for (const [name, key] of [
        ["units", "all"],
        ["unmapped", "indeterminate"],
        ["unregistered", "unregistered"],
      ] as const) {
        expect(totals?.[name], name).toEqual({ total: wanted?.[key].total, passing: wanted?.[key][verdict] });
      }
      const regions = wanted?.regions ?? {};
      for (const [region, tally] of Object.entries(regions)) {
        expect(findings(result, region, dataset)?.units, region).toEqual({
          total: tally.total,
          passing: tally[verdict],
        });
      }
      const withUnits = result.regions.filter(({ datasets }) => (datasets[dataset]?.units.total ?? 0) > 0);
      expect(withUnits.map(({ region }) => region).sort()).toEqual(Object.keys(regions).sort());
      expect(result.regions.map(({ region }) => region)).not.toContain("root");
    });

    it.each([
      ["all", "all"],
      ["passing", "good"],
    ] as const)("rates of %s units have the quartiles of the truth", (units, key) => {
      const rates = expected.firingRates[dataset][mapping]?.[key] ?? {};
      let compared = 0;
      for (const [region, { count, quartiles }] of Object.entries(rates)) {
        if (wanted?.regions[region] === undefined) continue;
        const found = findings(resultOf(mapping, units), region, dataset)?.firingRate;
        expect(found?.count, region).toBe(count);
        for (const [i, name] of (["q1", "median", "q3"] as const).entries())
          expectClose(found?.[name], quartiles[i + 1] ?? Number.NaN, `${region} ${name}`);
        compared++;
      }
      expect(compared).toBeGreaterThan(2);
    });

    it("PSTHs of all units are those of the truth", () => {
      const { file, rows } = expected.psth[`${dataset}_${mapping}_all`] ?? { file: "", rows: [] };
      const { data } = truthArray(file);
      for (const [row, region] of rows.entries()) {
        if (wanted?.regions[region] === undefined) continue;
        const psth = findings(resultOf(mapping, "all"), region, dataset)?.psth;
        expect([psth?.mean.length, psth?.events], region).toEqual([150, 120]);
        for (let bin = 0; bin < 150; bin++)
          expectClose(psth?.mean[bin], data[row * 150 + bin] ?? Number.NaN, `${region} bin ${bin}`);
      }
    });
  },
);

/**
 * Where the encoding itself loses more than its accepted share (0.06): two layers of ten and twelve sites whose beta band holds 11.5 % of
 * the power, off by 0.0666 and 0.0651 of it. numpy's FFT over lfpack's own samples, without crossprobe's filter and Welch estimate,
 * gives the same 1.423 and 1.459 uV2, so these two are held to that instead.
 */
const FROM_REFERENCE_SAMPLES: Readonly<Record<string, number>> = {
  "ibl allen A DG-po beta": 1.423052045829398,
  "ibl allen A DG-sg beta": 1.4594738676283443,
};

describe.each(["allen", "beryl"].flatMap((mapping) => DATASETS.map((dataset) => ({ mapping, dataset }))))(
  "LFP of $dataset at $mapping",
  ({ mapping, dataset }) => {
    it.each(PROBE_KEYS)("band power of probe %s is within the encoding's share of the region's power", (key) => {
      // truth.json, `iblAccept` and `allenAccept`, plus 0.005 for the resampling to the common grid.
      const share = (dataset === "ibl" ? 0.06 : 0.02) + 0.005;
      const regions = expected.lfp[key].spectra[`${dataset}_${mapping}`] ?? {};
      let compared = 0;
      for (const [region, { bandPowerUv2 }] of Object.entries(regions)) {
        if (region === "root") continue;
        const found = findings(resultOf(mapping, "all"), region, dataset)?.lfpPowerUv2?.[identity.probe(dataset, key)];
        const whole = Object.values(bandPowerUv2).reduce((sum, power) => sum + power, 0);
        for (const [band, power] of Object.entries(bandPowerUv2)) {
          const value = found?.[band] ?? Number.NaN;
          const reference = FROM_REFERENCE_SAMPLES[`${dataset} ${mapping} ${key} ${region} ${band}`];
          const [wanted, accepted] = reference === undefined ? [power, share * whole] : [reference, 1e-3 * reference];
          expect(Math.abs(value - wanted) <= accepted, `${region} ${band}: ${value} for ${wanted}`).toBe(true);
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(15);
    });
  },
);

describe("PSTHs of chosen events", () => {
  it.each(DATASETS)("of full-contrast onsets on the right, through the library (%s)", async (dataset) => {
    const session = parseRef(identity.session(dataset), "session");
    const { rows: onsets } = await hub.events(session, { types: ["stimulus.visual.onset"] });
    const full = Math.max(...onsets.map(({ contrast }) => contrast ?? 0));
    const chosen = onsets.filter(({ contrast, side }) => contrast === full && side === "right").map(({ time }) => time);
    const byRegion = new Map<string, Float64Array[]>();
    for (const key of PROBE_KEYS) {
      const probe = parseRef(identity.probe(dataset, key), "probe");
      const { rows } = await hub.unitTable(probe);
      const spikes = await hub.spikes(probe);
      for (const [i, unit] of rows.entries()) {
        const assignment = assignRegion(unit, "beryl");
        if (assignment.kind !== "mapped") continue;
        const train = spikes.times.subarray(spikes.offsets[i], spikes.offsets[i + 1]);
        const rates = psthRates(psthCounts(train, chosen), chosen.length);
        byRegion.set(assignment.region.acronym, [...(byRegion.get(assignment.region.acronym) ?? []), rates]);
      }
    }
    const { file, rows } = expected.psth[`${dataset}_beryl_fullContrastRight`] ?? { file: "", rows: [] };
    const { data } = truthArray(file);
    for (const [row, region] of rows.entries()) {
      if (region === "root") continue;
      const psth = populationPsth(byRegion.get(region) ?? []);
      for (let bin = 0; bin < 150; bin++)
        expectClose(psth?.mean[bin], data[row * 150 + bin] ?? Number.NaN, `${region} bin ${bin}`);
    }
  });
});
