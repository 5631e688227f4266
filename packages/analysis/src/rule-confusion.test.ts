import { describe, expect, it } from "vitest";
import { confusionOf } from "./rule-confusion.js";

describe("confusionOf", () => {
  it("puts every unit in one place", () => {
    const verdicts = [true, false, null];
    const pairs = verdicts.flatMap((first) => verdicts.map((second) => [first, second] as const));
    const found = confusionOf(
      pairs.map(([first]) => first),
      pairs.map(([, second]) => second),
    );
    expect(found).toEqual({ units: 9, both: 1, onlyFirst: 1, onlySecond: 1, neither: 1, unknown: 5 });
  });
});
