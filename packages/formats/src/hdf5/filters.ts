import { Failure } from "./failure.js";

/** One step of an array's filter pipeline. */
export interface Filter {
  readonly id: number;
  readonly name: string;
  /** The step's parameters. */
  readonly cd_values: readonly number[];
}

/** Filters that the HDF5 library in h5wasm decodes: deflate, shuffle, fletcher32, szip, nbit, scaleoffset. */
const BUILT_IN: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6]);

/** Source: the registry of filter plugins, https://github.com/HDFGroup/hdf5_plugins/blob/master/docs/RegisteredFilterPlugins.md */
const NAMES: ReadonlyMap<number, string> = new Map([
  [1, "deflate"],
  [2, "shuffle"],
  [3, "fletcher32"],
  [4, "szip"],
  [5, "nbit"],
  [6, "scaleoffset"],
  [305, "lzo"],
  [307, "bzip2"],
  [32000, "lzf"],
  [32001, "blosc"],
  [32004, "lz4"],
  [32008, "bitshuffle"],
  [32013, "zfp"],
  [32015, "zstd"],
  [32026, "blosc2"],
]);

/**
 * Refuses an array with a filter that is not built in, before HDF5 sees it: a missing filter fails late, and some plugins
 * bring down the whole instance.
 */
export function requireKnownFilters(filters: readonly Filter[], path: string, url: string): void {
  const unknown = filters.filter((filter) => !BUILT_IN.has(filter.id));
  if (unknown.length === 0) return;
  const names = unknown.map(
    (filter) => `${NAMES.get(filter.id) ?? (filter.name || "unknown")} (HDF5 filter ${filter.id})`,
  );
  throw new Failure(
    "format",
    `array ${path} of ${url} is compressed with ${names.join(" and ")}, which is not built in`,
    {
      at: path,
      hint: "rewrite it with gzip, for example `h5repack -f GZIP=4`",
    },
  );
}
