import { describe, expect, it } from "vitest";
import { Damage } from "./damage.js";
import { fletcher32, withoutChecksum } from "./fletcher32.js";
import { lookup3, requireChecksum } from "./lookup3.js";
import { unshuffle } from "./unshuffle.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Source: driver5 in Bob Jenkins' lookup3.c, `hashlittle` with an initial value of 0 */
it("lookup3 gives its author's values", () => {
  expect(lookup3(new Uint8Array(0))).toBe(0xdeadbeef);
  expect(lookup3(bytesOf("Four score and seven years ago"))).toBe(0x17770551);
});

it("a wrong checksum is damage", () => {
  const bytes = new Uint8Array([1, 2, 3, 0, 0, 0, 0]);
  new DataView(bytes.buffer).setUint32(3, lookup3(bytes.subarray(0, 3)), true);
  expect(() => requireChecksum(bytes, "it")).not.toThrow();
  bytes[1] = 3;
  expect(() => requireChecksum(bytes, "it")).toThrow(Damage);
  expect(() => requireChecksum(bytes.subarray(0, 3), "it")).toThrow("the checksum of it is wrong");
});

describe("fletcher32", () => {
  /** By its definition: sums of big-endian words modulo 65535, that of the sums above that of the words; 0 stays 0. */
  function byDefinition(bytes: Uint8Array): number {
    let [low, high] = [0n, 0n];
    for (let i = 0; i < bytes.length; i += 2) {
      low += BigInt(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
      high += low;
    }
    const fold = (sum: bigint) => (sum === 0n ? 0 : Number(((sum - 1n) % 65535n) + 1n));
    return fold(high) * 65536 + fold(low);
  }

  it.each([0, 1, 2, 7, 720, 721, 722, 5000])("of %i bytes", (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + (i >> 3)) & 0xff);
    expect(fletcher32(bytes)).toBe(byDefinition(bytes));
  });

  it("ends a chunk, in either order of bytes, and nothing else does", () => {
    const bytes = Uint8Array.of(10, 20, 30, 0, 0, 0, 0);
    const view = new DataView(bytes.buffer);
    const sum = fletcher32(bytes.subarray(0, 3));
    view.setUint32(3, sum, true);
    expect(withoutChecksum(bytes)).toEqual(Uint8Array.of(10, 20, 30));
    bytes.set([bytes[4] ?? 0, bytes[3] ?? 0, bytes[6] ?? 0, bytes[5] ?? 0], 3);
    expect(withoutChecksum(bytes)).toEqual(Uint8Array.of(10, 20, 30));
    bytes[0] = 11;
    expect(() => withoutChecksum(bytes)).toThrow(Damage);
    expect(() => withoutChecksum(bytes.subarray(0, 3))).toThrow(Damage);
  });
});

it.each([1, 2, 3, 4, 8, 16])("unshuffle puts elements of %i bytes together", (itemBytes) => {
  const count = 5;
  const plain = Uint8Array.from({ length: count * itemBytes + itemBytes - 1 }, (_, i) => i + 1);
  const shuffled = plain.slice();
  for (let i = 0; i < count; i++) {
    for (let part = 0; part < itemBytes; part++) shuffled[part * count + i] = plain[i * itemBytes + part] ?? 0;
  }
  const target = new Uint8Array(plain.length);
  unshuffle(shuffled, itemBytes, target);
  expect(target).toEqual(plain);
});
