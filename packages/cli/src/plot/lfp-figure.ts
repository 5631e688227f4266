import { escapeXml, linearScale, type Scale, short, ticksOf, tickText } from "../report/svg.js";
import { type ColourMapName, colourOfValue, cssColour } from "./colour-map.js";
import { type Density, paintDensity } from "./density.js";
import { type DepthRows, type LabelledStretch, rowAt } from "./depth-rows.js";
import { FONT, INK, text } from "./figure-text.js";
import { type Box, regionBar } from "./region-bar.js";

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
const COLOUR_BAR = { right: 40, width: 10 };

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
