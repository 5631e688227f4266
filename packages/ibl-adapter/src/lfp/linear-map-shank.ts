import { QueryError } from "@crossprobe/core";
import type { LfpackChannels } from "./lfpack-channels.js";
import { checkChannel, type LinearMap, type MapColumn, sparseMap } from "./linear-map.js";

/** Where the channels are. Neighbours come from here, never from channel numbers. */
export type ShankGeometry = Pick<LfpackChannels, "lateralUm" | "axialUm">;

export interface ShankMapOptions {
  /** Channels to make columns for: the lower one of a pair, the middle one of a triple; every one that can be if not given. */
  readonly channels?: readonly number[] | undefined;
}

/** A channel with its next neighbours of the same lateral position; null at the ends of its column of sites. */
interface SiteNeighbours {
  readonly below: number | null;
  readonly above: number | null;
}

/**
 * Next channel toward and away from the tip in the same column of sites (same lateral position), by axial position.
 *
 * @throws {@link QueryError} when two channels share a position: then neighbours are not defined
 */
export function shankNeighbours({ lateralUm, axialUm }: ShankGeometry): readonly SiteNeighbours[] {
  const columns = new Map<number, number[]>();
  for (const [channel, lateral] of lateralUm.entries()) {
    const column = columns.get(lateral);
    if (column === undefined) columns.set(lateral, [channel]);
    else column.push(channel);
  }
  const neighbours = Array.from(lateralUm, (): SiteNeighbours => ({ below: null, above: null }));
  for (const column of columns.values()) {
    column.sort((a, b) => (axialUm[a] ?? 0) - (axialUm[b] ?? 0));
    for (const [row, channel] of column.entries()) {
      const [below, above] = [column[row - 1] ?? null, column[row + 1] ?? null];
      if (above !== null && axialUm[above] === axialUm[channel]) {
        throw new QueryError(
          `channels ${channel} and ${above} share a position, so that neighbours are not defined (several shanks?)`,
          { hint: "give the shanks different lateral positions, or build the map with sparseMap" },
        );
      }
      neighbours[channel] = { below, above };
    }
  }
  return neighbours;
}

/**
 * Bipolar derivation: the next channel up the shank minus the channel, along one column of sites.
 *
 * The topmost channel of each column of sites has no column of its own.
 *
 * @throws {@link QueryError} when a channel asked for has no neighbour above
 */
export function bipolarMap(geometry: ShankGeometry, options: ShankMapOptions = {}): LinearMap {
  const neighbours = shankNeighbours(geometry);
  const columns = selected(neighbours, options, (channel, { above }) =>
    above === null
      ? undefined
      : {
          name: `ch ${above} - ch ${channel}`,
          entries: [
            [above, 1],
            [channel, -1],
          ],
        },
  );
  return sparseMap(neighbours.length, columns, "bipolar");
}

/**
 * Second spatial difference along one column of sites, unscaled: below - 2 centre + above.
 *
 * Meaningful where sites are evenly spaced; {@link currentSourceDensityMap} takes the spacing into account.
 *
 * @throws {@link QueryError} when a channel asked for has not both neighbours
 */
export function secondDifferenceMap(geometry: ShankGeometry, options: ShankMapOptions = {}): LinearMap {
  const neighbours = shankNeighbours(geometry);
  const columns = selected(neighbours, options, (channel, { below, above }) =>
    below === null || above === null
      ? undefined
      : {
          name: `ch ${channel}`,
          entries: [
            [below, 1],
            [channel, -2],
            [above, 1],
          ],
        },
  );
  return sparseMap(neighbours.length, columns, "second difference");
}

export interface CurrentSourceDensityOptions extends ShankMapOptions {
  /** Conductivity of the tissue in siemens a metre, taken as the same everywhere; a common value for cortex is 0.3. */
  readonly conductivity: number;
  /** Distance of neighbouring sites in micrometres. Where given, a triple that is spaced differently is refused. */
  readonly spacingUm?: number | undefined;
}

/**
 * Current source density along the shank, amperes a cubic metre: `-conductivity * d²V/dz²` by the three-point difference (sinks are
 * negative). It supposes that the field does not change across the shank.
 *
 * The distances come from the geometry; unequal ones are weighted accordingly.
 *
 * @throws {@link QueryError} when a channel asked for has not both neighbours, or the conductivity or spacing does not fit
 */
export function currentSourceDensityMap(geometry: ShankGeometry, options: CurrentSourceDensityOptions): LinearMap {
  const { conductivity, spacingUm } = options;
  if (!(Number.isFinite(conductivity) && conductivity > 0)) {
    throw new QueryError(`a conductivity of ${conductivity} S/m is none`, { hint: "0.3 S/m is common for cortex" });
  }
  const neighbours = shankNeighbours(geometry);
  const axial = (channel: number): number => geometry.axialUm[channel] ?? Number.NaN;
  const columns = selected(neighbours, options, (channel, { below, above }) => {
    if (below === null || above === null) return undefined;
    const [down, up] = [axial(channel) - axial(below), axial(above) - axial(channel)];
    if (spacingUm !== undefined && (down !== spacingUm || up !== spacingUm)) {
      throw new QueryError(`channel ${channel} is ${down} and ${up} um from its neighbours, not ${spacingUm} um`, {
        hint: "leave spacingUm out to take distances from the geometry, or leave the channel out",
      });
    }
    const scale = (-2 * conductivity) / ((down + up) * 1e-6);
    const [lower, upper] = [scale / (down * 1e-6), scale / (up * 1e-6)];
    return {
      name: `ch ${channel}`,
      entries: [
        [below, lower],
        [channel, -lower - upper],
        [above, upper],
      ],
    };
  });
  return sparseMap(neighbours.length, columns, `current source density at ${conductivity} S/m`, "A/m3");
}

function selected(
  neighbours: readonly SiteNeighbours[],
  options: ShankMapOptions,
  toColumn: (channel: number, neighbours: SiteNeighbours) => MapColumn | undefined,
): readonly MapColumn[] {
  const wanted = options.channels ?? neighbours.map((_, channel) => channel);
  return wanted.flatMap((channel) => {
    checkChannel(channel, neighbours.length);
    const column = toColumn(channel, neighbours[channel] ?? { below: null, above: null });
    if (column !== undefined) return [column];
    if (options.channels === undefined) return [];
    throw new QueryError(`channel ${channel} is at the end of its column of sites and has too few neighbours`, {
      hint: "leave it out, or name no channels to get every one that has them",
    });
  });
}
