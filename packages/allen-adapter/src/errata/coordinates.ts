import type { ErrataSettings } from "./errata-choice.js";
import type { Erratum } from "./erratum.js";

/** Coordinates of a row: anterior-posterior, dorsal-ventral, left-right, as stored. */
export type StoredPoint = readonly [ap: number, dv: number, ml: number];

/** Points of the electrodes table of an NWB file, with those of the same channels in `channels.csv`. */
export interface ElectrodePoints {
  readonly ids: readonly string[];
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly z: ArrayLike<number>;
  /** By channel id. */
  readonly listed: ReadonlyMap<string, StoredPoint>;
}

/** Rows whose three coordinates are the same in `y` and `z` may be so by chance; a whole table is not. */
export const DV_EQUALS_ML: Erratum<ElectrodePoints, readonly (StoredPoint | null)[]> = {
  id: "dv-equals-ml",
  title: "The electrodes table holds the left-right coordinate in y as well as in z",
  file: "session file",
  generation: "2020",
  place: "/general/extracellular_ephys/electrodes: x, y, z",
  citation: "AllenSDK issue 2776",
  detects: "y equals z in every row that has coordinates",
  action: "repair",
  whenOff: "the stored points",
  isOnByDefault: true,
  appliedBy: ["session"],
  detect: ({ x, y, z }) => {
    const placed = Array.from(x, (_, row) => row).filter((row) => Number.isFinite(x[row]) && Number.isFinite(y[row]));
    return placed.length > 0 && placed.every((row) => y[row] === z[row]);
  },
  repair: ({ ids, listed }) => ids.map((id) => listed.get(id) ?? null),
};

export const MINUS_1000: Erratum<StoredPoint, null> = {
  id: "minus-1000-grey",
  title: "Channels that are not registered carry the coordinate -1000 and the structure grey (id 8)",
  file: "channels.csv",
  generation: "2019",
  place: "anterior_posterior_, dorsal_ventral_, left_right_ccf_coordinate",
  citation: "downloads of 2019",
  detects: "a coordinate of -1000",
  action: "quarantine",
  whenOff: "the stored point",
  isOnByDefault: true,
  appliedBy: ["hub", "cache", "session"],
  detect: (point) => point.includes(-1000),
  repair: () => null,
};

export const MINUS_1: Erratum<StoredPoint, null> = {
  ...MINUS_1000,
  id: "minus-1-coordinates",
  title: "Channels that are not registered carry the coordinate -1",
  generation: "tables",
  citation: "later downloads of channels.csv",
  detects: "a coordinate of -1",
  detect: (point) => point.includes(-1),
};

export const ZERO_COORDINATES: Erratum<StoredPoint, null> = {
  ...MINUS_1000,
  id: "zero-coordinates",
  title: "Channels that are not registered carry the coordinate 0",
  generation: "tables",
  citation: "tutorials of the release keep points with x > 0",
  detects: "a coordinate of 0",
  detect: (point) => point.includes(0),
};

/** The entries that withhold a point, in the order in which they are asked. */
export const SENTINEL_ERRATA = [MINUS_1000, MINUS_1, ZERO_COORDINATES] as const;

/** How many of the points each of these entries concerns; a point counts for the first that tells it. */
export function countSentinels(
  points: Iterable<StoredPoint>,
  errata: Pick<ErrataSettings, "isOn">,
): ReadonlyMap<(typeof SENTINEL_ERRATA)[number], number> {
  const counts = new Map<(typeof SENTINEL_ERRATA)[number], number>();
  for (const point of points) {
    const found = SENTINEL_ERRATA.find((erratum) => errata.isOn(erratum.id) && erratum.detect(point));
    if (found) counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  return counts;
}
