import { table } from "@crossprobe/core";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { describe, expect, it } from "vitest";
import { storeOf } from "../../../../test/helpers/format-fixtures.js";
import { openOneIndex } from "./one-index.js";
import { searchSessions } from "./search.js";

const METADATA = new Map([["one_metadata", '{"date_created": "2026-01-15 12:00"}']]);
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

function datasets(columns: Readonly<Record<string, readonly unknown[]>>): Uint8Array {
  return encodeParquet(table(Object.entries(columns)), METADATA);
}

const ROWS = {
  eid: [id(2), id(1), id(2), id(1)],
  id: [id(9), id(8), id(3), id(4)],
  rel_path: ["alf/c.c.npy", "alf/b.b.npy", "alf/a.a.npy", "alf/#x#/b.b.npy"],
  file_size: [1, null, 3, 4],
  hash: ["0123456789abcdef0123456789abcdef", "", null, "not a digest"],
  exists: [true, true, false, true],
  qc: ["PASS", "CRITICAL", "FAIL", null],
};

describe("openOneIndex", () => {
  it("orders rows by session and id, whatever the order of the file, and keeps what is absent null", async () => {
    const index = await openOneIndex(storeOf({ "datasets.pqt": datasets(ROWS) }));
    expect(index.datasets?.sessionIds).toEqual([id(1), id(2)]);
    expect(index.datasets?.ofSession(id(1))).toEqual([
      { id: id(4), eid: id(1), path: "alf/#x#/b.b.npy", size: 4, md5: null, exists: true, qc: null, isDefault: null },
      {
        id: id(8),
        eid: id(1),
        path: "alf/b.b.npy",
        size: null,
        md5: null,
        exists: true,
        qc: "CRITICAL",
        isDefault: null,
      },
    ]);
    expect(index.datasets?.ofSession(id(2)).map(({ md5 }) => md5)).toEqual([null, ROWS.hash[0]]);
    expect(index.datasets?.find(id(9))?.path).toBe("alf/c.c.npy");
    expect(index.datasets?.find(id(7))).toBeUndefined();
    expect(index.datasets?.ofSession(id(5))).toEqual([]);
    expect(index.sessions).toEqual([]);
    expect(index.notices.map(({ code, count }) => [code, count])).toEqual([["hash-not-md5", 1]]);
  });

  it("has nothing where there are no tables", async () => {
    const index = await openOneIndex(storeOf({}));
    expect(index).toMatchObject({ sessions: [], datasets: undefined, insertions: undefined, notices: [] });
    expect(searchSessions(index, { subject: "x", datasets: "y" })).toEqual([]);
  });

  it("leaves a table without metadata of ONE aside, and says so", async () => {
    const index = await openOneIndex(storeOf({ "datasets.pqt": encodeParquet(table(Object.entries(ROWS))) }));
    expect(index.datasets).toBeUndefined();
    expect(index.notices.map(({ code, where }) => [code, where])).toEqual([
      ["table-without-one-metadata", "memory://test/datasets.pqt"],
    ]);
  });

  it.each([
    ["rel_path", /no column rel_path; it has eid, id/],
    ["eid", /neither texts nor eid_0/],
    ["id", /neither texts nor id_0/],
  ])("names a missing %s", async (name, message) => {
    const rest = Object.fromEntries(Object.entries(ROWS).filter(([column]) => column !== name));
    await expect(openOneIndex(storeOf({ "datasets.pqt": datasets(rest) }))).rejects.toThrow(message);
  });

  it.each([
    [{ id: [id(1), id(2), null, id(3)] }, /row 2 .* has no id/],
    [{ eid: [id(1), null, id(1), id(1)] }, /row 1 .* has no eid/],
    [{ rel_path: ["a", "b", "c", null] }, /row 3 .* has no path/],
    [{ id: [id(1), id(2), "x", id(3)] }, /value of 1 letters is no UUID/],
    [{ id: [id(1), id(2), id(4).replace("8", "g"), id(3)] }, /no hexadecimal digit/],
    [{ qc: ["PASS", "GOOD", "PASS", "PASS"] }, /qc of "GOOD"/],
  ])("refuses %j", async (columns, message) => {
    await expect(openOneIndex(storeOf({ "datasets.pqt": datasets({ ...ROWS, ...columns }) }))).rejects.toThrow(message);
  });

  it("stops when it is aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(openOneIndex(storeOf({ "datasets.pqt": datasets(ROWS) }), { signal })).rejects.toThrow("enough");
  });
});
