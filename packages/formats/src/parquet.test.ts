import { isDataError, type Table, table } from "@crossprobe/core";
import { recordingStore } from "@crossprobe/core/conformance";
import { parquetMetadata } from "hyparquet";
import { describe, expect, it } from "vitest";
import {
  damage,
  decodeExpected,
  type ExpectedTable,
  expectedFormats,
  formatFixture,
  formatStore,
  seededRandom,
  storeOf,
} from "../../../test/helpers/format-fixtures.js";
import {
  createParquetEncoder,
  encodeParquet,
  type ParquetColumnType,
  readParquet,
  readParquetSchema,
} from "./parquet.js";

const EXPECTED = expectedFormats().parquet;
const MANY = EXPECTED["many-snappy"];

async function read(key: string, options = {}): Promise<Table> {
  const found = await readParquet(formatStore, key, options);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
}

/** Columns as plain arrays; bigints stay what they are. */
function plain(found: Table): Record<string, unknown[]> {
  return Object.fromEntries(
    [...found.columns].map(([name, column]) => [name, Array.from(column as Iterable<unknown>)]),
  );
}

/** What pyarrow read, with the differences that the docstring states: a null float is NaN, an inexact column is bigint. */
function asRead({ columns, types }: ExpectedTable): Record<string, unknown[]> {
  const convert = (name: string, values: unknown[]): unknown[] => {
    const decoded = decodeExpected(values) as unknown[];
    if (/^(float|double|halffloat|decimal128\(20, 1\))$/.test(types[name] ?? "")) {
      return decoded.map((value) => value ?? Number.NaN);
    }
    if (!name.includes("inexact")) return decoded;
    return decoded.map((value) => (typeof value === "number" ? BigInt(value) : value));
  };
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, convert(name, values)]));
}

