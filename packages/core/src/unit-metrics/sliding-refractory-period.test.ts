import { describe, expect, it } from "vitest";
import { slidingRefractoryPeriod } from "./sliding-refractory-period.js";

const even = (count: number, step: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => 1 + i * step);

describe("slidingRefractoryPeriod", () => {
  it("is sure of a unit that never fires within 10 ms of itself", () => {
    const found = slidingRefractoryPeriod(even(5000, 0.05));
    expect(found.maxConfidence).toBeCloseTo(100, 6);
    expect(found).toMatchObject({ minContamination: 0.5, pairsBelow2Ms: 0, passes: true, passesForced: false });
  });

  it("counts pairs, and excludes nothing for one that doubles every spike", () => {
    const times = even(2000, 0.1);
    const doubled = Float64Array.from([...times, ...times.map((time) => time + 0.0003)]).sort();
    expect(slidingRefractoryPeriod(doubled)).toMatchObject({ pairsBelow2Ms: 2000, passes: false });
  });

  it("says nothing of one or two spikes", () => {
    expect(slidingRefractoryPeriod(Float64Array.of(3))).toMatchObject({
      maxConfidence: 0,
      minContamination: Number.NaN,
    });
  });
});
