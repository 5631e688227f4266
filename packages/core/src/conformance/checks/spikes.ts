import { expect } from "vitest";
import { formatRef, type UnitRef } from "../../model/ref.js";
import { type SpikeTable, spikeTrain } from "../../model/spikes.js";
import { type AdapterCheck, absentRef } from "../adapter-subject.js";
import { expectAscending, expectDataError, expectNear, knownRef, withAdapter } from "./assert.js";

/** Spike amplitudes of extracellular recordings, volts: from well below the noise to far above any unit. */
const AMPLITUDE_RANGE_V = [1e-7, 2e-2] as const;
/** Mean waveform peaks, microvolts. */
const WAVEFORM_RANGE_UV = [1, 2e4] as const;

/** Spike times and waveforms: shapes, clock, units, order, and that a part equals the whole. */
export const spikeChecks: readonly AdapterCheck[] = [
  {
    name: "spikes > have the declared shapes, ascend, and lie on the session clock",
    needs: ["units", "spikes"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        const spikes = await adapter.spikes(probe);
        expect(spikes.times).toBeInstanceOf(Float64Array);
        expect(spikes.offsets).toBeInstanceOf(Uint32Array);
        expect(spikes.offsets.length).toBe(spikes.units.length + 1);
        expect([spikes.offsets[0], spikes.offsets.at(-1)]).toEqual([0, spikes.times.length]);
        expectAscending(spikes.offsets, "offsets");
        expect(spikes.observed.length).toBe(spikes.units.length);
        const { start, stop } = subject.known.session.clock;
        for (let unit = 0; unit < spikes.units.length; unit++) {
          const train = spikeTrain(spikes, unit);
          expectAscending(train, `spikes of ${formatRef(spikes.units[unit] as UnitRef)}`);
          if (train.length > 0)
            expect([(train[0] as number) >= start, (train.at(-1) as number) < stop]).toEqual([true, true]);
        }
        const units = (await adapter.units(probe)).rows.map(({ ref }) => formatRef(ref));
        expect(spikes.units.map(formatRef), "units in the order of the table").toEqual(units);
      }),
  },
  {
    name: "spikes > the known unit has its spikes",
    needs: ["spikes"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const known = subject.known.spikes;
        if (known === undefined) expect.fail("known.spikes is missing");
        const unit = knownRef(subject, known.unit, "unit");
        const spikes = await adapter.spikes(knownRef(subject, subject.known.probe.ref, "probe"), { units: [unit] });
        const train = spikeTrain(spikes, 0);
        expect(train.length).toBe(known.count);
        expectNear(train[0], known.first, "first spike");
        expectNear(train.at(-1), known.last, "last spike");
        expect(spikes.amplitudesV === null, "amplitudes absent").toBe(known.firstAmplitudeV === null);
        if (known.firstAmplitudeV !== null)
          expectNear(spikes.amplitudesV?.[0], known.firstAmplitudeV, "first amplitude");
      }),
  },
  {
    name: "spikes > amplitudes are volts, one a spike",
    needs: ["spikes"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const { amplitudesV, times } = await adapter.spikes(knownRef(subject, subject.known.probe.ref, "probe"));
        if (amplitudesV === null) return;
        expect(amplitudesV.length).toBe(times.length);
        for (const value of amplitudesV) {
          if (Number.isNaN(value)) continue;
          if (value < AMPLITUDE_RANGE_V[0] || value > AMPLITUDE_RANGE_V[1]) expect.fail(`an amplitude of ${value} V`);
        }
      }),
  },
  {
    name: "spikes > chosen units come in the order asked, equal to the whole",
    needs: ["spikes"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        const whole = await adapter.spikes(probe);
        const picked = [whole.units.at(-1), whole.units[0]].filter((ref) => ref !== undefined);
        const part = await adapter.spikes(probe, { units: picked });
        expect(part.units).toEqual(picked);
        expect(part.coverage).toEqual(whole.coverage);
        expect(trainOf(part, 0)).toEqual(trainOf(whole, whole.units.length - 1));
        expect(trainOf(part, 1)).toEqual(trainOf(whole, 0));
        expect((await adapter.spikes(probe, { units: [] })).times.length).toBe(0);
        await expectDataError(
          adapter.spikes(probe, { units: [absentRef(subject, "unit")] }),
          "not-found",
          "unknown unit",
        );
      }),
  },
  {
    name: "waveforms > are [samples, channels] in microvolts, largest near the peak channel",
    needs: ["channels", "units", "waveforms"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        const { rows } = await adapter.waveforms(probe);
        const siteOf = new Map(
          (await adapter.channels(probe)).rows.map(({ ref, siteIndex }) => [formatRef(ref), siteIndex]),
        );
        const peakOf = new Map(
          (await adapter.units(probe)).rows.map(({ ref, peakChannel }) => [formatRef(ref), peakChannel]),
        );
        expect(rows.length).toBeGreaterThan(0);
        let checked = 0;
        for (const { unit, data, siteIndices, channels } of rows) {
          expect(data.unit).toBe("uV");
          expect([data.shape.length, data.shape[1], channels.length]).toEqual([
            2,
            siteIndices.length,
            siteIndices.length,
          ]);
          const { column, peakToPeak } = largestChannel(data.data, siteIndices.length);
          expect(peakToPeak >= WAVEFORM_RANGE_UV[0] && peakToPeak <= WAVEFORM_RANGE_UV[1], `${peakToPeak} uV`).toBe(
            true,
          );
          const peak = peakOf.get(formatRef(unit));
          const site = peak ? siteOf.get(formatRef(peak)) : undefined;
          if (typeof site !== "number") continue;
          checked++;
          expect(
            Math.abs((siteIndices[column] ?? Infinity) - site),
            `peak site of ${formatRef(unit)}`,
          ).toBeLessThanOrEqual(4);
        }
        expect(checked, "waveforms with a known peak site").toBeGreaterThan(0);
      }),
  },
  {
    name: "waveforms > the known value is where it should be",
    needs: ["waveforms"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const known = subject.known.waveform;
        if (known === undefined) expect.fail("known.waveform is missing");
        const unit = knownRef(subject, known.unit, "unit");
        const { rows } = await adapter.waveforms(knownRef(subject, subject.known.probe.ref, "probe"), {
          units: [unit],
        });
        expect(rows.map((row) => formatRef(row.unit))).toEqual([known.unit]);
        const column = rows[0]?.siteIndices.indexOf(known.siteIndex) ?? -1;
        expect(column, `site ${known.siteIndex}`).toBeGreaterThanOrEqual(0);
        expectNear(
          rows[0]?.data.data[known.sample * (rows[0]?.siteIndices.length ?? 0) + column],
          known.uv,
          "waveform",
        );
      }),
  },
];

function trainOf(spikes: SpikeTable, index: number) {
  const [start, stop] = [spikes.offsets[index], spikes.offsets[index + 1]];
  return { times: spikeTrain(spikes, index), amplitudes: spikes.amplitudesV?.slice(start, stop) ?? null };
}

function largestChannel(data: ArrayLike<number>, channels: number): { column: number; peakToPeak: number } {
  let best = { column: -1, peakToPeak: -1 };
  for (let column = 0; column < channels; column++) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = column; i < data.length; i += channels) {
      const value = data[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > best.peakToPeak) best = { column, peakToPeak: high - low };
  }
  return best;
}
