import { describe, expect, it } from "vitest";
import { storeOf } from "../../../../test/helpers/format-fixtures.js";
import type { OneDataset } from "../one/dataset-table.js";
import { openOneIndex } from "../one/one-index.js";
import { writeOneTables } from "./one-table-files.js";

const SESSION = {
  ...{ eid: "e9930bb9-2950-34c9-847e-46a5d438b5c6", lab: "examplelab", subject: "XP_001" },
  ...{ date: "2026-01-15", number: 1, taskProtocol: "", projects: "" },
};
const row = (place: number, path: string, isDefault: boolean | null): OneDataset => ({
  ...{ id: `00000000-0000-4000-8000-00000000000${place}`, eid: SESSION.eid, path, isDefault },
  ...{ size: 1, md5: "0123456789abcdef0123456789abcdef", exists: true, qc: "PASS" },
});

async function defaultsOf(rows: readonly OneDataset[]): Promise<(readonly [string, boolean | null])[]> {
  const { files } = await writeOneTables(storeOf({}), [{ session: SESSION, rows, addressOf: () => undefined }], {});
  const written = Object.fromEntries(files.map(({ path, bytes }) => [path, bytes]));
  const index = await openOneIndex(storeOf(written));
  return (index.datasets?.ofSession(SESSION.eid) ?? []).map(({ path, isDefault }) => [path, isDefault] as const);
}

describe("writeOneTables", () => {
  it("calls one revision of a file default, the last as text where the catalogue does not say", async () => {
    const [plain, first, second] = ["alf/a.b.npy", "alf/#2022-01-01#/a.b.npy", "alf/#2024-01-01#/a.b.npy"];
    const none = [row(1, first, null), row(2, second, null), row(3, plain, null), row(4, "alf/c.d.npy", null)];
    expect(await defaultsOf(none)).toEqual([
      [first, false],
      [second, true],
      [plain, false],
      ["alf/c.d.npy", true],
    ]);
    expect(await defaultsOf([row(1, first, true), row(2, second, null)])).toEqual([
      [first, true],
      [second, false],
    ]);
    expect(await defaultsOf([row(1, first, null), row(2, second, false)])).toEqual([
      [first, true],
      [second, false],
    ]);
  });
});
