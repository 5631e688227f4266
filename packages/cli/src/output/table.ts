export interface TextColumn {
  readonly title: string;
  readonly align?: "left" | "right";
}

/**
 * A plain text table: columns two spaces apart, no lines, numbers to the right. A table wider than `width` has its widest
 * left-aligned column cut with an ellipsis.
 */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): string {
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  shrink(columns, widths, width);
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, i) => fit(cells[i] ?? "", widths[i] ?? 0, align ?? "left"))
      .join("  ")
      .trimEnd();
  return `${[line(columns.map(({ title }) => title)), ...rows.map(line)].join("\n")}\n`;
}

const SMALLEST = 8;

function shrink(columns: readonly TextColumn[], widths: number[], width: number): void {
  const total = () => widths.reduce((sum, value) => sum + value, 0) + 2 * (widths.length - 1);
  while (total() > width) {
    let widest = -1;
    for (const [i, { align }] of columns.entries()) {
      const candidate = widths[i] ?? 0;
      if (align !== "right" && candidate > SMALLEST && candidate > (widths[widest] ?? 0)) widest = i;
    }
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function fit(text: string, width: number, align: "left" | "right"): string {
  const cut = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
  return align === "right" ? cut.padStart(width) : cut.padEnd(width);
}

/** A number for reading: `digits` significant ones, an en dash where there is none. */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined) return "–";
  if (value === 0 || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 10 ** digits) return value.toFixed(0);
  return size < 1e-3 ? value.toExponential(digits - 2) : value.toPrecision(digits);
}

/** The text broken into lines of at most `width` characters, every line but the first indented. */
export function wrapText(text: string, width: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const room = width - (lines.length > 0 ? indent.length : 0);
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${indent}`);
}
