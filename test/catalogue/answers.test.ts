import { MAPPINGS } from "@crossprobe/atlas";
import { buildCatalogue, type Catalogue, type ResolvedColumn, type Row } from "@crossprobe/catalogue";
import { type Condition, parseQuestion, type Question, ROW_KINDS, type RowKind } from "@crossprobe/core";
import { beforeAll, describe, expect, it } from "vitest";
import { conditionForms, drawQuestion, GROUPABLE, NUMBERS } from "./drawn-question.js";
import { Draw, type DrawnDataset, DrawnSource, drawAll, OWN_RULE } from "./drawn-source.js";
import { type Cell, type NaiveGroup, naiveAnswer, naiveGroups, sorted } from "./naive-answer.js";

const datasets = drawAll(20_260_731);
let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await buildCatalogue(new DrawnSource(datasets));
});

const taken = async <Value>(values: AsyncIterable<Value>): Promise<Value[]> => {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
};

/** Everything that an answer says, against the rows looked at one by one. */
async function expectTrue(
  from: Catalogue,
  question: Question,
  rowsOf: readonly DrawnDataset[] = datasets,
): Promise<number> {
  const rules = [OWN_RULE];
  const answer = await from.answer(question, { rules });
  const { rows, coverage } = naiveAnswer(question, rowsOf, rules);
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
  const cells = shown.map((row) =>
    Object.fromEntries(names.map((name) => [name, name === "membership" ? row.membership : row.cell(name)])),
  );
  expect(await taken(answer.rows()), asked).toEqual(cells);
  const isPlaced = question.kind === "channels" || question.kind === "units";
  const unmapped = isPlaced ? rows.filter((row) => row.hasLabel && row.cell("region") === null).length : 0;
  expect(await answer.unmapped(), asked).toBe(unmapped);
  return rows.length;
}

const valueIn = (column: ResolvedColumn | undefined, row: number): Cell => {
  if (column === undefined) return null;
  if (column.kind === "texts") return column.at(row);
  if (column.kind === "coded") return column.cells[column.codes[row] ?? 0] ?? null;
  const value = column.values[row] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
};

const whereOnly = (kind: RowKind, condition: Condition, more: object = {}) =>
  parseQuestion({ kind, where: [condition], ...more });

describe.each(ROW_KINDS)("%s, against each row looked at by itself", (kind) => {
  it("every form of condition, alone, negated and beside another, in both policies", async () => {
    const draw = new Draw(kind.length);
    let found = 0;
    for (let round = 0; round < 3; round++) {
      for (const form of conditionForms(draw, kind)) {
        const [condition, other] = [form(), draw.one(conditionForms(draw, kind))()];
        for (const policy of ["strict", "possible"]) {
          for (const where of [[condition], [{ not: condition }], [{ anyOf: [condition, other] }], [condition, other]])
            found += await expectTrue(catalogue, parseQuestion({ kind, where, policy, columns: [kind.slice(0, -1)] }));
        }
      }
    }
    expect(found).toBeGreaterThan(300);
  });

  it("every column of every row, in every mapping", async () => {
    for (const mapping of MAPPINGS) await expectTrue(catalogue, parseQuestion({ kind, mapping, policy: "possible" }));
  });

  it("groups by every column, with every statistic", async () => {
    const statistics = ["median", "mean", "min", "max", { quantile: 0.25 }];
    const summaries = NUMBERS[kind].flatMap((of) => statistics.map((statistic) => ({ of, statistic })));
    for (const column of GROUPABLE[kind]) {
      for (const mapping of column === "region" ? MAPPINGS : ["allen"])
        await expectTrue(catalogue, parseQuestion({ kind, mapping, groupBy: [column, "dataset"], summaries }));
    }
  });

  it("sorted by every column, either way, absent values last", async () => {
    for (const by of [...GROUPABLE[kind], ...NUMBERS[kind]]) {
      for (const descending of [false, true])
        await expectTrue(catalogue, parseQuestion({ kind, sort: [{ by, descending }, { by: "dataset" }], limit: 40 }));
    }
  });

  it("questions drawn from a seed", async () => {
    const draw = new Draw(1 + kind.length);
    for (let i = 0; i < 100; i++) await expectTrue(catalogue, drawQuestion(draw, kind));
  });

  it("batches are the rows, unsorted and without a limit", async () => {
    const question = whereOnly(
      kind,
      { inRegion: { region: "HPF" } },
      { limit: 1, sort: [{ by: "dataset", descending: true }] },
    );
    const answer = await catalogue.answer(question);
    const names = answer.columnNames();
    const rows: Row[] = [];
    for (const { start, end, columns } of await answer.batches()) {
      for (let row = start; row < end; row++)
        rows.push(Object.fromEntries(names.map((name) => [name, valueIn(columns.get(name), row)])));
    }
    const all = await catalogue.answer(parseQuestion({ ...question, sort: [], limit: null }));
    expect(rows).toEqual(await taken(all.rows()));
    expect(rows.length).toBeGreaterThan(0);
  });
});
