import {
  type CallOptions,
  type Column,
  FormatError,
  NotFoundError,
  type Notice,
  type NumericArray,
  type Provenance,
  type Table,
  table,
} from "@crossprobe/core";
import type { AlfContent } from "../alf-content.js";
import { chooseSorting, collectionsOf, type FileChoice } from "../alf-file.js";
import { type AlfArray, AlfReads, assertShape, rowsOf } from "../alf-reads.js";
import { toNumberColumn } from "../table-columns.js";
import { compareLabels, labelUnits } from "./good-unit.js";
import { type HistologySource, histologySource } from "./histology.js";
import type { SessionFiles } from "./session-files.js";
import { readSortingChannels } from "./sorting-channels.js";

/** Which sorting of a probe. */
export interface SpikeSortingOptions extends FileChoice {
  /** Sorter to prefer over `iblsorter` and `pykilosort`; `""` is the sorting in the probe's own folder. */
  readonly sorter?: string | undefined;
  /** Attributes of spikes beside times, clusters, amps and depths, such as `samples`. */
  readonly spikeAttributes?: readonly string[] | undefined;
  /** Attributes of clusters beside channels, depths, metrics and uuids, such as `peakToTrough`. */
  readonly clusterAttributes?: readonly string[] | undefined;
  /** The small table of spikes of good units (`passingSpikes`) instead of all spikes. */
  readonly goodUnitsOnly?: boolean | undefined;
  /** Alyx record of the insertion, as the service answers or `AlyxClient.insertion` gives it, for the state of its histology where the files state no places. */
  readonly insertion?: unknown;
}

/** Spikes, clusters and channels of one sorting of a probe. */
export interface SpikeSorting {
  readonly collection: string;
  /** Columns `times` (s, session clock), `clusters` (rows of `clusters`), `amps` (V), `depths` (um), and what was asked for. */
  readonly spikes: Table;
  /** Columns `channels` (rows of `channels`), `depths` (um), `uuids`, and what was asked for; one row a cluster. */
  readonly clusters: Table;
  /** `clusters.metrics` as the file has it, often with fewer rows than clusters; null where there is none. */
  readonly metrics: Table | null;
  /** Columns as {@link readSortingChannels} gives them: places in metres from bregma and in micrometres of the CCF. */
  readonly channels: Table;
  /** How the places are known; null where they are not. */
  readonly histology: HistologySource | null;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}

/**
 * A spike sorting of a probe: every spike, cluster and channel, never filtered.
 *
 * Reads spikes whole. The sorter that is asked for, else `iblsorter`, `pykilosort`, the probe's own folder, the shortest name.
 *
 * Source: `SpikeSortingLoader.load_spike_sorting` (`brainbox/io/one.py`, ibllib 4.1). There a probe without sorting gives three empty
 * dictionaries.
 *
 * @param label name of the probe, such as `probe00`
 * @throws {@link NotFoundError} where the session lists no sorting of the probe, or not what was asked for
 * @throws {@link FormatError} when attributes differ in length
 */
export async function loadSpikeSorting(
  session: SessionFiles,
  label: string,
  asked: SpikeSortingOptions = {},
  options: CallOptions = {},
): Promise<SpikeSorting> {
  const collection = chooseSorting(collectionsOf(session.files, "spikes"), label, asked.sorter);
  if (collection === undefined) {
    throw new NotFoundError(`no spike sorting of probe ${label}: the session lists no spikes.* file of it`, {
      hint: "the release has none for this probe, or the source does not hold it",
    });
  }
  const reads = new AlfReads(session.files, collection, options, asked);
  const sites = new AlfReads(session.files, `alf/${label}`, options, asked);
  const spikes = asked.goodUnitsOnly ? await readPassing(reads) : await readSpikes(reads, asked);
  const { clusters, metrics } = await readClusters(reads, asked);
  const channels = await readSortingChannels(reads, sites);
  return {
    collection,
    spikes,
    clusters,
    metrics,
    channels: channels.table,
    histology: histologySource(channels.hasPlaces, asked.insertion),
    provenance: [...reads.provenance, ...sites.provenance],
    notices: [...reads.notices, ...sites.notices],
  };
}

