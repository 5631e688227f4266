import { QueryError } from "@crossprobe/core";
import { parquetMetadata } from "hyparquet";
import { describe, expect, it } from "vitest";
import { storeOf } from "../../../../test/helpers/format-fixtures.js";
import {
  codes,
  encodeExample,
  flags,
  numbers,
  type Row,
  text,
  typedExample,
} from "../../../../test/helpers/typed-columns.js";
import {
  createTypedParquetWriter,
  readParquet,
  readParquetSchema,
  type TypedColumn,
  type TypedParquetType,
} from "../parquet.js";

function write(type: TypedParquetType, column: TypedColumn, start = 0, end = 1): Uint8Array {
  return createTypedParquetWriter(new Map([["a", type]])).writeGroup(new Map([["a", column]]), start, end);
}

/** What the other reader makes of a row without a value. */
function asRead(type: TypedParquetType | undefined, rows: readonly Row[] = []): unknown[] {
  return rows.map((row) => (row === null && (type === "double" || type === "float") ? Number.NaN : row));
}

describe("createTypedParquetWriter", () => {
  it.each([
    [1, [0]],
    [7, [0, 1]],
    [8, [0]],
    [9, [0, 8]],
    [1000, [0]],
    [1000, [0, 1, 2, 500, 993]],
    [5000, [0, 2500]],
  ])("writes %d rows in groups from %j that the other reader reads", async (count, starts) => {
    const example = typedExample(count);
    const store = storeOf({ a: encodeExample(example, starts) });
    const read = await readParquet(store, "a");
    expect([...(read?.columns.keys() ?? [])]).toEqual([...example.schema.keys()]);
    for (const [name, type] of example.schema)
      expect(Array.from(read?.columns.get(name) ?? []), name).toEqual(asRead(type, example.rows.get(name)));
    const schema = await readParquetSchema(store, "a");
    expect(schema?.metadata).toEqual(new Map([["made by", "crossprobe"]]));
    expect(schema?.rowCount).toBe(count);
    expect(new Map(schema?.columns.map(({ name, type }) => [name, type === "bool" ? "boolean" : type]))).toEqual(
      example.schema,
    );
  });

  it("writes a file without rows", async () => {
    const example = typedExample(0);
    for (const starts of [[], [0]]) {
      const read = await readParquet(storeOf({ a: encodeExample(example, starts) }), "a");
      expect(read?.rowCount).toBe(0);
      expect([...(read?.columns.keys() ?? [])]).toEqual([...example.schema.keys()]);
    }
  });

  it("states the bounds of each row group, by the order of bytes for texts", () => {
    const rows: Record<string, [TypedParquetType, TypedColumn]> = {
      number: ["double", numbers("double", [3, null, -2, 0, 0, null])],
      zeros: ["double", numbers("double", [-0, 0, -0, 0, 0, 5])],
      long: ["int64", numbers("int64", [2 ** 40, -(2 ** 40), 1, null, null, null])],
      flag: ["boolean", flags([true, true, null, false, null, false])],
      // U+FF5E comes before U+1F600 in UTF-8, and behind it in UTF-16.
      code: ["string", codes(["～", "😀", null, "b", "b", "a"], ["b", "～", "a", "😀"])],
      text: ["string", text(["b", "a", null, null, null, "c"])],
    };
    const example = {
      schema: new Map(Object.entries(rows).map(([name, [type]]) => [name, type])),
      columns: new Map(Object.entries(rows).map(([name, [, column]]) => [name, column])),
      rows: new Map([["number", [3, null, -2, 0, 0, null]]]),
    };
    const { row_groups: groups } = parquetMetadata(encodeExample(example, [0, 3]));
    const found = groups.map(({ columns }) =>
      columns.map(({ meta_data: meta }) => {
        const { null_count, min_value, max_value } = meta?.statistics ?? {};
        return [Number(null_count), min_value, max_value];
      }),
    );
    expect(found).toEqual([
      [
        [1, -2, 3],
        [0, -0, 0],
        [0, -(2n ** 40n), 2n ** 40n],
        [1, true, true],
        [1, "～", "😀"],
        [1, undefined, undefined],
      ],
      [
        [1, -0, 0],
        [0, -0, 5],
        [3, undefined, undefined],
        [1, false, false],
        [0, "a", "b"],
        [2, undefined, undefined],
      ],
    ]);
  });

  it("puts plain numbers at multiples of eight bytes", () => {
    const value = 1234.5;
    const rows = Array.from({ length: 10 }, () => value);
    const example = {
      schema: new Map<string, TypedParquetType>([
        ["a", "double"],
        ["b", "double"],
      ]),
      columns: new Map([
        ["a", numbers("double", rows)],
        ["b", numbers("double", [null, ...rows.slice(1)])],
      ]),
      rows: new Map([["a", rows]]),
    };
    const bytes = encodeExample(example, [0, 3]);
    const aligned = new Float64Array(bytes.buffer, 0, bytes.length >> 3);
    expect(aligned.filter((each) => each === value)).toHaveLength(19);
  });

  it("keeps dictionaries to the texts of a group, and small ones whole", () => {
    const many = Array.from({ length: 257 }, (_, i) => `text number ${i}`);
    const one = ["text number 3"];
    const has = (bytes: Uint8Array, word: string): boolean => new TextDecoder("latin1").decode(bytes).includes(word);
    expect(has(write("string", codes(one, many)), "text number 4")).toBe(false);
    expect(has(write("string", codes(one, many.slice(1))), "text number 4")).toBe(true);
  });

  it.each<[string, TypedParquetType, TypedColumn, RegExp]>([
    ["a fraction", "int32", numbers("int32", [0.5]), /"a" has 0.5, which is no int32/],
    ["too large a number", "int32", numbers("int32", [2 ** 31]), /2147483648, which is no int32/],
    ["an inexact number", "int64", numbers("int64", [2 ** 53]), /which is no int64/],
    ["an infinite integer", "int64", numbers("int64", [Infinity]), /which is no int64/],
    ["a number beyond floats", "float", numbers("float", [1e300]), /1e\+300, which is no float/],
    ["another flag", "boolean", { kind: "flag", values: Uint8Array.of(3) }, /the flag 3/],
    ["a code without a text", "string", { kind: "code", codes: Uint8Array.of(2), texts: ["", "x"] }, /the code 2/],
    ["two codes for a text", "string", codes(["x"], ["x", "y", "x"]), /two codes for "x"/],
    ["another type", "int32", numbers("double", [1]), /int32 in the file and double/],
    ["too few rows", "double", numbers("double", []), /has 0 rows, not 1/],
    [
      "offsets that go back",
      "string",
      { kind: "text", offsets: Uint32Array.of(2, 1), bytes: new Uint8Array(3) },
      /offsets that go back at row 0/,
    ],
    [
      "too few bytes",
      "string",
      { kind: "text", offsets: Uint32Array.of(0, 4), bytes: new Uint8Array(3) },
      /has 3 bytes, its offsets go up to 4/,
    ],
  ])("refuses %s", (_what, type, column, message) => {
    expect(() => write(type, column)).toThrow(QueryError);
    expect(() => write(type, column)).toThrow(message);
  });

  it("refuses other columns and rows that there are not", () => {
    const writer = createTypedParquetWriter(new Map([["a", "double"]]));
    const one = numbers("double", [1]);
    expect(() => writer.writeGroup(new Map(), 0, 1)).toThrow(/lacks the column "a"/);
    expect(() => writer.writeGroup(new Map([["a", one] as const, ["b", one] as const]), 0, 1)).toThrow(/column "b"/);
    for (const [start, end] of [
      [1, 0],
      [-1, 1],
      [0.5, 1],
    ] as const)
      expect(() => write("double", one, start, end)).toThrow(/no rows/);
  });

  it("goes on behind a row group that was refused", async () => {
    const writer = createTypedParquetWriter(new Map([["a", "int32"]]));
    const columns = new Map([["a", numbers("int32", [1, 0.5, 3])]]);
    const parts = [writer.writeGroup(columns, 0, 1)];
    expect(() => writer.writeGroup(columns, 1, 2)).toThrow(QueryError);
    parts.push(writer.writeGroup(columns, 2, 3), writer.finish());
    const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
    expect(Array.from((await readParquet(storeOf({ a: bytes }), "a"))?.columns.get("a") ?? [])).toEqual([1, 3]);
  });
});
