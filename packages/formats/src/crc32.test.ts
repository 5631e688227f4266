import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.js";

/** The definition, bit by bit. */
function slowCrc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return ~remainder >>> 0;
}

describe("crc32", () => {
  it("has the check value of the standard", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  it("is the same at every length and wherever the bytes begin", () => {
    const all = Uint8Array.from({ length: 200 }, (_, i) => (i * 167) ^ (i >> 3));
    for (let start = 0; start < 20; start++) {
      for (let end = start; end < 90; end++) {
        const bytes = all.subarray(start, end);
        expect(crc32(bytes)).toBe(slowCrc32(bytes));
      }
    }
  });
});
