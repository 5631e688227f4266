import { describe, expect, it } from "vitest";
import numbers from "../../../test/fixtures/analysis/numbers.json" with { type: "json" };
import { random } from "../test-support/random.js";
import { Fft } from "./fft.js";

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))));

describe("Fft", () => {
  it.each(numbers.transforms)("is numpy's for length $re.length", ({ re, im, outRe, outIm }) => {
    const found = { re: Float64Array.from(re), im: Float64Array.from(im) };
    new Fft(re.length).transform(found.re, found.im);
    expect(distance(found.re, outRe)).toBeLessThan(1e-12);
    expect(distance(found.im, outIm)).toBeLessThan(1e-12);
  });

  it("is its definition for lengths drawn at random", () => {
    const next = random(7);
    for (let trial = 0; trial < 30; trial++) {
      const length = 1 + Math.floor(next() * 90);
      const input = { re: Float64Array.from({ length }, next), im: Float64Array.from({ length }, next) };
      const found = { re: input.re.slice(), im: input.im.slice() };
      new Fft(length).transform(found.re, found.im);
      for (let k = 0; k < length; k++) {
        let [re, im] = [0, 0];
        for (let n = 0; n < length; n++) {
          const angle = (-2 * Math.PI * ((k * n) % length)) / length;
          re += (input.re[n] ?? 0) * Math.cos(angle) - (input.im[n] ?? 0) * Math.sin(angle);
          im += (input.re[n] ?? 0) * Math.sin(angle) + (input.im[n] ?? 0) * Math.cos(angle);
        }
        expect(Math.hypot((found.re[k] ?? Number.NaN) - re, (found.im[k] ?? Number.NaN) - im)).toBeLessThan(1e-11);
      }
    }
  });

  it("refuses a length that is none", () => {
    expect(() => new Fft(0)).toThrow(RangeError);
    expect(() => new Fft(2.5)).toThrow(RangeError);
  });
});
