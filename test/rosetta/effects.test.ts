import { type CompareResult, compare, readEvokedPotential, readLfpDensity } from "@crossprobe/analysis";
import { findRegion, mapRegion } from "@crossprobe/atlas";
import { type Hub, type LfpSource, parseRef } from "@crossprobe/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSampleHub } from "./sample-hub.js";
import { DATASETS, type Dataset, type Effect, events, expected, identity, info, type ProbeKey } from "./truth.js";

/** Every planted effect is found in both datasets: by `compare`, or through the public library where `compare` does not show it. */

const effects = (kind: string) => info.effects.filter((effect) => effect.kind.startsWith(kind));
const both = (kind: string) =>
  DATASETS.flatMap((dataset) => effects(kind).map((effect) => ({ dataset, effect, region: effect.region })));

let hub: Hub;
let result: CompareResult;
beforeAll(async () => {
  hub = openSampleHub();
  result = await compare(hub, { units: "all", interval: { start: 0, stop: 296 }, lfpInterval: { start: 4, stop: 78 } });
}, 60_000);
afterAll(() => hub.dispose());

function psthOf(dataset: Dataset, region: string | undefined) {
  const psth = result.regions.find((entry) => entry.region === region)?.datasets[dataset]?.psth;
  if (!psth) expect.fail(`no PSTH of ${region}`);
  const centres = psth.binStart.map((start) => start + 0.005);
  const mean = (from: number, to: number) => {
    const inside = psth.mean.filter((_, i) => (centres[i] ?? 0) > from && (centres[i] ?? 0) < to);
    return inside.reduce((sum, value) => sum + value, 0) / inside.length;
  };
  const window = psth.mean.map((value, i) => ((centres[i] ?? 0) > 0 && (centres[i] ?? 0) < 0.3 ? value : -Infinity));
  const top = window.indexOf(Math.max(...window));
  return { baseline: mean(-0.5, 0), mean, peak: window[top] ?? Number.NaN, peakTime: centres[top] ?? Number.NaN };
}

async function withLfp<Value>(
  dataset: Dataset,
  key: ProbeKey,
  body: (source: LfpSource) => Promise<Value>,
): Promise<Value> {
  const source = await hub.lfp(parseRef(identity.probe(dataset, key), "probe"));
  try {
    return await body(source);
  } finally {
    source.close();
  }
}

const densities = new Map<string, ReturnType<typeof readLfpDensity>>();
const densityOf = (dataset: Dataset, key: ProbeKey) => {
  const found =
    densities.get(dataset + key) ??
    withLfp(dataset, key, (source) => readLfpDensity(source, { interval: { start: 4, stop: 78 } }));
  densities.set(dataset + key, found);
  return found;
};

const channelsIn = (source: LfpSource, isWanted: (acronym: string) => boolean) =>
  source.channels.flatMap(({ region }, index) => (region !== null && isWanted(region.acronym) ? [index] : []));
const probeOf = ({ probe }: Effect): ProbeKey => probe ?? "A";

describe("responses, from compare", () => {
  it.each(both("response latency"))("latency in $region of $dataset", ({ dataset, effect }) => {
    expect(Math.abs(psthOf(dataset, effect.region).peakTime - Number(effect.planted))).toBeLessThanOrEqual(
      effect.tolerance ?? 0,
    );
  });

  it.each(both("response gain"))("gain in $region of $dataset", ({ dataset, effect }) => {
    const { peak, baseline } = psthOf(dataset, effect.region);
    expect(Math.abs(peak / baseline - Number(effect.planted))).toBeLessThanOrEqual(effect.tolerance ?? 0);
  });

  it.each(both("suppression"))("suppression in $region of $dataset", ({ dataset, effect }) => {
    const { mean, baseline } = psthOf(dataset, effect.region);
    // The truth has 0.62: well below 1 with 120 events.
    expect(mean(0.1, 0.25) / baseline).toBeLessThan(0.8);
  });
});

