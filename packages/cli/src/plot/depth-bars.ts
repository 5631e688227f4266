import { findRegionById } from "@crossprobe/atlas";
import { escapeXml, linearScale, type Scale, short, ticksOf, tickText } from "../report/svg.js";
import { depthRows, labelledStretches, type PlacedChannel } from "./depth-rows.js";
import { FONT, INK, text } from "./figure-text.js";
import { type Box, regionBar } from "./region-bar.js";

/** Something at a place along the probe. */
export interface DepthMark extends PlacedChannel {
  /** Whether the answer has it; else it is only there. */
  readonly isSelected: boolean;
}

export interface DepthBars {
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  /** What is counted: `units`. */
  readonly unit: string;
  /** Channels of the probe: what its regions are read off. */
  readonly channels: readonly PlacedChannel[];
  readonly marks: readonly DepthMark[];
  readonly caption: readonly string[];
}

const WIDTH = 560;
const MARGIN = { side: 16, left: 64, right: 110 };
const LINE = { title: 18, subtitle: 12.5, caption: 12.5 };
const PANEL_HEIGHT = 460;
/** Micrometres of a bin: the first that makes no more than {@link MOST_BINS}. */
const BINS = [20, 40, 50, 100, 200, 500, 1000];
const MOST_BINS = 50;

