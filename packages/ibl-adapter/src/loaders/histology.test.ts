import { describe, expect, it } from "vitest";
import { histologyOfInsertion, histologySource } from "./histology.js";

const insertion = (quality: object, more: object = {}) => ({ json: { extended_qc: quality, ...more } });

describe("histologyOfInsertion", () => {
  it.each([
    [insertion({ tracing_exists: true, alignment_resolved: true, alignment_count: 2 }), "resolved"],
    [insertion({ tracing_exists: true, alignment_resolved: false, alignment_count: 2 }), "aligned"],
    [insertion({ tracing_exists: true, alignment_count: 0 }), "traced"],
    [insertion({}, { xyz_picks: [[1, 2, 3]] }), "traced"],
    [insertion({ tracing_exists: false, alignment_count: 2 }), null],
    [insertion({ alignment_resolved: true, alignment_count: 2 }), null],
    [insertion({ alignment_resolved: true, alignment_count: 2 }, { xyz_picks: [[1, 2, 3]] }), "resolved"],
    [{ id: "8028d4ce-a7dd-361e-9f24-20404d184288", histology: "aligned", alignmentCount: 1 }, "aligned"],
    [{ id: "8028d4ce-a7dd-361e-9f24-20404d184288", histology: null, alignmentCount: null }, null],
    [{ json: null }, null],
    ["nothing", null],
  ])("of %j", (record, expected) => {
    expect(histologyOfInsertion(record)).toBe(expected);
  });
});

it("takes places in the files for resolved ones, else asks the record", () => {
  expect(histologySource(true)).toEqual({ provenance: "resolved", source: "alf" });
  expect(histologySource(false, insertion({ tracing_exists: true }))).toEqual({ provenance: "traced", source: "alyx" });
  expect(histologySource(false)).toBeNull();
});
