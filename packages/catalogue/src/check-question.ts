import { type Condition, type QualityRule, QueryError, type Question, type RowKind } from "@crossprobe/core";
import type { DatasetTables } from "./dataset-tables.js";
import { COLUMNS, type ColumnMeaning, DATASET_COLUMNS, verdictColumn } from "./layout.js";
import { summaryName } from "./summary-name.js";

/** Columns that follow from the label, the mapping and the question: shown, grouped and sorted by, but asked for in other ways. */
const DERIVED: Readonly<Record<string, string>> = {
  region: "ask inRegion",
  granularity: "ask for labelRegion, or with the policy possible",
  membership: "choose a policy",
};

/**
 * Whether a catalogue can answer a question: it must have the columns, metrics, rules and datasets that are named.
 *
 * @throws {@link QueryError} for the first that it does not have, naming what there is
 */
export function checkQuestion(
  question: Question,
  tables: readonly DatasetTables[],
  rules: readonly QualityRule[],
): void {
  const names = new Names(question.kind, tables, rules);
  for (const condition of question.where) checkCondition(condition, names);
  for (const column of question.groupBy) names.requireColumn(column, "text or flag");
  for (const { of } of question.summaries) names.requireColumn(of, "number");
  for (const column of question.columns ?? []) names.requireColumn(column);
  const sortable = new Set(question.groupBy.length > 0 ? ["count", ...question.groupBy] : []);
  for (const { by } of question.sort) {
    if (question.groupBy.length > 0) {
      if (
        !sortable.has(by) &&
        !question.summaries.some((summary) => by === summary.of || by === summaryName(summary))
      ) {
        throw new QueryError(`groups cannot be sorted by ${by}`, {
          hint: `sort by ${[...sortable, ...question.summaries.map(({ of }) => of)].join(", ")}`,
        });
      }
    } else names.requireColumn(by);
  }
}

function checkCondition(condition: Condition, names: Names): void {
  if ("allOf" in condition) for (const part of condition.allOf) checkCondition(part, names);
  else if ("anyOf" in condition) for (const part of condition.anyOf) checkCondition(part, names);
  else if ("not" in condition) checkCondition(condition.not, names);
  else if ("rule" in condition) names.requireRule(condition.rule);
  else if ("metric" in condition) names.requireMetric(condition.metric);
  else if ("column" in condition) {
    const instead = DERIVED[condition.column];
    if (instead !== undefined) throw new QueryError(`${condition.column} is no condition`, { hint: instead });
    if (condition.column.startsWith(verdictColumn("")))
      throw new QueryError(`${condition.column} is no condition`, { hint: "ask for the rule" });
    names.requireColumn(condition.column, "oneOf" in condition || "contains" in condition ? "text" : "number");
    if (condition.column === "dataset" && "oneOf" in condition) names.requireDatasets(condition.oneOf);
  }
}

class Names {
  readonly #kind: RowKind;
  readonly #tables: readonly DatasetTables[];
  readonly #rules: readonly QualityRule[];

  constructor(kind: RowKind, tables: readonly DatasetTables[], rules: readonly QualityRule[]) {
    this.#kind = kind;
    this.#tables = tables;
    this.#rules = rules;
  }

  requireDatasets(ids: readonly string[]): void {
    const known = this.#tables.map(({ entry }) => entry.id);
    const stray = ids.find((id) => !known.includes(id));
    if (stray === undefined) return;
    throw new QueryError(`the catalogue has no dataset ${JSON.stringify(stray)}`, {
      hint: `it has ${known.join(", ")}`,
    });
  }

  requireColumn(name: string, type?: string): void {
    const found = meaningOf(name, this.#kind);
    if (found === undefined && this.#isMetric(name) && (type === undefined || type === "number")) return;
    if (name === "membership" || this.#isVerdict(name)) {
      if (type !== "number") return;
      throw new QueryError(`${name} is no number`, { hint: "group by it, or select it" });
    }
    if (found === undefined) {
      const known = columnsOf(this.#kind).map((column) => column.name);
      throw new QueryError(`${this.#kind} have no column ${JSON.stringify(name)}`, {
        hint: `there are ${known.join(", ")}${this.#kind === "units" ? ", and metrics by the ids of their definitions" : ""}`,
      });
    }
    if (type === undefined || type.includes(found.type)) return;
    throw new QueryError(`${name} is a ${found.type}, where a ${type} is needed`, { hint: found.title });
  }

  requireMetric(id: string): void {
    if (this.#kind !== "units") throw new QueryError(`${this.#kind} have no metrics`, { hint: "ask for units" });
    if (this.#isMetric(id)) return;
    throw new QueryError(`no unit of the catalogue has the metric ${JSON.stringify(id)}`, {
      hint: `there are ${this.#metrics().join(", ") || "none"}`,
    });
  }

  requireRule(id: string): void {
    if (this.#kind !== "units")
      throw new QueryError(`rules are for units, not ${this.#kind}`, { hint: "ask for units" });
    const own = this.#rules.map((rule) => rule.id);
    const published = this.#tables.flatMap(({ entry }) => entry.rules.map((rule) => rule.id));
    if (id === "default" || own.includes(id) || published.includes(id)) return;
    const known = [...new Set([...published, ...own])];
    throw new QueryError(`there is no rule ${JSON.stringify(id)}`, { hint: `there are default, ${known.join(", ")}` });
  }

  #isMetric(name: string): boolean {
    return this.#kind === "units" && this.#metrics().includes(name);
  }

  /** Stored for the units of some dataset. */
  #isVerdict(name: string): boolean {
    const isStored = (each: DatasetTables) => each.table("units").has(name);
    return this.#kind === "units" && name.startsWith(verdictColumn("")) && this.#tables.some(isStored);
  }

  #metrics(): readonly string[] {
    return metricsOf(this.#tables);
  }
}

/** Metrics that some unit table stores, by id. */
export function metricsOf(tables: readonly DatasetTables[]): readonly string[] {
  const names = tables.flatMap((each) =>
    each
      .table("units")
      .names()
      .filter((name) => name.includes(".") && !name.startsWith("quality.")),
  );
  return [...new Set(names)];
}

/** Columns that rows of a kind can show, beside metrics and verdicts. */
export function columnsOf(kind: RowKind): readonly ColumnMeaning[] {
  return [...DATASET_COLUMNS, ...COLUMNS[kind]];
}

function meaningOf(name: string, kind: RowKind): ColumnMeaning | undefined {
  return columnsOf(kind).find((column) => column.name === name);
}
