import { describe, expect, it } from "vitest";
import { unshuffle } from "./unshuffle.js";

function unshuffled(bytes: readonly number[], itemBytes: number): number[] {
  const target = new Uint8Array(bytes.length);
  unshuffle(Uint8Array.from(bytes), itemBytes, target);
  return [...target];
}

describe("unshuffle", () => {
  it.each([2, 3, 4, 6, 8])(
    "puts elements of %d bytes back together and leaves the bytes behind the last one",
    (size) => {
      // Element e has the bytes 10 e, 10 e + 1, …; shuffled, the first bytes of all come first.
      const elements = [1, 2, 3, 4, 5].map((e) => Array.from({ length: size }, (_, part) => 10 * e + part));
      const shuffled = Array.from({ length: size }, (_, part) => elements.map((element) => element[part] ?? 0)).flat();
      expect(unshuffled([...shuffled, 200], size)).toEqual([...elements.flat(), 200]);
    },
  );

  it("leaves bytes alone at once where an element is said to be larger than all of them", () => {
    const started = performance.now();
    expect(unshuffled([3, 2, 1], 2 ** 32 - 1)).toEqual([3, 2, 1]);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
