import {
  type CallOptions,
  type Channel,
  type ChannelTable,
  evaluateRule,
  FormatError,
  metricsUndefined,
  NotFoundError,
  type Table,
  type Unit,
  type UnitTable,
} from "@crossprobe/core";
import type { CsvTable } from "@crossprobe/formats/csv";
import { type AlfFile, chooseSorting, collectionsOf } from "./alf-file.js";
import { type AlfArray, AlfReads, assertShape, rowsOf } from "./alf-reads.js";
import { mergedNotices, type ProbeFiles } from "./channels.js";
import { METRIC_DEFINITIONS } from "./metric-definitions.js";
import { toNumberColumn } from "./table-columns.js";
import { GOOD_RULE, isGood, type Location, sessionRef, toLocation, unitRef } from "./vocabulary.js";

const FIRING_RATE_SOURCE = "clusters.metrics firing_rate: spike count / (last - first spike of the probe)";

/** The metrics table of a sorting by cluster: row of a cluster, and its columns of numbers. */
interface Metrics {
  readonly url: string;
  readonly rowOf: ReadonlyMap<number, number>;
  readonly columns: ReadonlyMap<string, ArrayLike<number>>;
}

const NO_METRICS: Metrics = { url: "clusters.*", rowOf: new Map(), columns: new Map() };

/** The collection of the sorting that is read: preferred sorter first; undefined where there is none. */
export function findSorting({ files, label }: Pick<ProbeFiles, "files" | "label">): string | undefined {
  const spikes = collectionsOf(files, "spikes");
  return chooseSorting(spikes, label) ?? chooseSorting([...spikes, ...collectionsOf(files, "clusters")], label);
}

/** As {@link findSorting}. @throws {@link NotFoundError} where there is none */
export function sortingCollection(source: ProbeFiles): string {
  const collection = findSorting(source);
  if (collection !== undefined) return collection;
  const { label, probe } = source;
  throw new NotFoundError(
    `no spike sorting of probe ${label} (${probe.id}): the session lists no spikes.* or clusters.* file`,
    {
      hint: "the release has none for this probe, or the source does not hold it",
    },
  );
}

/**
 * Every unit of a probe: the rows of its cluster table, never filtered, with the place of their peak channel and the release's
 * metrics.
 *
 * Reads the channel table and up to six small files; no spikes. A cluster without a row of metrics has null count, rate and
 * verdict, never zero.
 *
 * Source: ALF `clusters.channels` (row of `channels.*`), `clusters.metrics` joined by `cluster_id` (older tables hold only
 * clusters with spikes), `clusters.uuids`.
 *
 * @param sessionId the session that the probe belongs to
 * @param channels the probe's channel table; null where the source has none
 * @throws {@link NotFoundError} where the probe has no spike sorting
 * @throws {@link FormatError} when the files differ in length
 */
export async function readUnits(
  source: ProbeFiles,
  sessionId: string,
  channels: ChannelTable | null,
  options: CallOptions = {},
): Promise<UnitTable> {
  const { probe } = source;
  const reads = new AlfReads(source.files, sortingCollection(source), options);
  const peaks = await reads.requireNpy("clusters", "channels");
  assertShape(peaks, [null], "one peak channel a cluster");
  const count = rowsOf(peaks);
  const uuids = await readUuids(reads, count);
  const metrics = await readMetrics(reads, count);
  const extras = await readExtras(reads, count);
  const session = sessionRef(sessionId);
  const rows: Unit[] = [];
  for (let cluster = 0; cluster < count; cluster++) {
    const channel = channels?.rows[peaks.data[cluster] ?? -1];
    const values = metricsOf(metrics, extras, cluster);
    rows.push({
      ref: unitRef(probe, cluster),
      probe,
      session,
      uuid: uuids?.[cluster] ?? null,
      peakChannel: channel?.ref ?? null,
      ...locationOf(channel),
      ...stated(values),
      metrics: namespaced(values),
    });
  }
  const lost = rows.filter(({ peakChannel }) => peakChannel === null).length;
  reads.note(
    "units-without-peak-channel",
    `${lost} units name a channel that the channel table does not have`,
    lost,
    peaks.url,
  );
  const strange = metricsUndefined(Object.keys(rows[0]?.metrics ?? {}), METRIC_DEFINITIONS, metrics.url);
  noteDifferentVerdicts(reads, rows, metrics.url);
  return {
    probe,
    rows,
    provenance: [...reads.provenance, ...(channels?.provenance ?? [])],
    notices: mergedNotices([...reads.notices, ...strange], channels?.notices ?? []),
  };
}

/** The stated verdict stands; where the metrics beside it say otherwise, that is counted. */
function noteDifferentVerdicts(reads: AlfReads, rows: readonly Unit[], where: string): void {
  const differing = rows.filter(({ quality, metrics }) => {
    const [stated, found] = [quality[GOOD_RULE.id] ?? null, evaluateRule(GOOD_RULE, metrics)];
    return stated !== null && found !== null && stated !== found;
  }).length;
  const message = `${differing} units have a label that does not follow from their metrics by ${GOOD_RULE.id}: the label stands`;
  reads.note("verdict-differs-from-metrics", message, differing, where);
}

/**
 * Files that {@link readUnits} and {@link readUnitCount} read beside those of the channels, by names alone; empty where there are none.
 *
 * @throws {@link SchemaError} when two files of one revision carry the same attribute
 */
