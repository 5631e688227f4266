import { findRegionById } from "@crossprobe/atlas";
import { escapeXml, linearScale, type Scale, short, ticksOf, tickText } from "../report/svg.js";
import { type ColourMapName, colourOfValue, cssColour } from "./colour-map.js";
import { type Density, paintDensity } from "./density.js";
import { type DepthRows, type LabelledStretch, rowAt } from "./depth-rows.js";

/** One picture of values over time and depth. */
export interface FigurePanel {
  readonly title: string;
  readonly density: Density;
  readonly rows: DepthRows;
  /** Value at the ends of the colours, in the panel's unit times `perUnit`. */
  readonly limit: number;
  readonly unit: string;
  /** What the limit is, in words. */
  readonly limitText: string;
  /** Values of the density times this are in `unit`. */
  readonly perUnit: number;
}

export interface LfpFigure {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly subtitle: string;
  /** Seconds at the ends of the time axis. */
  readonly time: readonly [start: number, stop: number];
  readonly timeLabel: string;
  readonly depths: DepthRows;
  readonly stretches: readonly LabelledStretch[];
  readonly panels: readonly FigurePanel[];
  readonly colours: ColourMapName;
  readonly hasNoData: boolean;
  /** Lines below the picture: where the numbers come from, and what to know of them. */
  readonly caption: readonly string[];
}

