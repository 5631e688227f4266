import { table } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { computeUnitMetrics } from "./unit-metrics.js";

const even = (count: number, step: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => 1 + i * step);

describe("computeUnitMetrics", () => {
  const times = even(1000, 0.1);
  const spikes = (more: object = {}) =>
    table(
      Object.entries({
        times,
        clusters: new Uint16Array(1000).map((_, i) => (i % 2 === 0 ? 0 : 2)),
        amps: new Float64Array(1000).fill(80e-6),
        depths: new Float64Array(1000).map((_, i) => Math.floor(i / 2) % 2),
        ...more,
      }),
    );

  it("measures each unit over the span of all spikes, and leaves a unit without spikes undefined", () => {
    const metrics = computeUnitMetrics(spikes(), 3).columns;
    const span = (times[999] ?? 0) - 1;
    expect([...(metrics.get("spike_count") ?? [])]).toEqual([500, 0, 500]);
    expect(metrics.get("firing_rate")?.[0]).toBeCloseTo(500 / span, 12);
    expect(metrics.get("drift")?.[0]).toBeCloseTo((499 / span) * 3600, 9);
    expect(metrics.get("amp_median")?.[1]).toBeNaN();
    expect(metrics.get("bitwise_fail")?.[1]).toBe(7);
    // Windows reach half a window beyond the last spike: the eleventh is empty.
    expect(metrics.get("presence_ratio")?.[0]).toBeCloseTo(10 / 11, 12);
  });

  it("refuses spikes out of order, or without amplitudes", () => {
    expect(() => computeUnitMetrics(spikes({ times: Float64Array.from(times).reverse() }), 3)).toThrow(
      /spike 1 is earlier/,
    );
    expect(() => computeUnitMetrics(table([["times", times]]), 3)).toThrow(/no column clusters/);
  });
});
