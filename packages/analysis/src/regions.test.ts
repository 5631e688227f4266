import { MAPPINGS, type Mapping, regionByAcronym, toRegionLabel } from "@crossprobe/atlas";
import { SchemaError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { assignRegion } from "./regions.js";

function assigned(acronym: string, mapping: Mapping): string {
  const found = assignRegion({ region: toRegionLabel(regionByAcronym(acronym)), regionAbsent: null }, mapping);
  return found.kind === "mapped" ? found.region.acronym : found.kind;
}

describe("assigning a region", () => {
  it.each([
    ["VISp2/3", "VISp2/3", "VISp", "Isocortex"],
    ["LGd-co", "LGd-co", "LGd", "TH"],
    ["TH", "TH", "unmapped", "TH"],
    ["grey", "grey", "unmapped", "unmapped"],
    ["or", "or", "unmapped", "unmapped"],
    ["root", "unmapped", "unmapped", "unmapped"],
  ])("%s is %s, %s, %s", (acronym, allen, beryl, cosmos) => {
    expect((["allen", "beryl", "cosmos"] as const).map((mapping) => assigned(acronym, mapping))).toEqual([
      allen,
      beryl,
      cosmos,
    ]);
  });

  it("tells a label outside the brain from no label", () => {
    for (const mapping of MAPPINGS) {
      expect(assignRegion({ region: null, regionAbsent: "outsideBrain" }, mapping).kind).toBe("unmapped");
      for (const reason of ["notRegistered", "notRecorded", "notReleased", "failedQc", "unknown"] as const) {
        expect(assignRegion({ region: null, regionAbsent: reason }, mapping).kind).toBe("unregistered");
      }
    }
  });

  it("refuses a structure that the atlas does not have", () => {
    const region = { acronym: "XYZ", id: 123_456_789, granularity: "area" } as const;
    expect(() => assignRegion({ region, regionAbsent: null }, "allen")).toThrow(SchemaError);
  });
});
