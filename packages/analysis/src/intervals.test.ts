import { type InvalidInterval, QueryError, ref } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import {
  checkInterval,
  concerning,
  durationOf,
  isCovered,
  isInside,
  touchesAny,
  unionOf,
  widened,
} from "./intervals.js";

const span = (start: number, stop: number) => ({ start, stop });

describe("intervals", () => {
  it("join where they overlap or touch, and drop what lasts no time", () => {
    const union = unionOf([span(5, 6), span(0, 2), span(1, 3), span(3, 4), span(8, 8), span(9, 7)]);
    expect(union).toEqual([span(0, 4), span(5, 6)]);
    expect(durationOf(union)).toBe(5);
  });

  it("are half-open", () => {
    expect(isInside(1, [span(1, 2)])).toBe(true);
    expect(isInside(2, [span(1, 2)])).toBe(false);
    expect(touchesAny(2, 3, [span(1, 2)])).toBe(false);
    expect(touchesAny(0, 1, [span(1, 2)])).toBe(true);
    expect(touchesAny(0, 5, [span(1, 2)])).toBe(true);
  });

  it("cover another only as a whole", () => {
    expect(isCovered(span(0, 4), [span(0, 2), span(2, 5)])).toBe(true);
    expect(isCovered(span(0, 4), [span(0, 2), span(2.1, 5)])).toBe(false);
  });

  it("widen at both ends", () => {
    expect(widened([span(1, 2)], 0.5)).toEqual([span(0.5, 2.5)]);
  });

  it("concern a probe when they name it, or name none", () => {
    const [a, b] = [ref("x", "probe", "a"), ref("x", "probe", "b")];
    const invalid = (probe: typeof a | null): InvalidInterval => ({ ...span(0, 1), kind: "gap", probe, tags: [] });
    expect(concerning([invalid(a), invalid(null), invalid(b)], b)).toEqual([invalid(null), invalid(b)]);
  });

  it("given by a user must run forward", () => {
    expect(() => checkInterval(span(2, 1), "interval")).toThrow(QueryError);
    expect(() => checkInterval(span(0, Number.NaN), "interval")).toThrow(QueryError);
    expect(() => checkInterval(span(0, 1), "interval")).not.toThrow();
  });
});
