import type { Row } from "@crossprobe/catalogue";
import type { CallOptions, Question } from "@crossprobe/core";
import { formatNumber, groupedTable, type RowGroup, type TextColumn, textTable } from "../output/table.js";
import { type AnswerColumn, type AnswerRows, isGrouped, REGION_ABSENT } from "./answer-rows.js";

/** Columns of a terminal's table where the question names none: what tells a row, and where it is. */
const SHOWN: Readonly<Record<Question["kind"], readonly { readonly name: string; readonly title: string }[]>> = {
  sessions: [
    { name: "session", title: "session" },
    { name: "subject", title: "subject" },
    { name: "sex", title: "sex" },
    { name: "ageDays", title: "age d" },
    { name: "probeCount", title: "probes" },
  ],
  probes: [
    { name: "probe", title: "probe" },
    { name: "label", title: "label" },
    { name: "hasLfp", title: "LFP" },
    { name: "channelCount", title: "channels" },
    { name: "unitCount", title: "units" },
  ],
  channels: [
    { name: "channel", title: "channel" },
    { name: "ap", title: "AP um" },
    { name: "dv", title: "DV um" },
    { name: "ml", title: "ML um" },
    { name: "distanceFromTipUm", title: "tip um" },
  ],
  units: [
    { name: "unit", title: "unit" },
    { name: "ap", title: "AP um" },
    { name: "dv", title: "DV um" },
    { name: "ml", title: "ML um" },
    { name: "firingRate", title: "Hz" },
  ],
};

/** Columns whose values head the rows below them, where neither columns nor an order were asked for. */
const HEADINGS: Readonly<Record<Question["kind"], readonly string[]>> = {
  sessions: ["dataset", "sessionType", "lab", "membership"],
  probes: ["session", "membership"],
  channels: ["dataset", "region", "labelRegion", "membership"],
  units: ["dataset", "region", "labelRegion", "membership"],
};

/** The rows of an answer as a table of at most `width` columns where that can be. */
export async function answerTable(
  question: Question,
  answer: AnswerRows,
  width: number,
  options: CallOptions,
): Promise<string> {
  const rows: Row[] = [];
  for await (const row of answer.rows(options)) rows.push(row);
  if (isGrouped(question) || question.columns !== null) return flatTable(question.groupBy, answer.columns, rows, width);
  const shown = SHOWN[question.kind];
  const titles = shown.map(({ name, title }) => textColumn(title, answer.columns, name));
  const groups: { heading: string; rows: (readonly string[])[] }[] = [];
  const heads = HEADINGS[question.kind];
  for (const row of rows) {
    const heading = headingOf(row, heads);
    if (groups.at(-1)?.heading !== heading) groups.push({ heading, rows: [] });
    groups.at(-1)?.rows.push(shown.map(({ name }) => cellText(row[name])));
  }
  return groupedTable(titles, groups satisfies readonly RowGroup[], width);
}

function headingOf(row: Row, names: readonly string[]): string {
  const texts = names.flatMap((name) => {
    const value = row[name];
    if (name === "region") return [value === null ? `(${row[REGION_ABSENT] ?? "unmapped"})` : String(value)];
    // The label beside its region of a mapping, where they differ.
    if (name === "labelRegion") return value === null || value === row.region ? [] : [`labelled ${value}`];
    if (name === "membership") return value === "indeterminate" ? ["(may be)"] : [];
    return value === null || value === undefined ? [] : [String(value)];
  });
  return texts.join("  ");
}

function flatTable(
  keys: readonly string[],
  columns: readonly AnswerColumn[],
  rows: readonly Row[],
  width: number,
): string {
  const shown = columns.filter(
    ({ name }) => name !== REGION_ABSENT || rows.length === 0 || !("region" in (rows[0] ?? {})),
  );
  const cells = rows.map((row) => shown.map(({ name }) => groupCell(row, name)));
  return textTable(
    // Keys that are cut would look like one another.
    shown.map(({ name }) => (keys.includes(name) ? { title: name, isWhole: true } : textColumn(name, columns, name))),
    cells,
    width,
  );
}

function groupCell(row: Row, name: string): string {
  const value = row[name];
  if (name === "region" && value === null) return `(${row[REGION_ABSENT] ?? "none"})`;
  return cellText(value);
}

function cellText(value: Row[string] | undefined): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return formatNumber(value);
}

function textColumn(title: string, columns: readonly AnswerColumn[], name: string): TextColumn {
  const type = columns.find((column) => column.name === name)?.type;
  if (type === "double" || type === "int32") return { title, align: "right" };
  return REFERENCES.has(name) ? { title, isWhole: true } : { title };
}

const REFERENCES = new Set(["session", "probe", "channel", "unit", "peakChannel"]);
