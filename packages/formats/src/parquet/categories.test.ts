import { table } from "@crossprobe/core";
import { memoryStores } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";
import {
  createParquetEncoder,
  encodeParquet,
  type ParquetColumnType,
  readParquet,
  readParquetSchema,
  readParquetTexts,
} from "../parquet.js";

const LEVELS = ["NOT_SET", "PASS", "WARNING", "FAIL", "CRITICAL"];
const QC = { categories: LEVELS };

function storeOf(bytes: Uint8Array) {
  return memoryStores(new Map([["a.parquet", bytes]])).open("memory:dataset/");
}

function encode(
  values: readonly (string | null)[],
  types: ReadonlyMap<string, ParquetColumnType> = new Map([["qc", QC]]),
) {
  const columns = table([
    ["n", Float64Array.from(values, (_, i) => i)],
    ["qc", values],
    ["name", values.map((_, i) => `row ${i}`)],
  ]);
  return storeOf(encodeParquet(columns, new Map([["made", "here"]]), types));
}

describe("a column of categories", () => {
  it.each([1, 7, 8, 9, 1000, 100_001])("comes back among others, %d rows", async (count) => {
    const values = Array.from({ length: count }, (_, i) => (i % 11 === 3 ? null : (LEVELS[(i * 7) % 4] ?? null)));
    const store = encode(values);
    const read = await readParquet(store, "a.parquet");
    expect([...(read?.columns.keys() ?? [])]).toEqual(["n", "qc", "name"]);
    expect(read?.columns.get("qc")).toEqual(values);
    expect(read?.columns.get("n")?.[count - 1]).toBe(count - 1);
    expect((await readParquetSchema(store, "a.parquet"))?.metadata.get("made")).toBe("here");
  });

  it("stands in the file with all categories in their order, whatever occurs", async () => {
    const texts = await readParquetTexts(encode(["FAIL", "PASS", "FAIL"]), "a.parquet", "qc");
    expect(texts?.texts.filter((text) => text !== null)).toEqual(LEVELS);
    expect([...(texts?.codes ?? [])].map((code) => texts?.texts[code])).toEqual(["FAIL", "PASS", "FAIL"]);
  });

  it("takes nothing else, and is not written piece by piece", () => {
    expect(() => encode(["GOOD"])).toThrow(/Column "qc" has GOOD, which is no category/);
    expect(() => createParquetEncoder(new Map([["qc", QC]]))).toThrow(/qc is a column of categories/);
  });
});

describe("named types", () => {
  it("keep days, small and large whole numbers", async () => {
    const columns = table([
      ["day", ["2022-03-14", null, "1969-12-31"]],
      ["number", [1, 65_535, null]],
      ["size", [0n, 2n ** 64n - 1n, null]],
    ]);
    const types = new Map([
      ["day", "date"],
      ["number", "uint16"],
      ["size", "uint64"],
    ] as const);
    const store = storeOf(encodeParquet(columns, new Map(), types));
    const schema = await readParquetSchema(store, "a.parquet");
    expect(schema?.columns.map(({ type }) => type)).toEqual(["date", "uint16", "uint64"]);
    const read = await readParquet(store, "a.parquet");
    expect(read?.columns.get("day")).toEqual(["2022-03-14", null, "1969-12-31"]);
    expect(read?.columns.get("number")).toEqual([1, 65_535, null]);
    expect(read?.columns.get("size")).toEqual([0n, 2n ** 64n - 1n, null]);
  });

  it.each([
    ["date", "14.3.2022"],
    ["date", "2022-02-30"],
    ["uint16", 65_536],
    ["uint16", -1],
    ["uint64", -1n],
    ["uint64", 5],
  ] as const)("refuse what is no %s: %s", (type, value) => {
    expect(() => encodeParquet(table([["a", [value]]]), new Map(), new Map([["a", type]]))).toThrow(/which is no/);
  });
});
