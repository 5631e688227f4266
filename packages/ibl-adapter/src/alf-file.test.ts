import type { ByteStore } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { type AlfFile, chooseFile, chooseSorting, collectionsOf, probeLabels } from "./alf-file.js";
import { parseAlfPath } from "./alf-name.js";
import { AlfReads } from "./alf-reads.js";

const store: ByteStore = { url: "memory:one/", size: async () => undefined, read: async () => undefined };

function file(path: string, more: Partial<AlfFile> = {}): AlfFile {
  const parsed = parseAlfPath(path);
  if (parsed === undefined) throw new Error(path);
  return { ...parsed, store, key: path, isDefault: null, qc: null, size: null, isPresent: true, ...more };
}
const TIMES = { object: "spikes", attribute: "times" };

describe("chooseFile", () => {
  it("takes the revision that the index calls default, not the last", () => {
    const files = [
      file("alf/spikes.times.npy", { isDefault: false }),
      file("alf/#2022-10-31#/spikes.times.npy", { isDefault: true }),
      file("alf/#2024-05-06#/spikes.times.npy", { isDefault: false }),
    ];
    expect(chooseFile(files, "alf", TIMES)).toMatchObject({ file: { revision: "2022-10-31" }, notices: [] });
  });

  it("without an index takes the last as text, and says so", () => {
    const files = ["a", "9", "B", "10"].map((revision) => file(`alf/#${revision}#/spikes.times.npy`));
    const choice = chooseFile([file("alf/spikes.times.npy"), ...files], "alf", TIMES);
    expect(choice?.file?.revision).toBe("a");
    expect(choice?.notices).toMatchObject([{ code: "revision-assumed", count: 5 }]);
  });

  it("takes a single row that is not default in silence", () => {
    const files = [file("alf/spikes.times.npy", { isDefault: false })];
    expect(chooseFile(files, "alf", TIMES)).toMatchObject({ file: { revision: "" }, notices: [] });
  });

  it("filters quality before it chooses the revision, and says so", () => {
    const files = [
      file("alf/spikes.times.npy", { isDefault: false, qc: "PASS" }),
      file("alf/#2024-05-06#/spikes.times.npy", { isDefault: true, qc: "CRITICAL" }),
    ];
    const choice = chooseFile(files, "alf", TIMES);
    expect(choice?.file?.revision).toBe("");
    expect(choice?.notices).toMatchObject([{ code: "critical-files-left-out", count: 1 }]);
  });

  it("reads no other collection and no curation, and refuses two names of one attribute", () => {
    expect(chooseFile([file("alf/probe00/spikes.times.npy")], "alf", TIMES)).toBeUndefined();
    expect(chooseFile([file("alf/_av_spikes.times.npy")], "alf", TIMES)).toBeUndefined();
    expect(() => chooseFile([file("alf/spikes.times.npy"), file("alf/_ibl_spikes.times.npy")], "alf", TIMES)).toThrow(
      /spikes\.times is there 2 times/,
    );
  });
});

describe("a file that is needed and left out", () => {
  it.each([
    [[file("alf/spikes.times.npy", { qc: "CRITICAL" })], {}, /of quality CRITICAL left out/, /withdrew/],
    [[file("alf/#2024#/spikes.times.npy")], { revision: "2020" }, /revisions after 2020 alone/, /later revision/],
    [[file("alf/spikes.times.npy", { isPresent: false })], {}, /listed and not on disk/, /download/],
    [[file("alf/_av_spikes.times.npy")], {}, /_av_spikes\.times\.npy, a curation alone/, /namespace/],
    [[file("alf/spikes.times.csv")], {}, /of another kind of file/, /the kind/],
    [[file("alf/spikes.amps.npy")], {}, /it lists none/, /source/],
  ] as const)("%#: says why, and what to do", async (files, choice, why, hint) => {
    const reads = new AlfReads(files, "alf", {}, choice);
    const failure = reads.requireNpy("spikes", "times");
    await expect(failure).rejects.toThrow(why);
    await expect(failure).rejects.toMatchObject({ code: "not-found", hint: expect.stringMatching(hint) });
  });
});

