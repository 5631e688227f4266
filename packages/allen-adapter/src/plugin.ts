import { type AdapterPlugin, ConfigError } from "@crossprobe/core";
import { AllenAdapter } from "./allen-adapter.js";
import { type ErrataChoice, ErrataSettings } from "./errata/errata-choice.js";
import { METRIC_DEFINITIONS } from "./metric-definitions.js";
import { ALLEN_DEFAULT } from "./quality-rule.js";
import type { AllenRemote } from "./remote/release-source.js";
import { VERSION } from "./version.js";
import { DATASET } from "./vocabulary.js";

export interface AllenConfig {
  /** URLs of EcephysProjectCache folders, or of the manifests in them. */
  readonly caches: readonly string[];
  /**
   * Whether units carry their analysis metrics (`allen.g_osi_dg`, flags as 1 and 0) where a cache holds `<session type>_analysis_metrics.csv`;
   * false unless given: those of the release have 99 180 rows of some fifty columns.
   */
  readonly analysisMetrics?: boolean | undefined;
  /** Known defects that are to be mended or not, by id: `{ "duplicate-spikes": true }`. Each not named is as its entry says. */
  readonly errata?: ErrataChoice | undefined;
  /**
   * Where files are fetched from: `warehouseRemote`, `bucketRemote` or `dandiRemote` of `@crossprobe/allen-adapter/remote`. Without it no
   * files are listed. One with tables stands in for a cache where none is given.
   */
  readonly remote?: AllenRemote | undefined;
  /** A place that states digests of the same files, such as `dandiRemote`: used for a file where both places state one size. */
  readonly digests?: AllenRemote | undefined;
}

/**
 * The Allen Brain Observatory release Visual Coding – Neuropixels, from local or remote project caches.
 *
 * Making it reads nothing.
 *
 * @throws {@link ConfigError} when neither a cache nor a remote with tables is given, or an erratum that is not known
 * @example
 * const hub = createHub({ stores: createStores(), adapters: [allen({ caches: ["file:///data/ecephys-cache/"] })] });
 * for await (const session of hub.sessions()) console.log(formatRef(session.ref), session.probeCount);
 */
export function allen(config: AllenConfig): AdapterPlugin {
  if (config.caches.length === 0 && config.remote?.hasTables !== true) {
    throw new ConfigError("The allen dataset was given no cache.", {
      hint: "Give the URL of an EcephysProjectCache folder, or a remote that has tables, or leave the dataset out.",
    });
  }
  const settings = new ErrataSettings(config.errata);
  return {
    id: DATASET,
    title: "Allen Brain Observatory: Visual Coding – Neuropixels",
    version: VERSION,
    capabilities: {
      channels: true,
      units: true,
      spikes: true,
      waveforms: true,
      events: true,
      movement: true,
      lfp: true,
      files: config.remote !== undefined,
    },
    rules: [ALLEN_DEFAULT],
    fileHosts: config.remote?.hosts ?? [],
    metrics: METRIC_DEFINITIONS,
    citations: [
      "Siegle, Jia, Durand et al. Survey of spiking in the mouse visual system reveals functional hierarchy. Nature 592, 86-92 (2021). https://doi.org/10.1038/s41586-020-03171-x",
      "© 2019 Allen Institute for Brain Science. Allen Brain Observatory: Visual Coding - Neuropixels. https://portal.brain-map.org/explore/circuits/visual-coding-neuropixels",
    ],
    licence: "Allen Institute Terms of Use (non-commercial, with citation): https://alleninstitute.org/terms-of-use/",
    create: (deps) => new AllenAdapter(deps, { ...config, errata: settings }),
  };
}
