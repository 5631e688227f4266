import { isDataError } from "@crossprobe/core";
import { recordingStore } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";
import {
  damage,
  decodeExpected,
  expectedFormats,
  formatFixture,
  formatStore,
  seededRandom,
  storeOf,
} from "../../../test/helpers/format-fixtures.js";
import { encodeNpy, encodeNpyHeader, parseNpy, readNpy, readNpyHeader, readNpyRows } from "./npy.js";

const EXPECTED = expectedFormats().npy;
const ARRAYS: Readonly<Record<string, string>> = {
  f8: "Float64Array",
  f4: "Float32Array",
  f2: "Float32Array",
  i8: "Float64Array",
  u8: "Float64Array",
  i4: "Int32Array",
  u4: "Uint32Array",
  i2: "Int16Array",
  u2: "Uint16Array",
  i1: "Int8Array",
  u1: "Uint8Array",
  b1: "Uint8Array",
};

/** Writes a header by hand, so that it can say what NumPy would not. */
function npyOf(header: string, data: Uint8Array = new Uint8Array(0), version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...length, ...text, ...data]);
}

function failureOf(bytes: Uint8Array) {
  try {
    parseNpy(bytes, "memory://x/a.npy");
  } catch (error) {
    if (isDataError(error, "format")) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("parseNpy", () => {
  it.each(Object.keys(EXPECTED))("reads %s as numpy wrote it", (name) => {
    const expected = EXPECTED[name];
    const array = parseNpy(formatFixture(`${name}.npy`), name);
    expect(array.dtype).toBe(expected?.dtype);
    expect(array.shape).toEqual(expected?.shape);
    expect(array.data.constructor.name).toBe(ARRAYS[array.dtype.slice(1)] ?? "Array");
    const values = (decodeExpected(expected?.values) as unknown[]).map((value) => {
      return typeof value === "boolean" || typeof value === "bigint" ? Number(value) : value;
    });
    // toEqual tells -0 from 0 and takes NaN for NaN.
    expect(Array.from<unknown>(array.data)).toEqual(array.dtype.endsWith("f4") ? values.map(roundToFloat32) : values);
  });

  it.each([
    ["refused-object", /Python objects/],
    ["refused-structured", /records \(a structured dtype\), which are unsupported/],
    ["refused-complex", /complex numbers/],
    ["refused-datetime", /datetime64/],
    ["refused-inexact-i8", /9007199254740993 \(byte 136\)/],
    ["refused-inexact-u8", /18446744073709551615 \(byte 136\)/],
  ])("refuses %s", (name, message) => {
    const error = failureOf(formatFixture(`${name}.npy`));
    expect(error.message).toMatch(message);
    expect(error.message).toContain("memory://x/a.npy");
    expect(error.at).toEqual(expect.any(Number));
  });

  it("accepts what older writers wrote", () => {
    const one = new Uint8Array([7]);
    const fields = "'descr': '|u1', 'fortran_order': False, 'shape': ";
    for (const header of [`{${fields}(1L,), }\n`, `{${fields}(1,)}`, ` {${fields.replaceAll("'", '"')}[1]} \n`]) {
      expect(parseNpy(npyOf(header, one), "x").data).toEqual(one);
    }
    expect(parseNpy(npyOf("{'descr': 'u1', 'fortran_order': True, 'shape': (1,)}", one), "x").data).toEqual(one);
  });

  const good = "'fortran_order': False, 'shape': (2,), ";
  it.each([
    ["a shape larger than the file", "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", /says/],
    ["a shape smaller than the file", "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", /says/],
    ["a shape beyond any file", "{'descr': '<f8', 'fortran_order': False, 'shape': (9007199254740991, 9)}", /claims/],
    [
      "any number of elements without bytes",
      "{'descr': '|S0', 'fortran_order': False, 'shape': (999999999,)}",
      /claims/,
    ],
    ["a negative axis", "{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}", /axis of length -2/],
    ["an axis that is no number", "{'descr': '|u1', 'fortran_order': False, 'shape': ('2',)}", /axis of length 2/],
    ["no shape", "{'descr': '|u1', 'fortran_order': False}", /no shape/],
    ["no order", "{'descr': '|u1', 'shape': (2,)}", /no fortran_order/],
    ["no type", `{${good}}`, /no descr/],
    ["a type that is none", `{'descr': '<f3', ${good}}`, /"<f3"/],
    ["a type with more behind it", `{'descr': '<f8, <f8', ${good}}`, /unsupported/],
    ["a list in place of the dictionary", "['descr']", /no dictionary/],
    ["code", "{'descr': __import__('os').getcwd()}", /does not parse/],
    ["an open string", "{'descr': '|u1", /does not parse/],
    ["too deep a nesting", `${"[".repeat(1000)}`, /nested too deeply/],
    ["more behind it", `{'descr': '|u1', ${good}} x`, /more after it/],
  ])("refuses a header with %s", (_what, header, message) => {
    const error = failureOf(npyOf(header, new Uint8Array(2)));
    expect(error.message).toMatch(message);
    expect(error.format).toBe("npy");
  });

  it("says where a cut file ends and where it should", () => {
    const error = failureOf(formatFixture("matrix.npy").slice(0, 200));
    expect(error.message).toMatch(/200 bytes long, but its header \(<f8, shape \(3, 4\)\) says 224/);
    expect(error.at).toBe(200);
    expect(error.hint).toContain("fetch it again");
  });

  it("refuses other versions, other files, and empty ones", () => {
    expect(failureOf(npyOf("{}", undefined, 4)).message).toContain("version 4.0");
    expect(failureOf(new TextEncoder().encode("PK\u0003\u0004 no numpy here")).at).toBe(0);
    expect(failureOf(new Uint8Array(0)).message).toContain("ends within its first bytes");
    const long = npyOf("{}", undefined, 2);
    long[11] = 0x7f;
    expect(failureOf(long).message).toMatch(/claims 2130706434 bytes/);
  });

  it("refuses truth values that are none", () => {
    const header = "{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}";
    expect(failureOf(npyOf(header, new Uint8Array([1, 2]))).message).toContain("neither 0 nor 1");
  });

  it("reads damaged files rightly or fails with a typed error", () => {
    const random = seededRandom(1);
    for (const name of [...Object.keys(EXPECTED), "refused-object", "refused-structured"]) {
      for (let i = 0; i < 60; i++) {
        const bytes = damage(formatFixture(`${name}.npy`), random);
        try {
          const array = parseNpy(bytes, name);
          expect(array.data.length).toBe(array.shape.reduce((product, length) => product * length, 1));
        } catch (error) {
          expect(isDataError(error, "format"), String(error)).toBe(true);
        }
      }
    }
  });
});

describe("readNpyRows", () => {
  it("reads the bytes of the rows and the header, no more", async () => {
    const data = Float64Array.from({ length: 30_000 }, (_, i) => i / 2);
    const store = recordingStore(storeOf({ a: encodeNpy(data, [10_000, 3]) }));
    const rows = await readNpyRows(store, "a", [5000, 5002]);
    expect(rows).toEqual({ dtype: "<f8", shape: [2, 3], data: data.slice(15_000, 15_006) });
    expect(store.bytes).toBe(1024 + 48);
    expect(await readNpyRows(store, "a", [10_000, 10_000])).toMatchObject({ shape: [0, 3] });
  });

  it.each(["matrix", "fortran-matrix", "fortran-cube", "fortran-unicode", "i8-big", "bool", "fortran-big"])(
    "gives of %s the rows that the whole has",
    async (name) => {
      const whole = await readNpy(formatStore, `${name}.npy`);
      const [rowCount = 0, ...rowShape] = whole?.shape ?? [];
      const size = rowShape.reduce((product, length) => product * length, 1);
      for (const [start, stop] of [
        [0, 1],
        [1, rowCount],
        [0, rowCount],
        [1, 1],
      ] as const) {
        const rows = await readNpyRows(formatStore, `${name}.npy`, [start, stop]);
        expect(rows?.shape).toEqual([stop - start, ...rowShape]);
        expect(rows?.data).toEqual(whole?.data.slice(start * size, stop * size));
      }
    },
  );

  it("refuses rows that are not there, and rows of a single value", async () => {
    for (const rows of [
      [2, 1],
      [0, 4],
      [-1, 1],
      [0.5, 1],
    ] as const) {
      await expect(readNpyRows(formatStore, "matrix.npy", rows)).rejects.toMatchObject({ code: "query" });
    }
    await expect(readNpyRows(formatStore, "scalar.npy", [0, 1])).rejects.toMatchObject({ code: "query" });
  });

  it("notices that the rows are not in the file", async () => {
    const store = storeOf({ a: encodeNpy(new Float64Array(1000), [1000]).slice(0, 4000) });
    await expect(readNpyRows(store, "a", [0, 1000])).rejects.toMatchObject({ code: "format", at: 4000 });
  });
});

describe("reading from a store", () => {
  it("gives undefined for a missing key", async () => {
    expect(await readNpy(formatStore, "missing.npy")).toBeUndefined();
    expect(await readNpyHeader(formatStore, "missing.npy")).toBeUndefined();
    expect(await readNpyRows(formatStore, "missing.npy", [0, 1])).toBeUndefined();
  });

  it("reads a header longer than the first read", async () => {
    const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}${" ".repeat(3000)}`;
    const found = await readNpyHeader(storeOf({ a: npyOf(header, new Uint8Array(2)) }), "a");
    expect(found).toMatchObject({ dtype: "|u1", shape: [2], count: 2, itemSize: 1, version: [1, 0] });
  });

  it("hands the signal to every read and rejects with its reason", async () => {
    const store = recordingStore(formatStore);
    const { signal } = new AbortController();
    await readNpyRows(store, "matrix.npy", [0, 1], { signal });
    expect(store.calls.map((call) => call.signal)).toEqual([signal, signal]);
    const reason = { why: "gone" };
    await expect(readNpy(store, "matrix.npy", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("encodeNpy", () => {
  it.each(["f8-little", "f4-little", "i4-little", "u2-little", "i1-little", "matrix", "unicode-little", "scalar"])(
    "writes %s as numpy does",
    (name) => {
      const numpy = formatFixture(`${name}.npy`);
      const { data, shape, dtype } = parseNpy(numpy, name);
      const ours = encodeNpy(data, shape, dtype);
      const elements = (bytes: Uint8Array) => bytes.slice(10 + (bytes[8] ?? 0) + 256 * (bytes[9] ?? 0));
      expect(elements(ours)).toEqual(elements(numpy));
      expect((ours.length - elements(ours).length) % 64).toBe(0);
      expect(parseNpy(ours, name)).toEqual({ data, shape, dtype });
      expect(Buffer.concat([encodeNpyHeader(shape, dtype), elements(numpy)])).toEqual(Buffer.from(ours));
    },
  );

  it("writes integers and truth values when asked to", () => {
    expect(parseNpy(encodeNpy(Float64Array.of(-1, 2 ** 53), [2], "<i8"), "x").data).toEqual(
      Float64Array.of(-1, 2 ** 53),
    );
    expect(parseNpy(encodeNpy(Float64Array.of(2 ** 63), [1], "<u8"), "x").data).toEqual(Float64Array.of(2 ** 63));
    expect(parseNpy(encodeNpy(Uint8Array.of(0, 1), [2], "|b1"), "x").dtype).toBe("|b1");
    expect(parseNpy(encodeNpy(["a", "brain 🧠"], [2]), "x")).toMatchObject({ dtype: "<U7", data: ["a", "brain 🧠"] });
  });

  it("writes a part of a larger buffer", () => {
    const data = new Float64Array([1, 2, 3, 4]).subarray(1, 3);
    expect(parseNpy(encodeNpy(data, [2]), "x").data).toEqual(Float64Array.of(2, 3));
  });

  it("refuses what does not fit", () => {
    for (const write of [
      () => encodeNpy(new Float64Array(3), [2]),
      () => encodeNpy(Float64Array.of(0.5), [1], "<i8"),
      () => encodeNpy(Float64Array.of(-1), [1], "<u8"),
      () => encodeNpy(Float64Array.of(2 ** 63), [1], "<i8"),
      () => encodeNpy(Uint8Array.of(2), [1], "|b1"),
      () => encodeNpy(Float64Array.of(1), [1], "<f4"),
      () => encodeNpy(["abc"], [1], "<U2"),
      () => encodeNpy(["abc"], [1], "|S3"),
    ]) {
      expect(write).toThrow(expect.objectContaining({ code: "query" }));
    }
  });
});

function roundToFloat32(value: unknown): unknown {
  return typeof value === "number" ? Math.fround(value) : value;
}
