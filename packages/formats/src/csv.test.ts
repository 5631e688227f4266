import { isDataError, type Table, table } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import {
  damage,
  expectedFormats,
  formatFixture,
  formatStore,
  seededRandom,
  storeOf,
} from "../../../test/helpers/format-fixtures.js";
import { type CsvTable, encodeCsv, numberColumn, optionalColumn, parseCsv, readCsv, requireColumns } from "./csv.js";

const EXPECTED = expectedFormats().csv;

function columnsOf(read: CsvTable | undefined): Record<string, readonly string[]> {
  return Object.fromEntries(read?.columns ?? []);
}

function failureOf(text: string, options = {}) {
  try {
    parseCsv(text, "memory://x/a.csv", options);
  } catch (error) {
    if (isDataError(error)) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("readCsv", () => {
  it.each(Object.keys(EXPECTED))("reads %s as pandas does", async (name) => {
    const delimiter = name === "tabs" ? "\t" : undefined;
    const read = await readCsv(formatStore, `${name}.csv`, { delimiter });
    expect(columnsOf(read)).toEqual(EXPECTED[name]?.columns);
    expect(read?.rowCount).toBe(EXPECTED[name]?.rowCount);
  });

  it("keeps only the columns asked for, in the order of the file", async () => {
    const read = await readCsv(formatStore, "indexed.csv", { columns: ["region", "id"] });
    expect(columnsOf(read)).toEqual({ id: ["3", "1"], region: ["VISp", ""] });
    expect([...(read?.columns.keys() ?? [])]).toEqual(["id", "region"]);
  });

  it("gives undefined for a missing key, and the signal's reason", async () => {
    expect(await readCsv(formatStore, "missing.csv")).toBeUndefined();
    const reason = { why: "gone" };
    await expect(readCsv(formatStore, "bom.csv", {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("refuses more text than an engine holds, before it is decoded", async () => {
    const bytes = new Uint8Array(2 ** 29);
    const store = { url: "memory://large/", size: async () => bytes.length, read: async () => bytes };
    await expect(readCsv(store, "x.csv")).rejects.toMatchObject({
      code: "format",
      url: "memory://large/x.csv",
      message: expect.stringContaining("536870912 bytes of text, the limit is 536870888"),
    });
  });

  it("refuses bytes that are not UTF-8", async () => {
    const store = storeOf({ "a.csv": Uint8Array.of(0x61, 0xff, 0x0a) });
    await expect(readCsv(store, "a.csv")).rejects.toMatchObject({ code: "format", url: "memory://test/a.csv" });
  });
});

describe("parseCsv", () => {
  // Expected by RFC 4180, section 2.
  it.each([
    ['a,b\r\n"x","y"\r\n', { a: ["x"], b: ["y"] }],
    ['a,b\r\n"x ""y""","1,2"', { a: ['x "y"'], b: ["1,2"] }],
    ['a,b\n"x\ny",2\n3,"4\r\n5"\n', { a: ["x\ny", "3"], b: ["2", "4\r\n5"] }],
    ['"a\nb",c\n1,2\n', { "a\nb": ["1"], c: ["2"] }],
    ['a,b\n"",""\n,\n', { a: ["", ""], b: ["", ""] }],
    ['a,b\n1,"2"\n3,4', { a: ["1", "3"], b: ["2", "4"] }],
    ["a,b\r1,2\r3,4\r", { a: ["1", "3"], b: ["2", "4"] }],
    ['a,b\r"x\ry",2\r', { a: ["x\ry"], b: ["2"] }],
    ["a,b\n1,2\n\n\n", { a: ["1"], b: ["2"] }],
    ["a\n1\n\n3\n", { a: ["1", "", "3"] }],
    ["a,b\nx\ry,2\r\n", { a: ["x\ry"], b: ["2"] }],
    ['a,b\n5"8,2\n', { a: ['5"8'], b: ["2"] }],
    ["a", { a: [] }],
    ["a,b\n 1 , 2\n", { a: [" 1 "], b: [" 2"] }],
    ['a,b\n1,2\r\n"3",4\r\n', { a: ["1", "3"], b: ["2", "4"] }],
    ['a\n"x"\r', { a: ["x"] }],
  ])("reads %j", (text, columns) => {
    expect(columnsOf(parseCsv(text, "x"))).toEqual(columns);
  });

  it.each([
    ["a,b,c\n1,2\n3,4,5\n", "line 2", /2 values where the header has 3/],
    ["a,b\n1,2\n1,2,3\n", "line 3", /3 values where the header has 2/],
    ["a,b\n1,2\n3", "line 3", /1 values/],
    ["a,b\n1,2\n\n3,4\n", "line 3", /1 values/],
    ['a,b\n"x\ny",2\n3\n', "line 4", /1 values/],
    ['a,b\n1,"2\n3,4\n', "line 2", /a quote does not end/],
    ['a,b\n1,"2"x\n', "line 2", /between a closing quote/],
    ["", "line 1", /empty/],
    ["\n\r\n", "line 1", /empty/],
  ])("refuses %j and names the line", (text, at, message) => {
    const error = failureOf(text);
    expect(error).toMatchObject({ code: "format", at, url: "memory://x/a.csv" });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(at);
  });

  it("refuses a name that stands twice, and a wanted column that is missing", () => {
    expect(failureOf("a,b,a\n1,2,3\n")).toMatchObject({ code: "schema", message: expect.stringContaining('"a"') });
    const error = failureOf("a,b\n1,2\n", { columns: ["b", "c", "d"] });
    expect(error.code).toBe("schema");
    expect(error.message).toMatch(/lacks the columns "c", "d" \(it has "a", "b"\)/);
  });

  it("reads damaged files or fails with a typed error", () => {
    const random = seededRandom(2);
    for (const name of Object.keys(EXPECTED)) {
      for (let i = 0; i < 200; i++) {
        const text = new TextDecoder().decode(damage(formatFixture(`${name}.csv`), random));
        try {
          const read = parseCsv(text, name);
          for (const values of read.columns.values()) expect(values.length).toBe(read.rowCount);
        } catch (error) {
          expect(isDataError(error), String(error)).toBe(true);
        }
      }
    }
  });
});

describe("numberColumn", () => {
  const read = parseCsv("a,b\n1,x\n-2.5e3,\n,\nnan,\n-inf,\nInfinity,\n 7 ,\n", "x");

  it("reads numbers, and NaN where there is none", () => {
    const expected = [1, -2500, Number.NaN, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 7];
    expect(numberColumn(read, "a", "x")).toEqual(Float64Array.from(expected));
  });

  it("names file, column and row of what is no number", () => {
    const act = () => numberColumn(read, "b", "memory://x/a.csv");
    expect(act).toThrow(
      /memory:\/\/x\/a\.csv has "x" where a number is expected \(column "b", row 1 after the header\)/,
    );
    for (const text of ["0x10", "1_000", "1,5", "--1", " ", "1 2", "0b1"]) {
      const one = parseCsv(`a;b\n${text};1\n`, "x", { delimiter: ";" });
      expect(() => numberColumn(one, "a", "x"), text).toThrow(expect.objectContaining({ code: "schema" }));
    }
  });

  it("reads whole numbers only where they are exact", () => {
    const large = parseCsv("a,b\n9007199254740992,9007199254740993\n-1152921504606846976,1\n", "x");
    expect(numberColumn(large, "a", "x")).toEqual(Float64Array.of(2 ** 53, -(2 ** 60)));
    expect(() => numberColumn(large, "b", "x")).toThrow(/"9007199254740993" which no number holds exactly/);
  });

  it("names the columns when its own is missing", () => {
    expect(() => numberColumn(read, "c", "x")).toThrow(/lacks the column "c" \(it has "a", "b"\)/);
    expect(() => requireColumns(read, ["a", "b"], "x")).not.toThrow();
    expect(optionalColumn(read, "c")).toBeUndefined();
    expect(optionalColumn(read, "b")?.[0]).toBe("x");
  });
});

describe("encodeCsv", () => {
  const columns: Table = table([
    ["", ["x", 'say "hi"', "two\nlines"]],
    ["a,b", Float64Array.of(0.1, Number.NaN, -0)],
    ["c", [true, null, "" as unknown]],
    ["d", BigInt64Array.of(2n ** 62n, 0n, -1n)],
    ["e", [[1, 2], { x: 1n }, undefined]],
  ]);

  it("writes what reads back", () => {
    expect(columnsOf(parseCsv(encodeCsv(columns), "x"))).toEqual({
      "": ["x", 'say "hi"', "two\nlines"],
      "a,b": ["0.1", "", "-0"],
      c: ["true", "", ""],
      d: ["4611686018427387904", "0", "-1"],
      e: ["[1,2]", '{"x":"1"}', ""],
    });
  });

  it("writes numbers that read back to the same bits", () => {
    const random = seededRandom(3);
    const values = Float64Array.from({ length: 500 }, () => (random() - 0.5) * 10 ** Math.floor(random() * 600 - 300));
    const read = parseCsv(encodeCsv(table([["x", values]])), "x");
    expect(numberColumn(read, "x", "x")).toEqual(values);
  });

  it("keeps the rows of a single column that is empty somewhere", () => {
    const text = encodeCsv(table([["x", ["a", "", ""]]]));
    expect(columnsOf(parseCsv(text, "x"))).toEqual({ x: ["a", "", ""] });
  });
});
