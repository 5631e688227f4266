import { describe, expect, it } from "vitest";
import type { OneDataset } from "../one/dataset-table.js";
import { selectDatasets } from "./select-datasets.js";

const EID = "e9930bb9-2950-34c9-847e-46a5d438b5c6";
const files = (...given: (Partial<OneDataset> & { readonly path: string })[]): OneDataset[] =>
  given.map((file, i) => ({
    ...{ id: `00000000-0000-4000-8000-00000000000${i}`, eid: EID, size: 1, md5: null, exists: true },
    ...{ qc: "PASS", isDefault: true, ...file },
  }));
const chosen = (rows: readonly OneDataset[], selection = {}, probe: string | null = null) =>
  selectDatasets(rows, selection, probe).map(({ row, reason }) => [row.path, reason]);

describe("selectDatasets", () => {
  it("leaves nothing out without a word: files of no verdict and critical ones come with the reason", () => {
    const rows = files(
      { path: "alf/spikes.times.npy" },
      { path: "alf/spikes.amps.npy", qc: null },
      { path: "alf/spikes.depths.npy", qc: "CRITICAL" },
      { path: "alf/clusters.depths.npy", exists: false },
    );
    expect(chosen(rows)).toEqual([
      ["alf/clusters.depths.npy", "the catalogue says that no server has it"],
      ["alf/spikes.amps.npy", "its verdict is missing: ONE leaves it out, too"],
      ["alf/spikes.depths.npy", "its verdict is CRITICAL: ONE leaves it out, too"],
      ["alf/spikes.times.npy", null],
    ]);
  });

  it("takes files without an ALF name, unless an object is asked for", () => {
    const rows = files(
      { path: "alf/probe00/iblsorter/iblsorter_parameters.yaml" },
      { path: "alf/probe00/iblsorter/spikes.times.npy" },
    );
    const yaml = "alf/probe00/iblsorter/iblsorter_parameters.yaml";
    expect(chosen(rows).map(([path]) => path)).toContain(yaml);
    expect(chosen(rows, { extension: "yaml" })).toEqual([[yaml, null]]);
    expect(chosen(rows, { collection: "alf/probe00/*" }).length).toBe(2);
    expect(chosen(rows, { object: "spikes" }).map(([path]) => path)).toEqual([
      "alf/probe00/iblsorter/spikes.times.npy",
    ]);
    expect(chosen(rows, {}, "probe01")).toEqual([]);
  });

  it("takes the default revision, and an older one where that is critical", () => {
    const [first, second] = ["alf/spikes.times.npy", "alf/#2024-05-06#/spikes.times.npy"];
    expect(chosen(files({ path: first, isDefault: false }, { path: second }))).toEqual([[second, null]]);
    const critical = files({ path: first, isDefault: false }, { path: second, qc: "CRITICAL" });
    expect(chosen(critical)).toEqual([[first, null]]);
  });
});
