import { unknownShape } from "./place.js";
import { familyOf, type ProbeVersion } from "./probe-version.js";
import { savedChannels } from "./saved-channels.js";
import { converterOf, defaultLayout, type GridPlace, toGrid, toMicrometres } from "./site-layout.js";
import type { SpikeglxMeta } from "./spikeglx-meta.js";

/** Width of a 1.0 shank, whose maps count from the other edge, and from the first row instead of the tip's end. */
const [NP1_WIDTH_UM, FIRST_ROW_UM] = [70, 20];

/** Where one channel was recorded. */
export interface SiteOfChannel {
  /** Column in the data file. */
  readonly fileColumn: number;
  /** Number of the channel in the probe's hardware. */
  readonly channel: number;
  readonly shank: number;
  /** Row and column in the grid of sites; fractions where a stated place is not on it. */
  readonly row: number;
  readonly col: number;
  /** Across the shank, micrometres. */
  readonly x: number;
  /** Along the shank, micrometres: 20 at the lowest row of sites of 1.0 and 2.0 probes, about 200 above the tip. */
  readonly y: number;
  /** False for sites that the file says are not to be used: references, and those switched off. */
  readonly isUsed: boolean;
  /** Converter that samples the channel. */
  readonly adc: number;
  /** How late in each sample the channel is sampled, in samples. */
  readonly sampleShift: number;
}

export interface SiteGeometry {
  /** By shank, then row, then column from the right, as IBL's reader has it; in the order of the file where `source` is `default`. */
  readonly sites: readonly SiteOfChannel[];
  /** What the places come from: the file's maps, or the usual layout of the probe where it has none. */
  readonly source: "snsShankMap" | "snsGeomMap" | "default";
}

/**
 * Where the channels of a probe's file were recorded; null for the auxiliary board, and for a probe type that is not known.
 *
 * - `snsShankMap` (until 2023): shank, column, row. Columns of 1.0 probes count staggered places from the other edge
 * - `snsGeomMap`: shank and micrometres, from the lowest row; x of 1.0 probes from the other edge
 *
 * Source: `spikeglx.geometry_from_meta` of ibl-neuropixel.
 *
 * @throws {@link SchemaError} when a map has no place for a saved channel
 */
export function readGeometry(meta: SpikeglxMeta): SiteGeometry | null {
  const { version } = meta;
  if (version === null) return null;
  const channels = savedChannels(meta);
  const { source, places } = placesOf(meta, version, channels);
  const sites = channels.map((channel, fileColumn) => {
    const place = places[fileColumn];
    if (place === undefined) throw unknownShape(meta.url, `${source} has no place for channel ${channel}`);
    return { fileColumn, channel, ...place, ...converterOf(version, channel) };
  });
  // The usual layouts are in the order of the hardware, and stay so.
  if (source !== "default") sites.sort((a, b) => a.shank - b.shank || a.row - b.row || b.col - a.col);
  return { source, sites };
}

type Place = Pick<SiteOfChannel, "shank" | "row" | "col" | "x" | "y" | "isUsed">;

function placesOf(
  meta: SpikeglxMeta,
  version: ProbeVersion,
  channels: readonly number[],
): Pick<SiteGeometry, "source"> & { readonly places: readonly (Place | undefined)[] } {
  const isNp1 = familyOf(version) === "np1";
  const shankMap = entriesOf(meta, "snsShankMap");
  if (shankMap !== null) {
    const places = shankMap.map(([shank = 0, col = 0, row = 0, flag]) =>
      onGrid(version, { shank, row, col: isNp1 ? 2 - 2 * col + (row % 2) : col }, flag !== 0),
    );
    return { source: "snsShankMap", places: ofColumns(places, channels, meta, "snsShankMap") };
  }
  const geomMap = entriesOf(meta, "snsGeomMap");
  if (geomMap !== null) {
    const places = geomMap.map(([shank = 0, left = 0, above = 0, flag]): Place => {
      const [x, y] = [isNp1 ? NP1_WIDTH_UM - left : left, above + FIRST_ROW_UM];
      return { shank, x, y, ...toGrid(version, x, y), isUsed: flag !== 0 };
    });
    return { source: "snsGeomMap", places: ofColumns(places, channels, meta, "snsGeomMap") };
  }
  const layout = defaultLayout(version, version === "NP2.4" ? 4 : 1).map((place) => onGrid(version, place, true));
  return { source: "default", places: channels.map((channel) => layout[channel]) };
}

function onGrid(version: ProbeVersion, place: GridPlace, isUsed: boolean): Place {
  return { ...place, ...toMicrometres(version, place), isUsed };
}

/** Maps have an entry for each saved channel, or one for each channel of the probe where a file was cut to some of them. */
function ofColumns(
  places: readonly Place[],
  channels: readonly number[],
  meta: SpikeglxMeta,
  key: string,
): readonly (Place | undefined)[] {
  if (places.length === channels.length) return places;
  if (places.length > channels.length) return channels.map((channel) => places[channel]);
  throw unknownShape(meta.url, `${key} has ${places.length} places for ${channels.length} channels`);
}

/** Entries `(a:b:c:d)`; null where the map is absent or empty. */
function entriesOf({ values }: SpikeglxMeta, key: string): readonly (readonly number[])[] | null {
  const text = values.get(key);
  if (typeof text !== "string") return null;
  const entries = [...text.matchAll(/\((-?[\d.]+):(-?[\d.]+):(-?[\d.]+):(\d+)\)/g)];
  return entries.length === 0 ? null : entries.map((match) => match.slice(1).map(Number));
}
