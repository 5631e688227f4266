import {
  type DatasetReport,
  isDataError,
  NotFoundError,
  type ReportColumn,
  type ReportOption,
  type ReportRow,
  type ReportTable,
  type ReportValues,
} from "@crossprobe/core";
import type { ParquetColumnType } from "@crossprobe/formats/parquet";
import { JsonHttp } from "@crossprobe/storage/node";
import { type Command, InvalidArgumentError, Option } from "commander";
import { collectValue } from "../collect-value.js";
import { type CommandContext, type CommonOptions, withSources } from "../command-context.js";
import type { CommandDefinition, Run } from "../command-definition.js";
import { openStores, sourceUrls } from "../compose.js";
import { chooseSources } from "../config.js";
import type { DatasetReports } from "../dataset-reports.js";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { Progress } from "../output/progress.js";
import { groupedTable, type RowGroup, textTableWithNotes, wrapText } from "../output/table.js";
import { type FileColumn, resolveOut, writeRows } from "../output/write-rows.js";
import { parseOutFile } from "../output/write-table.js";
import { plural } from "./listing.js";
import { CollectedNotices, noteNotices } from "./notices.js";

interface Options extends CommonOptions {
  readonly source?: readonly string[];
  readonly out?: string;
}

/** A command of a dataset, made of what its adapter says of each report. */
export function datasetReportCommand(group: DatasetReports, reports: readonly DatasetReport[]): CommandDefinition {
  const line = ({ name, example }: DatasetReport) => `${group.dataset} ${name} ${example}`;
  return {
    example: reports.map(line).join("\n  crossprobe "),
    examples: Object.fromEntries(reports.map((report) => [report.name, line(report)])),
    isWithoutSources: true,
    define: (command, act) => {
      for (const report of reports) defineReport(command, group, report, act);
    },
  };
}

function defineReport(parent: Command, { dataset }: DatasetReports, report: DatasetReport, act: (run: Run) => void) {
  const command = parent
    .command(report.name)
    .description(report.summary)
    .option("--source <folder>", "a source of this dataset instead of the configured ones (repeatable)", collectValue)
    .option(`--${dataset} <folder>`, "the same, as in the other commands", collectValue);
  for (const option of report.options) command.addOption(toOption(option));
  command
    .option("--out <file>", "write the rows: .csv or .parquet", parseOutFile("csv", "parquet"))
    .action((options: Options & ReportValues, own: Command) => {
      checkUsage(report, options, own);
      act((io) => run(io, dataset, report, options));
    });
}

function toOption({ name, value, description, choices }: ReportOption): Option {
  if (value === undefined) return new Option(`--${name}`, description);
  const option = new Option(`--${name} <${value}>`, description);
  if (choices === undefined) return option.argParser(collectValue);
  return option.choices([...choices]).argParser((text) => {
    if (choices.includes(text)) return [text];
    throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`);
  });
}

function checkUsage(report: DatasetReport, values: ReportValues, command: Command): void {
  try {
    report.check(values);
  } catch (error) {
    if (!isDataError(error, "query")) throw error;
    command.error(`error: ${error.message}; ${error.hint ?? "see the options"}`);
  }
}

async function run(
  io: Io,
  dataset: DatasetReports["dataset"],
  report: DatasetReport,
  options: Options & ReportValues,
): Promise<number> {
  const named = [...(options.source ?? []), ...(options[dataset] ?? [])];
  const sources = chooseSources({ ibl: [], allen: [], [dataset]: named }, io.cwd);
  const urls = sourceUrls(sources)[dataset];
  return withSources(io, sources, options, async (context) => {
    const failed: string[] = [];
    const notices = new CollectedNotices();
    const path = await resolveOut(context, options.out);
    const table = report.open({
      ...{ sources: urls, values: options, stores: openStores(), http: new JsonHttp() },
      ...{ environment: process.env, signal: io.signal },
      note: (notice) => notices.add(notice),
      fail: (what, error) => {
        context.fail(what, error);
        failed.push(what);
      },
    });
    const rows = await readRows(context, table);
    if (rows.length === 0 && failed.length > 0) {
      throw new NotFoundError(`none of ${failed.length} could be read`, { hint: "see the errors above" });
    }
    if (path !== undefined) await writeRows(path, table.columns.map(toFileColumn), rows);
    noteNotices(context, notices.all);
    print(context, table, rows, path);
    return failed.length > 0 ? 1 : 0;
  });
}

async function readRows({ io }: CommandContext, table: ReportTable): Promise<readonly ReportRow[]> {
  const rows: ReportRow[] = [];
  const progress = new Progress(io);
  for await (const row of table.rows) {
    rows.push(row);
    progress.update("rows read:", rows.length);
  }
  progress.end();
  return rows;
}

const TYPES: Readonly<Record<ReportColumn["type"], ParquetColumnType>> = {
  text: "string",
  number: "double",
  truth: "boolean",
};

function toFileColumn({ name, type }: ReportColumn): FileColumn<ReportRow> {
  return { name, type: TYPES[type], of: ({ values }) => values[name] ?? null };
}

function print(
  { io, sources, isJson, note }: CommandContext,
  table: ReportTable,
  rows: readonly ReportRow[],
  path?: string,
): void {
  const counts = table.counts();
  if (isJson) {
    const values = rows.map((row) => row.values);
    io.out(toJson({ rows: values, columns: table.columns, counts, ...(path !== undefined && { out: path }) }));
    return;
  }
  if (path === undefined) {
    const columns = table.titles.map((title, i) => ({ title, isWhole: i === 0 }));
    const cells = rows.map((row) => row.cells);
    const notes = rows.map((row) => row.note);
    const isGrouped = rows.some(({ heading }) => heading !== "");
    const text = isGrouped
      ? groupedTable(columns, groupsOf(rows), io.columns)
      : textTableWithNotes(columns, cells, notes, io.columns);
    io.out(text);
  }
  const written = path === undefined ? "" : `; ${plural(rows.length, "row")} written to ${path}`;
  note(wrapText(`${table.summary()}; from ${table.origin ?? sources.origin}${written}`, io.columns, "  "));
}

/** Consecutive rows with the same heading, together. */
function groupsOf(rows: readonly ReportRow[]): readonly RowGroup[] {
  const groups: { heading: string; rows: (readonly string[])[]; notes: string[] }[] = [];
  for (const { heading, cells, note } of rows) {
    if (groups.at(-1)?.heading !== heading) groups.push({ heading, rows: [], notes: [] });
    groups.at(-1)?.rows.push(cells);
    groups.at(-1)?.notes.push(note);
  }
  return groups;
}
