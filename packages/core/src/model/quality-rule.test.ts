import { describe, expect, it } from "vitest";
import { evaluateRule, type QualityRule, qualityRuleSchema } from "./quality-rule.js";

const rule: QualityRule = {
  ...{
    id: "strict@2026",
    title: "strict",
    definition: "a >= 1, a < 3, b > 0, c <= 5",
    source: "here",
    missing: "fails",
  },
  criteria: [
    { metric: "lab.a", op: ">=", bound: 1 },
    { metric: "lab.a", op: "<", bound: 3 },
    { metric: "lab.b", op: ">", bound: 0 },
    { metric: "lab.c", op: "<=", bound: 5 },
  ],
};
const lenient: QualityRule = { ...rule, missing: "unknown" };

describe("evaluateRule", () => {
  it.each([
    [1, 0.1, 5, true],
    [0.999, 0.1, 5, false],
    [3, 0.1, 5, false],
    [2.999, 0, 5, false],
    [1, 0.1, 5.001, false],
    [1, 0.1, Number.POSITIVE_INFINITY, false],
  ])("holds %s, %s, %s to each bound: %s", (a, b, c, verdict) => {
    expect(evaluateRule(rule, { "lab.a": a, "lab.b": b, "lab.c": c })).toBe(verdict);
  });

  it("fails a unit without a value, or does not know, as the rule says", () => {
    for (const absent of [null, Number.NaN]) {
      const metrics = { "lab.a": 1, "lab.b": absent, "lab.c": 5 };
      expect([evaluateRule(rule, metrics), evaluateRule(lenient, metrics)]).toEqual([false, null]);
    }
  });

  it("does not know where the metric itself is missing", () => {
    expect(evaluateRule(rule, { "lab.a": 1, "lab.b": 1 })).toBeNull();
  });

  it("fails by one known bound, whatever is unknown of the others", () => {
    expect(evaluateRule(lenient, { "lab.b": null, "lab.c": 6 })).toBe(false);
    expect(evaluateRule(lenient, { "lab.a": 0, "lab.b": null })).toBe(false);
  });
});

describe("qualityRuleSchema", () => {
  it("takes a rule as it is, and none without criteria, with another sign or with a word more", () => {
    expect(qualityRuleSchema.parse(rule)).toEqual(rule);
    const wrong = [
      { ...rule, criteria: [] },
      { ...rule, criteria: [{ metric: "lab.a", op: "=", bound: 1 }] },
      { ...rule, criteria: [{ metric: "a", op: "<", bound: 1 }] },
      { ...rule, criteria: [{ metric: "lab.a", op: "<", bound: "1" }] },
      { ...rule, extra: 1 },
      { ...rule, id: "Strict" },
    ];
    for (const candidate of wrong) expect(qualityRuleSchema.safeParse(candidate).success).toBe(false);
  });
});
