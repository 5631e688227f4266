import {
  type CallOptions,
  type QualityRule,
  QueryError,
  type Question,
  ROW_KINDS,
  type RowKind,
} from "@crossprobe/core";
import { Answer, type AnswerParts } from "./answer.js";
import { checkQuestion } from "./check-question.js";
import type { DatasetEntry } from "./dataset-entry.js";
import { DatasetTables } from "./dataset-tables.js";
import type { Partition } from "./partition.js";
import { selectRows } from "./select.js";

export interface AnswerOptions extends CallOptions {
  /** Rules beside those that the datasets publish, such as a user's own. */
  readonly rules?: readonly QualityRule[] | undefined;
}

/**
 * Every session, probe, channel and unit of some datasets, as columns. Holds what was read when it was built, and knows which release
 * and which version of an adapter that was.
 *
 * @example
 * const answer = await catalogue.answer(ask("units").inRegion("CA1").question);
 * for await (const unit of answer.rows()) console.log(unit.unit, unit.region);
 */
export class Catalogue {
  readonly #tables: ReadonlyMap<string, DatasetTables>;

  constructor(partitions: readonly Partition[]) {
    const datasets = [...new Set(partitions.map(({ dataset }) => dataset))];
    this.#tables = new Map(
      datasets.map((entry) => [
        entry.id,
        new DatasetTables(
          entry,
          partitions.filter(({ dataset }) => dataset === entry),
        ),
      ]),
    );
  }

  datasets(): readonly DatasetEntry[] {
    return [...this.#tables.values()].map(({ entry }) => entry);
  }

  /** The rows of one kind of one dataset; undefined where the catalogue has no such dataset. */
  partition(dataset: string, kind: RowKind): Partition | undefined {
    return this.#tables.get(dataset)?.table(kind);
  }

  /** The four tables of each dataset. */
  tables(): readonly DatasetTables[] {
    return [...this.#tables.values()];
  }

  partitions(): readonly Partition[] {
    return [...this.#tables.values()].flatMap((tables) => ROW_KINDS.map((kind) => tables.table(kind)));
  }

  /** Rows of a kind, in all datasets or one. */
  rowCount(kind: RowKind, dataset?: string): number {
    const tables = [...this.#tables.values()].filter(({ entry }) => dataset === undefined || entry.id === dataset);
    return tables.reduce((sum, each) => sum + each.table(kind).rowCount, 0);
  }

  /**
   * Answers a question. Rows are found and counted at once, their values are read when they are taken from the answer.
   *
   * @throws {@link QueryError} for columns, metrics, rules and datasets that this catalogue does not have
   */
  async answer(question: Question, options: AnswerOptions = {}): Promise<Answer> {
    const tables = [...this.#tables.values()];
    if (tables.length === 0) throw new QueryError("the catalogue is empty", { hint: "build it from some sources" });
    checkQuestion(question, tables, options.rules ?? []);
    const parts: AnswerParts[] = [];
    for (const dataset of tables) {
      parts.push({ tables: dataset, selection: await selectRows(question, dataset, options) });
    }
    return new Answer(question, parts);
  }
}
