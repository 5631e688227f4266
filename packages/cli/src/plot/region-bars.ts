import { colourOf } from "../report/figures.js";
import { escapeXml, linearScale, type Scale, short, ticksOf, tickText } from "../report/svg.js";
import { FONT, INK, text } from "./figure-text.js";

/** How many rows one dataset has in a region. */
export interface BarCount {
  readonly certain: number;
  /** Of rows whose label is coarser than the question. */
  readonly possible: number;
}

/** A region, or what is in none. */
export interface BarRow {
  readonly label: string;
  readonly name: string;
  /** `rrggbb`, the atlas's own; null for what is no region. */
  readonly colour: string | null;
  /** In the order of {@link RegionBars.datasets}; null where the dataset has no such rows at all. */
  readonly counts: readonly (BarCount | null)[];
}

export interface RegionBars {
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  /** What is counted: `units`. */
  readonly unit: string;
  readonly datasets: readonly string[];
  readonly rows: readonly BarRow[];
  readonly caption: readonly string[];
}

const WIDTH = 760;
const MARGIN = { side: 16, acronym: 34, name: 100, left: 290, right: 70 };
const BAR = { height: 9, gap: 2, between: 9 };
const LINE = { title: 18, subtitle: 13, caption: 13 };
/** Above so many rows the axis stands above them too. */
const LONG = 25;
/** Characters of a region's name that fit left of its bars. */
const NAME_LENGTH = 34;

/** Counts by region, a bar for each dataset, as one self-contained SVG: regions from top to bottom, as they are given. */
export function drawRegionBars(bars: RegionBars): string {
  const { datasets, rows, title, subtitle, caption } = bars;
  const rowHeight = datasets.length * (BAR.height + BAR.gap) - BAR.gap + BAR.between;
  const head = 12 + LINE.title * title.length + LINE.subtitle * subtitle.length;
  const top = head + (rows.length > LONG ? 48 : 34);
  const bottom = top + rowHeight * Math.max(1, rows.length);
  const height = bottom + 46 + LINE.caption * caption.length;
  const most = Math.max(1, ...rows.flatMap(({ counts }) => counts.map((count) => totalOf(count))));
  const x = linearScale([0, most], [MARGIN.left, WIDTH - MARGIN.right]);
  const lines = [
    ...title.map((line, i) => text(line, { x: MARGIN.side, y: 22 + i * LINE.title, size: 14, isBold: true })),
    ...subtitle.map((line, i) => {
      const y = 12 + LINE.title * title.length + 8 + i * LINE.subtitle;
      return text(line, { x: MARGIN.side, y, size: 10, colour: INK.soft });
    }),
    ...caption.map((line, i) => {
      const y = bottom + 50 + i * LINE.caption;
      return text(line, { x: MARGIN.side, y, size: 9, colour: INK.soft });
    }),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="${FONT}">`,
    `<title>${escapeXml(title.join(" "))}</title><defs>${datasets.map((dataset) => hatch(dataset, datasets)).join("")}</defs>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...lines,
    legend(bars, head + 18),
    axis(bars, x, top, bottom),
    ...rows.map((row, i) => drawRow(row, datasets, x, top + i * rowHeight, rowHeight)),
    rows.length === 0
      ? text("no rows", { x: MARGIN.left + 8, y: top + rowHeight / 2 + 3, size: 10, colour: INK.soft })
      : "",
    "</svg>\n",
  ].join("");
}

function totalOf(count: BarCount | null): number {
  return count === null ? 0 : count.certain + count.possible;
}

/** Lines in a dataset's colour: what may be in. */
function hatch(dataset: string, datasets: readonly string[]): string {
  const colour = colourOf(dataset, datasets);
  return `<pattern id="may-${datasets.indexOf(dataset)}" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" fill="#fff"/><rect width="1.6" height="4" fill="${colour}"/></pattern>`;
}

function legend({ datasets, rows }: RegionBars, y: number): string {
  let left = MARGIN.left;
  const key = (fill: string, label: string): string => {
    const at = left;
    left += 24 + label.length * 6.4;
    return `<rect x="${short(at)}" y="${short(y - 8)}" width="12" height="${BAR.height}" fill="${fill}"/>${text(label, { x: at + 16, y, size: 10 })}`;
  };
  const solid = datasets.map((dataset) => key(colourOf(dataset, datasets), dataset));
  const hasPossible = rows.some(({ counts }) => counts.some((count) => (count?.possible ?? 0) > 0));
  return solid.join("") + (hasPossible ? key("url(#may-0)", "hatched: may be (coarser label)") : "");
}

