import { inStructure, membershipOfLabels, membershipOfRow, TRUTH } from "@crossprobe/core";
import { parseCsvColumns } from "@crossprobe/formats/csv";
import { describe, expect, it } from "vitest";
import { CsvCells } from "../packages/allen-adapter/src/csv-cells.js";
import { NoticeCounter } from "../packages/allen-adapter/src/notices.js";
import { placeOf } from "../packages/allen-adapter/src/place.js";
import { toCcfPoint, toLocation } from "../packages/ibl-adapter/src/vocabulary.js";

/** What sources write for "nowhere", through the adapters' borders: a row without a label is unregistered, never out. */

const ca1 = membershipOfLabels(inStructure("CA1"));
const notCa1 = membershipOfLabels({ not: inStructure("CA1") });

const HEADER =
  "id,local_index,probe_vertical_position,anterior_posterior_ccf_coordinate,dorsal_ventral_ccf_coordinate,left_right_ccf_coordinate,ecephys_structure_id,ecephys_structure_acronym";

function allenPlace(point: string, label: string, outsideFrom: number | null = null) {
  const columns = parseCsvColumns(`${HEADER}\n1,200,2020,${point},${label}\n`, "channels.csv");
  return placeOf(new CsvCells(columns, "channels.csv", ["id"]), 0, outsideFrom, new NoticeCounter());
}

describe("a row of Allen's channel table", () => {
  it.each([
    ["no label and no point", ",,", ","],
    ["no label at -1", "-1,-1,-1", ","],
    ["no label at -1000", "-1000,-1000,-1000", ","],
    ["a label that is no structure", "8165,3314,6862", ",visp"],
  ])("with %s is unregistered for a set and for its complement", (_, point, label) => {
    const place = allenPlace(point, label);
    expect(place.region).toBeNull();
    expect([ca1, notCa1].map((labels) => membershipOfRow(labels, place))).toEqual([
      TRUTH.unregistered,
      TRUTH.unregistered,
    ]);
  });

  it("labelled grey without a point is indeterminate: the label says that it lies in grey matter", () => {
    const place = allenPlace("-1000,-1000,-1000", "8,grey");
    expect(place.ccf).toBeNull();
    expect([ca1, notCa1].map((labels) => membershipOfRow(labels, place))).toEqual([
      TRUTH.indeterminate,
      TRUTH.indeterminate,
    ]);
    expect(membershipOfRow(membershipOfLabels(inStructure("cc")), place)).toBe(TRUTH.out);
  });

  it("known to be outside the brain is in no part of it", () => {
    for (const place of [allenPlace(",,", "997,root"), allenPlace(",,", ",", 200)])
      expect([ca1, notCa1].map((labels) => membershipOfRow(labels, place))).toEqual([TRUTH.out, TRUTH.out]);
  });

  it("keeps a dash suffix that the atlas knows, within the structure without it", () => {
    const place = allenPlace("8165,3314,6862", ",LGd-sh");
    expect(membershipOfRow(membershipOfLabels(inStructure("LGd")), place)).toBe(TRUTH.in);
    expect(membershipOfRow(membershipOfLabels(inStructure("LGd-co")), place)).toBe(TRUTH.out);
  });
});

describe("a channel of IBL's", () => {
  it("without histology, or with a number that is no structure, is unregistered", () => {
    for (const id of [null, Number.NaN, 123456789]) {
      const place = toLocation(id, null);
      expect([ca1, notCa1].map((labels) => membershipOfRow(labels, place))).toEqual([
        TRUTH.unregistered,
        TRUTH.unregistered,
      ]);
    }
  });

  it("in void or root is outside the brain: in no part of it", () => {
    for (const id of [0, 997]) {
      const place = toLocation(id, toCcfPoint(0, 0, 0));
      expect([ca1, notCa1].map((labels) => membershipOfRow(labels, place))).toEqual([TRUTH.out, TRUTH.out]);
    }
  });

  it("with a left-hemisphere number is where its positive one is", () => {
    expect(membershipOfRow(ca1, toLocation(-382, toCcfPoint(-1200, 0, 0)))).toBe(TRUTH.in);
  });
});
