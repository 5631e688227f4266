export interface TextColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Never cut short, as what one would copy: a reference, a path. Numbers (aligned right) are never cut either. */
  readonly isWhole?: boolean;
}

/** Rows under a heading of their own. */
export interface RowGroup {
  readonly heading: string;
  readonly rows: readonly (readonly string[])[];
  /** Below each row, indented and wrapped; nothing below a row whose note is empty. */
  readonly notes?: readonly string[];
}

/**
 * A plain text table: columns two spaces apart, no lines, numbers to the right. In a table wider than `width` the widest
 * columns that may be cut end in an ellipsis; where that is not enough, the first column gets a line to itself.
 */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): string {
  return textTableWithNotes(columns, rows, [], width);
}

/** The same with a note below each row, indented and wrapped; none below a row whose note is empty. */
export function textTableWithNotes(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  notes: readonly string[],
  width = Infinity,
): string {
  const { head, bodies } = layOut(columns, rows, width);
  const lines = bodies.flatMap((body, i) => [...body, ...noteLines(notes[i] ?? "", width)]);
  return `${[...head, ...lines].join("\n")}\n`;
}

function noteLines(note: string, width: number): readonly string[] {
  return note === "" ? [] : wrapWords(note, width - INDENT.length).map((line) => INDENT + line);
}

/** A table whose rows stand in groups: one line of titles, then each heading with its rows. Columns line up across groups. */
export function groupedTable(columns: readonly TextColumn[], groups: readonly RowGroup[], width = Infinity): string {
  const rows = groups.flatMap((group) => group.rows);
  const { head, bodies } = layOut(columns, rows, width);
  const lines = [...head];
  let next = 0;
  for (const group of groups) {
    lines.push(...breakText(group.heading, width));
    for (const i of group.rows.keys())
      lines.push(...(bodies[next++] ?? []), ...noteLines(group.notes?.[i] ?? "", width));
  }
  return `${lines.join("\n")}\n`;
}

/** Lines of the titles and lines of each row. */
function layOut(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): { head: readonly string[]; bodies: readonly (readonly string[])[] } {
  const widths = columns.map(({ title }, i) => longest([title, ...rows.map((row) => row[i] ?? "")]));
  if (!shrink(columns, widths, width)) return stack(columns, rows, width);
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, i) => fit(cells[i] ?? "", widths[i] ?? 0, align ?? "left"))
      .join("  ")
      .trimEnd();
  return { head: [line(columns.map(({ title }) => title))], bodies: rows.map((row) => [line(row)]) };
}

const INDENT = "    ";

/** The first column on lines of its own, the others indented below. */
function stack(columns: readonly TextColumn[], rows: readonly (readonly string[])[], width: number) {
  const [first, ...rest] = columns;
  if (first === undefined || rest.length === 0) {
    return { head: [first?.title ?? ""], bodies: rows.map(([cell]) => breakText(cell ?? "", width)) };
  }
  const below = layOut(
    rest,
    rows.map((row) => row.slice(1)),
    width - INDENT.length,
  );
  const indented = (lines: readonly string[]) => lines.map((line) => INDENT + line);
  return {
    head: [first.title, ...indented(below.head)],
    bodies: rows.map(([cell], i) => [...breakText(cell ?? "", width), ...indented(below.bodies[i] ?? [])]),
  };
}

const SMALLEST = 8;

/** Narrows what may be cut until everything fits; false when it cannot. */
function shrink(columns: readonly TextColumn[], widths: number[], width: number): boolean {
  let excess = widths.reduce((sum, value) => sum + value, 0) + 2 * (widths.length - 1) - width;
  while (excess > 0) {
    let widest = -1;
    for (const [i, { align, isWhole }] of columns.entries()) {
      const candidate = widths[i] ?? 0;
      const isCuttable = align !== "right" && isWhole !== true && candidate > SMALLEST;
      if (isCuttable && candidate > (widths[widest] ?? 0)) widest = i;
    }
    if (widest < 0) return false;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return true;
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

function fit(text: string, width: number, align: "left" | "right"): string {
  const cut = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
  return align === "right" ? cut.padStart(width) : cut.padEnd(width);
}

/** Width of pieces where columns below columns have left no room at all. */
const WITHOUT_ROOM = 16;

/** The text in pieces of at most `width` characters; nothing is lost. */
function breakText(text: string, width: number): string[] {
  const pieces: string[] = [];
  const size = width >= 1 ? width : WITHOUT_ROOM;
  for (let start = 0; start === 0 || start < text.length; start += size) pieces.push(text.slice(start, start + size));
  return pieces;
}

/** A number for reading: `digits` significant ones, an en dash where there is none. */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined) return "–";
  if (value === 0 || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 10 ** digits) return value.toFixed(0);
  return size < 1e-3 ? value.toExponential(digits - 2) : value.toPrecision(digits);
}

/**
 * The text broken into lines of at most `width` characters, every line but the first indented. A longer word, such as a URL,
 * stays whole on its line.
 */
export function wrapText(text: string, width: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.trim().split(/\s+/)) {
    const room = width - (lines.length > 0 ? indent.length : 0);
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${indent}`);
}

/** `name  value` lines: names padded to one width, values wrapped under their beginning. */
export function factLines(
  facts: readonly { readonly name: string; readonly value: string }[],
  width: number,
): string[] {
  const margin = longest(facts.map(({ name }) => name)) + 2;
  return facts.flatMap(({ name, value }) => {
    const [first = "", ...rest] = wrapWords(value, width - margin);
    return [(name.padEnd(margin) + first).trimEnd(), ...rest.map((line) => " ".repeat(margin) + line)];
  });
}

/** Lines of at most `width` characters; a longer word is broken. */
function wrapWords(text: string, width: number): string[] {
  return wrapText(text, width)
    .split("\n")
    .flatMap((line) => breakText(line, width));
}
