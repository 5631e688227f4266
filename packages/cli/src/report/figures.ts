import {
  areaOf,
  decadesOf,
  escapeXml,
  linearScale,
  logDomain,
  logScale,
  logTicksOf,
  pathOf,
  short,
  ticksOf,
  xAxis,
  yAxis,
} from "./svg.js";

/** One dataset's curve in a PSTH panel. */
export interface PsthCurve {
  readonly dataset: string;
  readonly units: number;
  readonly events: number;
  readonly binStart: readonly number[];
  readonly mean: readonly number[];
  readonly low: readonly (number | null)[] | null;
  readonly high: readonly (number | null)[] | null;
}

/** Colours of the datasets in the order of registration; told apart by colour-blind readers (Okabe and Ito 2008). */
const PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"];

export function colourOf(dataset: string, datasets: readonly string[]): string {
  return PALETTE[datasets.indexOf(dataset) % PALETTE.length] ?? "#444";
}

const PSTH = { width: 300, height: 190, left: 36, right: 8, top: 30, bottom: 34 };

/** Rate around stimulus onset, both datasets in one panel, with mean and band. */
export function psthPanel(region: string, curves: readonly PsthCurve[], datasets: readonly string[]): string {
  const starts = curves[0]?.binStart ?? [];
  const binWidth = (starts[1] ?? 0.01) - (starts[0] ?? 0);
  const centres = starts.map((start) => start + binWidth / 2);
  const top = Math.max(
    0.1,
    ...curves.flatMap(({ mean, high }) => [...mean, ...(high ?? []).filter((value) => value !== null)]),
  );
  const x = linearScale([starts[0] ?? 0, (starts.at(-1) ?? 1) + binWidth], [PSTH.left, PSTH.width - PSTH.right]);
  const y = linearScale([0, top], [PSTH.height - PSTH.bottom, PSTH.top]);
  const xs = centres.map(x);
  const marks = curves.map(({ dataset, mean, low, high }) => {
    const colour = colourOf(dataset, datasets);
    const place = (values: readonly (number | null)[]) =>
      values.map((value) => (value === null ? null : y(Math.max(0, value))));
    const area = low && high ? areaOf(xs, place(low), place(high)) : "";
    const band = area === "" ? "" : `<path d="${area}" fill="${colour}" fill-opacity="0.18"/>`;
    return `${band}<path d="${pathOf(xs, place(mean))}" fill="none" stroke="${colour}" stroke-width="1.3"/>`;
  });
  const zero = short(x(0));
  const onset = `<line class="onset" x1="${zero}" x2="${zero}" y1="${PSTH.top}" y2="${PSTH.height - PSTH.bottom}"/>`;
  const axes =
    yAxis(y, { at: PSTH.left, ticks: ticksOf([0, top], 4), gridTo: PSTH.width - PSTH.right }) +
    xAxis(x, {
      at: PSTH.height - PSTH.bottom,
      ticks: [-0.5, 0, 0.5, 1].filter((tick) => tick >= x.domain[0] && tick <= x.domain[1] + 1e-9),
      label: "s from onset",
    });
  const counts = curves.map(
    ({ dataset, units }) => `<tspan fill="${colourOf(dataset, datasets)}">${escapeXml(dataset)} ${units} u</tspan>`,
  );
  const title = `<text class="title" x="${PSTH.left}" y="13">${escapeXml(region)}</text><text class="counts" x="${PSTH.width - PSTH.right}" y="13" text-anchor="end">${counts.join("  ")}</text><text class="tick" x="4" y="25">Hz</text>`;
  return svg(PSTH.width, PSTH.height, `PSTH of ${region}`, axes + onset + marks.join("") + title);
}

/** One dataset's rates in one region. */
export interface RateRow {
  readonly region: string;
  readonly dataset: string;
  readonly values: readonly number[];
  readonly quartiles: { readonly q1: number; readonly median: number; readonly q3: number } | null;
}

const RATES = { width: 940, row: 17, left: 92, gutter: 40, right: 14, top: 8, bottom: 36 };

