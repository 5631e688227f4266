import { parseCsvColumns } from "@crossprobe/formats/csv";
import { expect, it } from "vitest";
import { CsvCells } from "./csv-cells.js";
import type { IndexedTable } from "./tables.js";
import { toUnitTable } from "./units.js";

/** A table as the cache reads it, from its rows by identifier. */
function table(header: string, owner: string, rows: Readonly<Record<string, string>>): IndexedTable {
  const text = [header, ...Object.values(rows)].join("\n");
  const cells = new CsvCells(parseCsvColumns(`${text}\n`, "table.csv"), "table.csv", ["id"]);
  const rowOf = new Map(Object.keys(rows).map((id, row) => [id, row]));
  const rowsOf = new Map<string, number[]>();
  for (const row of rowOf.values())
    rowsOf.set(cells.id(owner, row), [...(rowsOf.get(cells.id(owner, row)) ?? []), row]);
  return { cells, rowOf, rowsOf };
}

it("calls a unit without a label not registered, wherever its site is; root is a label", () => {
  const header =
    "id,ecephys_probe_id,local_index,probe_vertical_position,anterior_posterior_ccf_coordinate,dorsal_ventral_ccf_coordinate," +
    "left_right_ccf_coordinate,ecephys_structure_id,ecephys_structure_acronym";
  const channels = table(header, "ecephys_probe_id", {
    30: "30,2,240,2420,8200,1500,7100,385,VISp",
    31: "31,2,248,2500,,,,,",
    32: "32,2,249,2500,,,,997,root",
  });
  const units = table("id,ecephys_channel_id", "ecephys_channel_id", { 40: "40,30", 41: "41,31", 42: "42,32" });
  const { rows } = toUnitTable({ channels, units }, "2", "1", []);
  expect(rows.map(({ region, regionAbsent }) => region?.acronym ?? regionAbsent)).toEqual([
    "VISp",
    "notRegistered",
    "outsideBrain",
  ]);
});
