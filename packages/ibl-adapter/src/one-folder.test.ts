import { type ByteStore, table } from "@crossprobe/core";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { describe, expect, it } from "vitest";
import { storeOf } from "../../../test/helpers/format-fixtures.js";
import { openOneFolder } from "./one-folder.js";

const [A, B] = ["01e92a82-042d-3ee3-a53f-402446a1c5e4", "02e92a82-042d-3ee3-a53f-402446a1c5e4"];
const ID = (digit: number) => `${String(digit).repeat(8)}-042d-3ee3-a53f-402446a1c5e4`;
const METADATA = new Map([["one_metadata", '{"date_created": "2026-01-15 12:00"}']]);
const FOLDER_B = "lab/Subjects/XP_2/2024-05-07/002/";
const EMPTY = new Uint8Array();

/** Rows out of order, one path in two sessions, one file that is no ALF file. */
const TABLES = {
  "sessions.pqt": encodeParquet(
    table([
      ["id", [A, B]],
      ["lab", ["lab", "lab"]],
      ["subject", ["XP_1", "XP_2"]],
      ["date", ["2024-05-06", "2024-05-07"]],
      ["number", [1, 2]],
      ["task_protocol", ["", ""]],
    ] as never),
    METADATA,
  ),
  "datasets.pqt": encodeParquet(
    table([
      ["eid", [B, A, B, B, A]],
      ["id", [ID(4), ID(2), ID(1), ID(3), ID(5)]],
      [
        "rel_path",
        [
          "alf/probe01/spikes.times.npy",
          "alf/probe01/spikes.times.npy",
          "raw_ephys_data/probe00/_spikeglx_x.sync.npy",
          "README",
          "alf/a.b.npy",
        ],
      ],
    ] as never),
    METADATA,
  ),
};

describe("openOneFolder, with index tables", () => {
  const files: Record<string, Uint8Array> = { ...TABLES, [`${FOLDER_B}alf/probe01/spikes.times.npy`]: EMPTY };
  const silent = storeOf(files);
  const store: ByteStore = {
    ...silent,
    async *list() {
      yield* Object.keys(files);
    },
  };

  it("says which collections a session has, and which of its files are on disk", async () => {
    const { sessions } = await openOneFolder(store, {});
    const [first, second] = sessions;
    expect([...(first?.collections() ?? [])]).toEqual(["alf/probe01", "alf"]);
    expect([...(second?.collections() ?? [])]).toEqual(["raw_ephys_data/probe00", "alf/probe01"]);
    expect(sessions.map(({ isOnDisk }) => isOnDisk)).toEqual([false, true]);
    expect(second?.files().map(({ canonical, isPresent }) => [canonical, isPresent])).toEqual([
      ["raw_ephys_data/probe00/_spikeglx_x.sync.npy", false],
      ["alf/probe01/spikes.times.npy", true],
    ]);
  });

  it("counts what is listed and not there; a name that is no ALF name is no file", async () => {
    const { countMissing } = await openOneFolder(store, {});
    expect(countMissing()).toEqual([
      {
        code: "listed-files-not-on-disk",
        message: "3 of 5 files that datasets.pqt lists are not on disk: what needs them is not found",
        count: 3,
        where: `${store.url}datasets.pqt`,
      },
    ]);
  });

  it("takes every listed file for there where the store cannot list", async () => {
    const { sessions, countMissing } = await openOneFolder(silent, {});
    expect(countMissing()).toEqual([]);
    expect(sessions.map(({ isOnDisk }) => isOnDisk)).toEqual([true, true]);
    expect(sessions.flatMap((session) => session.files()).every(({ isPresent }) => isPresent)).toBe(true);
  });
});
