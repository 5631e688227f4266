import { describe, expect, it } from "vitest";
import { attributeKey, formatSessionNumber, isUuid, parseAlfName, parseAlfPath, parseSessionPath } from "./alf-name.js";

/** Rows: file name, then namespace, object, attribute, timescale, extra, extension (table of the ONE specification's examples). */
const NAMES: [string, ...(string | null)[]][] = [
  ["_ibl_trials.intervals_bpod.npy", "ibl", "trials", "intervals", "bpod", null, "npy"],
  ["_ibl_trials.goCue_times_bpod.npy", "ibl", "trials", "goCue_times", "bpod", null, "npy"],
  ["channels.brainLocationIds_ccf_2017.npy", null, "channels", "brainLocationIds", "ccf_2017", null, "npy"],
  ["_spikeglx_ephysData_g0_t0.imec0.ap.cbin", "spikeglx", "ephysData_g0_t0", "imec0", null, "ap", "cbin"],
  ["_av_clusters.depths.npy", "av", "clusters", "depths", null, null, "npy"],
  ["spikes.times.npy", null, "spikes", "times", null, null, "npy"],
];

describe("parseAlfName", () => {
  it.each(NAMES)("reads %s", (name, namespace, object, attribute, timescale, extra, extension) => {
    expect(parseAlfName(name)).toEqual({ namespace, object, attribute, timescale, extra, extension });
  });

  it.each(["spike_train.npy", "iblsorter_parameters.yaml", ".DS_Store", "_ibl_x.npy", "spikes.times.npy\n"])(
    "refuses %j",
    (name) => {
      expect(parseAlfName(name)).toBeUndefined();
    },
  );

  it("names an attribute with its timescale and extra parts", () => {
    const name = parseAlfName("channels.brainLocationIds_ccf_2017.raw.npy");
    expect(name && attributeKey(name)).toBe("brainLocationIds_ccf_2017.raw");
  });
});

describe("parseAlfPath", () => {
  it("splits collection, revision and file", () => {
    const path = parseAlfPath("alf/probe00/pykilosort/#2024-05-06#/spikes.times.npy");
    expect(path).toMatchObject({ collection: "alf/probe00/pykilosort", revision: "2024-05-06", uuid: null });
    expect(path?.name).toMatchObject({ object: "spikes", attribute: "times" });
  });

  it("takes a dataset UUID out of the name", () => {
    const uuid = "e0df1873-60bb-3bfc-9d4a-a86bb6cb4a95";
    expect(parseAlfPath(`alf/spikes.times.${uuid}.npy`)).toMatchObject({
      uuid,
      canonical: "alf/spikes.times.npy",
      name: { extra: null, extension: "npy" },
    });
  });

  it("takes a revision folder for one only directly above the file", () => {
    expect(parseAlfPath("#2024-05-06#/probe00/spikes.times.npy")).toMatchObject({
      collection: "#2024-05-06#/probe00",
      revision: "",
    });
    expect(parseAlfPath("spikes.times.npy")).toMatchObject({ collection: "", revision: "" });
  });
});

describe("parseSessionPath", () => {
  it("finds lab, subject, date and number", () => {
    expect(parseSessionPath("data/example-lab/Subjects/XQ-07.b/2021-11-02/001/alf/a.b.npy")).toEqual({
      lab: "example-lab",
      subject: "XQ-07.b",
      date: "2021-11-02",
      number: 1,
      folder: "data/example-lab/Subjects/XQ-07.b/2021-11-02/001",
      rest: "alf/a.b.npy",
    });
  });

  it("does without a lab folder, and refuses impossible days", () => {
    expect(parseSessionPath("XZ_9/2020-01-05/12")).toMatchObject({ lab: null, subject: "XZ_9", number: 12, rest: "" });
    expect(parseSessionPath("XZ_9/2022-13-45/001/x")).toBeUndefined();
    expect(parseSessionPath("XZ_9/2022-02-30/001/x")).toBeUndefined();
    expect(parseSessionPath("XZ_9/2022-03-01/0001/x")).toBeUndefined();
  });
});

it("writes session numbers with three digits, and knows UUIDs", () => {
  expect(formatSessionNumber(7)).toBe("007");
  expect(isUuid("b4fac35a-5a7d-4d2b-9a52-9b1f6b6e2f11")).toBe(true);
  expect(isUuid("2d9a1b66-17fb-11ec-9621-0242ac130002")).toBe(false);
  expect(isUuid("B4FAC35A-5A7D-4D2B-9A52-9B1F6B6E2F11")).toBe(false);
});