export function unitFiles(source: ProbeFiles): readonly AlfFile[] {
  const counted = chooseSorting(collectionsOf(source.files, "clusters"), source.label);
  const collections = new Set([findSorting(source), counted].filter((name) => name !== undefined));
  return [...collections].flatMap((collection) => {
    const reads = new AlfReads(source.files, collection, {});
    const arrays = ["channels", ...EXTRAS].map((attribute) => reads.find("clusters", attribute, ["npy"]));
    const metrics = reads.find("clusters", "metrics", ["pqt", "parquet"]) ?? reads.find("clusters", "metrics", ["csv"]);
    return [...arrays, reads.find("clusters", "uuids", ["csv"]), metrics].filter((file) => file !== undefined);
  });
}

/** Rows of the cluster table, from one header; null where nothing says. */
export async function readUnitCount(source: ProbeFiles, options: CallOptions = {}): Promise<number | null> {
  const collection = chooseSorting(collectionsOf(source.files, "clusters"), source.label);
  if (collection === undefined) return null;
  const reads = new AlfReads(source.files, collection, options);
  const header = await reads.npyHeader("clusters", "channels");
  return header === undefined ? null : rowsOf(header);
}

function locationOf(channel: Channel | undefined): Location & { distanceFromTipUm: number | null } {
  if (channel === undefined) return { ...toLocation(null, null), distanceFromTipUm: null };
  const { region, regionAbsent, ccf, hemisphere, distanceFromTipUm } = channel;
  return { region, regionAbsent, ccf, hemisphere, distanceFromTipUm };
}

async function readUuids(reads: AlfReads, count: number): Promise<readonly string[] | undefined> {
  const file = await reads.csv("clusters", "uuids");
  if (file === undefined) return undefined;
  const uuids = file.table.columns.get("uuids") ?? [...file.table.columns.values()][0] ?? [];
  assertShape({ url: file.url, shape: [uuids.length] }, [count], `clusters.channels has ${count} rows`);
  return uuids;
}

/** Numbers of clusters that lie in arrays of their own. */
const EXTRAS = ["amps", "depths", "peakToTrough"] as const;

async function readExtras(reads: AlfReads, count: number): Promise<ReadonlyMap<string, AlfArray>> {
  const found = new Map<string, AlfArray>();
  for (const attribute of EXTRAS) {
    const array = await reads.npy("clusters", attribute);
    if (array === undefined) continue;
    assertShape(array, [count], `clusters.channels has ${count} rows`);
    found.set(attribute, array);
  }
  return found;
}

async function readMetrics(reads: AlfReads, count: number): Promise<Metrics> {
  const found = (await reads.parquet("clusters", "metrics")) ?? (await reads.csv("clusters", "metrics"));
  if (found === undefined) return NO_METRICS;
  const columns = numberColumns(found.table);
  const ids = columns.get("cluster_id");
  if (ids === undefined && found.table.rowCount !== count) {
    throw new FormatError(
      `${found.url} has ${found.table.rowCount} rows for ${count} clusters, and no cluster_id to join by`,
      {
        format: "alf",
        url: found.url,
        hint: "download the cluster files again, all of one revision",
      },
    );
  }
  const rowOf = new Map<number, number>();
  for (let row = 0; row < found.table.rowCount; row++) {
    const cluster = ids === undefined ? row : ids[row];
    if (cluster === undefined || rowOf.has(cluster)) {
      throw new FormatError(`${found.url} names cluster ${cluster} twice`, {
        format: "alf",
        url: found.url,
        at: row,
        hint: "download the files of the sorting again",
      });
    }
    rowOf.set(cluster, row);
  }
  const strangers = [...rowOf.keys()].filter((cluster) => !(cluster >= 0 && cluster < count)).length;
  const message = `${strangers} rows of metrics name a cluster that the cluster table does not have`;
  reads.note("metrics-of-unknown-units", message, strangers, found.url);
  const without = count - (rowOf.size - strangers);
  reads.note(
    "units-without-metrics",
    `${without} units have no row of metrics: their verdict is null`,
    without,
    found.url,
  );
  return { url: found.url, rowOf, columns };
}

/** Columns that hold numbers, by name; text (`ks2_label`) and lists are no metric. */
function numberColumns(source: Table | CsvTable): Map<string, ArrayLike<number>> {
  const found = new Map<string, ArrayLike<number>>();
  for (const [name, column] of source.columns) {
    const numbers = toNumberColumn(column);
    if (numbers !== undefined && name !== "") found.set(name, numbers);
  }
  return found;
}

function metricsOf(
  { rowOf, columns }: Metrics,
  extras: ReadonlyMap<string, AlfArray>,
  cluster: number,
): Map<string, number | null> {
  const values = new Map<string, number | null>();
  for (const [name, { data }] of extras) values.set(name, finite(data[cluster]));
  const row = rowOf.get(cluster);
  for (const [name, column] of columns) {
    if (name !== "cluster_id") values.set(name, row === undefined ? null : finite(column[row]));
  }
  return values;
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function stated(
  values: ReadonlyMap<string, number | null>,
): Pick<Unit, "spikeCount" | "firingRate" | "firingRateSource" | "quality"> {
  const spikeCount = values.get("spike_count") ?? null;
  const firingRate = values.get("firing_rate") ?? null;
  return {
    spikeCount: spikeCount !== null && Number.isInteger(spikeCount) && spikeCount >= 0 ? spikeCount : null,
    firingRate: firingRate !== null && firingRate >= 0 ? firingRate : null,
    firingRateSource: firingRate !== null && firingRate >= 0 ? FIRING_RATE_SOURCE : null,
    quality: { [GOOD_RULE.id]: isGood(values.get("label") ?? null) },
  };
}

function namespaced(values: ReadonlyMap<string, number | null>): Record<string, number | null> {
  return Object.fromEntries([...values].map(([name, value]) => [`ibl.${name}`, value]));
}