describe("readParquet", () => {
  it.each(Object.keys(EXPECTED))("reads %s as pyarrow does", async (name) => {
    const expected = EXPECTED[name] as ExpectedTable;
    const found = await read(`${name}.parquet`);
    expect(found.rowCount).toBe(expected.rowCount);
    expect(plain(found)).toEqual(asRead(expected));
    expect([...found.columns.keys()]).toEqual(Object.keys(expected.types));
  });

  it.each(["gzip", "zstd", "brotli", "lz4", "v1-dictionary", "delta"])(
    "reads the same table as %s",
    async (variant) => {
      const found = plain(await read(`many-${variant}.parquet`));
      const expected = asRead(MANY as ExpectedTable);
      expect(Object.keys(found).length).toBeGreaterThan(1);
      for (const [name, values] of Object.entries(found)) expect(values, name).toEqual(expected[name]);
    },
  );

  it("gives each type its array", async () => {
    const found = await read("types.parquet");
    const kinds = Object.fromEntries([...found.columns].map(([name, column]) => [name, column.constructor.name]));
    expect(kinds).toMatchObject({
      int8_full: "Int8Array",
      int16_full: "Int16Array",
      int32_full: "Int32Array",
      uint8_full: "Uint8Array",
      uint16_full: "Uint16Array",
      uint32_full: "Uint32Array",
      int64_full: "Float64Array",
      uint64_full: "Float64Array",
      int64_inexact: "BigInt64Array",
      int64_inexact_null: "Array",
      uint64_inexact: "Array",
      int32: "Array",
      half: "Float32Array",
      float: "Float32Array",
      double: "Float64Array",
      decimal: "Float64Array",
      bool_full: "Array",
      date: "Array",
    });
  });

  it("gives 64-bit integers as bigint when asked to", async () => {
    const found = await read("types.parquet", { columns: ["int64_full", "int32_full"], bigints: ["int64_full"] });
    expect(found.columns.get("int64_full")).toEqual(BigInt64Array.of(0n, 1n, 2n ** 53n));
    expect(found.columns.get("int32_full")).toBeInstanceOf(Int32Array);
  });

  it("reads the columns asked for, in the order of the file, and no other bytes", async () => {
    const columns = Array.from({ length: 30 }, (_, i): [string, Float64Array] => {
      return [`c${i}`, Float64Array.from({ length: 20_000 }, (_value, row) => Math.sin(row * (i + 1)))];
    });
    const bytes = encodeParquet(table(columns));
    const store = recordingStore(storeOf({ a: bytes }));
    const found = await readParquet(store, "a", { columns: ["c9", "c2"] });
    expect([...(found?.columns.keys() ?? [])]).toEqual(["c2", "c9"]);
    expect(found?.columns.get("c9")).toEqual(columns[9]?.[1]);
    // The end of the file, and two columns of 160 kB.
    expect(store.bytes).toBeLessThan(512 * 1024 + 2 * 170_000);
    expect(store.bytes).toBeLessThan(bytes.length / 4);
  });

  it("reads a small file once", async () => {
    const store = recordingStore(formatStore);
    await readParquet(store, "types.parquet");
    expect(store.calls.filter((call) => call.operation === "read")).toHaveLength(1);
    expect(store.bytes).toBe(formatFixture("types.parquet").length);
  });

  it("says which columns are missing, and which are there", async () => {
    const [result] = await Promise.allSettled([read("no-rows.parquet", { columns: ["text", "depth", "label"] })]);
    const error = result.status === "rejected" ? result.reason : undefined;
    expect(isDataError(error, "schema")).toBe(true);
    expect(error.message).toMatch(/no-rows\.parquet lacks the columns depth, label \(it has int32, text, int64\)/);
  });

  it("gives undefined for a missing key", async () => {
    expect(await readParquet(formatStore, "missing.parquet")).toBeUndefined();
    expect(await readParquetSchema(formatStore, "missing.parquet")).toBeUndefined();
  });

  it("hands the signal to every read and rejects with its reason", async () => {
    const store = recordingStore(formatStore);
    const { signal } = new AbortController();
    await readParquet(store, "many-snappy.parquet", {}, { signal });
    expect(new Set(store.calls.map((call) => call.signal))).toEqual(new Set([signal]));
    const reason = { why: "gone" };
    await expect(readParquet(store, "types.parquet", {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const late = storeOf((key) => {
      controller.abort(reason);
      return formatFixture(key);
    });
    await expect(readParquet(late, "types.parquet", {}, { signal: controller.signal })).rejects.toBe(reason);
  });
});

describe("readParquetSchema", () => {
  it("gives names, types, number of rows and metadata from the footer", async () => {
    const found = await readParquetSchema(formatStore, "one-sessions.parquet");
    expect(found?.rowCount).toBe(2);
    expect(found?.columns).toEqual([
      { name: "lab", type: "string" },
      { name: "number", type: "uint16" },
      { name: "date", type: "date" },
      { name: "id", type: "string" },
    ]);
    expect(found?.metadata.get("one_metadata")).toBe(EXPECTED["one-sessions"]?.metadata?.one_metadata);
    expect(found?.metadata.get("pandas")).toBe(EXPECTED["one-sessions"]?.metadata?.pandas);
  });

  it("names every type", async () => {
    const found = await readParquetSchema(formatStore, "types.parquet");
    const types = Object.fromEntries((found?.columns ?? []).map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      int8: "int8",
      uint64: "uint64",
      half: "float16",
      float: "float",
      double: "double",
      bool: "bool",
      category: "string",
      bytes: "binary",
      date: "date",
      stamp_ns: "timestamp[ns]",
      stamp_utc: "timestamp[us, UTC]",
      time_us: "time[us]",
      decimal: "decimal(20, 1)",
      nothing: "null",
      list: "list",
      record: "struct",
    });
  });
});

describe("broken files", () => {
  const failureOf = async (bytes: Uint8Array) => {
    const [result] = await Promise.allSettled([readParquet(storeOf({ a: bytes }), "a")]);
    if (result.status === "rejected" && isDataError(result.reason, "format")) return result.reason;
    throw new Error(`expected a FormatError, got ${JSON.stringify(result)}`);
  };

  it("are refused with their address", async () => {
    const good = formatFixture("many-snappy.parquet");
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(100),
      good.slice(0, -1),
      good.slice(0, 100),
      good.slice(10),
    ]) {
      const error = await failureOf(bytes);
      expect(error.url).toBe("memory://test/a");
      expect(error.message).toContain("memory://test/a");
    }
  });

  it("are read, or refused with a typed error, and never run on", async () => {
    const random = seededRandom(5);
    const names = ["types", "types-plain", "many-snappy", "many-zstd", "many-delta", "one-sessions", "no-rows"];
    for (const name of names) {
      for (let i = 0; i < 60; i++) {
        const store = storeOf({ a: damage(formatFixture(`${name}.parquet`), random) });
        const started = performance.now();
        try {
          const found = await readParquet(store, "a");
          for (const column of found?.columns.values() ?? []) expect(column.length).toBe(found?.rowCount);
        } catch (error) {
          expect(isDataError(error), String(error)).toBe(true);
        }
        expect(performance.now() - started).toBeLessThan(5000);
      }
    }
  });
});