/** Rates of every unit with quartiles, a row a region and dataset, on a logarithmic axis; units at zero, which it has no place for, as a number left of it. */
export function rateFigure(rows: readonly RateRow[], datasets: readonly string[]): string {
  const domain = logDomain(rows.flatMap(({ values }) => values));
  const height = RATES.top + rows.length * RATES.row + RATES.bottom;
  const silent = rows.map(({ values }) => values.filter((value) => value <= 0).length);
  const gutter = silent.some((count) => count > 0) ? RATES.gutter : 0;
  const left = RATES.left + gutter;
  const x = logScale(domain, [left, RATES.width - RATES.right]);
  const axis = xAxis(x, {
    at: height - RATES.bottom,
    ticks: logTicksOf(domain),
    label: "firing rate, spikes per second (log scale)",
    gridTo: RATES.top,
  });
  const marks = rows.map(({ region, dataset, values, quartiles }, i) => {
    const middle = RATES.top + (i + 0.5) * RATES.row;
    const colour = colourOf(dataset, datasets);
    const isFirst = rows[i - 1]?.region !== region;
    const name = isFirst
      ? `<text class="row" x="${RATES.left - 10}" y="${short(middle + 4)}" text-anchor="end">${escapeXml(region)}</text>`
      : "";
    const line =
      isFirst && i > 0
        ? `<line class="grid" x1="8" x2="${RATES.width - RATES.right}" y1="${short(middle - RATES.row / 2)}" y2="${short(middle - RATES.row / 2)}"/>`
        : "";
    const dots = values.map((value, k) =>
      value > 0
        ? `<circle cx="${short(x(value))}" cy="${short(middle + jitter(k))}" r="2" fill="${colour}" fill-opacity="0.35"/>`
        : "",
    );
    const zeros = silent[i]
      ? `<text class="tick" x="${left - 2 * BEYOND}" y="${short(middle + 4)}" text-anchor="end"><tspan fill="${colour}">${silent[i]} at 0</tspan></text>`
      : "";
    return `<g><title>${escapeXml(`${region}, ${dataset}: ${values.length} units`)}</title>${line}${name}${zeros}${dots.join("")}${quartiles === null ? "" : box(quartiles, x, middle, colour)}</g>`;
  });
  return svg(RATES.width, height, "Firing rates by region and dataset", axis + marks.join(""));
}

/** How far left of the axis a box begins that begins at 0. */
const BEYOND = 5;

function box(
  { q1, median, q3 }: NonNullable<RateRow["quartiles"]>,
  x: (value: number) => number,
  middle: number,
  colour: string,
): string {
  if (!(q3 > 0)) return "";
  const [left, right] = [x(q1) - (q1 > 0 ? 0 : BEYOND), x(q3)];
  const rect = `<rect x="${short(left)}" y="${short(middle - 5)}" width="${short(Math.max(1, right - left))}" height="10" fill="none" stroke="${colour}"/>`;
  if (!(median > 0)) return rect;
  return `${rect}<line x1="${short(x(median))}" x2="${short(x(median))}" y1="${short(middle - 6)}" y2="${short(middle + 6)}" stroke="${colour}" stroke-width="2.4"/>`;
}

/** A fixed scatter, so that a report drawn twice is the same. */
function jitter(index: number): number {
  return ((index * 0.618034) % 1) * 8 - 4;
}

/** Band power of one probe in one region. */
export interface PowerMark {
  readonly dataset: string;
  readonly probe: string;
  /** uV² by band; null where there was nothing to average. */
  readonly power: Readonly<Record<string, number | null>>;
}

const POWER = { width: 220, height: 170, left: 42, right: 6, top: 24, bottom: 24 };

/** Power by band, one mark a probe, on a logarithmic axis that all panels share. */
export function powerPanel(
  region: string,
  marks: readonly PowerMark[],
  bands: readonly string[],
  domain: readonly [number, number],
  datasets: readonly string[],
): string {
  const y = logScale(domain, [POWER.height - POWER.bottom, POWER.top]);
  const step = (POWER.width - POWER.left - POWER.right) / bands.length;
  const drawn = marks.flatMap(({ dataset, probe, power }, i) =>
    bands.flatMap((band, k) => {
      const value = power[band];
      if (value === undefined || value === null) return [];
      const x = POWER.left + step * (k + 0.5 + (marks.length > 1 ? (i / (marks.length - 1) - 0.5) * 0.42 : 0));
      const note = escapeXml(`${dataset} ${probe} ${band}: ${value.toPrecision(4)} uV²`);
      return [
        `<circle cx="${short(x)}" cy="${short(y(value))}" r="3.4" fill="${colourOf(dataset, datasets)}"><title>${note}</title></circle>`,
      ];
    }),
  );
  const names = bands.map((band, k) => {
    const x = short(POWER.left + step * (k + 0.5));
    const edge = short(POWER.left + step * k);
    return `<line class="grid" x1="${edge}" x2="${edge}" y1="${POWER.top}" y2="${POWER.height - POWER.bottom}"/><text class="tick" x="${x}" y="${POWER.height - POWER.bottom + 13}" text-anchor="middle">${escapeXml(shortBand(band))}</text>`;
  });
  const axis = yAxis(y, { at: POWER.left, ticks: decadesOf(domain), gridTo: POWER.width - POWER.right });
  const title = `<text class="title" x="${POWER.left}" y="13">${escapeXml(region)}</text><text class="tick" x="4" y="13">µV²</text>`;
  return svg(POWER.width, POWER.height, `LFP power of ${region}`, axis + names.join("") + drawn.join("") + title);
}

const GREEK: Readonly<Record<string, string>> = {
  delta: "δ",
  theta: "θ",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  highGamma: "high γ",
};

function shortBand(band: string): string {
  return GREEK[band] ?? band;
}

function svg(width: number, height: number, label: string, content: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(label)}">${content}</svg>`;
}
