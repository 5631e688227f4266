import { parseCsvColumns } from "@crossprobe/formats/csv";
import { describe, expect, it } from "vitest";
import { CsvCells } from "./csv-cells.js";
import { ErrataSettings } from "./errata/errata-choice.js";
import { NoticeCounter } from "./notices.js";
import { placeOf } from "./place.js";

const HEADER =
  "id,local_index,probe_vertical_position,anterior_posterior_ccf_coordinate,dorsal_ventral_ccf_coordinate,left_right_ccf_coordinate,ecephys_structure_id,ecephys_structure_acronym";

/** Site 200, 2020 um from the tip, at the given point and label. */
function place(point: string, label: string, outsideFrom: number | null = null, errata?: ErrataSettings) {
  const cells = new CsvCells(
    parseCsvColumns(`${HEADER}\n1,200,2020,${point},${label}\n`, "channels.csv"),
    "channels.csv",
    ["id"],
  );
  const notices = new NoticeCounter();
  const found = placeOf(cells, 0, outsideFrom, notices, errata);
  return { ...found, codes: notices.list().map(({ code }) => code) };
}

describe("placeOf", () => {
  it("reads point, side and label", () => {
    expect(place("8165.0,3314.0,6862.0", "385.0,VISp")).toEqual({
      region: { acronym: "VISp", id: 385, granularity: "area" },
      regionAbsent: null,
      ccf: { ap: 8165, dv: 3314, ml: 6862 },
      hemisphere: "right",
      distanceFromTipUm: 2020,
      codes: [],
    });
    expect(place("8165,3314,5738", "549,TH")).toMatchObject({ region: { granularity: "parent" }, hemisphere: "left" });
  });

  it.each([
    ["-1000,-1000,-1000", "minus-1000-grey"],
    ["-1.0,-1.0,-1.0", "minus-1-coordinates"],
    ["0,3314,6862", "zero-coordinates"],
  ])("takes %s as no point, and says so", (point, code) => {
    expect(place(point, "8,grey")).toMatchObject({
      region: { acronym: "grey" },
      ccf: null,
      hemisphere: null,
      codes: [code],
    });
  });

  it("gives the stored point where the entry is off", () => {
    const errata = new ErrataSettings({ "minus-1000-grey": false });
    expect(place("-1000,-1000,-1000", "8,grey", null, errata)).toMatchObject({
      ccf: { ap: -1000, dv: -1000, ml: -1000 },
      codes: [],
    });
    expect(place("-1,-1,-1", "8,grey", null, errata)).toMatchObject({ ccf: null });
  });

  it("takes empty coordinates as no point, without a word", () => {
    expect(place(",,", "8,grey")).toMatchObject({ ccf: null, codes: [] });
  });

  it("keeps a dash suffix that the atlas knows", () => {
    expect(place("8165,3314,6862", ",LGd-sh")).toMatchObject({
      region: { acronym: "LGd-sh", id: 496345664 },
      codes: [],
    });
  });

  it("tells outside the brain from not registered by the site alone", () => {
    expect(place(",,", ",", 200)).toMatchObject({ region: null, regionAbsent: "outsideBrain" });
    expect(place(",,", ",", 201)).toMatchObject({ region: null, regionAbsent: "notRegistered" });
    expect(place(",,", ",")).toMatchObject({ region: null, regionAbsent: "notRegistered" });
    expect(place(",,", "997,root")).toMatchObject({ region: null, regionAbsent: "outsideBrain" });
  });

  it("reports labels that are no structure, and numbers of another one", () => {
    expect(place(",,", ",visp")).toMatchObject({ region: null, regionAbsent: "unknown", codes: ["structure-unknown"] });
    expect(place(",,", "382,VISp")).toMatchObject({ region: { id: 385 }, codes: ["structure-id-mismatch"] });
    expect(place(",,", "382,")).toMatchObject({ region: { acronym: "CA1" }, codes: [] });
  });
});
