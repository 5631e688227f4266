import { parseCsvColumns } from "@crossprobe/formats/csv";
import { describe, expect, it } from "vitest";
import { CsvCells } from "./csv-cells.js";
import { passesAllenDefault } from "./quality-rule.js";

function verdict(header: string, row: string): boolean | null {
  return passesAllenDefault(new CsvCells(parseCsvColumns(`${header}\n${row}\n`, "units.csv"), "units.csv", []), 0);
}

describe("passesAllenDefault", () => {
  it.each([
    ["0.1,0.95,0.5", true],
    ["0.1000001,0.95,0.5", false],
    ["0.1,0.9499999,0.5", false],
    ["0.1,0.95,0.5000001", false],
    ["0,0.99,0", true],
    [",0.99,0", false],
    ["0,0.99,nan", false],
  ])("amplitude_cutoff, presence_ratio, isi_violations of %s: %s", (row, passes) => {
    expect(verdict("amplitude_cutoff,presence_ratio,isi_violations", row)).toBe(passes);
  });

  it("has no verdict without one of its columns", () => {
    expect(verdict("amplitude_cutoff,isi_violations", "0,0")).toBeNull();
  });
});
