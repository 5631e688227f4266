import { describe, expect, it } from "vitest";
import { formatAlfName, toAlfName, toReadableName } from "./alf-format.js";
import { parseAlfName } from "./alf-name.js";

describe("formatAlfName", () => {
  it.each([
    "_ibl_trials.goCue_times_bpod.npy",
    "channels.brainLocationIds_ccf_2017.npy",
    "leftCamera.ROIMotionEnergy.npy",
    "_spikeglx_ephysData_g0_t0.imec0.ap.cbin",
    "obj.attr.e1.e2.e3.ext",
  ])("writes %s back as it was", (name) => {
    const parsed = parseAlfName(name);
    expect(parsed && formatAlfName(parsed)).toBe(name);
  });
});

/** Answers of `one.alf.spec.to_alf` (golden file `names.json`, `format`). */
describe("toAlfName", () => {
  it.each([
    [
      {
        object: "spikes",
        attribute: "times",
        extension: ".ssv",
        namespace: "ibl",
        timescale: ["ephys clock", "minutes"],
      },
      "_ibl_spikes.times_ephysClock_minutes.ssv",
    ],
    [{ object: "trials", attribute: "stim_on_intervals", extension: "npy" }, "trials.stimOn_intervals.npy"],
    [{ object: "motion_energy", attribute: "ROI_map", extension: "npy" }, "motionEnergy.ROIMap.npy"],
    [{ object: "FooBar", attribute: "Baz", extension: "npy", extra: ["raw", "v12"] }, "fooBar.baz.raw.v12.npy"],
  ])("of %j", (parts, name) => {
    expect(toAlfName(parts)).toBe(name);
  });

  it.each([
    { object: "a", attribute: "b", extension: "" },
    { object: "a.b", attribute: "c", extension: "npy" },
    { object: "a", attribute: "b", extension: "npy", namespace: "n_s" },
    { object: "_a", attribute: "b", extension: "npy" },
    { object: "a", attribute: "_times", extension: "npy" },
  ])("refuses %j", (parts) => {
    expect(() => toAlfName(parts)).toThrow(/is no part of an ALF name/);
  });
});

it("separates the words of a name", () => {
  expect(toReadableName("someROIDataset")).toBe("some ROI dataset");
});
