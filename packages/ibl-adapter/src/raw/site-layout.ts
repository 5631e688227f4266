import { familyOf, type ProbeVersion } from "./probe-version.js";

/** Pitch of the sites' grid in micrometres, and where it begins. Source: `neuropixel.CHANNEL_GRID` of ibl-neuropixel. */
const GRID = {
  np1: { dx: 16, x0: 11, dy: 20, y0: 20 },
  np2: { dx: 32, x0: 27, dy: 15, y0: 20 },
  ultra: { dx: 6, x0: 0, dy: 6, y0: 0 },
} as const;
/** Converters: channels that share one, and the cycles of a sample. 1.0 has a cycle more than channels. */
const ADC = {
  np1: { channels: 12, cycles: 13 },
  np2: { channels: 16, cycles: 16 },
  ultra: { channels: 12, cycles: 13 },
} as const;
const CHANNELS = 384;
const NP1_COLUMNS = [2, 0, 3, 1];
/** Shank of each block of 48 channels of a four-shank probe, and whether it is the upper one there. */
const SHANK_OF_BLOCK = [0, 1, 0, 1, 2, 3, 2, 3];
const [BLOCK, BLOCK_ROWS] = [48, 24];

/** Where a channel's site is, by grid. */
export interface GridPlace {
  readonly shank: number;
  readonly row: number;
  readonly col: number;
}

/** Micrometres of a place in the grid: across the probe (from the left edge of its shank) and along it. */
export function toMicrometres(
  version: ProbeVersion,
  { row, col }: GridPlace,
): { readonly x: number; readonly y: number } {
  const { dx, x0, dy, y0 } = GRID[familyOf(version)];
  return { x: col * dx + x0, y: row * dy + y0 };
}

/** Row and column of a place in micrometres; fractions where it is not on the grid. */
export function toGrid(version: ProbeVersion, x: number, y: number): { readonly row: number; readonly col: number } {
  const { dx, x0, dy, y0 } = GRID[familyOf(version)];
  return { row: (y - y0) / dy, col: (x - x0) / dx };
}

/** The converter that samples a hardware channel, and how late within the sample it does: a fraction of a sample. */
export function converterOf(
  version: ProbeVersion,
  channel: number,
): { readonly adc: number; readonly sampleShift: number } {
  const { channels, cycles } = ADC[familyOf(version)];
  const [pair, side] = [Math.floor(channel / (2 * channels)), channel % 2];
  return { adc: 2 * pair + side, sampleShift: Math.floor((channel % (2 * channels)) / 2) / cycles };
}

/**
 * The layout that a probe has where its file does not state one: the first 384 sites, densely.
 *
 * Source: `neuropixel.dense_layout` of ibl-neuropixel.
 *
 * @param shanks of a 2.0 probe without a quad base: 1, or 4
 */
export function defaultLayout(version: ProbeVersion, shanks: 1 | 4 = 1): readonly GridPlace[] {
  if (version === "NP2QB") {
    const ofOne = defaultLayout("NP2.1");
    return Array.from({ length: 4 }, (_, shank) => ofOne.map((place) => ({ ...place, shank }))).flat();
  }
  const family = familyOf(version);
  return Array.from({ length: CHANNELS }, (_, channel): GridPlace => {
    if (family === "ultra") return { shank: 0, row: Math.floor(channel / 8), col: channel % 8 };
    if (family === "np1") return { shank: 0, row: Math.floor(channel / 2), col: NP1_COLUMNS[channel % 4] ?? 0 };
    return shanks === 4 ? onFourShanks(channel) : { shank: 0, row: Math.floor(channel / 2), col: channel % 2 };
  });
}

function onFourShanks(channel: number): GridPlace {
  const block = Math.floor(channel / BLOCK);
  const isUpper = Math.floor(block / 2) % 2;
  return {
    shank: SHANK_OF_BLOCK[block] ?? 0,
    row: Math.floor((channel % BLOCK) / 2) + isUpper * BLOCK_ROWS,
    col: channel % 2,
  };
}
