import { type Answer, columnsOf, type Group, type Row, summaryName } from "@crossprobe/catalogue";
import type { CallOptions, Question } from "@crossprobe/core";
import type { ParquetColumnType } from "@crossprobe/formats/parquet";

/** A column of what is printed or written: the same type in every file, whatever the rows. */
export interface AnswerColumn {
  readonly name: string;
  readonly type: Extract<ParquetColumnType, "double" | "int32" | "boolean" | "string">;
}

/** An answer as rows with columns: those of the table that was asked for, or a row for each group. */
export interface AnswerRows {
  readonly columns: readonly AnswerColumn[];
  /** Rows in all, whatever the limit. */
  readonly total: number;
  rows(options: CallOptions): AsyncIterable<Row>;
}

/** Whether a question asks for groups, be it one of all rows. */
export function isGrouped({ groupBy, summaries }: Question): boolean {
  return groupBy.length + summaries.length > 0;
}

export async function rowsOf(answer: Answer, options: CallOptions): Promise<AnswerRows> {
  const { question } = answer;
  if (isGrouped(question)) return groupedRows(question, await answer.groups(options));
  return {
    columns: answer.columnNames().map((name) => ({ name, type: typeOf(name, question) })),
    total: answer.rowCount,
    rows: (call) => answer.rows(call),
  };
}

function typeOf(name: string, { kind }: Question): AnswerColumn["type"] {
  const meaning = columnsOf(kind).find((column) => column.name === name);
  if (meaning === undefined) return name.startsWith("quality.") ? "boolean" : name.includes(".") ? "double" : "string";
  if (meaning.type === "number") return meaning.isInteger === true ? "int32" : "double";
  return meaning.type === "flag" ? "boolean" : "string";
}

/** Name of the column that says why `region` is null in a group. */
export const REGION_ABSENT = "regionAbsent";

/** A row a group: its key, the count of its rows, and for each summary the number and how many rows it is of. */
function groupedRows(question: Question, groups: readonly Group[]): AnswerRows {
  const { groupBy, summaries } = question;
  const isByRegion = groupBy.includes("region");
  const measured = [...new Set(summaries.map(({ of }) => of))];
  const columns: AnswerColumn[] = [
    ...groupBy.map((name) => ({ name, type: typeOf(name, question) })),
    ...(isByRegion && !groupBy.includes(REGION_ABSENT) ? [{ name: REGION_ABSENT, type: "string" as const }] : []),
    { name: "count", type: "int32" },
    ...summaries.map((summary) => ({ name: summaryName(summary), type: "double" as const })),
    ...measured.map((of) => ({ name: countName(of), type: "int32" as const })),
  ];
  const rows = groups.map(
    ({ key, regionAbsent, count, summaries: found }): Row => ({
      ...(isByRegion && { [REGION_ABSENT]: regionAbsent }),
      ...key,
      count,
      ...Object.fromEntries(found.map((summary) => [summaryName(summary), summary.value])),
      ...Object.fromEntries(found.map(({ of, valueCount }) => [countName(of), valueCount])),
    }),
  );
  return {
    columns,
    total: groups.length,
    rows: async function* () {
      for (const row of rows) yield row;
    },
  };
}

/** Column that says how many rows of a group have a value. */
export function countName(of: string): string {
  return `n(${of})`;
}
