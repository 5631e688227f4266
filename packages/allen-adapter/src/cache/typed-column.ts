import { ABSENT_TEXT, type CsvCells } from "../csv-cells.js";
import type { NoticeCounter } from "../notices.js";
import type { TypedColumn, TypedColumns } from "./project-table.js";

/** What a column of a known name holds; any other column is what its cells look like. */
type Kind = "text" | "flag" | "number";

const TEXTS: ReadonlySet<string> = new Set([
  ...["date_of_acquisition", "published_at", "session_type", "sex", "genotype", "structure_acronyms"],
  ...["name", "phase", "ecephys_structure_acronym", "quality"],
  ...["epoch_name_quality_metrics", "epoch_name_waveform_metrics"],
]);
const FLAGS: ReadonlySet<string> = new Set(["has_nwb", "has_lfp_data", "on_screen_rf"]);
/** Source: names of analysis metrics; a flag says that several conditions tie. */
const TIE_FLAG = /^pref_\w+_multi_(dg|sg|ns|dm)$/;

/**
 * Every column of a table as values with types, in the order of the file.
 *
 * @param sourceOf the column that holds what another one should, where a file has them exchanged
 */
export function typedColumns(
  cells: CsvCells,
  notices: NoticeCounter,
  sourceOf: (name: string) => string = (name) => name,
): TypedColumns {
  return new Map(cells.columns.map((name) => [name, typedColumn(cells, sourceOf(name), notices, name)]));
}

/**
 * One column as values with its type.
 *
 * A cell of a column of numbers or truth values that is none is absent and counted (AllenSDK leaves the whole column as texts). Truth
 * values may be written `True`, `False`, 1, 0.
 */
function typedColumn(cells: CsvCells, source: string, notices: NoticeCounter, name: string): TypedColumn {
  const kind = kindOf(cells, source, name);
  if (kind === "text") return { values: textsOf(cells, source), dtype: "object" };
  return kind === "number" ? numberColumn(cells, source, notices) : flagColumn(cells, source, notices);
}

function kindOf(cells: CsvCells, source: string, name: string): Kind {
  if (TEXTS.has(name)) return "text";
  if (FLAGS.has(name) || TIE_FLAG.test(name)) return "flag";
  const { values, unreadable } = cells.numbers(source);
  if (unreadable.size === 0) return "number";
  if (Array.from(unreadable).every((row) => typeof flagOf(cells.raw(source, row)) === "boolean")) return "flag";
  // A damaged cell among numbers is one of them; a column without any number is of texts.
  return values.every(Number.isNaN) ? "text" : "number";
}

function numberColumn(cells: CsvCells, source: string, notices: NoticeCounter): TypedColumn {
  const { values, unreadable } = cells.numbers(source);
  noteUnreadable(cells, source, unreadable.size, notices);
  return { values, dtype: isWhole(cells, source, values) ? "int64" : "float64" };
}

function flagColumn(cells: CsvCells, source: string, notices: NoticeCounter): TypedColumn {
  const flags = Array.from({ length: cells.rowCount }, (_, row) => flagOf(cells.raw(source, row)));
  noteUnreadable(cells, source, flags.filter((flag) => flag === undefined).length, notices);
  const values = flags.map((flag) => flag ?? null);
  return { values, dtype: values.includes(null) ? "object" : "bool" };
}

/** Null for an empty cell and the texts that stand for absence; `undefined` for any other that is no truth value. */
export function flagOf(text: string): boolean | null | undefined {
  const word = text.trim().toLowerCase();
  if (word === "true" || word === "1" || word === "1.0") return true;
  if (word === "false" || word === "0" || word === "0.0") return false;
  return ABSENT_TEXT.has(word) ? null : undefined;
}

function noteUnreadable(cells: CsvCells, source: string, count: number, notices: NoticeCounter): void {
  notices.add(
    "cell-unreadable",
    `${cells.url}#${source}`,
    `Cells of ${source} that are not of its kind are absent.`,
    count,
  );
}

/** Whether pandas would read integers: no cell is empty, and none has a point or an exponent. */
function isWhole(cells: CsvCells, source: string, values: Float64Array): boolean {
  if (!values.every(Number.isSafeInteger)) return false;
  for (let row = 0; row < values.length; row++) if (!/^\s*[+-]?\d+\s*$/.test(cells.raw(source, row))) return false;
  return true;
}

/** Equal texts are kept once: a column has few of them. */
function textsOf(cells: CsvCells, source: string): readonly (string | null)[] {
  const known = new Map<string, string>();
  return Array.from({ length: cells.rowCount }, (_, row) => {
    const text = cells.text(source, row);
    if (text === null) return null;
    const first = known.get(text);
    if (first === undefined) known.set(text, text);
    return first ?? text;
  });
}
