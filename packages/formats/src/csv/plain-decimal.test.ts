import { expect, it } from "vitest";
import { plainDecimal } from "./plain-decimal.js";

it("reads plain decimals as Number does, to the last bit", () => {
  let state = 3;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 20_000; i++) {
    const digits = Array.from({ length: 1 + Math.floor(random() * 15) }, () => Math.floor(random() * 10)).join("");
    const point = Math.floor(random() * (digits.length + 1));
    const text = `${random() < 0.3 ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point)}`;
    expect(plainDecimal(`x${text},`, 1, 1 + text.length), text).toBe(Number(text));
  }
  expect(plainDecimal("-0", 0, 2)).toBe(-0);
});

it.each(["", "-", ".", "1.2.3", "1e5", " 1", "+1", "nan", "1234567890123456", "0.1234567890123456", "--1", "1-"])(
  "leaves %j to others",
  (text) => {
    expect(plainDecimal(text, 0, text.length)).toBeNaN();
  },
);
