import {
  type AdapterPlugin,
  type CallOptions,
  type Channel,
  formatRef,
  type Hub,
  isDataError,
  type Notice,
  type ProbeInsertion,
  type ProbeRef,
  SchemaError,
  type Unit,
} from "@crossprobe/core";
import { Catalogue } from "./catalogue.js";
import { type DatasetEntry, datasetEntrySchema } from "./dataset-entry.js";
import { DatasetRows } from "./dataset-rows.js";
import { EarlierRows } from "./earlier-rows.js";
import { inOrder } from "./in-order.js";
import { NoticeSum } from "./notice-sum.js";
import type { Partition } from "./partition.js";

/** The questions of a hub that a catalogue is built from. No signal is among them. */
export type CatalogueSource = Pick<
  Hub,
  "datasets" | "describe" | "sessions" | "probes" | "channels" | "unitTable" | "fingerprints"
>;

export interface BuildOptions extends CallOptions {
  /** Only these datasets; all of the hub unless given. */
  readonly datasets?: readonly string[] | undefined;
  /** A catalogue made earlier: rows of probes whose tables have not changed since are taken from it. */
  readonly previous?: Catalogue | undefined;
  /** Whether channels and units are read; true unless given. Without them no place can be asked for. */
  readonly rows?: boolean | undefined;
  /** Whether to keep what tells later which tables have changed; true unless given. Looks at the versions of all files. */
  readonly fingerprints?: boolean | undefined;
  /** Called after each probe. */
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}

export interface BuildProgress {
  readonly dataset: string;
  readonly probes: number;
  /** Of them, taken from the earlier catalogue. */
  readonly reused: number;
  readonly channels: number;
  readonly units: number;
}

/** Probes whose tables are read at a time. */
const LANES = 4;

/**
 * Reads the sessions, probes, channels and units of every dataset into columns. Reads tables and no signals.
 *
 * A probe without channels or units in its release has none in the catalogue, and is counted in the notices of its dataset; so is one
 * whose tables do not decode. What cannot be reached ends the build: a catalogue without it would be wrong.
 *
 * @throws {@link StoreError} where a store could not be read
 * @throws {@link SchemaError} where a dataset does not describe itself in the form of the contract
 * @example
 * const catalogue = await buildCatalogue(hub, { signal });
 */
export async function buildCatalogue(source: CatalogueSource, options: BuildOptions = {}): Promise<Catalogue> {
  const wanted = source.datasets().filter(({ id }) => options.datasets?.includes(id) ?? true);
  const built: Partition[] = [];
  for (const plugin of wanted) built.push(...(await buildDataset(source, plugin, options)));
  return new Catalogue(built);
}

async function buildDataset(
  source: CatalogueSource,
  plugin: AdapterPlugin,
  options: BuildOptions,
): Promise<readonly Partition[]> {
  const call: CallOptions = { signal: options.signal };
  const description = await source.describe(plugin.id, call);
  const notices = new NoticeSum();
  notices.add(description.notices);
  const isKept = options.fingerprints !== false;
  const fingerprints = isKept ? await readFingerprints(source, plugin.id, call) : new Map<string, string>();
  const earlier = await EarlierRows.open(options.previous, plugin, fingerprints, call);
  const rows = new DatasetRows();
  const counted = { dataset: plugin.id, probes: 0, reused: 0 };
  const read = async ({ probe }: Insertion): Promise<Tables | undefined> => {
    if (options.rows === false) return { channels: [], units: [], notices: [] };
    return earlier?.has(probe.ref) ? undefined : readTables(source, plugin, probe, call);
  };
  for await (const { item, value: tables } of inOrder(insertionsOf(source, plugin.id, rows, call), LANES, read)) {
    const probeRow = rows.addProbe(item.probe, item.sessionRow);
    notices.add(tables?.notices ?? earlier?.noticesOf(item.probe.ref) ?? [], item.probe.ref.id);
    if (tables === undefined) earlier?.copy(item.probe.ref, rows, probeRow);
    else {
      rows.addChannels(tables.channels, probeRow);
      rows.addUnits(tables.units, probeRow);
    }
    counted.probes++;
    if (tables === undefined) counted.reused++;
    options.onProgress?.({ ...counted, channels: rows.channels.rowCount, units: rows.units.rowCount });
  }
  const entry = checkedEntry({
    ...{ id: plugin.id, title: plugin.title, adapterVersion: plugin.version, release: description.release },
    ...{ sources: description.sources, citations: plugin.citations, licence: plugin.licence },
    ...{ rules: plugin.rules, metrics: plugin.metrics, fingerprints: Object.fromEntries(fingerprints) },
    ...{ notices: notices.list(), noticeShares: notices.sharesByProbe() },
  });
  return rows.finish(entry);
}

/** As files have it: what could not be read back is refused before it is written. */
function checkedEntry(entry: DatasetEntry): DatasetEntry {
  const parsed = datasetEntrySchema.safeParse(entry);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SchemaError(`the dataset ${entry.id} does not describe itself as it should: ${issue?.path.join(".")}`, {
    cause: parsed.error,
    hint: "test its adapter with testAdapter of @crossprobe/core/conformance",
  });
}

/** A probe and where its session stands in the table of sessions. */
interface Insertion {
  readonly probe: ProbeInsertion;
  readonly sessionRow: number;
}

async function* insertionsOf(
  source: CatalogueSource,
  dataset: string,
  rows: DatasetRows,
  call: CallOptions,
): AsyncIterable<Insertion> {
  for await (const session of source.sessions({ dataset }, call)) {
    const sessionRow = rows.addSession(session);
    for (const probe of await source.probes(session.ref, call)) yield { probe, sessionRow };
  }
}

interface Tables {
  readonly channels: readonly Channel[];
  readonly units: readonly Unit[];
  readonly notices: readonly Notice[];
}

async function readTables(
  source: CatalogueSource,
  { capabilities }: AdapterPlugin,
  { ref }: ProbeInsertion,
  call: CallOptions,
): Promise<Tables> {
  const notices: Notice[] = [];
  const rowsOf = async <Row>(
    name: "channels" | "units",
    read: (probe: ProbeRef, options: CallOptions) => Promise<{ rows: readonly Row[]; notices: readonly Notice[] }>,
  ): Promise<readonly Row[]> => {
    if (!capabilities[name]) return [];
    try {
      const found = await read(ref, call);
      notices.push(...found.notices);
      return found.rows;
    } catch (error) {
      notices.push(withoutTable(error, name, ref));
      return [];
    }
  };
  const channels = await rowsOf("channels", (probe, options) => source.channels(probe, options));
  const units = await rowsOf("units", (probe, options) => source.unitTable(probe, options));
  return { channels, units, notices };
}

/** What is said of a probe whose table is not there or does not decode; anything else goes on as it came. */
function withoutTable(error: unknown, name: string, probe: ProbeRef): Notice {
  if (isDataError(error, "not-found") || isDataError(error, "unsupported")) {
    const message = `the sources have no ${name} of these probes: the catalogue has no rows of theirs`;
    return { code: `probes-without-${name}`, message, count: 1, where: probe.dataset };
  }
  if (isDataError(error, "format") || isDataError(error, "schema")) {
    return { code: `${name}-unreadable`, message: error.message, count: 1, where: formatRef(probe) };
  }
  throw error;
}

async function readFingerprints(
  source: CatalogueSource,
  dataset: string,
  call: CallOptions,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { probe, fingerprint } of source.fingerprints(dataset, call) ?? []) {
    if (fingerprint !== null) found.set(probe.id, fingerprint);
  }
  return found;
}