function axis({ unit, rows }: RegionBars, x: Scale, top: number, bottom: number): string {
  const whole = ticksOf(x.domain, 6).filter(Number.isInteger);
  const grid = whole.map((tick) => {
    const at = short(x(tick));
    return `<line x1="${at}" x2="${at}" y1="${short(top - 4)}" y2="${short(bottom)}" stroke="${tick === 0 ? INK.line : "#e1e6eb"}" stroke-width="0.8"/>`;
  });
  const labels = (y: number) =>
    whole.map((tick) => text(tickText(tick), { x: x(tick), y, size: 9.5, anchor: "middle", colour: INK.soft }));
  const title = text(`number of ${unit}`, {
    ...{ x: (x.range[0] + x.range[1]) / 2, y: bottom + 29, size: 10, anchor: "middle" as const },
  });
  return [...grid, ...labels(bottom + 14), ...(rows.length > LONG ? labels(top - 7) : []), title].join("");
}

function drawRow(
  { label, name, colour, counts }: BarRow,
  datasets: readonly string[],
  x: Scale,
  top: number,
  height: number,
) {
  const middle = top + (height - BAR.between) / 2;
  const swatch =
    colour === null
      ? ""
      : `<rect x="${MARGIN.side}" y="${short(middle - 5.5)}" width="11" height="11" rx="2" fill="#${colour}" stroke="${INK.line}" stroke-width="0.6"/>`;
  const isRegion = colour !== null;
  const [acronym, full] = [
    text(label, {
      x: MARGIN.acronym,
      y: middle + 3.6,
      size: 10.5,
      isBold: isRegion,
      colour: isRegion ? INK.text : INK.soft,
    }),
    text(shortened(name, label), { x: nameStart(label), y: middle + 3.4, size: 9, colour: INK.soft }),
  ];
  const bars = datasets.map((dataset, i) => {
    const y = top + i * (BAR.height + BAR.gap);
    return bar(counts[i] ?? null, { dataset, fill: colourOf(dataset, datasets), may: `url(#may-${i})` }, x, y);
  });
  return `<g><title>${escapeXml(tooltip(label, name, counts, datasets))}</title>${swatch}${acronym}${full}${bars.join("")}</g>`;
}

/** Behind the acronym, in a column where it is short. */
function nameStart(label: string): number {
  return Math.max(MARGIN.name, MARGIN.acronym + label.length * 7.6 + 8);
}

function shortened(name: string, label: string): string {
  const room = NAME_LENGTH - Math.ceil((nameStart(label) - MARGIN.name) / 5.2);
  return name.length > room ? `${name.slice(0, Math.max(0, room - 1)).trimEnd()}…` : name;
}

function bar(
  count: BarCount | null,
  { fill, may }: { dataset: string; fill: string; may: string },
  x: Scale,
  y: number,
): string {
  if (count === null) return text("not in this dataset", { x: x(0) + 4, y: y + 7.8, size: 8, colour: INK.soft });
  const { certain, possible } = count;
  const rect = (from: number, to: number, paint: string, stroke: string) =>
    to > from
      ? `<rect x="${short(x(from))}" y="${short(y)}" width="${short(x(to) - x(from))}" height="${BAR.height}" fill="${paint}"${stroke}/>`
      : "";
  const numbers = possible > 0 ? `${certain} + ${possible} may be` : String(certain);
  const ink = certain + possible === 0 ? INK.soft : INK.text;
  return (
    rect(0, certain, fill, "") +
    rect(certain, certain + possible, may, ` stroke="${fill}" stroke-width="0.8"`) +
    text(numbers, { x: x(certain + possible) + 4, y: y + 7.8, size: 8.5, colour: ink })
  );
}

function tooltip(label: string, name: string, counts: BarRow["counts"], datasets: readonly string[]): string {
  const parts = datasets.map((dataset, i) => {
    const count = counts[i] ?? null;
    if (count === null) return `${dataset}: none of this kind`;
    return `${dataset}: ${count.certain}${count.possible > 0 ? ` and ${count.possible} that may be` : ""}`;
  });
  return `${label} ${name}: ${parts.join("; ")}`.trim();
}
