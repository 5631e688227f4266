import { hemisphereOf } from "@crossprobe/atlas";
import { formatRef, type Hub, parseRef, spikeTrain } from "@crossprobe/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSampleHub } from "./sample-hub.js";
import {
  carriedBy,
  channels,
  DATASETS,
  events,
  identity,
  info,
  PROBE_KEYS,
  trueDisplacementCm,
  trueLfp,
  trueSpikes,
  truthArray,
  units,
} from "./truth.js";

/** Every quantity that the truth lists as carried by both encodings, out of both adapters, within the tolerance stated there. */

let hub: Hub;
beforeAll(() => {
  hub = openSampleHub();
});
afterAll(() => hub.dispose());

const cases = DATASETS.flatMap((dataset) => PROBE_KEYS.map((key) => ({ dataset, key })));
const session = (dataset: (typeof DATASETS)[number]) => parseRef(identity.session(dataset), "session");
const probe = ({ dataset, key }: (typeof cases)[number]) => parseRef(identity.probe(dataset, key), "probe");

it("the truth still lists seventeen carried quantities", () => expect(info.carried.length).toBe(17));

describe.each(cases)("probe $key of $dataset", (which) => {
  const { dataset, key } = which;
  const own = carriedBy.units(dataset, key);
  const sites = carriedBy.channels(dataset, key);

  it("channels: ids, site positions, labels and side are exact, CCF within 0.5 um", async () => {
    const { rows } = await hub.channels(probe(which));
    expect(rows.map(({ ref }) => formatRef(ref))).toEqual(sites.map((site) => identity.channel(dataset, key, site)));
    for (const [i, row] of rows.entries()) {
      const site = sites[i];
      if (site === undefined) expect.fail("more rows than sites");
      expect([row.siteIndex, row.lateralUm, row.distanceFromTipUm]).toEqual([
        site.site,
        site.lateralUm,
        site.distanceFromTipUm,
      ]);
      expect(row.region?.acronym ?? null).toBe(carriedBy.label(dataset, site));
      if (dataset === "allen" && !site.allen.ccfPresent) expect(row.ccf).toBeNull();
      else {
        for (const axis of ["ap", "dv", "ml"] as const)
          expect(Math.abs((row.ccf?.[axis] ?? Infinity) - site.ccf[axis])).toBeLessThanOrEqual(0.5001);
        expect(row.hemisphere).toBe(hemisphereOf(site.ccf));
      }
    }
  });

  it("units: ids, labels, depth and verdicts are exact", async () => {
    const { rows } = await hub.unitTable(probe(which));
    const rule = hub.dataset(dataset).rules[0]?.id ?? "";
    const found = new Map(rows.map((row) => [formatRef(row.ref), row]));
    expect(found.size).toBe(own.length);
    for (const unit of own) {
      const row = found.get(identity.unit(dataset, unit));
      expect(row?.region?.acronym ?? null, unit.id).toBe(carriedBy.unitLabel(dataset, unit));
      expect(row?.distanceFromTipUm, unit.id).toBe(unit.distanceFromTipUm);
      expect(row?.quality[rule], unit.id).toBe(carriedBy.isPassing(dataset, unit));
      if (dataset === "ibl") expect([row?.uuid, row?.spikeCount]).toEqual([unit.iblUuid, unit.spikeCount]);
    }
  });

  it("spikes: times are bit-exact, amplitudes are the same float32 values, counts exact", async () => {
    const spikes = await hub.spikes(probe(which));
    const index = new Map(spikes.units.map((ref, i) => [formatRef(ref), i]));
    expect(index.size).toBe(own.length);
    for (const unit of own) {
      const i = index.get(identity.unit(dataset, unit)) ?? -1;
      const { times, amplitudes } = trueSpikes(unit);
      expect(Array.from(spikeTrain(spikes, i)), unit.id).toEqual(times);
      expect(Array.from(spikes.amplitudesV?.slice(spikes.offsets[i], spikes.offsets[i + 1]) ?? []), unit.id).toEqual(
        amplitudes,
      );
    }
  });

  it("waveforms: within 1e-4 uV of the truth where volts were float32, bit-exact elsewhere", async () => {
    const { data, shape } = truthArray("waveforms_uv.npy");
    const waveformSites = truthArray("waveform_sites.npy").data;
    const [, samples = 0, width = 0] = shape;
    const { rows } = await hub.waveforms(probe(which));
    const found = new Map(rows.map((row) => [formatRef(row.unit), row]));
    let compared = 0;
    for (const unit of own) {
      const row = found.get(identity.unit(dataset, unit));
      for (let k = 0; k < width; k++) {
        const column = row?.siteIndices.indexOf(waveformSites[unit.index * width + k] ?? -1) ?? -1;
        if (column < 0) continue;
        for (let sample = 0; sample < samples; sample++) {
          const wanted = data[(unit.index * samples + sample) * width + k] ?? Number.NaN;
          const value = row?.data.data[sample * row.siteIndices.length + column] ?? Number.NaN;
          compared++;
          if (!(Math.abs(value - wanted) <= (dataset === "ibl" ? 1e-4 : 0)))
            expect.fail(`${unit.id}: ${value} for ${wanted}`);
        }
      }
    }
    expect(compared).toBeGreaterThan(own.length * samples * 8);
  });

  it("LFP: sample times to 1e-9 s, volts within the encoding's relative rms", async () => {
    const source = await hub.lfp(probe(which));
    const { clock } = info.probes[key];
    const [start, rate] =
      dataset === "ibl" ? [clock.iblLfpStartTime, clock.iblLfpRateHz] : [clock.allenLfpStartTime, clock.allenLfpRateHz];
    const truth = trueLfp(dataset, key);
    const block = await source.read({ samples: [truth.firstSample, truth.firstSample + truth.samples] });
    for (const [i, time] of block.times.entries()) {
      expect(Math.abs(time - (start + (truth.firstSample + i) / rate))).toBeLessThan(1e-9);
    }
    const lfpSites = carriedBy.lfpSites(dataset, key);
    expect(block.data.shape).toEqual([truth.samples, lfpSites.length]);
    let [error, power] = [0, 0];
    for (let i = 0; i < truth.samples; i++) {
      for (const [column, site] of lfpSites.entries()) {
        if (!channels[key][site]?.inBrain) continue;
        const wanted = truth.at(i, column);
        error += ((block.data.data[i * lfpSites.length + column] ?? Number.NaN) - wanted) ** 2;
        power += wanted ** 2;
      }
    }
    source.close();
    // truth.json, `iblAccept` and `allenAccept`: the codec's measured 0.058, half a 0.195 uV count 0.0013.
    expect(Math.sqrt(error / power)).toBeLessThan(dataset === "ibl" ? 0.1 : 0.003);
  });

  it("LFP: the saturated span, in the table or as an invalid time", async () => {
    const source = await hub.lfp(probe(which));
    const spans = await source.invalidIntervals();
    source.close();
    const planted = info.probes[key].saturation;
    expect(spans.length).toBe(planted.length);
    for (const [i, [start, stop]] of planted.entries()) {
      // 0.4 ms: the grid of raw 2500 Hz samples.
      const within = dataset === "ibl" ? 4e-4 : 0;
      expect(Math.abs((spans[i]?.start ?? Infinity) - start)).toBeLessThanOrEqual(within);
      expect(Math.abs((spans[i]?.stop ?? Infinity) - stop)).toBeLessThanOrEqual(within);
      expect(spans[i]?.probe && formatRef(spans[i].probe)).toBe(identity.probe(dataset, key));
    }
  });
});

