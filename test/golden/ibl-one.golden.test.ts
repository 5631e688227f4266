import { existsSync } from "node:fs";
import { BWM_FREEZES, listDatasets, readBwmCohort } from "@crossprobe/ibl-adapter/one";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { oneAnswerCases } from "../ibl/one-answer-cases.js";
import { answersIn, type ChoosingAnswers, type ListingAnswers } from "../ibl/one-answers.js";
import { SHARED } from "./shared.js";

describe.skipIf(!SHARED)("local ONE tables, held to every answer of ONE (needs ../shared/golden)", () => {
  const answers = answersIn(`${SHARED}/golden/ibl/one`);
  const { open, read } = answers;

  oneAnswerCases(answers, ["current", "int-ids", "range-index", "not-a-table"], () => {
    expect(read<ChoosingAnswers>("choosing").calls?.length).toBe(149);
    return (path) => existsSync(`${SHARED}/golden/ibl/one/files/${path}`);
  });

  it("finds files by their ids", async () => {
    type Answer = { id: string; returns?: [length: number] };
    const answers = read<{ load_dataset_from_id: Answer[] }>("choosing").load_dataset_from_id;
    const { datasets } = await open("current");
    // There the values of the file are the answer: what ONE loads is what is found here.
    expect(answers.map(({ returns }) => returns !== undefined)).toEqual([true, false, false]);
    expect(answers.map(({ id }) => datasets?.find(id)?.id)).toEqual([answers[0]?.id, undefined, undefined]);
  });
  it("refuses default revisions of tables that state none", async () => {
    const raised = read<{ default_only_without_that_column: { raises: { type: string } } }>("listing");
    expect(raised.default_only_without_that_column.raises.type).toBe("ALFError");
    const index = await open("range-index");
    const { ephys2 = "" } = read<ListingAnswers>("listing").sessions;
    for (const eid of [ephys2, undefined]) {
      expect(() => listDatasets(index, eid, { defaultRevisionsOnly: true })).toThrow(
        expect.objectContaining({ code: "unsupported" }),
      );
    }
  });
  it("lists default revisions over all sessions as over each", async () => {
    const index = await open("current");
    const filter = { defaultRevisionsOnly: true };
    const each = index.sessions.flatMap(({ eid }) => listDatasets(index, eid, filter));
    const all = listDatasets(index, undefined, filter);
    expect([...all].sort()).toEqual([...new Set(each)].sort());
    expect(all.length).toBeLessThan(listDatasets(index).length);
  });
});

describe.skipIf(!SHARED)("freezes of the Brain-Wide Map (needs ../shared/data)", () => {
  it.each(["2022_10_bwm_release", "2023_12_bwm_release"] as const)(
    "%s has the counts that it is known by",
    async (name) => {
      const cohort = await readBwmCohort(new LocalStore(`${SHARED}/data/real/ibl-bwm/`), `${name}.csv`);
      expect(cohort).toMatchObject({ freeze: name, ...BWM_FREEZES[name] });
    },
  );

  it("has the probe names of the reference, which are not all two digits", async () => {
    const { rows } = await readBwmCohort(new LocalStore(`${SHARED}/data/real/ibl-bwm/`), "2023_12_bwm_release.csv");
    const counts: Record<string, number> = {};
    for (const { name } of rows) counts[name] = (counts[name] ?? 0) + 1;
    expect(counts).toEqual({
      probe00: 430,
      probe01: 265,
      probe00a: 3,
      probe00b: 1,
    });
    expect(new Set(rows.map(({ lab }) => lab)).size).toBe(12);
    expect([
      rows.map(({ date }) => date).sort()[0],
      rows
        .map(({ date }) => date)
        .sort()
        .at(-1),
    ]).toEqual(["2019-11-26", "2023-10-19"]);
  });
});
