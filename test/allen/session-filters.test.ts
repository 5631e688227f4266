import { EVERY_UNIT, openSessionFile, type UnitFilters } from "@crossprobe/allen-adapter/session";
import { LocalStore } from "@crossprobe/storage/node";
import { expect, it } from "vitest";
import { SAMPLE } from "../cli/run.js";

const store = new LocalStore(SAMPLE.allen);
const open = (filters?: UnitFilters) =>
  openSessionFile(store, "session_910000101/session_910000101.nwb", filters ? { filters } : {});

async function dropped(filters?: UnitFilters): Promise<Record<string, number>> {
  const session = await open(filters);
  const { rowCount } = await session.units();
  const counts = session.notices
    .filter(({ code }) => code.startsWith("units-dropped-"))
    .map(({ code, count }) => [code.slice("units-dropped-".length), count]);
  await session.close();
  return { ...Object.fromEntries(counts), left: rowCount };
}

it("counts the units that each filter leaves out, at the first that they fail", async () => {
  // 106 rows of units.csv: four on channels without label, then by metric in turn; the file has two units of noise besides.
  expect(await dropped()).toEqual({
    ...{ "in-brain": 4, "good-quality": 2 },
    ...{ "amplitude-cutoff-maximum": 8, "presence-ratio-minimum": 10, "isi-violations-maximum": 1 },
    left: 83,
  });
  expect(await dropped(EVERY_UNIT)).toEqual({ left: 108 });
});

it("refuses filters that there are not, and bounds that are none", async () => {
  await expect(open({ amplitudeCutofMaximum: 1 } as UnitFilters)).rejects.toMatchObject({ code: "query" });
  await expect(open({ presenceRatioMinimum: Number.NaN })).rejects.toMatchObject({ code: "query" });
});
