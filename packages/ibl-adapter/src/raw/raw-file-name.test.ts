import { describe, expect, it } from "vitest";
import { findRawRecordings, parseRawFileName } from "./raw-file-name.js";

const RUN = "_spikeglx_ephysData_g0_t0";
const ID = "00c425fd-ec3e-4cd2-b8af-c0bc0c4bdd44";

describe("parseRawFileName", () => {
  it.each([
    [`raw_ephys_data/probe00/${RUN}.imec0.ap.cbin`, 0, "ap", "cbin"],
    [`raw_ephys_data/probe00/${RUN}.imec00.lf.ch`, 0, "lf", "ch"],
    [`${RUN}.imec1.lf.${ID}.meta`, 1, "lf", "meta"],
    [`${RUN}.imec01.timestamps.npy`, 1, null, "timestamps"],
    [`${RUN}.imec0.sync.${ID}.npy`, 0, null, "sync"],
    [`${RUN}.imec.ap.bin`, null, "ap", "bin"],
    [`raw_ephys_data/${RUN}.nidq.cbin`, null, "nidq", "cbin"],
    ["run_g12_tcat.imec3.ap.bin", 3, "ap", "bin"],
  ])("takes %s apart", (key, probeNumber, band, kind) => {
    expect(parseRawFileName(key)).toMatchObject({ probeNumber, band, kind });
  });

  it.each([
    "_spikeglx_sync.times.npy",
    `${RUN}.imec0.cbin`,
    `${RUN}.nidq.ap.cbin`,
    `${RUN}.imec0.ap.npy`,
    `${RUN}.imec0.sync.cbin`,
    `${RUN}.imec0.ap.cbin.part`,
    "a.imec0.ap.cbin",
  ])("leaves %s alone", (key) => {
    expect(parseRawFileName(key)).toBeUndefined();
  });
});

describe("findRawRecordings", () => {
  it("puts files of one probe together however its number is spelt", () => {
    const keys = ["ap.cbin", "ap.ch", "ap.meta", "lf.cbin"].map(
      (end) => `s/raw_ephys_data/probe00/${RUN}.imec00.${end}`,
    );
    keys.push(`s/raw_ephys_data/probe00/${RUN}.imec0.sync.npy`, `s/raw_ephys_data/probe00/${RUN}.imec0.timestamps.npy`);
    keys.push(
      `s/raw_ephys_data/probe01/${RUN}.imec0.lf.bin`,
      `s/raw_ephys_data/${RUN}.nidq.cbin`,
      "s/alf/spikes.times.npy",
    );
    const found = findRawRecordings(keys);
    expect(found.map(({ label, band, probeNumber }) => [label, band, probeNumber])).toEqual([
      ["", "nidq", null],
      ["probe00", "ap", 0],
      ["probe00", "lf", 0],
      ["probe01", "lf", 0],
    ]);
    expect(found[1]).toEqual({
      label: "probe00",
      run: RUN,
      probeNumber: 0,
      band: "ap",
      data: keys[0],
      header: keys[1],
      meta: keys[2],
      sync: keys[4],
      timestamps: keys[5],
    });
    expect(found[2]).toMatchObject({ data: keys[3], sync: keys[4] });
    expect(found[3]).toMatchObject({ data: keys[6] });
    expect(found[3]?.sync).toBeUndefined();
  });
});
