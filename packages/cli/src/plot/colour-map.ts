/** Red, green, blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** From -1 over 0 to 1: dark blue, white, dark red. Source: ColorBrewer, RdBu with 11 classes, reversed (Apache 2.0). */
const DIVERGING: readonly Rgb[] = [
  ...([
    [5, 48, 97],
    [33, 102, 172],
    [67, 147, 195],
    [146, 197, 222],
    [209, 229, 240],
  ] as const),
  ...([
    [247, 247, 247],
    [253, 219, 199],
    [244, 165, 130],
    [214, 96, 77],
    [178, 24, 43],
    [103, 0, 31],
  ] as const),
];
/** From -1 to 1: black, mid grey, white. */
const GREY: readonly Rgb[] = [
  [0, 0, 0],
  [255, 255, 255],
];

export type ColourMapName = "diverging" | "grey";

/** Colour of a value between -1 and 1; what is beyond has the colour of the end. */
export function colourOfValue(name: ColourMapName, value: number): Rgb {
  const stops = name === "grey" ? GREY : DIVERGING;
  const at = ((Math.max(-1, Math.min(1, value)) + 1) / 2) * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(at));
  const part = at - below;
  const mix = (k: 0 | 1 | 2) => Math.round((1 - part) * (stops[below]?.[k] ?? 0) + part * (stops[below + 1]?.[k] ?? 0));
  return [mix(0), mix(1), mix(2)];
}

export function cssColour([red, green, blue]: Rgb): string {
  return `rgb(${red},${green},${blue})`;
}
