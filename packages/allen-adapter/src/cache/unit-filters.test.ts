import { describe, expect, it } from "vitest";
import { NoticeCounter } from "../notices.js";
import type { TypedColumn } from "./project-table.js";
import { filterUnits, NO_UNIT_FILTERS, type UnitFilters, unitRules } from "./unit-filters.js";

const NaNs = Number.NaN;
const column = (values: readonly number[]): TypedColumn => ({ values: Float64Array.from(values), dtype: "float64" });
/** Unit 1 sits on every bound; 2, 3 and 4 fail one each; 5 lacks a metric; 6 has zeros. */
const COLUMNS = new Map<string, TypedColumn>([
  ["id", column([1, 2, 3, 4, 5, 6])],
  ["amplitude_cutoff", column([0.1, 0.1000001, 0, 0, NaNs, 0])],
  ["presence_ratio", column([0.95, 1, 0.93, 1, 1, 1])],
  ["isi_violations", column([0.5, 0, 0, 1.7, 0, 0])],
]);

function filtered(filters: UnitFilters, columns = COLUMNS) {
  const notices = new NoticeCounter();
  const rows = filterUnits(columns, filters, "units.csv", notices);
  return {
    ids: Array.from(rows, (row) => row + 1),
    dropped: notices.list().map(({ code, count }) => `${code} ${count}`),
  };
}

describe("filterUnits", () => {
  it("holds bounds inclusively, and says at which rule each unit was dropped", () => {
    expect(filtered({})).toEqual({
      ids: [1, 6],
      dropped: [
        "units-dropped-amplitude-cutoff-maximum 2",
        "units-dropped-presence-ratio-minimum 1",
        "units-dropped-isi-violations-maximum 1",
      ],
    });
  });

  it("takes 0 for a bound and null for none", () => {
    expect(filtered({ amplitudeCutoffMaximum: 0 }).ids).toEqual([6]);
    expect(filtered({ presenceRatioMinimum: null }).ids).toEqual([1, 3, 6]);
  });

  it("drops a unit without a metric even where there is no bound, unless that is switched off", () => {
    const none = { amplitudeCutoffMaximum: null, presenceRatioMinimum: null, isiViolationsMaximum: null };
    expect(filtered(none)).toEqual({ ids: [1, 2, 3, 4, 6], dropped: ["units-dropped-amplitude-cutoff-stated 1"] });
    expect(filtered({ ...none, requireMetrics: false })).toEqual({ ids: [1, 2, 3, 4, 5, 6], dropped: [] });
  });

  it("asks for good quality where the table has that column", () => {
    const quality = { values: ["good", "good", "good", "good", "good", "noise"], dtype: "object" as const };
    const columns = new Map([...COLUMNS, ["quality", quality] as const]);
    expect(filtered({}, columns).ids).toEqual([1]);
    expect(filtered({ requireGoodQuality: false }, columns).ids).toEqual([1, 6]);
  });

  it("says that it could not test without the column", () => {
    const columns = new Map([...COLUMNS].filter(([name]) => name !== "isi_violations"));
    expect(filtered({}, columns)).toMatchObject({
      ids: [1, 4, 6],
      dropped: expect.arrayContaining(["unit-rule-without-column 1"]),
    });
  });

  it("refuses filters that there are not, and bounds that are none", () => {
    expect(() => filtered({ snrMinimum: 5 } as UnitFilters)).toThrow(/no unit filter "snrMinimum"/);
    expect(() => filtered({ amplitudeCutoffMaximum: NaNs })).toThrow(/NaN, which is no bound/);
  });
});

it("names every rule, those that AllenSDK does not show too", () => {
  expect(unitRules().map(({ definition }) => definition)).toEqual([
    "amplitude_cutoff <= 0.1",
    "presence_ratio >= 0.95",
    "isi_violations <= 0.5",
    'quality is "good", where the table has that column',
    "the peak channel has a row in channels.csv",
  ]);
  expect(unitRules(NO_UNIT_FILTERS)).toEqual([]);
});
