/** Small helpers to draw SVG as text: scales, ticks, axes. Sizes are in user units (pixels at 100 %). */

export interface Scale {
  (value: number): number;
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, high] = domain;
  const factor = high === low ? 0 : (range[1] - range[0]) / (high - low);
  return Object.assign((value: number) => range[0] + (value - low) * factor, { domain, range });
}

/** A logarithmic scale; values at or below zero sit at the low end. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const inner = linearScale([Math.log10(domain[0]), Math.log10(domain[1])], range);
  return Object.assign((value: number) => inner(Math.log10(Math.max(value, domain[0]))), { domain, range });
}

/** Round numbers inside a span: at most `count` of them. */
export function ticksOf([low, high]: readonly [number, number], count: number): readonly number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const raw = span / count;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = magnitude * ([1, 2, 5, 10].find((factor) => factor * magnitude >= raw) ?? 10);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten inside a span. */
export function decadesOf([low, high]: readonly [number, number]): readonly number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
}

/** 1, 2 and 5 times powers of ten inside a span. */
export function logTicksOf(domain: readonly [number, number]): readonly number[] {
  return decadesOf([domain[0] / 10, domain[1]])
    .flatMap((decade) => [decade, 2 * decade, 5 * decade])
    .filter((tick) => tick >= domain[0] * (1 - 1e-9) && tick <= domain[1] * (1 + 1e-9))
    .map((tick) => Number(tick.toPrecision(6)));
}

/** The span between powers of ten that holds every positive value; 0.1 to 10 without any. */
export function logDomain(values: readonly number[]): readonly [number, number] {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return [0.1, 10];
  const low = 10 ** Math.floor(Math.log10(Math.min(...positive)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...positive)));
  return [low, high > low ? high : low * 10];
}

export function tickText(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3))
    return `10${superscript(Math.log10(Math.abs(value)))}`;
  return String(value).replace("-", "−");
}

function superscript(exponent: number): string {
  const digits: Record<string, string> = {
    "-": "⁻",
    "0": "⁰",
    "1": "¹",
    "2": "²",
    "3": "³",
    "4": "⁴",
    "5": "⁵",
    "6": "⁶",
    "7": "⁷",
    "8": "⁸",
    "9": "⁹",
  };
  return [...String(Math.round(exponent))].map((digit) => digits[digit] ?? digit).join("");
}

/** A polyline as path data; a null value breaks it. */
export function pathOf(xs: readonly number[], ys: readonly (number | null)[]): string {
  let isDown = false;
  let path = "";
  for (const [i, x] of xs.entries()) {
    const y = ys[i] ?? null;
    if (y === null) isDown = false;
    else {
      path += `${isDown ? "L" : "M"}${short(x)} ${short(y)}`;
      isDown = true;
    }
  }
  return path;
}

/** The area between two lines as path data; empty when a value is missing. */
export function areaOf(
  xs: readonly number[],
  lows: readonly (number | null)[],
  highs: readonly (number | null)[],
): string {
  const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  const [low, high] = [known(lows), known(highs)];
  if (low.length !== xs.length || high.length !== xs.length || xs.length === 0) return "";
  const back = [...xs.keys()].reverse().map((i) => `L${short(xs[i] ?? 0)} ${short(low[i] ?? 0)}`);
  return `${pathOf(xs, high)}${back.join("")}Z`;
}

export function short(value: number): string {
  return Number(value.toFixed(2)).toString();
}

export function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

export interface AxisOptions {
  readonly at: number;
  readonly ticks: readonly number[];
  readonly label?: string;
  /** Where grid lines end; none if not given. */
  readonly gridTo?: number;
}

/** Ticks and label under a horizontal axis at y = `at`. */
export function xAxis(scale: Scale, { at, ticks, label, gridTo }: AxisOptions): string {
  const marks = ticks.map((tick) => {
    const x = short(scale(tick));
    const grid =
      gridTo === undefined ? "" : `<line class="grid" x1="${x}" x2="${x}" y1="${short(at)}" y2="${short(gridTo)}"/>`;
    return `${grid}<text class="tick" x="${x}" y="${short(at + 13)}" text-anchor="middle">${tickText(tick)}</text>`;
  });
  const middle = short((scale.range[0] + scale.range[1]) / 2);
  const title =
    label === undefined
      ? ""
      : `<text class="label" x="${middle}" y="${short(at + 28)}" text-anchor="middle">${escapeXml(label)}</text>`;
  return marks.join("") + title;
}

/** Ticks left of a vertical axis at x = `at`. */
export function yAxis(scale: Scale, { at, ticks, gridTo }: AxisOptions): string {
  return ticks
    .map((tick) => {
      const y = scale(tick);
      const grid =
        gridTo === undefined
          ? ""
          : `<line class="grid" x1="${short(at)}" x2="${short(gridTo)}" y1="${short(y)}" y2="${short(y)}"/>`;
      return `${grid}<text class="tick" x="${short(at - 5)}" y="${short(y + 3.5)}" text-anchor="end">${tickText(tick)}</text>`;
    })
    .join("");
}
