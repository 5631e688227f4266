import { openHdf5 } from "@crossprobe/formats/hdf5";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { NoticeCounter } from "../../packages/allen-adapter/src/notices.js";
import { readFileChannels } from "../../packages/allen-adapter/src/session/channel-table.js";
import { readLightPulses } from "../../packages/allen-adapter/src/session/light-pulses.js";
import { readRunningTable } from "../../packages/allen-adapter/src/session/running-tables.js";

async function withFile<Value>(
  path: string,
  use: (file: NonNullable<Awaited<ReturnType<typeof openHdf5>>>) => Promise<Value>,
) {
  const folder = new URL("../fixtures/", import.meta.url).pathname;
  const file = await openHdf5(new LocalStore(folder), path);
  if (!file) expect.fail(`no file ${path}`);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

describe("pieces of files of 2019 and known defects", () => {
  it("reads running whose timestamps hold starts and ends in two rows", async () => {
    const notices = new NoticeCounter();
    const running = await withFile("nwb/malformed/running_2xn.h5", (file) => readRunningTable(file, notices));
    const [starts, ends] = [running.columns.get("start_time"), running.columns.get("end_time")];
    expect([running.rowCount, starts?.[0], starts?.[948], ends?.[0], ends?.[948]]).toEqual([
      949, 20, 209.6, 20.1998, 209.7998,
    ]);
    expect(notices.list().map(({ code }) => code)).toContain("running-2xn");
  });

  it("reads light pulses from the table with the misspelt name", async () => {
    const notices = new NoticeCounter();
    const { value } = await withFile("allen-session/2019/opto-name.h5", (file) => readLightPulses(file, notices));
    expect(value?.columns.get("stimulus_name")).toEqual([
      "pulse",
      "fast_pulses",
      "raised_cosine",
      "pulse",
      "fast_pulses",
    ]);
    expect(value?.columns.has("name")).toBe(false);
    expect(notices.list()).toMatchObject([{ code: "opto-name" }]);
  });

  it("takes a dorsal-ventral coordinate that repeats the left-right one for unknown, and says so", async () => {
    const notices = new NoticeCounter();
    const { table } = await withFile("allen-session/dv-equals-ml.h5", (file) => readFileChannels(file, notices));
    expect(table.columns.get("anterior_posterior_ccf_coordinate")?.[0]).toBe(8165);
    expect(table.columns.get("left_right_ccf_coordinate")?.[0]).toBe(6862);
    expect(table.columns.get("dorsal_ventral_ccf_coordinate")?.[0]).toBeNaN();
    expect(notices.list().map(({ code }) => code)).toContain("dv-equals-ml");
  });
});