describe("encodeParquet", () => {
  const columns = table([
    ["f8", Float64Array.of(0.1, Number.NaN, -0)],
    ["f4", Float32Array.of(0.5, Number.NaN, 1e30)],
    ["i1", Int8Array.of(-128, 0, 127)],
    ["u1", Uint8Array.of(0, 1, 255)],
    ["i2", Int16Array.of(-32768, 0, 1)],
    ["u2", Uint16Array.of(0, 1, 65535)],
    ["i4", Int32Array.of(-(2 ** 31), 0, 1)],
    ["u4", Uint32Array.of(0, 2 ** 31, 2 ** 32 - 1)],
    ["i8", BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 62n + 1n)],
    ["text", ["a", null, "größe 🧠"]],
    ["flag", [true, null, false]],
    ["none", [null, null, null]],
  ]);

  it("writes what reads back, with its types and metadata", async () => {
    const store = storeOf({ a: encodeParquet(columns, new Map([["made by", "a test"]])) });
    expect(await readParquet(store, "a")).toEqual(columns);
    expect((await readParquetSchema(store, "a"))?.metadata.get("made by")).toBe("a test");
  });

  it("writes plain arrays by what is in them", async () => {
    const store = storeOf({
      a: encodeParquet(
        table([
          ["number", [1, null, 2.5]],
          ["bigint", [1n, null, -5n]],
          ["date", [new Date(0), null, new Date(1647253230123)]],
          ["other", [{ x: 1 }, undefined, [1, 2n]]],
        ]),
      ),
    });
    const found = await readParquet(store, "a");
    expect(found?.columns.get("number")).toEqual(Float64Array.of(1, Number.NaN, 2.5));
    expect(found?.columns.get("bigint")).toEqual([1, null, -5]);
    expect(found?.columns.get("date")).toEqual(["1970-01-01T00:00:00.000Z", null, "2022-03-14T10:20:30.123Z"]);
    expect(found?.columns.get("other")).toEqual(['{"x":1}', null, '[1,"2"]']);
  });

  it("writes integer types in the notation that pyarrow reads from this writer", () => {
    const { schema } = parquetMetadata(encodeParquet(columns));
    const integers = schema.filter(({ name }) => /^[iu][124]$/.test(name));
    expect(integers).toHaveLength(6);
    expect(integers.filter(({ logical_type: logical }) => logical !== undefined)).toEqual([]);
    expect(integers.map(({ converted_type: type }) => type)).toEqual([
      "INT_8",
      "UINT_8",
      "INT_16",
      "UINT_16",
      undefined,
      "UINT_32",
    ]);
  });

  it("writes tables without rows and tables of several row groups", async () => {
    const rows = 250_001;
    const long = table([
      ["x", Float64Array.from({ length: rows }, (_, i) => i / 3)],
      ["region", Array.from({ length: rows }, (_, i) => (i % 5 ? `r${i % 7}` : null))],
    ]);
    expect(await readParquet(storeOf({ a: encodeParquet(long) }), "a")).toEqual(long);
    const empty = table([
      ["x", new Float64Array(0)],
      ["region", []],
    ]);
    expect(await readParquet(storeOf({ a: encodeParquet(empty) }), "a")).toEqual(empty);
  });

  it("stores a column as its type says, whatever is in it", async () => {
    const types = new Map([
      ["number", "double"],
      ["small", "float"],
      ["row", "int32"],
      ["flag", "boolean"],
      ["text", "string"],
    ] as const);
    const tableOf = (...values: readonly (readonly unknown[])[]) =>
      encodeParquet(table([...types.keys()].map((name, i) => [name, values[i] ?? []])), undefined, types);
    const files = [
      tableOf([1, 2], [0.5, 1], [1, -(2 ** 31)], [true, false], ["a", "b"]),
      tableOf([1, null], [null, 1], [1, null], [null, false], ["a", null]),
      tableOf([null], [null], [null], [null], [null]),
      tableOf(),
      encodeParquet(
        table([
          ["number", Float64Array.of(1, 2)],
          ["small", Float32Array.of(0.5, 1)],
          ["row", Int16Array.of(1, -5)],
          ["flag", [true, true]],
          ["text", ["a", "b"]],
        ]),
        undefined,
        types,
      ),
    ];
    for (const bytes of files) {
      const { schema } = parquetMetadata(bytes);
      expect(schema.slice(1).map((element) => [element.type, element.repetition_type])).toEqual(
        ["DOUBLE", "FLOAT", "INT32", "BOOLEAN", "BYTE_ARRAY"].map((type) => [type, "OPTIONAL"]),
      );
      const found = await readParquetSchema(storeOf({ a: bytes }), "a");
      expect(found?.columns.map(({ type }) => type)).toEqual(["double", "float", "int32", "bool", "string"]);
    }
    const [full, gaps] = await Promise.all(files.map((bytes) => readParquet(storeOf({ a: bytes }), "a")));
    expect(plain(full ?? table([]))).toEqual({
      ...{ number: [1, 2], small: [0.5, 1], row: [1, -(2 ** 31)], flag: [true, false], text: ["a", "b"] },
    });
    expect(plain(gaps ?? table([]))).toEqual({
      ...{ number: [1, Number.NaN], small: [Number.NaN, 1], row: [1, null], flag: [null, false], text: ["a", null] },
    });
  });

  it("says nothing of absent values in the schema of a plain column", () => {
    const nullability = (values: unknown[]) =>
      parquetMetadata(encodeParquet(table([["x", values]]))).schema[1]?.repetition_type;
    expect([nullability(["a"]), nullability(["a", null])]).toEqual(["OPTIONAL", "OPTIONAL"]);
  });

  it("refuses what a type does not hold, and a type of no column", () => {
    const encode = (values: unknown[], type: ParquetColumnType, name = "x") =>
      encodeParquet(table([["x", values]]), undefined, new Map([[name, type]]));
    expect(() => encode(["a"], "double")).toThrow(/"x" has a, which is no double/);
    for (const values of [[1.5], [2 ** 31], [Number.NaN], ["1"]]) {
      expect(() => encode(values, "int32")).toThrow(expect.objectContaining({ code: "query" }));
    }
    expect(() => encode([1], "boolean")).toThrow(/no boolean/);
    expect(() => encode([true], "string")).toThrow(/no string/);
    expect(() => encode([1], "double", "y")).toThrow(/type for "y", which is no column/);
  });

  it("refuses a column of mixed values", () => {
    for (const values of [["a", 1], [1n, 2], [true, "x"], [2n ** 64n]]) {
      expect(() => encodeParquet(table([["x", values]]))).toThrow(expect.objectContaining({ code: "query" }));
    }
  });
});

