import { describe, expect, it } from "vitest";
import { storeOf } from "../../../../test/helpers/format-fixtures.js";
import {
  type BwmInsertion,
  type BwmUnit,
  bwmDjangoFilters,
  mergeBwmInsertions,
  readBwmCohort,
  selectBwmUnits,
} from "./bwm-cohorts.js";

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const HEADER = ",pid,eid,probe_name,session_number,date,subject,lab";

describe("readBwmCohort", () => {
  it("counts, and does not take a file for a freeze by its name alone", async () => {
    const rows = [1, 2, 3].map((n) => `${n},${id(n)},${id(10 + (n >> 1))},probe0${n},1,2020-01-0${n},S${n % 2},lab`);
    const csv = new TextEncoder().encode(`${[HEADER, ...rows].join("\n")}\n`);
    const cohort = await readBwmCohort(storeOf({ "2023_12_bwm_release.csv": csv }), "2023_12_bwm_release.csv");
    expect(cohort).toMatchObject({ freeze: null, insertions: 3, sessions: 2, subjects: 2 });
    expect(cohort.rows[0]).toEqual({
      pid: id(1),
      eid: id(10),
      name: "probe01",
      subject: "S1",
      lab: "lab",
      date: "2020-01-01",
      number: 1,
    });
  });
});

describe("bwmDjangoFilters", () => {
  it("asks both questions with the checks that bwm_query has", () => {
    const [checks, experimenter] = bwmDjangoFilters();
    expect(checks.split(",").filter((part) => part === "0.9").length).toBe(10);
    expect(checks).toContain("~session__extended_qc___task_audio_pre_trial__lt,0.9");
    expect(experimenter).toMatch(/alignment_resolved,True,session__extended_qc___experimenter_task,PASS$/);
    expect(bwmDjangoFilters({ alignmentResolved: false })[1]).toContain("alignment_count__gt,0,");
  });
});

describe("mergeBwmInsertions", () => {
  it("keeps each insertion once, by lab, subject, date and session", () => {
    const row = (pid: number, lab: string, date = "2020-01-01"): BwmInsertion => {
      return { pid: id(pid), eid: id(50 - pid), name: "probe00", subject: "S", lab, date, number: 1 };
    };
    const merged = mergeBwmInsertions(
      [row(1, "b"), row(2, "a")],
      [row(2, "a"), row(3, "a"), row(4, "a", "2019-01-01")],
    );
    expect(merged.map(({ pid }) => pid)).toEqual([4, 3, 2, 1].map(id));
  });
});

describe("selectBwmUnits", () => {
  const units = (beryl: string, eid: string, count: number, label: number | null = 1): BwmUnit[] =>
    Array.from({ length: count }, () => ({ beryl, eid, label }));
  const counts = (found: readonly BwmUnit[]) =>
    Object.fromEntries(
      [...new Set(found.map(({ beryl, eid }) => `${beryl} ${eid}`))].map((key) => {
        return [key, found.filter(({ beryl, eid }) => `${beryl} ${eid}` === key).length];
      }),
    );

  it("counts good units only, then sessions with enough of them only", () => {
    const all = [
      ...units("VISp", "a", 5),
      ...units("VISp", "b", 6),
      ...units("VISp", "c", 4), // too few here, though VISp stays
      ...units("CA1", "a", 9),
      ...units("CA1", "b", 4),
      ...units("CA1", "b", 3, 2 / 3), // would make seven, were they good
      ...units("MOs", "a", 5, null),
      ...units("MOs", "b", 5, null),
      ...units("root", "a", 9),
      ...units("root", "b", 9),
      ...units("void", "a", 9),
      ...units("void", "b", 9),
    ];
    expect(counts(selectBwmUnits(all))).toEqual({ "VISp a": 5, "VISp b": 6 });
    expect(counts(selectBwmUnits(all, { minQc: 0.5 }))).toMatchObject({ "CA1 a": 9, "CA1 b": 7 });
    expect(counts(selectBwmUnits(all, { minSessions: 1 }))).toEqual({ "VISp a": 5, "VISp b": 6, "CA1 a": 9 });
  });
});
