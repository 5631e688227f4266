import { findRegionById } from "@crossprobe/atlas";
import { type Scale, short } from "../report/svg.js";
import type { LabelledStretch } from "./depth-rows.js";
import { INK, text } from "./figure-text.js";

const BAR = { gap: 6, width: 16, labels: 12 };
const LABEL_HEIGHT = 11;

/** Where a panel lies in its figure. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Regions along the probe in the colours of the atlas, with their acronyms moved apart where they would overlap. */
export function regionBar(stretches: readonly LabelledStretch[], y: Scale, box: Box): string {
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