const MARGIN = { left: 64, right: 168, top: 52, panelTop: 22, gap: 16, timeAxis: 40 };
const CAPTION_LINE = 13;
/** Pixels of the pictures for each unit of the figure. */
const PIXELS = 2;
const BAR = { gap: 6, width: 16, labels: 12 };
const COLOUR_BAR = { right: 40, width: 10 };
const LABEL_HEIGHT = 11;
const FONT = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";
const INK = { text: "#1c2430", soft: "#5b6675", line: "#8a94a3" };

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The figure as one self-contained SVG: pictures are in it as PNG. */
export function drawFigure(figure: LfpFigure): string {
  const { width, height, panels } = figure;
  const bottom = height - 12 - CAPTION_LINE * figure.caption.length - MARGIN.timeAxis;
  const each = (bottom - MARGIN.top - MARGIN.gap * (panels.length - 1)) / panels.length;
  const boxes = panels.map((_, i): Box => {
    const top = MARGIN.top + i * (each + MARGIN.gap);
    return { left: MARGIN.left, right: width - MARGIN.right, top: top + MARGIN.panelTop, bottom: top + each };
  });
  const drawn = panels.map((panel, i) =>
    drawPanel(figure, panel, boxes[i] ?? boxes[0] ?? EMPTY, i === panels.length - 1),
  );
  const caption = figure.caption.map((line, i) =>
    text(line, { x: 14, y: height - 10 - CAPTION_LINE * (figure.caption.length - 1 - i), size: 8.5, colour: INK.soft }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="${FONT}">`,
    `<title>${escapeXml(figure.title)}</title>`,
    `<defs><pattern id="no-data" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#e3e6ea"/><rect width="1.4" height="6" fill="#a9b1bb"/></pattern></defs>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(figure.title, { x: 14, y: 22, size: 14, isBold: true }),
    text(figure.subtitle, { x: 14, y: 38, size: 10, colour: INK.soft }),
    figure.hasNoData ? noDataKey(width) : "",
    ...drawn,
    ...caption,
    "</svg>\n",
  ].join("");
}

const EMPTY: Box = { left: 0, right: 1, top: 0, bottom: 1 };

function noDataKey(width: number): string {
  const x = width - 14 - 44;
  const swatch = `<rect x="${x - 22}" y="12" width="18" height="12" fill="url(#no-data)" stroke="${INK.line}" stroke-width="0.6"/>`;
  return swatch + text("no data", { x, y: 22, size: 10, colour: INK.soft });
}

function drawPanel(figure: LfpFigure, panel: FigurePanel, box: Box, hasTimeAxis: boolean): string {
  const [pixelWidth, pixelHeight] = [
    Math.max(1, Math.round((box.right - box.left) * PIXELS)),
    Math.max(1, Math.round((box.bottom - box.top) * PIXELS)),
  ];
  const { domain } = figure.depths;
  const y = linearScale(domain, [box.bottom, box.top]);
  const depthOfPixel = linearScale([0, pixelHeight], [domain[1], domain[0]]);
  const rows = Array.from({ length: pixelHeight }, (_, i) => rowAt(panel.rows, depthOfPixel(i + 0.5)));
  const png = paintDensity(panel.density, {
    ...{ width: pixelWidth, height: pixelHeight, rows, colours: figure.colours },
    limit: panel.limit / panel.perUnit,
  });
  const place = `x="${short(box.left)}" y="${short(box.top)}" width="${short(box.right - box.left)}" height="${short(box.bottom - box.top)}"`;
  return [
    `<rect ${place} fill="url(#no-data)"/>`,
    `<image ${place} preserveAspectRatio="none" href="data:image/png;base64,${Buffer.from(png).toString("base64")}"/>`,
    `<rect ${place} fill="none" stroke="${INK.line}" stroke-width="0.8"/>`,
    text(panel.title, { x: box.left, y: box.top - 7, size: 11, isBold: true }),
    depthAxis(figure, y, box),
    regionBar(figure.stretches, y, box),
    colourBar(figure, panel, box),
    timeTicks(figure, box, hasTimeAxis),
  ].join("");
}

function depthAxis({ depths }: LfpFigure, y: Scale, { left, top, bottom }: Box): string {
  const marks = ticksOf(depths.domain, Math.max(2, Math.floor((bottom - top) / 45))).map((tick) => {
    const at = short(y(tick));
    const line = `<line x1="${left - 4}" x2="${left}" y1="${at}" y2="${at}" stroke="${INK.line}" stroke-width="0.8"/>`;
    return line + text(tickText(tick), { x: left - 7, y: y(tick) + 3.3, size: 9.5, anchor: "end" });
  });
  const label = depths.isPlaced ? "distance from tip (µm)" : "channel";
  const middle = (top + bottom) / 2;
  return `${marks.join("")}${text(label, { x: 18, y: middle, size: 10, anchor: "middle", rotate: -90 })}`;
}

function timeTicks({ time, timeLabel }: LfpFigure, { left, right, bottom }: Box, hasLabels: boolean): string {
  const x = linearScale(time, [left, right]);
  const marks = ticksOf(time, Math.max(2, Math.floor((right - left) / 90))).map((tick) => {
    const at = short(x(tick));
    const line = `<line x1="${at}" x2="${at}" y1="${short(bottom)}" y2="${short(bottom + 4)}" stroke="${INK.line}" stroke-width="0.8"/>`;
    return line + (hasLabels ? text(tickText(tick), { x: x(tick), y: bottom + 15, size: 9.5, anchor: "middle" }) : "");
  });
  const label = hasLabels ? text(timeLabel, { x: (left + right) / 2, y: bottom + 31, size: 10, anchor: "middle" }) : "";
  return marks.join("") + label;
}

/** Regions along the probe in the colours of the atlas, with their acronyms moved apart where they would overlap. */
function regionBar(stretches: readonly LabelledStretch[], y: Scale, box: Box): string {
  const left = box.right + BAR.gap;
  const right = left + BAR.width;
  const bars = stretches.map(({ column, low, high }) => {
    const colour = column.region === null ? null : findRegionById(column.region.id)?.color;
    const fill = colour === null || colour === undefined ? "#fff" : `#${colour}`;
    const place = `x="${short(left)}" y="${short(y(high))}" width="${BAR.width}" height="${short(Math.max(0.5, y(low) - y(high)))}"`;
    return `<rect ${place} fill="${fill}" stroke="#fff" stroke-width="0.6"/>`;
  });
  const frame = `<rect x="${short(left)}" y="${short(box.top)}" width="${BAR.width}" height="${short(box.bottom - box.top)}" fill="none" stroke="${INK.line}" stroke-width="0.8"/>`;
  const wanted = stretches.map(({ low, high }) => y((low + high) / 2));
  const placed = movedApart(wanted, box);
  const labels = stretches.map(({ column }, i) => {
    const [from, to] = [wanted[i] ?? 0, placed[i] ?? 0];
    const lead = `<path d="M${short(right)} ${short(from)}L${short(right + 3)} ${short(from)}L${short(right + BAR.labels - 3)} ${short(to)}" fill="none" stroke="${INK.line}" stroke-width="0.6"/>`;
    const isKnown = column.region !== null;
    const label = isKnown ? (column.region?.acronym ?? "") : (ABSENT[column.regionAbsent ?? "unknown"] ?? "no label");
    return lead + text(label, { x: right + BAR.labels, y: to + 3.2, size: 9, colour: isKnown ? INK.text : INK.soft });
  });
  return bars.join("") + frame + labels.join("");
}

const ABSENT: Readonly<Record<string, string>> = { outsideBrain: "outside brain", unknown: "unknown" };

/** Positions (descending, as regions go up) moved so that neighbours are a label's height apart, within the box where that fits. */
function movedApart(wanted: readonly number[], { top, bottom }: Box): readonly number[] {
  const height = Math.min(LABEL_HEIGHT, (bottom - top) / Math.max(1, wanted.length));
  const placed: number[] = [];
  for (const [i, at] of wanted.entries()) placed.push(i === 0 ? at : Math.min(at, (placed[i - 1] ?? at) - height));
  // Pushed out at the top: back down from there.
  for (let i = placed.length - 1; i >= 0; i--) {
    const least = i === placed.length - 1 ? top + height / 2 : (placed[i + 1] ?? 0) + height;
    placed[i] = Math.max(placed[i] ?? 0, least);
  }
  return placed;
}

function colourBar(
  { width, colours }: LfpFigure,
  { limit, unit, limitText }: FigurePanel,
  { top, bottom }: Box,
): string {
  const left = width - COLOUR_BAR.right - COLOUR_BAR.width;
  const height = Math.min(140, bottom - top);
  const start = (top + bottom - height) / 2;
  const steps = 64;
  const cells = Array.from({ length: steps }, (_, i) => {
    const colour = cssColour(colourOfValue(colours, 1 - (2 * (i + 0.5)) / steps));
    return `<rect x="${left}" y="${short(start + (i * height) / steps)}" width="${COLOUR_BAR.width}" height="${short(height / steps + 0.4)}" fill="${colour}"/>`;
  });
  const frame = `<rect x="${left}" y="${short(start)}" width="${COLOUR_BAR.width}" height="${short(height)}" fill="none" stroke="${INK.line}" stroke-width="0.8"/>`;
  const scale = linearScale([-limit, limit], [start + height, start]);
  const ticks = [-limit, 0, limit].map((tick) =>
    text(numberText(tick), { x: left + COLOUR_BAR.width + 4, y: scale(tick) + 3.2, size: 9 }),
  );
  const label = text(`${unit} (${limitText})`, {
    ...{ x: left - 6, y: start + height / 2, size: 9, anchor: "middle" as const, rotate: -90, colour: INK.soft },
  });
  return cells.join("") + frame + ticks.join("") + label;
}

/** Two significant digits. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(2))).replace("-", "−");
}

interface TextOptions {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly anchor?: "middle" | "end";
  readonly isBold?: boolean;
  readonly colour?: string;
  readonly rotate?: number;
}

function text(content: string, { x, y, size, anchor, isBold, colour = INK.text, rotate }: TextOptions): string {
  const turn = rotate === undefined ? "" : ` transform="rotate(${rotate} ${short(x)} ${short(y)})"`;
  const weight = isBold ? ` font-weight="bold"` : "";
  const anchored = anchor === undefined ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${short(x)}" y="${short(y)}" font-size="${size}" fill="${colour}"${weight}${anchored}${turn}>${escapeXml(content)}</text>`;
}
