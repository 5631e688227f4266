import { parseCsvColumns } from "@crossprobe/formats/csv";
import { describe, expect, it } from "vitest";
import { CsvCells, toNumber } from "./csv-cells.js";

describe("toNumber", () => {
  it.each([
    ["0.1", 0.1],
    [" -3 ", -3],
    ["0", 0],
    ["0.0", 0],
    ["1e-5", 1e-5],
    ["inf", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["", null],
    ["  ", null],
    ["NaN", null],
    ["null", null],
    ["N/A", null],
    ["None", null],
    ["[1. 2.]", undefined],
    ["True", undefined],
  ])("%j is %s", (text, value) => {
    expect(toNumber(text)).toBe(value);
  });
});

describe("CsvCells", () => {
  const csv = parseCsvColumns(
    "id,flag,name,rate\n7,True,probeA,1.5\n385.0,0,,\nx,,None,inf\n,maybe,nan,[1. 2.]\n",
    "probes.csv",
  );
  const cells = new CsvCells(csv, "probes.csv", ["id"]);

  it("reads identifiers, truth values and texts, and refuses the rest with file, row and column", () => {
    expect([cells.id("id", 0), cells.id("id", 1)]).toEqual(["7", "385"]);
    expect(() => cells.id("id", 2)).toThrow(/Row 3 of probes\.csv holds "x" in column id/);
    expect(() => cells.id("id", 3)).toThrow(/Row 4/);
    expect([0, 1, 2].map((row) => cells.boolean("flag", row))).toEqual([true, false, null]);
    expect(() => cells.boolean("flag", 3)).toThrow(/Row 4 of probes\.csv holds "maybe" in column flag/);
    expect([0, 1, 2, 3].map((row) => cells.text("name", row))).toEqual(["probeA", null, null, null]);
  });

  it("reads numbers, and says which cells are none", () => {
    expect([0, 1, 2].map((row) => cells.number("rate", row))).toEqual([1.5, null, Number.POSITIVE_INFINITY]);
    expect(() => cells.number("rate", 3)).toThrow(/Row 4 of probes\.csv holds "\[1\. 2\.\]" in column rate/);
    expect([...cells.numbers("rate").unreadable]).toEqual([3]);
    expect(cells.number("missing", 0)).toBeNull();
  });

  it("refuses a table without a needed column", () => {
    expect(() => new CsvCells(csv, "probes.csv", ["id", "phase"])).toThrow(/lacks the column "phase"/);
  });
});
