import { describe, expect, it } from "vitest";
import { bothTrue, eitherTrue, notTrue, TRUTH } from "./membership.js";

const TRUTHS = Object.values(TRUTH);
const KNOWN = [TRUTH.out, TRUTH.in];
const pairs = TRUTHS.flatMap((a) => TRUTHS.map((b) => [a, b] as const));

describe("the logic of truths", () => {
  it("is that of booleans where everything is known", () => {
    for (const a of KNOWN) {
      expect(notTrue(a)).toBe(a === TRUTH.in ? TRUTH.out : TRUTH.in);
      for (const b of KNOWN) {
        expect(bothTrue(a, b)).toBe(a === TRUTH.in && b === TRUTH.in ? TRUTH.in : TRUTH.out);
        expect(eitherTrue(a, b)).toBe(a === TRUTH.in || b === TRUTH.in ? TRUTH.in : TRUTH.out);
      }
    }
  });

  it("is Kleene's for each of the unknown ones: it tells only what holds whichever way the unknown turns out", () => {
    for (const unknown of TRUTHS.filter((truth) => truth !== TRUTH.in && truth !== TRUTH.out)) {
      for (const [a, b] of pairs.filter((pair) => pair.every((truth) => [0, 1, unknown].includes(truth)))) {
        const turns = (truth: number) => (truth === unknown ? KNOWN : [truth]);
        for (const combine of [bothTrue, eitherTrue]) {
          const ends = new Set(turns(a).flatMap((x) => turns(b).map((y) => combine(x, y))));
          expect(combine(a, b)).toBe(ends.size === 1 ? [...ends][0] : unknown);
        }
      }
    }
  });

  it("commutes, associates, repeats without effect, and follows De Morgan", () => {
    for (const [a, b] of pairs) {
      expect(notTrue(notTrue(a))).toBe(a);
      expect(notTrue(bothTrue(a, b))).toBe(eitherTrue(notTrue(a), notTrue(b)));
      expect(notTrue(eitherTrue(a, b))).toBe(bothTrue(notTrue(a), notTrue(b)));
      for (const combine of [bothTrue, eitherTrue]) {
        expect(combine(a, a)).toBe(a);
        expect(combine(a, b)).toBe(combine(b, a));
        for (const c of TRUTHS) expect(combine(combine(a, b), c)).toBe(combine(a, combine(b, c)));
      }
    }
  });

  it("never lets a row with a value missing into an answer because its place is possible", () => {
    for (const place of [TRUTH.in, TRUTH.indeterminate, TRUTH.unregistered]) {
      expect(bothTrue(TRUTH.unmeasured, place)).toBe(TRUTH.unmeasured);
      expect(notTrue(bothTrue(TRUTH.unmeasured, place))).toBe(TRUTH.unmeasured);
    }
    expect(bothTrue(TRUTH.unmeasured, TRUTH.out)).toBe(TRUTH.out);
    expect(eitherTrue(TRUTH.unmeasured, TRUTH.in)).toBe(TRUTH.in);
  });

  it("tells what says least of two unknown things", () => {
    expect(bothTrue(TRUTH.indeterminate, TRUTH.unregistered)).toBe(TRUTH.unregistered);
    expect(eitherTrue(TRUTH.indeterminate, TRUTH.unregistered)).toBe(TRUTH.unregistered);
  });
});
