import { ref } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { rawFixture, rawStore } from "../../../../test/ibl/raw-files.js";
import { openRawSource } from "./open-raw-source.js";

const PROBE = ref("ibl", "probe", "probe-a");
const NAME = "np1geom_g0_t0.imec0.lf";
const CLOCK = "_spikeglx_ephysData_g0_t0.imec0.timestamps.npy";

/** The fixture under the names of a session, its clock spelt the other way. */
function session(imec: string) {
  const base = "raw_ephys_data/probe00/_spikeglx_ephysData_g0_t0";
  const files = Object.fromEntries(
    ["cbin", "ch", "meta"].map((end) => [`${base}.${imec}.lf.${end}`, rawFixture(`${NAME}.${end}`)]),
  );
  return {
    ...files,
    [`${base}.imec0.timestamps.npy`]: rawFixture(CLOCK),
    "alf/probe00/spikes.times.npy": new Uint8Array(),
  };
}

describe("openRawSource", () => {
  it.each(["imec0", "imec00"])("finds the recording of a folder, its clock and its header with %s", async (imec) => {
    const files = session(imec);
    const source = await openRawSource(
      rawStore([], files),
      Object.keys(files),
      { label: "probe00", band: "lf" },
      PROBE,
    );
    expect(source).toMatchObject({ sampleCount: 40, clock: { quality: "synced" }, notices: [] });
    const { data } = await source.read({ samples: [3, 5], channels: [0] });
    expect([...data.data]).toEqual([0.3071906268596649, -0.30720001459121704]);
  });

  it("takes regions from the probe's channel table by place, and says where it cannot", async () => {
    const files = session("imec0");
    const keys = Object.keys(files);
    const own = (await openRawSource(rawStore([], files), keys, { label: "probe00", band: "lf" }, PROBE)).channels;
    const table = own.map((channel, row) => ({ ...channel, quality: row === 5 ? ("dead" as const) : null })).reverse();
    const open = (channels: typeof table) =>
      openRawSource(rawStore([], files), keys, { label: "probe00", band: "lf", channels }, PROBE);
    const matched = await open(table);
    expect(matched.channels).toEqual(table.toReversed());
    expect(matched.notices).toEqual([]);
    const partly = await open(table.slice(1));
    expect(partly.channels).toEqual(own);
    expect(partly.notices).toMatchObject([{ code: "raw-channels-unmatched", count: 1 }]);
  });

  it("names what there is instead", async () => {
    const files = session("imec0");
    const open = openRawSource(rawStore([], files), Object.keys(files), { label: "probe01", band: "lf" }, PROBE);
    await expect(open).rejects.toMatchObject({ code: "not-found", message: expect.stringContaining("probe00 lf") });
    const none = openRawSource(rawStore([]), [], { label: "probe00", band: "ap" }, PROBE);
    await expect(none).rejects.toMatchObject({ code: "not-found", message: expect.stringContaining("none at all") });
  });

  it("does not choose between two runs", async () => {
    const files = session("imec0");
    const keys = [...Object.keys(files), "raw_ephys_data/probe00/other_g0_t0.imec0.lf.bin"];
    const open = openRawSource(rawStore([], files), keys, { label: "probe00", band: "lf" }, PROBE);
    await expect(open).rejects.toMatchObject({ code: "not-found", message: expect.stringContaining("2 recordings") });
  });
});