describe("createParquetEncoder", () => {
  const types = new Map<string, ParquetColumnType>([
    ["time", "double"],
    ["name", "string"],
    ["value", "float"],
  ]);
  const part = (times: readonly number[]): Table =>
    table([
      ["time", Float64Array.from(times)],
      ["name", times.map((time) => (time % 2 === 0 ? `at ${time}` : null))],
      ["value", times.map((time) => (time === 3 ? null : time / 4))],
    ]);

  it("makes in parts what is read back as one table", async () => {
    const encoder = createParquetEncoder(types, new Map([["made by", "a test"]]));
    const pieces = [encoder.write(part([1, 2])), encoder.write(part([3, 4, 5])), encoder.finish()];
    const store = storeOf({ a: Buffer.concat(pieces), none: createParquetEncoder(types).finish() });
    const found = await readParquet(store, "a");
    expect(found && plain(found)).toEqual({
      time: [1, 2, 3, 4, 5],
      name: [null, "at 2", null, "at 4", null],
      value: [0.25, 0.5, Number.NaN, 1, 1.25],
    });
    const schema = await readParquetSchema(store, "a");
    expect(schema?.columns.map(({ type }) => type)).toEqual(["double", "string", "float"]);
    expect(schema?.metadata.get("made by")).toBe("a test");
    expect(parquetMetadata(toBuffer(Buffer.concat(pieces))).row_groups.map(({ num_rows }) => Number(num_rows))).toEqual(
      [2, 3],
    );
    expect((await readParquetSchema(store, "none"))?.rowCount).toBe(0);
  });

  it("refuses a part with other columns", () => {
    expect(() => createParquetEncoder(types).write(table([["time", [1]]]))).toThrow(/columns time, the file time,name/);
  });
});

function toBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
