import { binMeans, binModes, checkBins } from "./channel-bins.js";
import type { ScaleMeta } from "./scale-meta.js";
import { type Attributes, findColumn, findTextColumn } from "./stored-values.js";

/**
 * What a recording stores about its channels, one value each, in the order of the signal's columns. Null where it stores nothing.
 *
 * Source: LFPack `meta` attributes `geometry_x`, `geometry_y`, `ml`, `ap`, `dv`, `atlas_id`, `acronym`, `labels`.
 */
export interface LfpackChannels {
  /** Micrometres across the probe. */
  readonly lateralUm: Float32Array;
  /** Micrometres along the probe. */
  readonly axialUm: Float32Array;
  /** Metres from bregma to the right. */
  readonly ml: Float32Array | null;
  /** Metres from bregma to the front. */
  readonly ap: Float32Array | null;
  /** Metres from bregma upward. */
  readonly dv: Float32Array | null;
  /** Allen structure ids, positive; 0 is void and 997 root: outside the brain. */
  readonly atlasId: Int32Array | null;
  readonly acronym: readonly string[] | null;
  /** 0 good, 1 dead, 2 noisy, 3 outside the brain. */
  readonly labels: Int8Array | null;
}

/**
 * Geometry of a scale with the annotations of scale 00, which are stored there only.
 *
 * @param annotations attributes of the `meta` that holds them; null where scale 00 is not in the file
 * @throws {@link SchemaError} when a column has another length than there are channels
 */
export function toChannels(meta: ScaleMeta, annotations: Attributes | null): LfpackChannels {
  const geometry = { lateralUm: meta.lateralUm, axialUm: meta.axialUm };
  const column = (name: string) =>
    annotations === null ? undefined : findColumn(annotations, name, meta.channelCount);
  const coordinates = (name: string) => {
    const values = column(name);
    return values === undefined ? null : Float32Array.from(values);
  };
  const [atlasId, labels] = [column("atlas_id"), column("labels")];
  return {
    ...geometry,
    ml: coordinates("ml"),
    ap: coordinates("ap"),
    dv: coordinates("dv"),
    atlasId: atlasId === undefined ? null : Int32Array.from(atlasId),
    acronym: (annotations === null ? null : findTextColumn(annotations, "acronym", meta.channelCount)) ?? null,
    labels: labels === undefined ? null : Int8Array.from(labels),
  };
}

/**
 * Channel facts of bins of adjacent channels: positions are means, ids and labels the most frequent value (of several the smallest),
 * acronyms that of the first channel with the bin's id. Acronyms without ids cannot be binned and become null.
 *
 * Source: LFPack (`LFPackReader.channels`).
 */
export function binChannels(channels: LfpackChannels, size: number): LfpackChannels {
  const means = (values: Float32Array | null) => (values === null ? null : binMeans(values, size));
  const { atlasId, acronym, labels } = channels;
  const modes = atlasId === null ? null : Int32Array.from(binModes(atlasId, size));
  return {
    lateralUm: binMeans(channels.lateralUm, size),
    axialUm: binMeans(channels.axialUm, size),
    ml: means(channels.ml),
    ap: means(channels.ap),
    dv: means(channels.dv),
    atlasId: modes,
    acronym:
      acronym === null || atlasId === null || modes === null
        ? null
        : Array.from(modes, (id, bin) => acronym[atlasId.indexOf(id, bin * size)] ?? ""),
    labels: labels === null ? null : Int8Array.from(binModes(labels, size)),
  };
}

/**
 * Number of the bin that each channel goes into; null for channels past the last full bin, which are left out.
 *
 * Source: LFPack (`LFPackReader.geometry_full`), which gives those a number that is out of range.
 *
 * @throws {@link QueryError} unless the size is a positive integer up to the number of channels
 */
export function binOfChannels(channelCount: number, size: number): readonly (number | null)[] {
  checkBins({ size, combine: "mean" }, channelCount);
  const count = Math.floor(channelCount / size);
  return Array.from({ length: channelCount }, (_, channel) => {
    const bin = Math.floor(channel / size);
    return bin < count ? bin : null;
  });
}