describe.each(DATASETS)("session of %s", (dataset) => {
  it("visual onsets: times and offsets bit-exact, contrast and side exact", async () => {
    const { rows } = await hub.events(session(dataset), { types: ["stimulus.visual.onset"] });
    expect(rows.map(({ time, stopTime, contrast, side }) => ({ time, stopTime, contrast, side }))).toEqual(
      events.map(({ onsetTime, offsetTime, contrast, side }) => ({
        time: onsetTime,
        stopTime: offsetTime,
        contrast,
        side,
      })),
    );
  });

  it("movement: displacement of every span within the encoder's step", async () => {
    const { startTimes, stopTimes, displacementCm } = await hub.movement(session(dataset));
    const origin = trueDisplacementCm(startTimes[0] ?? 0);
    let [travelled, worst, worstSpan] = [0, 0, 0];
    for (let i = 0; i < startTimes.length; i++) {
      const [start, stop, displacement] = [startTimes[i] ?? 0, stopTimes[i] ?? 0, displacementCm[i] ?? Number.NaN];
      travelled += displacement;
      worst = Math.max(worst, Math.abs(travelled - (trueDisplacementCm(stop) - origin)));
      worstSpan = Math.max(worstSpan, Math.abs(displacement - (trueDisplacementCm(stop) - trueDisplacementCm(start))));
    }
    expect(startTimes.length).toBeGreaterThan(1000);
    // Position is rounded to a step of the encoder (2 pi 3.1 cm / 1024) at the first sample and at the last one.
    if (dataset === "ibl") expect(worst).toBeLessThanOrEqual(2 * 0.0191);
    else expect(worstSpan).toBeLessThan(1e-9);
  });

  it("unit totals: all and passing, noise units reported", async () => {
    const found = await hub.units().ofDataset(dataset).toArray();
    const carried = units.filter(({ allenQuality }) => dataset === "ibl" || allenQuality === "good");
    expect(found.length).toBe(carried.length);
    const passing = await hub.units().ofDataset(dataset).passing().toArray();
    expect(passing.length).toBe(carried.filter((unit) => carriedBy.isPassing(dataset, unit)).length);
    let noise = 0;
    for (const { ref } of await hub.probes(session(dataset))) {
      const { notices } = await hub.spikes(ref);
      for (const { code, count } of notices) if (code === "noise-units-left-out") noise += count;
    }
    expect(noise).toBe(units.length - carried.length);
  });
});
