import { fileURLToPath } from "node:url";
import { openHdf5 } from "@crossprobe/formats/hdf5";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { openLfpSeries, readLfpColumns } from "../../packages/allen-adapter/src/lfp/lfp-columns.js";

const FOLDER = fileURLToPath(new URL("../fixtures/allen-lfp/", import.meta.url));

/** Columns of the fixture, of which `make.py` says that they are electrodes 102 and 106, with the series changed. */
async function columnsWith(change: object) {
  const file = (await openHdf5(new LocalStore(FOLDER), "lfp-2020.nwb")) ?? expect.fail("no fixture");
  try {
    const series = await openLfpSeries(file);
    return await readLfpColumns(file, { ...series, read: series.read, ...change }, { id: "7", listed: new Map() });
  } finally {
    await file.close();
  }
}

describe("readLfpColumns", () => {
  it("takes the electrodes that the series names", async () => {
    const { channels, notices } = await columnsWith({});
    expect(channels.map(({ ref }) => ref.id)).toEqual(["102", "106"]);
    expect(notices.map(({ code }) => code)).toEqual(["lfp-channel-unlisted"]);
  });

  it("takes a table of as many electrodes in its order where the series names none, and says so", async () => {
    const { channels, notices } = await columnsWith({ electrodes: undefined });
    expect(channels.map(({ ref }) => ref.id)).toEqual(["102", "106"]);
    expect(notices.map(({ code }) => code)).toContain("lfp-channels-unstated");
  });

  it("guesses no electrodes, and makes none up", async () => {
    const table = "/general/extracellular_ephys/electrodes";
    for (const change of [
      { electrodes: undefined, channelCount: 1 },
      { electrodes: { table, rows: [0, 2] } },
      { electrodes: { table, rows: [0] } },
    ]) {
      await expect(columnsWith(change)).rejects.toMatchObject({ code: "schema" });
    }
  });
});
