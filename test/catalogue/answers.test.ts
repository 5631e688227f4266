import { MAPPINGS } from "@crossprobe/atlas";
import { buildCatalogue, type Catalogue, cellAt, type Row } from "@crossprobe/catalogue";
import { type Condition, parseQuestion, type Question, ROW_KINDS, type RowKind } from "@crossprobe/core";
import { beforeAll, describe, expect, it } from "vitest";
import { conditionForms, drawQuestion, GROUPABLE, NUMBERS } from "./drawn-question.js";
import { Draw, DrawnSource, drawAll } from "./drawn-source.js";
import { expectTrue, taken } from "./expect-true.js";

const datasets = drawAll(20_260_731);
let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await buildCatalogue(new DrawnSource(datasets));
});

const whereOnly = (kind: RowKind, condition: Condition, more: object = {}) =>
  parseQuestion({ kind, where: [condition], ...more });

const check = (question: Question) => expectTrue(catalogue, question, datasets);

describe.each(ROW_KINDS)("%s, against each row looked at by itself", (kind) => {
  it("every form of condition, alone, negated and beside another, in both policies", async () => {
    const draw = new Draw(kind.length);
    let found = 0;
    for (let round = 0; round < 3; round++) {
      for (const form of conditionForms(draw, kind)) {
        const [condition, other] = [form(), draw.one(conditionForms(draw, kind))()];
        for (const policy of ["strict", "possible"]) {
          for (const where of [[condition], [{ not: condition }], [{ anyOf: [condition, other] }], [condition, other]])
            found += await check(parseQuestion({ kind, where, policy, columns: [kind.slice(0, -1)] }));
        }
      }
    }
    expect(found).toBeGreaterThan(300);
  });

  it("every column of every row, in every mapping", async () => {
    for (const mapping of MAPPINGS) await check(parseQuestion({ kind, mapping, policy: "possible" }));
  });

  it("groups by every column, with every statistic", async () => {
    const statistics = ["median", "mean", "min", "max", { quantile: 0.25 }];
    const summaries = NUMBERS[kind].flatMap((of) => statistics.map((statistic) => ({ of, statistic })));
    for (const column of GROUPABLE[kind]) {
      for (const mapping of column === "region" ? MAPPINGS : ["allen"])
        await check(parseQuestion({ kind, mapping, groupBy: [column, "dataset"], summaries }));
    }
  });

  it("sorted by every column, either way, absent values last", async () => {
    for (const by of [...GROUPABLE[kind], ...NUMBERS[kind]]) {
      for (const descending of [false, true])
        await check(parseQuestion({ kind, sort: [{ by, descending }, { by: "dataset" }], limit: 40 }));
    }
  });

  it("questions drawn from a seed", async () => {
    const draw = new Draw(1 + kind.length);
    for (let i = 0; i < 100; i++) await check(drawQuestion(draw, kind));
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
        rows.push(Object.fromEntries(names.map((name) => [name, cellAt(columns.get(name), row)])));
    }
    const all = await catalogue.answer(parseQuestion({ ...question, sort: [], limit: null }));
    expect(rows).toEqual(await taken(all.rows()));
    expect(rows.length).toBeGreaterThan(0);
  });
});
