import {
  type CallOptions,
  describeQuestion,
  type Membership,
  type MembershipCounts,
  type Question,
} from "@crossprobe/core";
import { columnsOf } from "./check-question.js";
import type { Cell } from "./column.js";
import type { DatasetEntry } from "./dataset-entry.js";
import type { DatasetTables } from "./dataset-tables.js";
import { type Group, groupRows } from "./groups.js";
import { cellAt, mappedAcronyms, type ResolvedColumn, type Resolving, resolveColumn } from "./resolved-column.js";
import { addCounts, type Selection } from "./select.js";
import { summaryName } from "./summary-name.js";

/** What one dataset contributes to an answer. */
export interface AnswerParts {
  readonly tables: DatasetTables;
  readonly selection: Selection;
}

/** Rows by column, `null` where absent. */
export type Row = Readonly<Record<string, Cell>>;

/** How much of what was asked about the answer covers. */
export interface Coverage {
  /** Of the rows that every condition but those about places keeps: how many lie where. Together they are all of those rows. */
  readonly counts: MembershipCounts;
  /** Rows that conditions on other things than places keep out. */
  readonly excluded: number;
  /** Rows of which such a condition could not be decided, because they lack the value. */
  readonly unmeasured: number;
}

/** An answer in plain English. */
export interface Explanation {
  readonly asked: readonly string[];
  readonly answered: readonly string[];
}

/** Rows that lie together in one dataset, their columns as views of what the catalogue stores. */
export interface Batch {
  readonly dataset: DatasetEntry;
  /** Row numbers in the table of the dataset: `columns` are looked up by them. */
  readonly start: number;
  readonly end: number;
  /** By name; undefined where the dataset has no such column. */
  readonly columns: ReadonlyMap<string, ResolvedColumn | undefined>;
}

/** The rows that answer a question, found and counted; their values are read when they are taken. */
export class Answer {
  readonly question: Question;
  readonly #parts: readonly AnswerParts[];

  constructor(question: Question, parts: readonly AnswerParts[]) {
    this.question = question;
    this.#parts = parts;
  }

  /** Rows of the answer, whatever the limit. */
  get rowCount(): number {
    return this.#parts.reduce((sum, { selection }) => sum + selection.rowCount, 0);
  }