describe("oscillations, through the library", () => {
  const cases = DATASETS.flatMap((dataset) =>
    effects("LFP oscillation").flatMap((effect) =>
      (effect.regions ?? []).map((region) => ({ dataset, effect, region })),
    ),
  );
  it.each(cases)("the peak in $region of $dataset", async ({ dataset, effect, region }) => {
    await withLfp(dataset, probeOf(effect), async (source) => {
      // One dataset labels layers, the other areas: a layer's peak is looked for in its area there, if it is a beta peak of all layers.
      const area = mapRegion(findRegion(region) ?? expect.fail(region), "beryl")?.acronym;
      const label = channelsIn(source, (acronym) => acronym === region).length > 0 ? region : area;
      const channels = channelsIn(source, (acronym) => acronym === label);
      if (channels.length === 0) {
        // Nothing here is labelled so: the granularity that this encoding loses by design (VPM is "TH").
        expect([dataset, region]).toEqual(["allen", "VPM"]);
        return;
      }
      const { frequencies, densities } = await densityOf(dataset, probeOf(effect));
      const mean = Array.from(
        frequencies,
        (_, f) => channels.reduce((sum, channel) => sum + (densities[channel]?.[f] ?? 0), 0) / channels.length,
      );
      // The truth looks within three widths of the planted frequency, at least 2 Hz.
      const near = (f: number) => Math.abs((frequencies[f] ?? 0) - Number(effect.planted)) <= 2;
      const best = mean.reduce(
        (top, value, f) => (near(f) && value > (mean[top] ?? -1) ? f : top),
        Array.from(frequencies).findIndex((_, f) => near(f)),
      );
      expect(Math.abs((frequencies[best] ?? 0) - Number(effect.planted))).toBeLessThanOrEqual(effect.tolerance ?? 0);
    });
  });
});

describe("evoked potentials, through the library", () => {
  it.each(both("evoked potential"))("in $region of $dataset", async ({ dataset, effect }) => {
    await withLfp(dataset, probeOf(effect), async (source) => {
      const channels = channelsIn(
        source,
        (acronym) => mapRegion(findRegion(acronym) ?? expect.fail(acronym), "beryl")?.acronym === effect.region,
      );
      const { evoked } = expected.lfp[probeOf(effect)];
      const [first, last] = [4 + 0.1, 78 - 0.4];
      const onsets = events.map(({ onsetTime }) => onsetTime).filter((time) => time >= first && time <= last);
      const { times, mean, used, invalid } = await readEvokedPotential(source, onsets, { channels });
      // Events whose window touches the saturated span are left out: the truth names them.
      expect([used.length, invalid.length]).toEqual([
        evoked.eventsUsed.length,
        evoked.eventsDroppedForSaturation.length,
      ]);
      const average = Array.from(
        times,
        (_, i) =>
          channels.reduce((sum, _channel, k) => sum + (mean.data[i * channels.length + k] ?? 0), 0) / channels.length,
      );
      const isTrough = Number(effect.plantedPeakUvAtFullContrastContralateral) < 0;
      const extreme = average.indexOf(isTrough ? Math.min(...average) : Math.max(...average));
      expect(Math.abs((times[extreme] ?? 0) - Number(effect.plantedExtremeTime))).toBeLessThanOrEqual(
        effect.tolerance ?? 0,
      );
    });
  });
});

describe("saturation, through the library", () => {
  it.each(both("saturation"))("the span of probe A of $dataset", async ({ dataset, effect }) => {
    const [start, stop] = effect.planted as readonly [number, number];
    await withLfp(dataset, probeOf(effect), async (source) => {
      const [span] = await source.invalidIntervals();
      expect(Math.abs((span?.start ?? 0) - start)).toBeLessThanOrEqual(effect.tolerance ?? 0);
      expect(Math.abs((span?.stop ?? 0) - stop)).toBeLessThanOrEqual(effect.tolerance ?? 0);
    });
    const use = result.lfp.find(({ probe }) => probe === identity.probe(dataset, probeOf(effect)));
    expect(use?.segments.invalid, "segments left out").toBeGreaterThan(0);
  });
});
