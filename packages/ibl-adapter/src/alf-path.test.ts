import { describe, expect, it } from "vitest";
import {
  changeDatasetPath,
  formatDatasetPath,
  formatSessionFolder,
  parseDatasetPath,
  withPaddedNumber,
} from "./alf-path.js";

const PATH = "/data/example-lab/Subjects/XQ-07.b/2021-11-02/1/alf/probe00/#2024-05-06#/_av_spikes.times_bpod.raw.npy";

describe("parseDatasetPath", () => {
  it("splits a path into its parts, and formatDatasetPath puts them together", () => {
    const parts = parseDatasetPath(PATH);
    expect(parts).toMatchObject({
      root: "/data/",
      lab: "example-lab",
      subject: "XQ-07.b",
      number: 1,
      numberText: "1",
      collection: "alf/probe00",
      revision: "2024-05-06",
      name: { namespace: "av", timescale: "bpod", extra: "raw" },
    });
    expect(parts && formatDatasetPath(parts)).toBe(PATH);
  });

  it.each([
    "alf/spikes.times.npy",
    "XP_001/2022-03-14/001/alf/spike_train.npy",
    "XP_001/2022-02-30/001/spikes.times.npy",
  ])("refuses %s", (path) => {
    expect(parseDatasetPath(path)).toBeUndefined();
  });
});

describe("changeDatasetPath", () => {
  it("changes what is asked and nothing else", () => {
    expect(changeDatasetPath(PATH, { revision: "", number: 12, namespace: null, lab: null })).toBe(
      "/data/XQ-07.b/2021-11-02/012/alf/probe00/spikes.times_bpod.raw.npy",
    );
    const uuid = "b4fac35a-5a7d-4d2b-9a52-9b1f6b6e2f11";
    const withUuid = changeDatasetPath(PATH, { uuid });
    expect(withUuid).toContain(`spikes.times_bpod.raw.${uuid}.npy`);
    expect(changeDatasetPath(withUuid, { uuid: null })).toBe(PATH);
  });

  it.each([{ revision: "a/b" }, { number: 1000 }, { object: "a.b" }, { uuid: "x" }, { date: "2022-13-45" }])(
    "refuses %j, which would be read otherwise",
    (changes) => {
      expect(() => changeDatasetPath(PATH, changes)).toThrow(/no path|would be read otherwise/);
    },
  );
});

it("writes session folders with three digits", () => {
  expect(withPaddedNumber("XP_001/2022-03-14/1/alf")).toBe("XP_001/2022-03-14/001/alf");
  expect(formatSessionFolder({ lab: "", subject: "XP_001", date: "2022-03-14", number: 12 })).toBe(
    "XP_001/2022-03-14/012",
  );
});
