import { type ByteStore, isDataError } from "@crossprobe/core";
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
} from "../../../../test/helpers/format-fixtures.js";
import { codes, encodeExample, numbers, type Row, text, typedExample } from "../../../../test/helpers/typed-columns.js";
import {
  createTypedParquetWriter,
  openTypedParquet,
  readTypedParquet,
  type TypedColumn,
  type TypedReadOptions,
} from "../parquet.js";

const EXPECTED = expectedFormats().parquet;

function rowsOf(column: TypedColumn | undefined, rowCount: number): Row[] {
  const make = (row: (i: number) => Row | undefined): Row[] =>
    Array.from({ length: rowCount }, (_, i) => row(i) ?? null);
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  switch (column?.kind) {
    case "number":
      expect(column.values).toHaveLength(rowCount);
      return make((i) => (Number.isNaN(column.values[i]) ? null : column.values[i]));
    case "flag":
      return make((i) => [false, true, null][column.values[i] ?? 2]);
    case "code":
      return make((i) => (column.codes[i] === 0 ? null : column.texts[column.codes[i] ?? 0]));
    case "text":
      expect(column.offsets).toHaveLength(rowCount + 1);
      return make((i) => utf8.decode(column.bytes.subarray(column.offsets[i], column.offsets[i + 1])) || null);
    default:
      return make(() => null);
  }
}

async function readRows(
  store: ByteStore,
  key: string,
  options?: TypedReadOptions,
): Promise<ReadonlyMap<string, Row[]>> {
  const read = await readTypedParquet(store, key, options);
  if (read === undefined) throw new Error("not there");
  return new Map([...read.columns].map(([name, column]) => [name, rowsOf(column, read.rowCount)]));
}

/** Notes what is read of a store. */
function noting(store: ByteStore, ranges: [number, number][]): ByteStore {
  return {
    url: store.url,
    size: (key, options) => store.size(key, options),
    read: (key, options) => {
      const range = options?.range;
      if (range !== undefined && "offset" in range) ranges.push([range.offset, range.length]);
      return store.read(key, options);
    },
  };
}