/** Counts along one probe from its tip up, in the colours of the regions, as one self-contained SVG. */
export function drawDepthBars({ title, subtitle, unit, channels, marks, caption }: DepthBars): string {
  const placed = marks.flatMap((mark) =>
    mark.distanceFromTipUm === null ? [] : [{ ...mark, at: mark.distanceFromTipUm }],
  );
  const sites = channels.filter(({ distanceFromTipUm }) => distanceFromTipUm !== null);
  const rows = depthRows(sites);
  const ends = [...(sites.length > 0 ? rows.domain : []), ...placed.map(({ at }) => at)];
  const [low, high] = [Math.min(0, ...ends), Math.max(100, ...ends)];
  const step = BINS.find((size) => (high - low) / size <= MOST_BINS) ?? (high - low) / MOST_BINS;
  const bins = binned(placed, low, high, step);
  const top = 12 + LINE.title * title.length + LINE.subtitle * subtitle.length + 20;
  const box: Box = { left: MARGIN.left, right: WIDTH - MARGIN.right, top, bottom: top + PANEL_HEIGHT };
  const height = box.bottom + 52 + LINE.caption * (caption.length + 1);
  const y = linearScale([low, high], [box.bottom, box.top]);
  const x = linearScale([0, Math.max(1, ...bins.map(({ total }) => total))], [box.left, box.right]);
  const head = [
    ...title.map((line, i) => text(line, { x: MARGIN.side, y: 22 + i * LINE.title, size: 13, isBold: true })),
    ...subtitle.map((line, i) =>
      text(line, { x: MARGIN.side, y: 20 + LINE.title * title.length + i * LINE.subtitle, size: 9, colour: INK.soft }),
    ),
  ];
  const binText = `Bins of ${Number(step.toFixed(1))} um; filled: in the answer, in the colour of its region; outlined: the other ${unit} of the probe.`;
  const foot = [binText, ...caption].map((line, i) =>
    text(line, { x: MARGIN.side, y: box.bottom + 50 + i * LINE.caption, size: 8.5, colour: INK.soft }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${short(height)}" width="${WIDTH}" height="${short(height)}" role="img" font-family="${FONT}">`,
    `<title>${escapeXml(title.join(" "))}</title><rect width="${WIDTH}" height="${short(height)}" fill="#fff"/>`,
    ...head,
    axes(x, y, box, unit),
    ...bins.map((bin) => drawBin(bin, x, y)),
    sites.length > 0
      ? regionBar(labelledStretches(rows, sites), y, box)
      : text("no channel table", { x: box.right + 8, y: box.top + 10, size: 9, colour: INK.soft }),
    ...foot,
    "</svg>\n",
  ].join("");
}

interface Bin {
  readonly low: number;
  readonly high: number;
  readonly total: number;
  /** Selected ones by label, most first. */
  readonly parts: readonly { readonly label: string; readonly colour: string; readonly count: number }[];
}

/** Bins hold their lower end and not their upper one; the last holds both. */
function binned(
  marks: readonly (DepthMark & { at: number })[],
  low: number,
  high: number,
  step: number,
): readonly Bin[] {
  const first = Math.floor(low / step);
  const count = Math.max(1, Math.ceil(high / step) - first);
  const bins = Array.from({ length: count }, (): (DepthMark & { at: number })[] => []);
  for (const mark of marks) bins[Math.min(count - 1, Math.floor(mark.at / step) - first)]?.push(mark);
  return bins.map((own, i) => {
    const parts = new Map<string, { label: string; colour: string; count: number }>();
    for (const { region, regionAbsent, isSelected } of own) {
      if (!isSelected) continue;
      const label = region?.acronym ?? `(${regionAbsent ?? "unknown"})`;
      const colour = region === null ? NO_LABEL : `#${findRegionById(region.id)?.color ?? "fff"}`;
      const part = parts.get(label) ?? { label, colour, count: 0 };
      part.count++;
      parts.set(label, part);
    }
    const sorted = [...parts.values()].sort((a, b) => b.count - a.count);
    return { low: (first + i) * step, high: (first + i + 1) * step, total: own.length, parts: sorted };
  });
}

const NO_LABEL = "#c3c9d1";

function drawBin({ low, high, total, parts }: Bin, x: Scale, y: Scale): string {
  if (total === 0) return "";
  const [top, height] = [y(high) + 0.6, Math.max(0.8, y(low) - y(high) - 1.2)];
  const rect = (from: number, to: number, style: string) =>
    `<rect x="${short(x(from))}" y="${short(top)}" width="${short(x(to) - x(from))}" height="${short(height)}" ${style}/>`;
  let done = 0;
  const filled = parts.map(({ colour, count }) => {
    const from = done;
    done += count;
    return rect(from, done, `fill="${colour}" stroke="${INK.text}" stroke-width="0.5"`);
  });
  const others = done < total ? rect(done, total, `fill="#fff" stroke="${INK.line}" stroke-width="0.6"`) : "";
  const names = parts.map(({ label, count }) => `${count} ${label}`).join(", ");
  const note = `${low} to ${high} um: ${done} of ${total}${names === "" ? "" : ` (${names})`}`;
  return `<g><title>${escapeXml(note)}</title>${others}${filled.join("")}</g>`;
}

function axes(x: Scale, y: Scale, { left, right, top, bottom }: Box, unit: string): string {
  const across = ticksOf(x.domain, 5)
    .filter(Number.isInteger)
    .map((tick) => {
      const at = short(x(tick));
      const grid = `<line x1="${at}" x2="${at}" y1="${short(top)}" y2="${short(bottom)}" stroke="#e1e6eb" stroke-width="0.8"/>`;
      return grid + text(tickText(tick), { x: x(tick), y: bottom + 14, size: 9.5, anchor: "middle", colour: INK.soft });
    });
  const up = ticksOf(y.domain, 10).map((tick) => {
    const at = short(y(tick));
    const mark = `<line x1="${left - 4}" x2="${left}" y1="${at}" y2="${at}" stroke="${INK.line}" stroke-width="0.8"/>`;
    return mark + text(tickText(tick), { x: left - 7, y: y(tick) + 3.3, size: 9.5, anchor: "end" });
  });
  const frame = `<rect x="${left}" y="${short(top)}" width="${short(right - left)}" height="${short(bottom - top)}" fill="none" stroke="${INK.line}" stroke-width="0.8"/>`;
  const titles = [
    text(`${unit} in each bin`, { x: (left + right) / 2, y: bottom + 29, size: 10, anchor: "middle" }),
    text("distance from tip (µm)", { x: 18, y: (top + bottom) / 2, size: 10, anchor: "middle", rotate: -90 }),
  ];
  return [...across, ...up, frame, ...titles].join("");
}
