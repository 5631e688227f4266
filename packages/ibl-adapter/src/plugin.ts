import { type AdapterPlugin, ConfigError } from "@crossprobe/core";
import type { AlyxClient } from "./alyx/index.js";
import { IblAdapter } from "./ibl-adapter.js";
import type { LfpOrigin } from "./lfp.js";
import { METRIC_DEFINITIONS } from "./metric-definitions.js";
import { PUBLIC_BUCKET, PUBLIC_DATA_SERVER } from "./remote/remote-files.js";
import { toSource } from "./source.js";
import { VERSION } from "./version.js";
import { DATASET, GOOD_RULE } from "./vocabulary.js";

export interface IblOptions {
  /**
   * URLs, read together: ONE cache folders (with index tables or without; an LFPack `.h5` in the root belongs to it), LFPack
   * archives (`.h5`), release tables (`.csv`).
   */
  readonly sources: readonly string[];
  /**
   * What the LFP of a probe is read from where both are there: its LFPack recording (`lfpack`, as if nothing were said), or the raw recording in
   * the ONE folder (`raw`). Where only one is there, it is that one.
   */
  readonly lfp?: LfpOrigin | undefined;
  /** Where files of sessions are looked up that no index table lists, for downloads: a client of Alyx. */
  readonly alyx?: AlyxClient | undefined;
  /**
   * Where files are downloaded from, and from nowhere else: what ONE calls `HTTP_DATA_SERVER`, the public server unless given. Credentials
   * for it go to the downloader.
   */
  readonly dataServer?: string | undefined;
}

/**
 * The International Brain Laboratory's Brain-Wide Map as a dataset of a hub. Reads nothing until asked.
 *
 * Sources are put together by experiment id and probe id: an LFPack archive given beside a ONE folder adds the LFP of its probes.
 *
 * @throws {@link ConfigError} when no source is given, or one is no absolute URL
 * @example
 * const hub = createHub({ stores: createStores(), adapters: [ibl({ sources: ["file:///data/ONE/", "file:///data/lfp.h5"] })] });
 */
export function ibl(options: IblOptions): AdapterPlugin {
  const { sources, lfp = "lfpack", alyx, dataServer = PUBLIC_DATA_SERVER } = options;
  if (sources.length === 0) {
    throw new ConfigError("the IBL adapter has no source", {
      hint: "give a ONE folder, an LFPack .h5 or a release .csv",
    });
  }
  for (const source of sources) toSource(source);
  return {
    id: DATASET,
    title: "IBL Brain-Wide Map",
    version: VERSION,
    capabilities: {
      channels: true,
      units: true,
      spikes: true,
      waveforms: true,
      events: true,
      movement: true,
      lfp: true,
      files: true,
    },
    rules: [GOOD_RULE],
    fileHosts: URL.canParse(dataServer) ? [new URL(dataServer).origin, PUBLIC_BUCKET] : [PUBLIC_BUCKET],
    metrics: METRIC_DEFINITIONS,
    citations: [
      "International Brain Laboratory et al. A brain-wide map of neural activity during complex behaviour. Nature 645, 177-191 (2025). https://doi.org/10.1038/s41586-025-09235-0",
      "International Brain Laboratory et al. A modular architecture for organizing, processing and sharing neurophysiology data. Nature Methods 20, 403-407 (2023). https://doi.org/10.1038/s41592-022-01742-6",
    ],
    licence: "CC BY 4.0",
    create: (deps) => new IblAdapter(deps, { sources, lfp, alyx, dataServer }),
  };
}
