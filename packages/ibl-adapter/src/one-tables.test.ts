import { isDataError, table } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { DatasetIndex, toUuid } from "./one-tables.js";

const A = "01e92a82-042d-3ee3-a53f-402446a1c5e4";

describe("toUuid", () => {
  it("joins two little-endian halves, the first byte of each first", () => {
    expect(toUuid(0x0706050403020100n, BigInt.asIntN(64, 0xffeeddccbbaa9988n))).toBe(
      "00010203-0405-0607-8899-aabbccddeeff",
    );
    // ONE's own conversion of an id (golden file identifiers.json)
    expect(toUuid(2177171182679500928n, -8628307216021052257n)).toBe("8028d4ce-a7dd-361e-9f24-20404d184288");
    expect(toUuid(-1n, -1n)).toBe("ffffffff-ffff-ffff-ffff-ffffffffffff");
  });
});

describe("DatasetIndex", () => {
  it("gives a session its rows in table order, absent values as null", () => {
    const index = new DatasetIndex(
      table([
        ["eid", [A, "other", A.toUpperCase()]],
        ["rel_path", ["alf/a.b.npy", "x", "alf/c.d.npy"]],
        ["file_size", [12, 1, null]],
        ["default_revision", [true, true, false]],
      ]),
      "memory:datasets.pqt",
    );
    expect(index.rowsOf(A)).toEqual([
      { path: "alf/a.b.npy", isDefault: true, qc: null, size: 12 },
      { path: "alf/c.d.npy", isDefault: false, qc: null, size: null },
    ]);
    expect(index.rowsOf("none")).toEqual([]);
  });

  it("reads ids from pairs of 64-bit integers", () => {
    const columns = [
      ["eid_0", BigInt64Array.of(-1n)],
      ["eid_1", BigInt64Array.of(-1n)],
      ["rel_path", ["alf/a.b.npy"]],
    ] as const;
    expect(new DatasetIndex(table(columns), "u").rowsOf("ffffffff-ffff-ffff-ffff-ffffffffffff")).toHaveLength(1);
  });

  it.each([
    ["rel_path", [["eid", [A]]] as const],
    ["eid", [["rel_path", ["x"]]] as const],
  ])("names a missing column %s and what is there", (name, columns) => {
    let error: unknown;
    try {
      new DatasetIndex(table(columns), "memory:datasets.pqt");
    } catch (caught) {
      error = caught;
    }
    expect(isDataError(error, "schema")).toBe(true);
    expect(String(error)).toContain(`memory:datasets.pqt has no column ${name}`);
    expect(String(error)).toContain(`it has ${columns[0][0]}`);
  });
});