describe("readTypedParquet", () => {
  it.each([
    [1, [0]],
    [7, [0, 1]],
    [9, [0, 8]],
    [1000, [0, 1, 2, 500, 993]],
    [70_000, [0, 33_333]],
  ])("gives %d rows in groups from %j back", async (count, starts) => {
    const example = typedExample(count);
    const read = await readTypedParquet(storeOf({ a: encodeExample(example, starts) }), "a");
    expect(read?.rowCount).toBe(count);
    expect(read?.metadata).toEqual(new Map([["made by", "crossprobe"]]));
    expect([...(read?.columns.keys() ?? [])]).toEqual([...example.schema.keys()]);
    for (const [name, rows] of example.rows) {
      const column = read?.columns.get(name);
      expect(rowsOf(column, count), name).toEqual(rows);
      const isAbsent = rows.every((row) => row === null);
      expect(column?.kind, name).toBe(isAbsent ? "absent" : example.columns.get(name)?.kind);
    }
    // A small dictionary keeps its codes.
    const [few, wrote] = [read?.columns.get("few"), example.columns.get("few")];
    if (few?.kind === "code") expect(few).toEqual(wrote);
  });

  it("reads a file without rows, and says that one is not there", async () => {
    const read = await readTypedParquet(storeOf({ a: encodeExample(typedExample(0), []) }), "a");
    expect(read?.rowCount).toBe(0);
    expect(new Set([...(read?.columns.values() ?? [])].map(({ kind }) => kind))).toEqual(new Set(["absent"]));
    expect(await readTypedParquet(storeOf({}), "a")).toBeUndefined();
  });

  it("makes texts of codes and UTF-8 in turn UTF-8", async () => {
    const writer = createTypedParquetWriter(new Map([["a", "string"]]));
    const wide = Array.from({ length: 300 }, (_, i) => `text ${i}`);
    const columns: [TypedColumn, number][] = [
      [codes(["text 7", null, "text 299"], wide), 3],
      [text(["é", null]), 2],
      [{ kind: "absent" }, 2],
    ];
    const parts = columns.map(([column, count]) => writer.writeGroup(new Map([["a", column]]), 0, count));
    const store = storeOf({ a: Uint8Array.from([...parts, writer.finish()].flatMap((part) => [...part])) });
    const all = await readTypedParquet(store, "a");
    expect(all?.columns.get("a")?.kind).toBe("text");
    expect(rowsOf(all?.columns.get("a"), 7)).toEqual(["text 7", null, "text 299", "é", null, null, null]);
    const coded = await readTypedParquet(store, "a", { where: ({ index }) => index !== 1 });
    expect(coded?.columns.get("a")?.kind).toBe("code");
    expect(rowsOf(coded?.columns.get("a"), 5)).toEqual(["text 7", null, "text 299", null, null]);
  });

  it("widens codes when later row groups have more texts", async () => {
    const texts = Array.from({ length: 70_000 }, (_, i) => `t${i}`);
    const rows = texts.map((each, i) => (i % 10 === 3 ? null : each));
    const example = {
      schema: new Map([["a", "string" as const]]),
      columns: new Map([["a", codes(rows, texts)]]),
      rows: new Map([["a", rows]]),
    };
    const store = storeOf({ a: encodeExample(example, [0, 200, 1000, 60_000]) });
    const column = (await readTypedParquet(store, "a"))?.columns.get("a");
    expect(column?.kind === "code" && column.codes.BYTES_PER_ELEMENT).toBe(2);
    expect(rowsOf(column, rows.length)).toEqual(rows);
  });

  it("reads no other row groups and columns than are asked for", async () => {
    const rowCount = 40_000;
    const values = Array.from({ length: rowCount }, (_, i) => i);
    const example = {
      schema: new Map([
        ["a", "double" as const],
        ["b", "double" as const],
        ["c", "int64" as const],
      ]),
      columns: new Map([
        ["a", numbers("double", values)],
        [
          "b",
          numbers(
            "double",
            values.map((value) => -value),
          ),
        ],
        ["c", numbers("int64", values)],
      ]),
      rows: new Map([["a", values]]),
    };
    const bytes = encodeExample(example, [0, 10_000, 20_000, 30_000]);
    const ranges: [number, number][] = [];
    const file = await openTypedParquet(noting(storeOf({ a: bytes }), ranges), "a");
    expect(file?.groups.map(({ rowStart, rowCount }) => [rowStart, rowCount])).toEqual(
      [0, 1, 2, 3].map((i) => [i * 10_000, 10_000]),
    );
    expect(file?.groups[1]?.bounds("b")).toEqual({ min: -19_999, max: -10_000, nullCount: 0 });
    expect(() => file?.groups[1]?.bounds("x")).toThrow(/lacks the column x \(it has a, b, c\)/);
    expect(file?.types).toEqual(
      new Map([
        ["a", "double"],
        ["b", "double"],
        ["c", "int64"],
      ]),
    );
    ranges.length = 0;
    const read = await file?.read({ columns: ["c"], where: (group) => Number(group.bounds("a").min) === 10_000 });
    expect(rowsOf(read?.columns.get("c"), 10_000)).toEqual(values.slice(10_000, 20_000));
    expect([...(read?.columns.keys() ?? [])]).toEqual(["c"]);
    expect(ranges.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(10_000 * 8 + 200);
    const none = await file?.read({ where: () => false });
    expect([none?.rowCount, none?.columns.size]).toEqual([0, 3]);
  });

  it("lays doubles without gaps over the bytes that were read", async () => {
    const example = typedExample(1000);
    const store = storeOf({ a: encodeExample(example, [0, 500]) });
    const read = await readTypedParquet(store, "a", { columns: ["double"], where: ({ index }) => index === 1 });
    const column = read?.columns.get("double");
    expect(rowsOf(column, 500)).toEqual(example.rows.get("double")?.slice(500));
    expect(column?.kind === "number" && column.values.buffer.byteLength).toBeGreaterThan(4000);
  });

  it("ends with the signal's own reason", async () => {
    const reason = new Error("enough");
    const file = await openTypedParquet(storeOf({ a: encodeExample(typedExample(10)) }), "a");
    await expect(file?.read({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("files of pyarrow as typed columns", () => {
  const expected = (table: string, column: string): unknown[] =>
    decodeExpected((EXPECTED[table] as ExpectedTable).columns[column]) as unknown[];
  const plain = (value: unknown): unknown => (typeof value === "number" && Number.isNaN(value) ? null : value);

  it.each(["snappy", "gzip", "zstd", "brotli", "lz4", "v1-dictionary"])("%s", async (variant) => {
    const columns = ["row", "region"];
    const read = await readRows(formatStore, `many-${variant}.parquet`, { columns });
    for (const name of columns) expect(read.get(name), name).toEqual(expected("many-snappy", name).map(plain));
  });

  it.each(["types", "types-plain"])("%s: numbers, truth values, texts", async (table) => {
    const all = Object.entries((EXPECTED[table] as ExpectedTable).types);
    const columns = all.flatMap(([name, type]) =>
      /^(double|float|int8|int16|int32|uint8|uint16|bool|string)$/.test(type) ? [name] : [],
    );
    expect(columns.length).toBeGreaterThan(8);
    const read = await readRows(formatStore, `${table}.parquet`, { columns });
    for (const name of columns) {
      // In a column of UTF-8 an empty text is as good as none.
      const isText = table === "types-plain";
      const rows = expected(table, name).map((value) => (isText && value === "" ? null : plain(value)));
      expect(read.get(name), name).toEqual(rows);
    }
  });

  it("refuses what typed columns have not, and names it", async () => {
    const read = (key: string, columns: string[]) => readTypedParquet(formatStore, `${key}.parquet`, { columns });
    await expect(read("types", ["list"])).rejects.toThrow(/"list" of .* is list, no typed column/);
    await expect(read("types", ["nope", "int32"])).rejects.toThrow(/lacks the column nope \(it has/);
    await expect(read("types", ["int64_inexact"])).rejects.toThrow(/"int64_inexact" of .* beyond 2\^53/);
    await expect(read("many-delta", ["region"])).rejects.toThrow(/"region" of .* is encoded as DELTA/);
    for (const [key, column] of [
      ["types", "list"],
      ["types", "int64_inexact"],
      ["many-delta", "region"],
    ] as const) {
      const [result] = await Promise.allSettled([read(key, [column])]);
      expect(result.status === "rejected" && isDataError(result.reason, "unsupported"), column).toBe(true);
    }
  });
});

describe("damaged files of typed columns", () => {
  const example = typedExample(600);
  const bytes = encodeExample(example, [0, 300]);
  const footerStart = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true);

  it("are noticed wherever a bit of a row group flips, or make no difference", async () => {
    const random = seededRandom(3);
    let refused = 0;
    for (let i = 0; i < 400; i++) {
      const copy = bytes.slice();
      const at = Math.floor(random() * footerStart);
      copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      const [result] = await Promise.allSettled([readRows(storeOf({ a: copy }), "a")]);
      if (result.status === "fulfilled") expect(result.value).toEqual(example.rows);
      else {
        refused++;
        expect(isDataError(result.reason, "format"), String(result.reason)).toBe(true);
      }
    }
    // The rest fell between the pages.
    expect(refused).toBeGreaterThan(300);
  });

  it("are refused when they are cut anywhere", async () => {
    for (let length = 0; length < bytes.length; length += 997) {
      const [result] = await Promise.allSettled([readTypedParquet(storeOf({ a: bytes.slice(0, length) }), "a")]);
      expect(result.status === "rejected" && isDataError(result.reason, "format"), String(length)).toBe(true);
    }
  });

  it("are read where the comparison with checksums is left out", async () => {
    const copy = bytes.slice();
    const at = Buffer.from(bytes).indexOf("unit é 1");
    copy[at] = 85;
    await expect(readRows(storeOf({ a: copy }), "a")).rejects.toThrow(/column text: a page's checksum is another/);
    const read = await readRows(storeOf({ a: copy }), "a", { verify: false });
    expect(read.get("text")?.filter((row) => String(row).startsWith("Unit é"))).toHaveLength(1);
  });

  it("are read, or refused with a typed error, and never run on", async () => {
    const random = seededRandom(11);
    const own = ["double gaps", "int64", "flag gaps", "few", "many", "text"];
    for (const [file, columns] of [
      [bytes, own],
      [formatFixture("types.parquet"), ["int32", "bool", "text"]],
      [formatFixture("many-v1-dictionary.parquet"), ["row", "region"]],
    ] as const) {
      for (let i = 0; i < 150; i++) {
        const store = storeOf({ a: damage(file, random) });
        const read = readTypedParquet(store, "a", { columns, verify: i % 2 === 0 });
        const [result] = await Promise.allSettled([read]);
        if (result.status === "rejected") expect(isDataError(result.reason), String(result.reason)).toBe(true);
      }
    }
  });

  it("are refused where a few bytes claim more rows than memory should hold", async () => {
    const names = Array.from({ length: 9 }, (_, i) => `column ${i}`);
    const writer = createTypedParquetWriter(new Map(names.map((name) => [name, "double"])));
    const rows = writer.writeGroup(new Map(names.map((name) => [name, { kind: "absent" }])), 0, 2 ** 21);
    const file = Uint8Array.from([...rows, ...writer.finish()]);
    expect(file.length).toBeLessThan(4000);
    await expect(readTypedParquet(storeOf({ a: file }), "a")).rejects.toThrow(/claims 18874368 values/);
    const [one] = names;
    const read = await readTypedParquet(storeOf({ a: file }), "a", { columns: [one ?? ""] });
    expect([read?.rowCount, read?.columns.get("column 0")]).toEqual([2 ** 21, { kind: "absent" }]);
  });
});
