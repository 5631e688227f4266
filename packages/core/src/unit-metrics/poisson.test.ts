import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { poissonMoreThan } from "./poisson.js";

const file = new URL("../../../../test/fixtures/metrics/expected.json", import.meta.url);
const { poisson } = JSON.parse(readFileSync(file, "utf8")) as { poisson: [number, number, number][] };

describe("poissonMoreThan", () => {
  it.each(poisson)("%d of %d expected: as scipy says", (count, mean, wanted) => {
    const found = poissonMoreThan(count, mean);
    expect(Math.abs(found - wanted), `${found}, not ${wanted}`).toBeLessThan(1e-12);
  });

  it("is zero where none is expected, and NaN for what is no expectation", () => {
    expect([poissonMoreThan(0, 0), poissonMoreThan(3, Number.NaN)]).toEqual([0, Number.NaN]);
  });
});
