import { join } from "node:path";
import { openOneIndex } from "@crossprobe/ibl-adapter/one";
import { extractionStatus, localEvidence } from "@crossprobe/ibl-adapter/status";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

/** Read off `datasets.pqt` of the folder with pandas, rule by rule: what is complete, and what is not a plain "raw data missing". */
const WANTED = {
  // Two runs, the second passive; four probes, two of them sorted by programs that do not count; no raw recordings.
  "c189fc40-bba3-3529-bf80-d0ae19dbf661": {
    complete: [
      ...["trials", "wheel", "task_pre_intervalsTable", "task_pre_passiveStims", "task_pre_passiveGabor"],
      ...["probe00_spikes", "probe01_spikes"],
    ],
    error: [],
    sorters: { probe00: "iblsorter", probe01: "pykilosort", probe02: null, probe03: null },
  },
  // The session of `rest/answers/session_read.json`.
  "8028d4ce-a7dd-361e-9f24-20404d184288": {
    complete: [
      ...["trials", "wheel", "task_pre_intervalsTable", "task_pre_passiveStims", "task_pre_passiveGabor"],
      ...["probe00_sync", "probe00_spikes", "probe01_sync", "probe01_spikes", "left_camera_pose"],
    ],
    error: [],
    sorters: { probe00: "pykilosort#2024-05-06#", probe01: "iblsorter" },
  },
} as const;

describe.skipIf(!SHARED)("the state of extraction of ../shared/golden/ibl/alf", () => {
  it.each(Object.entries(WANTED))("%s", async (eid, { complete, error, sorters }) => {
    const store = new LocalStore(join(SHARED ?? "", "golden/ibl/alf/cache"));
    const { aspects } = extractionStatus(await localEvidence(await openOneIndex(store), store, eid));
    const having = (value: string) => aspects.filter((aspect) => aspect.value === value).map(({ column }) => column);
    expect({ complete: having("extraction complete"), error: having("extraction error") }).toEqual({ complete, error });
    for (const [probe, sorter] of Object.entries(sorters)) {
      expect(aspects.find(({ column }) => column === `${probe}_sorter`)?.value, probe).toBe(sorter);
    }
  });
});
