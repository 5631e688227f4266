import { describe, expect, it } from "vitest";
import { compareReaders, openBoth } from "../../../test/hdf5-comparison.js";
import { createHdf5Encoder, type Hdf5Encoder } from "./hdf5-encoder.js";

/** The file of an encoder once the body has put its groups in. */
function fileOf(body: (encoder: Hdf5Encoder, put: (pieces: readonly Uint8Array[]) => void) => void): Uint8Array {
  const pieces: Uint8Array[] = [];
  const put = (more: readonly Uint8Array[]) => void pieces.push(...more.map((piece) => piece.slice()));
  const encoder = createHdf5Encoder(
    new Map([
      ["unit", "s"],
      ["text", "µ, and a longer text than eight bytes"],
      ["empty", ""],
    ]),
  );
  put(encoder.begin());
  body(encoder, put);
  const { tail, head } = encoder.finish();
  put(tail);
  const bytes = new Uint8Array(Buffer.concat(pieces));
  bytes.set(head, 0);
  return bytes;
}

const nameOf = (i: number) => `unit-${(i * 7919) % 100_003}`;

describe("an encoded HDF5 file", () => {
  // Leaves hold 32 members: none, one, a full leaf, one more.
  it.each([0, 1, 32, 33])("with %i groups reads the same by the HDF5 library and by ours", async (count) => {
    const bytes = fileOf((encoder, put) => {
      for (let i = 0; i < count; i++) {
        const times = Float64Array.from({ length: i % 5 }, (_, k) => i + k / 3);
        put(encoder.group(nameOf(i), new Map([["times", times]])));
      }
    });
    const { differences, disagreements, leftToLibrary, objects, attributes, arrays } = await compareReaders(bytes);
    expect({ differences, disagreements, left: [...leftToLibrary] }).toEqual({
      differences: [],
      disagreements: [],
      left: [],
    });
    expect({ attributes, arrays }).toEqual({ attributes: 3, arrays: count });
    expect(objects).toBeGreaterThanOrEqual(2 * count);
  });

  it("has a B-tree of two levels for more groups than a node of 64 leaves holds", async () => {
    const count = 64 * 32 + 1;
    const bytes = fileOf((encoder, put) => {
      for (let i = 0; i < count; i++) put(encoder.group(nameOf(i), new Map([["times", Float64Array.of(i)]])));
    });
    const names = Array.from({ length: count }, (_, i) => nameOf(i));
    for (const file of Object.values(openBoth(bytes))) {
      expect((await file.list("/")).map(({ name }) => name)).toEqual([...names].sort());
      for (const i of [0, 1, 700, 1023, 1024, 1500, 2047, 2048]) {
        expect((await file.read(`/${nameOf(i)}/times`)).values, `${i}`).toEqual(Float64Array.of(i));
      }
      expect(await file.find("/unit-")).toBeUndefined();
      await file.close();
    }
  });

  it("holds the values that went in", async () => {
    const bytes = fileOf((encoder, put) => {
      const times = Float64Array.of(0.1, -0, Number.NaN, Number.MAX_VALUE, Number.MIN_VALUE);
      put(
        encoder.group(
          "a",
          new Map<string, Float64Array | Float32Array>([
            ["times", times],
            ["volts", Float32Array.of(1.5, -2e-5)],
          ]),
        ),
      );
      put(encoder.group("µ 😀", new Map([["times", new Float64Array(0)]])));
    });
    for (const file of Object.values(openBoth(bytes))) {
      const times = await file.read("/a/times");
      expect([...(times.values as Float64Array)]).toEqual([0.1, -0, Number.NaN, Number.MAX_VALUE, Number.MIN_VALUE]);
      const volts = await file.read("/a/volts");
      expect({ shape: volts.shape, type: volts.type, values: volts.values }).toMatchObject({
        ...{ shape: [2], type: { kind: "float", size: 4, littleEndian: true } },
        values: Float32Array.of(1.5, -2e-5),
      });
      expect((await file.read("/µ 😀/times")).shape).toEqual([0]);
      expect((await file.attributes("/")).get("text")?.values).toEqual(["µ, and a longer text than eight bytes"]);
      await file.close();
    }
  });

  it("aligns every object to eight bytes", () => {
    let length = 0;
    fileOf((encoder, put) => {
      for (const name of ["a", "bc", "def", "a long name of a group"]) {
        const pieces = encoder.group(name, new Map([["x", Float32Array.of(1)]]));
        length += pieces.reduce((sum, piece) => sum + piece.length, 0);
        expect(length % 8).toBe(0);
        put(pieces);
      }
    });
  });

  it("refuses names that HDF5 cannot have, or has already", () => {
    const encoder = createHdf5Encoder();
    encoder.begin();
    const none = new Map<string, Float64Array>();
    encoder.group("a", none);
    for (const name of ["a", "", ".", "a/b", "a\0", "x".repeat(256)]) {
      expect(() => encoder.group(name, none), JSON.stringify(name)).toThrow(expect.objectContaining({ code: "query" }));
    }
    expect(() => encoder.group("b", new Map([["c/d", Float64Array.of(1)]]))).toThrow(/no name/);
  });
});