async function readSpikes(reads: AlfReads, { spikeAttributes = [] }: SpikeSortingOptions): Promise<Table> {
  const times = await reads.requireNpy("spikes", "times");
  const columns = new Map<string, NumericArray>([["times", times.data]]);
  for (const name of ["clusters", "amps", "depths", ...spikeAttributes]) {
    const isNeeded = name === "clusters" || spikeAttributes.includes(name);
    const array = isNeeded ? await reads.requireNpy("spikes", name) : await reads.npy("spikes", name);
    if (array === undefined) continue;
    assertShape(array, [rowsOf(times)], `${times.url} has ${rowsOf(times)} rows`);
    columns.set(name, array.data);
  }
  return table(columns);
}

async function readPassing(reads: AlfReads): Promise<Table> {
  const passing = await reads.parquet("passingSpikes", "table");
  if (passing === undefined) throw reads.missing("passingSpikes", "table");
  return passing.table;
}

async function readClusters(
  reads: AlfReads,
  { clusterAttributes = [], namespace }: SpikeSortingOptions,
): Promise<Pick<SpikeSorting, "clusters" | "metrics">> {
  const channels = await reads.requireNpy("clusters", "channels");
  const count = rowsOf(channels);
  const columns = new Map<string, Column>([["channels", channels.data]]);
  const reason = `${channels.url} has ${count} rows`;
  for (const name of ["depths", ...clusterAttributes]) {
    const array = clusterAttributes.includes(name)
      ? await reads.requireNpy("clusters", name)
      : await reads.npy("clusters", name);
    if (array !== undefined) columns.set(name, oneColumn(array, count, reason));
  }
  const uuids = await reads.content("clusters", "uuids");
  const ids = uuids && firstColumn(uuids.content);
  if (uuids !== undefined && ids?.length !== count && namespace !== undefined) {
    // A curation splits and merges clusters: the release's identities are not those of its clusters.
    const message = `${uuids.url} has ${ids?.length ?? 0} rows and the curated clusters ${count}: identities left out`;
    reads.note("uuids-of-another-sorting", message, count, uuids.url);
  } else if (uuids !== undefined && ids !== undefined) {
    assertShape({ url: uuids.url, shape: [ids.length] }, [count], reason);
    columns.set("uuids", ids);
  }
  const metrics = await reads.content("clusters", "metrics");
  return { clusters: table(columns, count), metrics: metrics?.content.kind === "table" ? metrics.content.table : null };
}

function oneColumn(array: AlfArray, count: number, reason: string): NumericArray {
  assertShape(array, [count], reason);
  return array.data;
}

function firstColumn(content: AlfContent): Column {
  const column = content.kind === "table" ? [...content.table.columns.values()][0] : undefined;
  return column ?? [];
}

/** Clusters with everything known of them, and where their labels are not what the metrics say. */
export interface MergedClusters {
  /**
   * One row a cluster: the columns of the clusters, of the metrics, of the peak channel, and `recomputedLabel`,
   * `recomputedBitwiseFail`. Absent: NaN or null where the metrics have no row of the cluster, or the channel table not its channel.
   */
  readonly table: Table;
  /** Clusters whose stored label differs from the recomputed one; null where no label is stored. */
  readonly labelDifferences:
    | readonly { readonly cluster: number; readonly stored: number | null; readonly recomputed: number }[]
    | null;
  /** Clusters without a row of metrics. */
  readonly withoutMetrics: readonly number[];
  /** What rows of the metrics call `cluster_id` and is no cluster: these rows are in no row of the table. */
  readonly metricsOfNoCluster: readonly number[];
  /** Columns that the metrics lack, whose criterion every cluster fails in `recomputedLabel`. */
  readonly missingCriteria: readonly string[];
}

