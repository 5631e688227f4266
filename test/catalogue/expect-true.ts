import type { Catalogue } from "@crossprobe/catalogue";
import type { Question } from "@crossprobe/core";
import { expect } from "vitest";
import { type DrawnDataset, OWN_RULES } from "./drawn-source.js";
import { type Cell, type NaiveGroup, naiveAnswer, naiveGroups, sorted } from "./naive-answer.js";

export const taken = async <Value>(values: AsyncIterable<Value> | undefined): Promise<Value[]> => {
  const all: Value[] = [];
  for await (const value of values ?? []) all.push(value);
  return all;
};

/** Everything that an answer says, against the rows looked at one by one. */
export async function expectTrue(
  from: Catalogue,
  question: Question,
  datasets: readonly DrawnDataset[],
): Promise<number> {
  const rules = OWN_RULES;
  const answer = await from.answer(question, { rules });
  const { rows, coverage } = naiveAnswer(question, datasets, rules);
  const asked = JSON.stringify(question);
  expect(Object.fromEntries(answer.coverageByDataset()), asked).toEqual(Object.fromEntries(coverage));
  for (const [dataset, { counts, excluded, unmeasured }] of coverage) {
    const total = Object.values(counts).reduce((sum, count) => sum + count, excluded + unmeasured);
    expect(total, `${dataset}: ${asked}`).toBe(from.rowCount(question.kind, dataset));
  }
  expect(answer.rowCount, asked).toBe(rows.length);
  if (question.groupBy.length > 0) {
    const cellIn = (group: NaiveGroup, by: string): Cell =>
      by === "count" ? group.count : (group.key[by] ?? group.summaries.find(({ of }) => of === by)?.value ?? null);
    const groups = sorted(naiveGroups(question, rows), question.sort, cellIn).slice(0, question.limit ?? Infinity);
    expect(await answer.groups(), asked).toEqual(groups);
    return rows.length;
  }
  const names = answer.columnNames();
  const shown = sorted(rows, question.sort, (row, by) => row.cell(by)).slice(0, question.limit ?? Infinity);
  const cells = shown.map((row) => Object.fromEntries(names.map((name) => [name, row.cell(name)])));
  expect(await taken(answer.rows()), asked).toEqual(cells);
  const isPlaced = question.kind === "channels" || question.kind === "units";
  const unmapped = isPlaced ? rows.filter((row) => row.hasLabel && row.cell("region") === null).length : 0;
  expect(await answer.unmapped(), asked).toBe(unmapped);
  return rows.length;
}
