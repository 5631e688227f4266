import { isDataError } from "@crossprobe/core";
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
import { ByteTexts } from "./byte-texts.js";
import { type CodedTexts, type PackedValues, readParquetPacked, readParquetTexts } from "./compact.js";

const EXPECTED = expectedFormats().parquet;

function textsOf(found: CodedTexts | undefined): (string | null)[] {
  return Array.from(found?.codes ?? [], (code) => found?.texts[code] ?? null);
}

function integersOf(found: PackedValues | undefined): (bigint | null)[] {
  const values = new BigInt64Array(found?.bytes.buffer ?? new ArrayBuffer(0));
  return Array.from(values, (value, row) => (found?.absent?.[row] === 1 ? null : value));
}

function expected(table: string, column: string): unknown[] {
  return decodeExpected((EXPECTED[table] as ExpectedTable).columns[column]) as unknown[];
}

describe("readParquetTexts", () => {
  it.each([
    ["types", "text"],
    ["types", "large_text"],
    ["types", "category"],
    ["types-plain", "text"],
    ["types-plain", "category"],
    ["many-snappy", "region"],
    ["one-sessions", "id"],
    ["no-rows", "text"],
  ])("reads %s %s as pyarrow does", async (table, column) => {
    expect(textsOf(await readParquetTexts(formatStore, `${table}.parquet`, column))).toEqual(expected(table, column));
  });

  it.each(["gzip", "zstd", "brotli", "lz4", "v1-dictionary"])("reads the same texts as %s", async (variant) => {
    const found = await readParquetTexts(formatStore, `many-${variant}.parquet`, "region");
    expect(textsOf(found)).toEqual(expected("many-snappy", "region"));
    expect(new Set(found?.texts).size).toBe(found?.texts.length);
  });

  it("says that it does not read delta encodings, and that a file is not there", async () => {
    expect(await readParquetTexts(formatStore, "many-delta.parquet", "region")).toBeUndefined();
    expect(await readParquetTexts(formatStore, "absent.parquet", "region")).toBeUndefined();
  });

  it("names a column that is missing, and one that holds no text", async () => {
    await expect(readParquetTexts(formatStore, "types.parquet", "nope")).rejects.toThrow(/lacks the column nope/);
    await expect(readParquetTexts(formatStore, "types.parquet", "int64")).rejects.toThrow(/int64 .* holds no text/);
    await expect(readParquetTexts(formatStore, "types.parquet", "list")).rejects.toThrow(/list/);
  });
});

describe("readParquetPacked", () => {
  it.each([
    ["types", "int64"],
    ["types", "int64_inexact"],
    ["types", "int64_inexact_null"],
    ["types-plain", "int64"],
    ["types-plain", "int64_full"],
    ["many-snappy", "row"],
    ["no-rows", "int64"],
  ])("copies the integers of %s %s", async (table, column) => {
    const found = await readParquetPacked(formatStore, `${table}.parquet`, column, { width: 8 });
    const values = expected(table, column).map((value) => (value === null ? null : BigInt(value as number)));
    expect(integersOf(found)).toEqual(values);
  });

  it("packs texts, some of them as absent", async () => {
    const pack = (source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): boolean => {
      target[at] = end - start;
      return source[start] !== 0x56; // "V"
    };
    for (const variant of ["snappy", "v1-dictionary"]) {
      const found = await readParquetPacked(formatStore, `many-${variant}.parquet`, "region", { width: 1, pack });
      const texts = expected("many-snappy", "region") as (string | null)[];
      expect(texts.some((text) => text?.startsWith("V"))).toBe(true);
      expect(Array.from(found?.absent ?? [])).toEqual(texts.map((text) => (text === null || text[0] === "V" ? 1 : 0)));
      expect(Array.from(found?.bytes ?? [])).toEqual(texts.map((text) => text?.length ?? 0));
    }
  });

  it("refuses values of another size", async () => {
    await expect(readParquetPacked(formatStore, "types.parquet", "int32", { width: 8 })).rejects.toThrow(/INT32, not/);
  });
});

describe("broken columns", () => {
  it("are read, or refused with a typed error, and never run on", async () => {
    const random = seededRandom(11);
    for (const [name, text, integer] of [
      ["types", "text", "int64"],
      ["types-plain", "category", "int64_full"],
      ["many-snappy", "region", "row"],
      ["many-v1-dictionary", "region", "row"],
    ] as const) {
      for (let i = 0; i < 80; i++) {
        const store = storeOf({ a: damage(formatFixture(`${name}.parquet`), random) });
        const started = performance.now();
        for (const read of [
          () => readParquetTexts(store, "a", text),
          () => readParquetPacked(store, "a", integer, { width: 8 }),
        ]) {
          const [result] = await Promise.allSettled([read()]);
          if (result.status === "rejected") expect(isDataError(result.reason), String(result.reason)).toBe(true);
        }
        expect(performance.now() - started).toBeLessThan(5000);
      }
    }
  });
});

describe("ByteTexts", () => {
  it("tells fifty thousand texts apart, whatever stands before and after them", () => {
    const known = new ByteTexts();
    const encoder = new TextEncoder();
    const texts = Array.from({ length: 50_000 }, (_, i) => `alf/${i % 7}/é${i}.npy`);
    const numbers = texts.map((text) => {
      const bytes = encoder.encode(`--${text}**`);
      return known.number(bytes, 2, bytes.length - 2);
    });
    expect(new Set(numbers).size).toBe(texts.length);
    const all = known.texts();
    expect(numbers.map((number) => all[number])).toEqual(texts);
    expect(known.number(encoder.encode(texts[123]), 0, encoder.encode(texts[123]).length)).toBe(numbers[123]);
    expect(all[0]).toBeNull();
  });
});