/**
 * Clusters with their metrics and the place of their peak channel.
 *
 * Source: `SpikeSortingLoader.merge_clusters` (ibllib 4.1). There metrics with another number of rows than clusters are computed again from
 * the spikes at hand, which under `good_units` are not all; here they are joined by `cluster_id` and absent for the others.
 *
 * @throws {@link FormatError} when the metrics name no cluster and are another number, or name one twice
 */
export function mergeClusters({ clusters, metrics, channels, collection }: SpikeSorting): MergedClusters {
  const count = clusters.rowCount;
  const columns = new Map<string, Column>(clusters.columns);
  const { rowOf, strangers } = metricsRows(metrics, count, collection);
  for (const [name, column] of metrics?.columns ?? []) {
    if (name !== "") columns.set(name, name === "cluster_id" ? idsOf(count) : picked(column, rowOf));
  }
  const peaks = toNumberColumn(clusters.columns.get("channels") ?? []) ?? [];
  const peakRow = Int32Array.from(peaks, (peak) => (peak >= 0 && peak < channels.rowCount ? peak : -1));
  for (const [name, column] of channels.columns) columns.set(name, picked(column, peakRow));
  const withoutMetrics = [...rowOf.keys()].filter((cluster) => rowOf[cluster] === -1);
  const missingCriteria: string[] = [];
  if (metrics !== null) {
    const { label, bitwiseFail, missing } = labelUnits(metrics.columns);
    missingCriteria.push(...missing);
    columns.set("recomputedLabel", picked(label, rowOf));
    columns.set("recomputedBitwiseFail", picked(Float64Array.from(bitwiseFail), rowOf));
  }
  const differences = metrics === null ? undefined : compareLabels(metrics.columns);
  const labelDifferences =
    differences?.flatMap(({ row, ...values }) => {
      const cluster = rowOf.indexOf(row);
      return cluster === -1 ? [] : [{ cluster, ...values }];
    }) ?? null;
  const merged = table(columns, count);
  return { table: merged, labelDifferences, withoutMetrics, metricsOfNoCluster: strangers, missingCriteria };
}

function idsOf(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, cluster) => cluster);
}

/** Row of the metrics of each cluster, −1 where there is none; and the ids of rows that are of no cluster. */
function metricsRows(
  metrics: Table | null,
  count: number,
  collection: string,
): { readonly rowOf: Int32Array; readonly strangers: readonly number[] } {
  const column = metrics?.columns.get("cluster_id");
  const ids = column === undefined ? undefined : toNumberColumn(column);
  const rowOf = new Int32Array(count).fill(-1);
  const strangers: number[] = [];
  if (metrics === null) return { rowOf, strangers };
  if (ids === undefined) {
    if (metrics.rowCount === count) return { rowOf: rowOf.map((_, row) => row), strangers };
    throw new FormatError(
      `clusters.metrics of ${collection} has ${metrics.rowCount} rows for ${count} clusters, and no cluster_id to join by`,
      { format: "alf", hint: "download the cluster files again, all of one revision" },
    );
  }
  for (let row = 0; row < metrics.rowCount; row++) {
    const id = ids[row] ?? Number.NaN;
    if (rowOf[id] === undefined) {
      strangers.push(id);
      continue;
    }
    if (rowOf[id] !== -1) {
      throw new FormatError(`clusters.metrics of ${collection} names cluster ${id} twice`, {
        format: "alf",
        at: row,
        hint: "download the files of the sorting again",
      });
    }
    rowOf[id] = row;
  }
  return { rowOf, strangers };
}

/** Values of some rows; NaN for row −1, null in a column that is not of numbers. */
function picked(column: Column, rows: Int32Array): Column {
  const isNumeric = ArrayBuffer.isView(column) && !(column instanceof BigInt64Array);
  if (!isNumeric) return Array.from(rows, (row) => (row === -1 ? null : (column[row] ?? null)));
  return Float64Array.from(rows, (row) => (row === -1 ? Number.NaN : ((column as NumericArray)[row] ?? Number.NaN)));
}