/** Answers of `SpikeSortingLoader` for its default preference (golden file `spike_sorting.json`, `collection_choice`). */
describe("chooseSorting", () => {
  it.each([
    [["alf/probe00", "alf/probe00/pykilosort", "alf/probe00/iblsorter"], "alf/probe00/iblsorter"],
    [["alf/probe00", "alf/probe00/pykilosort"], "alf/probe00/pykilosort"],
    [["alf/probe00", "alf/probe00/ks4"], "alf/probe00"],
    [["alf/probe00a/pykilosort", "alf/probe00/pykilosort"], "alf/probe00/pykilosort"],
    [["alf/probe02/ks2_preproc_tests", "alf/probe00/ks4", "alf/probe00/ks2_preproc_tests"], "alf/probe00/ks4"],
    [["alf/probe01/iblsorter"], undefined],
    [[], undefined],
  ])("of %j", (collections, expected) => {
    expect(chooseSorting(collections, "probe00")).toBe(expected);
  });

  it("does not take another probe's folder whose name begins alike", () => {
    expect(chooseSorting(["alf/probe00a/pykilosort"], "probe00")).toBeUndefined();
  });
});

it("lists collections of an object and labels of probes", () => {
  const files = [
    file("raw_ephys_data/probe01/_spikeglx_x.sync.npy"),
    file("alf/probe00a/pykilosort/spikes.times.npy"),
    file("alf/task_00/_ibl_trials.table.pqt"),
    file("alf/probes.description.json"),
  ];
  expect(collectionsOf(files, "trials")).toEqual(["alf/task_00"]);
  expect(probeLabels(files)).toEqual(["probe00a", "probe01"]);
});

describe("chooseFile, asked for more than the default", () => {
  const files = [
    file("alf/spikes.times.npy", { isDefault: false }),
    file("alf/#2022-10-31#/spikes.times.npy", { isDefault: false }),
    file("alf/#2024-05-06#/spikes.times.npy", { isDefault: true }),
    file("alf/_av_spikes.times.npy"),
  ];
  it.each([
    ["2023-01-01", "2022-10-31"],
    ["2022-10-31", "2022-10-31"],
    ["2020-01-01", ""],
    ["", "2024-05-06"],
  ])("revision %j: the last that is not after it", (revision, expected) => {
    expect(chooseFile(files, "alf", TIMES, { revision })?.file?.revision).toBe(expected);
  });

  it("finds none where all are after it, and says so", () => {
    const choice = chooseFile(files.slice(1, 3), "alf", TIMES, { revision: "2020" });
    expect(choice?.file).toBeUndefined();
    expect(choice?.notices).toMatchObject([{ code: "later-revisions-left-out", count: 2 }]);
  });

  it("says so where every file is critical", () => {
    const choice = chooseFile([file("alf/spikes.times.npy", { qc: "CRITICAL" })], "alf", TIMES);
    expect(choice?.file).toBeUndefined();
    expect(choice?.notices).toMatchObject([{ code: "critical-files-left-out", count: 1 }]);
  });

  it("takes a curation that is asked for, else the released file", () => {
    expect(chooseFile(files, "alf", TIMES, { namespace: "av" })?.file?.name.namespace).toBe("av");
    expect(chooseFile(files, "alf", TIMES, { namespace: "zz" })?.file?.name.namespace).toBeNull();
  });

  it("takes a sorter that is asked for first", () => {
    const sortings = ["alf/probe00", "alf/probe00/pykilosort", "alf/probe00/iblsorter"];
    expect(chooseSorting(sortings, "probe00", "pykilosort")).toBe("alf/probe00/pykilosort");
    expect(chooseSorting(sortings, "probe00", "")).toBe("alf/probe00");
    expect(chooseSorting(sortings, "probe00", "ks4")).toBe("alf/probe00/iblsorter");
  });
});
