import { describe, expect, it } from "vitest";
import { isExact, signedToNumbers, unsignedToNumbers } from "./int64.js";

const fail = (index: number, value: bigint): Error => new Error(`${index}: ${value}`);

describe("64-bit integers as numbers", () => {
  const exact = [
    0n,
    1n,
    -1n,
    2n ** 32n,
    -(2n ** 32n) - 1n,
    2n ** 53n,
    -(2n ** 53n),
    2n ** 53n - 1n,
    2n ** 62n,
    -(2n ** 63n),
  ];

  it("come out the same where they are exact", () => {
    expect(Array.from(signedToNumbers(BigInt64Array.from(exact), fail), BigInt)).toEqual(exact);
    const positive = [...exact.filter((value) => value >= 0n), 2n ** 63n];
    expect(Array.from(unsignedToNumbers(BigUint64Array.from(positive), fail), BigInt)).toEqual(positive);
  });

  it.each([2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 54n + 2n, -(2n ** 55n) - 3n, 2n ** 63n - 1n])(
    "fail at %s",
    (value) => {
      expect(isExact(value)).toBe(false);
      expect(() => signedToNumbers(BigInt64Array.of(7n, value), fail)).toThrow(`1: ${value}`);
    },
  );

  it("fail at the largest unsigned one", () => {
    expect(() => unsignedToNumbers(BigUint64Array.of(2n ** 64n - 1n), fail)).toThrow("0: 18446744073709551615");
  });

  it("are read from the middle of a buffer", () => {
    expect(signedToNumbers(BigInt64Array.of(1n, 2n, -3n).subarray(1), fail)).toEqual(Float64Array.of(2, -3));
  });
});
