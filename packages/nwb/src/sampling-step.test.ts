import { describe, expect, it } from "vitest";
import type { ElectricalSeries } from "./electrical-series.js";
import { readSamplingStep } from "./sampling-step.js";

/** A series whose samples have these times; what was asked for is kept. */
function seriesAt(times: Float64Array, asked: (readonly [number, number])[] = []): ElectricalSeries {
  const between = async (start: number, stop: number) => {
    asked.push([start, stop]);
    return times.slice(start, stop);
  };
  const partial = { sampleCount: times.length, clock: { sampleCount: times.length }, times: between };
  return partial as unknown as ElectricalSeries;
}

describe("readSamplingStep", () => {
  it("is the mean step of a recording without gaps, from its ends", async () => {
    const asked: (readonly [number, number])[] = [];
    const times = Float64Array.from({ length: 5000 }, (_, i) => 2 + i / 1250.5);
    const found = await readSamplingStep(seriesAt(times, asked));
    expect(found).toMatchObject({ first: 2, last: 2 + 4999 / 1250.5, count: 5000, hasGaps: false });
    expect(1 / found.step).toBeCloseTo(1250.5, 6);
    expect(asked).toEqual([
      [0, 1000],
      [4999, 5000],
    ]);
  });

  it("is the usual step of the first stretch where there are gaps", async () => {
    const found = await readSamplingStep(seriesAt(Float64Array.of(3.5, 3.5008, 3.5016, 5.5, 5.5008)));
    expect(found.hasGaps).toBe(true);
    expect(found.step).toBeCloseTo(0.0008, 12);
  });

  it("is nothing to go by where times do not run forward", async () => {
    for (const times of [[], [1], [2, 1], [1, Number.NaN]]) {
      expect((await readSamplingStep(seriesAt(Float64Array.from(times)))).step > 0, String(times)).toBe(false);
    }
  });
});