  /** Of all datasets together. */
  get coverage(): Coverage {
    const sum = (of: (selection: Selection) => number) =>
      this.#parts.reduce((total, { selection }) => total + of(selection), 0);
    return {
      counts: addCounts(this.#parts.map(({ selection }) => selection.counts)),
      excluded: sum(({ excluded }) => excluded),
      unmeasured: sum(({ unmeasured }) => unmeasured),
    };
  }

  /** By dataset. */
  coverageByDataset(): ReadonlyMap<string, Coverage & { readonly rowCount: number }> {
    return new Map(
      this.#parts.map(({ tables, selection }) => {
        const { counts, excluded, unmeasured, rowCount } = selection;
        return [tables.entry.id, { counts, excluded, unmeasured, rowCount }];
      }),
    );
  }

  /** Names of the columns of its rows: those asked for, else all that any of its datasets has. */
  columnNames(): readonly string[] {
    const { kind, columns, policy } = this.question;
    if (columns !== null) return columns;
    const stored = this.#parts.flatMap(({ tables }) =>
      tables
        .table(kind)
        .names()
        .filter((name) => name.includes(".")),
    );
    const known = columnsOf(kind).map(({ name }) => name);
    const [identity, place] = [known.slice(2), known.slice(0, 2)];
    return [...new Set([...place, ...identity, ...(policy === "possible" ? ["membership"] : []), ...stored])];
  }

  /** Selected rows whose label the mapping has no region for; those without a label are not among them. */
  async unmapped(options: CallOptions = {}): Promise<number> {
    const { kind, mapping } = this.question;
    if (kind !== "channels" && kind !== "units") return 0;
    const acronyms = mappedAcronyms(mapping);
    let count = 0;
    for (const { tables, selection } of this.#parts) {
      const table = tables.table(kind);
      await table.need(["labelRegion"], selection.ranges, options);
      const labels = table.codes("labelRegion");
      for (const { start, end } of selection.ranges) {
        for (let row = start; row < end; row++) {
          const label = labels[row] as number;
          if (label !== 0 && acronyms[label] === null) count++;
        }
      }
    }
    return count;
  }

  /**
   * The rows in runs, columns as views: nothing is copied. In the order of the catalogue; neither sort nor limit of the question apply.
   */
  async batches(options: CallOptions = {}): Promise<readonly Batch[]> {
    const names = this.columnNames();
    const batches: Batch[] = [];
    for (const part of this.#parts) {
      if (part.selection.rowCount === 0) continue;
      const columns = await this.#columns(part, names, options);
      for (const { start, end } of part.selection.ranges)
        batches.push({ dataset: part.tables.entry, start, end, columns });
    }
    return batches;
  }

  /** The rows as objects, sorted and limited as the question says, one after the other. */
  async *rows(options: CallOptions = {}): AsyncIterable<Row> {
    const names = this.columnNames();
    const { sort, limit } = this.question;
    let left = limit ?? Infinity;
    if (sort.length > 0) {
      for (const { part, row, columns } of await this.#sorted(names, options)) {
        if (left-- <= 0) return;
        yield toRow(part, names, columns, row);
      }
      return;
    }
    for (const part of this.#parts) {
      if (left <= 0 || part.selection.rowCount === 0) continue;
      const columns = await this.#columns(part, names, options);
      for (const { start, end } of part.selection.ranges) {
        for (let row = start; row < end; row++) {
          if (left-- <= 0) return;
          options.signal?.throwIfAborted();
          yield toRow(part, names, columns, row);
        }
      }
    }
  }

  /** Groups of the rows, sorted and limited as the question says; one of all rows where it names no columns to group by. */
  async groups(options: CallOptions = {}): Promise<readonly Group[]> {
    const groups = await groupRows(this.question, this.#parts, (part) => this.#resolving(part), options);
    const { sort, limit } = this.question;
    const sorted =
      sort.length === 0
        ? groups
        : [...groups].sort((a, b) => compareAll(sort, (by) => [sortValueOf(a, by), sortValueOf(b, by)]));
    return limit === null ? sorted : sorted.slice(0, limit);
  }

  /** What was asked, and how it was answered, a line each dataset. */
  explain(): Explanation {
    const answered: string[] = [];
    for (const { tables, selection } of this.#parts) {
      const { rowCount, ranges, counts, excluded, unmeasured } = selection;
      const total = tables.table(this.question.kind).rowCount;
      const parts = (["in", "out", "indeterminate", "unregistered"] satisfies Membership[]).map(
        (name) => `${counts[name]} ${name}`,
      );
      answered.push(
        `${tables.entry.id}: ${rowCount} of ${total} ${this.question.kind} in ${ranges.length} ${ranges.length === 1 ? "run" : "runs"} of rows; ${parts.join(", ")}; ` +
          `${excluded} kept out by other conditions, ${unmeasured} without the values that these need`,
      );
    }
    return { asked: describeQuestion(this.question), answered };
  }

  #resolving({ tables, selection }: AnswerParts): Resolving {
    return { tables, selection, kind: this.question.kind, mapping: this.question.mapping };
  }

  async #columns(part: AnswerParts, names: readonly string[], options: CallOptions) {
    const resolving = this.#resolving(part);
    const found = await Promise.all(names.map((name) => resolveColumn(name, resolving, options)));
    return new Map(names.map((name, i) => [name, found[i]]));
  }

  async #sorted(names: readonly string[], options: CallOptions) {
    const { sort } = this.question;
    const all: {
      part: AnswerParts;
      row: number;
      columns: Map<string, ResolvedColumn | undefined>;
      keys: readonly Cell[];
    }[] = [];
    for (const part of this.#parts) {
      if (part.selection.rowCount === 0) continue;
      const columns = await this.#columns(part, [...new Set([...names, ...sort.map(({ by }) => by)])], options);
      for (const { start, end } of part.selection.ranges) {
        for (let row = start; row < end; row++) {
          all.push({ part, row, columns, keys: sort.map(({ by }) => cellAt(columns.get(by), row)) });
        }
      }
    }
    const place = new Map(sort.map(({ by }, i) => [by, i]));
    return all.sort((a, b) =>
      compareAll(sort, (by) => [a.keys[place.get(by) ?? 0] ?? null, b.keys[place.get(by) ?? 0] ?? null]),
    );
  }
}

function toRow(
  _part: AnswerParts,
  names: readonly string[],
  columns: ReadonlyMap<string, ResolvedColumn | undefined>,
  row: number,
): Row {
  const cells: Record<string, Cell> = {};
  for (const name of names) cells[name] = cellAt(columns.get(name), row);
  return cells;
}

/** `count`, a column of the key, or a summary: by its column, or as `median(firingRate)`. */
function sortValueOf(group: Group, by: string): Cell {
  if (by in group.key) return group.key[by] ?? null;
  if (by === "count") return group.count;
  const found = group.summaries.find((summary) => by === summary.of || by === summaryName(summary));
  return found?.value ?? null;
}

/** Absent values come last, whichever way the others go. */
function compareAll(sort: Question["sort"], pair: (by: string) => readonly [Cell, Cell]): number {
  for (const { by, descending } of sort) {
    const [a, b] = pair(by);
    if (a === b) continue;
    if (a === null) return 1;
    if (b === null) return -1;
    return a < b === descending ? 1 : -1;
  }
  return 0;
}
