import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TypedParquetType } from "@crossprobe/formats/parquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeExample, type Row, typedExample } from "../helpers/typed-columns.js";

const PYTHON = process.env.CROSSPROBE_PYTHON ?? "python3";
const READERS = ["pyarrow", "pandas", "polars", "duckdb"] as const;
type Reader = (typeof READERS)[number];

interface Answer {
  readonly columns: Readonly<Record<Reader, Readonly<Record<string, readonly unknown[]>>>>;
  readonly counts: Readonly<Record<string, Readonly<Record<Reader, number>>>>;
  readonly categories: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Filters `column >= value`. */
const FILTERS: readonly (readonly [string, number | string])[] = [
  ["int32 whole", 1500],
  ["double late", 900],
  ["double gaps", -0],
  ["int64", 1e12],
  ["few", "V"],
  ["many", "région 3"],
  ["runs", "région 69"],
  ["text", "unit "],
];

/** As the script prints it. */
function plain(row: Row, type: TypedParquetType | undefined): unknown {
  if (typeof row !== "number") return row;
  if (type === "int32" || type === "int64") return `int ${row}`;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, row);
  return `float ${view.getBigUint64(0).toString(16).padStart(16, "0")}`;
}

function isAtLeast(row: Row, value: number | string): boolean {
  if (typeof row === "string" && typeof value === "string")
    return Buffer.compare(Buffer.from(row), Buffer.from(value)) >= 0;
  return typeof row === "number" && typeof value === "number" && row >= value;
}

describe("typed columns as Parquet, read by others", () => {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-interop-"));
  const example = typedExample(3000);
  let answer: Answer;

  beforeAll(() => {
    const path = join(folder, "a.parquet");
    writeFileSync(path, encodeExample(example, [0, 1, 1000, 2003]));
    const script = fileURLToPath(new URL("read_parquet.py", import.meta.url));
    const printed = execFileSync(PYTHON, [script, path, JSON.stringify(FILTERS)], { maxBuffer: 2 ** 28 });
    answer = JSON.parse(printed.toString());
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(READERS)("every value and every gap by %s", (reader) => {
    const read = answer.columns[reader];
    expect(Object.keys(read)).toEqual([...example.schema.keys()]);
    for (const [name, rows] of example.rows) {
      const expected = rows.map((row) => plain(row, example.schema.get(name)));
      expect(read[name], name).toEqual(expected);
    }
  });

  it.each(READERS)("the rows of filters, for which %s passes over row groups", (reader) => {
    for (const [name, value] of FILTERS) {
      const rows = example.rows.get(name) ?? [];
      const expected = rows.filter((row) => isAtLeast(row, value)).length;
      expect(expected, name).toBeGreaterThan(0);
      expect(answer.counts[name]?.[reader], name).toBe(expected);
    }
  });

  it("the order of codes as that of categories, and metadata", () => {
    const { columns } = example;
    const few = columns.get("few");
    expect(few?.kind === "code" && few.texts.slice(1)).toEqual(answer.categories);
    expect(answer.metadata).toMatchObject({ "made by": "crossprobe" });
  });
});
