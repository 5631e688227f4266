import type { LinearMap } from "@crossprobe/ibl-adapter/lfpack";

/** The channels that a map takes anything from, ascending. */
export function channelsOf({ channels }: LinearMap): readonly number[] {
  return [...new Set(channels)].sort((a, b) => a - b);
}

/**
 * A map applied to samples: `[samples, columns]`, summed in double precision and rounded once.
 *
 * @param data `[samples, channels]` of the channels that {@link channelsOf} gives, in that order
 */
export function mapSamples(map: LinearMap, data: Float32Array, channels: readonly number[]): Float32Array {
  const place = new Map(channels.map((channel, position) => [channel, position]));
  const positions = Int32Array.from(map.channels, (channel) => place.get(channel) ?? -1);
  const [width, columns] = [channels.length, map.columns.length];
  const rows = width === 0 ? 0 : data.length / width;
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      const stop = map.starts[column + 1] ?? 0;
      for (let e = map.starts[column] ?? 0; e < stop; e++) {
        sum += (map.weights[e] ?? 0) * (data[row * width + (positions[e] ?? 0)] ?? Number.NaN);
      }
      result[row * columns + column] = sum;
    }
  }
  return result;
}
