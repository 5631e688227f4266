import { isDataError, table } from "@crossprobe/core";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { describe, expect, it } from "vitest";
import { storeOf } from "../../../test/helpers/format-fixtures.js";
import { readOneTables, toUuid } from "./one-tables.js";

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

describe("readOneTables", () => {
  const tables = (columns: Readonly<Record<string, readonly unknown[]>>) => {
    const metadata = new Map([["one_metadata", '{"date_created": "2026-01-15 12:00"}']]);
    return readOneTables(storeOf({ "datasets.pqt": encodeParquet(table(Object.entries(columns)), metadata) }), {});
  };
  const B = "02e92a82-042d-3ee3-a53f-402446a1c5e4";

  it("gives a session its rows in the order of their ids, absent values as null", async () => {
    const { datasets } = await tables({
      eid: [A, B, A.toUpperCase()],
      id: [B, B, A],
      rel_path: ["alf/a.b.npy", "x", "alf/c.d.npy"],
      file_size: [12, 1, null],
      default_revision: [true, true, false],
    });
    expect(datasets?.rowsOf(A)).toEqual([
      { path: "alf/c.d.npy", isDefault: false, qc: null, size: null },
      { path: "alf/a.b.npy", isDefault: true, qc: null, size: 12 },
    ]);
    expect(datasets?.rowsOf("none")).toEqual([]);
    expect(datasets?.sessionIds).toEqual([A, B]);
  });

  it("reads ids from pairs of 64-bit integers", async () => {
    const half = BigInt64Array.of(-1n);
    const pairs = { eid_0: half, eid_1: half, id_0: half, id_1: half };
    const { datasets } = await tables({ ...pairs, rel_path: ["alf/a.b.npy"] } as never);
    expect(datasets?.rowsOf("ffffffff-ffff-ffff-ffff-ffffffffffff")).toHaveLength(1);
  });

  it("names what is missing and what is there", async () => {
    const [result] = await Promise.allSettled([tables({ eid: [A], id: [A] })]);
    expect(result.status === "rejected" && isDataError(result.reason, "schema")).toBe(true);
    expect(String(result.status === "rejected" && result.reason)).toContain(
      "datasets.pqt has no column rel_path; it has eid, id",
    );
  });
});
