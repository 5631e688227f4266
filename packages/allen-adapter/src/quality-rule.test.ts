import { evaluateRule } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { ALLEN_DEFAULT } from "./quality-rule.js";

const verdict = (cutoff: number | null, presence: number | null, violations?: number | null): boolean | null =>
  evaluateRule(ALLEN_DEFAULT, {
    "allen.amplitude_cutoff": cutoff,
    "allen.presence_ratio": presence,
    ...(violations !== undefined && { "allen.isi_violations": violations }),
  });

describe("the default rule", () => {
  it.each([
    [0.1, 0.95, 0.5, true],
    [0.1000001, 0.95, 0.5, false],
    [0.1, 0.9499999, 0.5, false],
    [0.1, 0.95, 0.5000001, false],
    [0, 0.99, 0, true],
    [null, 0.99, 0, false],
    [0, 0.99, null, false],
  ])("amplitude_cutoff, presence_ratio, isi_violations of %s, %s, %s: %s", (cutoff, presence, violations, passes) => {
    expect(verdict(cutoff, presence, violations)).toBe(passes);
  });

  it("has no verdict without one of its columns, unless another bound fails", () => {
    expect(verdict(0, 0.99)).toBeNull();
    expect(verdict(0.2, 0.99)).toBe(false);
  });
});
