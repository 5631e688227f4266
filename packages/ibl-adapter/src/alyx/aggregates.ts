import {
  type CallOptions,
  NotFoundError,
  type Notice,
  QueryError,
  StoreError,
  type StoreResolver,
} from "@crossprobe/core";
import { type AlfContent, readAlfContent } from "../alf-content.js";
import { parseAlfPath } from "../alf-name.js";
import type { OneDataset } from "../one/dataset-table.js";
import { type AlfParts, filterDatasets, toDatasetTest } from "../one/filter-datasets.js";
import { statedQc } from "../one/qc.js";
import type { AlyxClient, AlyxListOptions } from "./client.js";
import { dataUrl } from "./file-url.js";
import type { AlyxDataset } from "./records.js";

/** A file that was made over sessions: of a subject, a release, a project. */
export interface Aggregate {
  /** What it was made over, as its folder says: `Subjects`, `Tags`. */
  readonly relation: string;
  /** Of which one: `examplelab/XP_001`, `2024_Q2_IBL_et_al_BWM`. */
  readonly identifier: string;
  /** From `aggregates/` on, without the id in its name. */
  readonly path: string;
  /** Where it can be fetched. */
  readonly url: string;
  readonly dataset: AlyxDataset;
}

/** Which aggregates. */
export interface AggregateFilter {
  /** Part of the identifier: a subject without its lab is enough. All unless given. */
  readonly identifier?: string | undefined;
  /** Name, pattern or parts of the file. */
  readonly dataset?: string | AlfParts | undefined;
  /** The last revision up to this one, as texts; the default one unless given. */
  readonly revision?: string | undefined;
}

/** One aggregate to read. */
export interface AggregateChoice extends AggregateFilter {
  readonly identifier: string;
  /** Below which address the file must lie, whatever Alyx says (default: the institute's data server). */
  readonly dataServer?: string | undefined;
}

/** Source: ONE-api, `HTTP_DATA_SERVER`: public files lie below `/public`, the others beside it. */
const DATA_SERVER = "https://ibl.flatironinstitute.org";

export interface Aggregates {
  /** In the order of their paths. */
  readonly rows: readonly Aggregate[];
  readonly notices: readonly Notice[];
}

/**
 * Files that were made over sessions, such as all trials of a subject or the clusters of a release; one revision of each.
 *
 * Absent: an empty list for a relation or identifier that has none. Files without a copy that can be fetched, and those whose
 * verdict is CRITICAL or none that is known, are left out and counted.
 *
 * Source: ONE-api 3.6 `one/api.py`, `OneAlyx.list_aggregates`; there `identifier` is a regular expression.
 *
 * @param relation `subjects`, `tags`, …, in any case
 * @throws {@link QueryError} for a part of a name that does not exist
 * @example
 * const { rows } = await listAggregates(alyx, "tags", { identifier: "2024_Q2_IBL_et_al_BWM" });
 */
export async function listAggregates(
  alyx: AlyxClient,
  relation: string,
  filter: AggregateFilter = {},
  options: AlyxListOptions = {},
): Promise<Aggregates> {
  const byPath = new Map<string, Aggregate>();
  let lostCount = 0;
  for await (const dataset of alyx.datasets({ django: "session__isnull,True" }, options)) {
    const found = toAggregate(dataset);
    if (found === undefined) lostCount++;
    else if (isWanted(found, relation, filter)) byPath.set(found.path, found);
  }
  const { dataset: filename, revision } = filter;
  const all = [...byPath.values()].map(toRow);
  const chosen = filterDatasets(all, { filename, revision }, { assertUnique: false });
  const test = toDatasetTest({ filename });
  const refused = all.filter(({ path, qc }) => test.path(path) && !test.qc(qc)).length;
  const rows = chosen.datasets.flatMap(({ path }) => byPath.get(path) ?? []);
  const message = "files over sessions have no copy that can be fetched, or lie elsewhere; they are left out";
  const lost = lostCount === 0 ? [] : [{ code: "aggregates-left-out", message, count: lostCount, where: alyx.url }];
  const why = "files over sessions are CRITICAL or of no known verdict; they are left out, as ONE does";
  const bad = refused === 0 ? [] : [{ code: "critical-files-left-out", message: why, count: refused, where: alyx.url }];
  return { rows: rows.sort((a, b) => (a.path < b.path ? -1 : 1)), notices: [...chosen.notices, ...lost, ...bad] };
}

/**
 * What one aggregate holds.
 *
 * Source: ONE-api 3.6 `one/api.py`, `OneAlyx.load_aggregate`. As there, `object.attribute` alone means any extension.
 *
 * @param stores where its address is opened; a file on a private server needs the credentials of its store
 * @throws {@link NotFoundError} when there is none
 * @throws {@link QueryError} when several match
 * @throws {@link StoreError} when it cannot be fetched, or lies on another server than `dataServer`
 */
export async function loadAggregate(
  alyx: AlyxClient,
  stores: StoreResolver,
  relation: string,
  filter: AggregateChoice,
  options: CallOptions = {},
): Promise<{ readonly aggregate: Aggregate; readonly content: AlfContent; readonly notices: readonly Notice[] }> {
  const { dataset } = filter;
  const isShort = typeof dataset === "string" && dataset.split(".").length === 2;
  const asked = { ...filter, dataset: isShort ? `${dataset}.*` : dataset };
  const { rows, notices } = await listAggregates(alyx, relation, asked, options);
  const [aggregate, ...others] = rows;
  const what = `${typeof dataset === "string" ? dataset : "file"} of ${relation}/${filter.identifier}`;
  if (aggregate === undefined) {
    throw new NotFoundError(`There is no ${what} in ${alyx.url}.`, { hint: "listAggregates says what there is" });
  }
  if (others.length > 0) {
    throw new QueryError(`${what}: ${rows.map(({ path }) => path).join(", ")} match.`, {
      hint: "name the file, or the identifier with its lab",
    });
  }
  const base = (filter.dataServer ?? DATA_SERVER).replace(/\/*$/, "/");
  if (!aggregate.url.startsWith(base)) {
    throw new StoreError(`${aggregate.url} was refused: it is on another server than ${base}`, {
      url: aggregate.url,
      hint: "name its server as dataServer if it is meant",
    });
  }
  const slash = aggregate.url.lastIndexOf("/") + 1;
  const store = stores.open(aggregate.url.slice(0, slash));
  const content = await readAlfContent(store, decodeURIComponent(aggregate.url.slice(slash)), options);
  return { aggregate, content, notices };
}

function toAggregate(dataset: AlyxDataset): Aggregate | undefined {
  const url = dataUrl(dataset);
  const stored = url === undefined ? "" : decodeURIComponent(new URL(url).pathname);
  const path = parseAlfPath(/(?:^|\/)(aggregates\/.*)$/.exec(stored)?.[1] ?? "");
  const [, relation, ...identifier] = path?.collection.split("/") ?? [];
  if (url === undefined || path === undefined || relation === undefined) return undefined;
  return { relation, identifier: identifier.join("/"), path: path.canonical, url, dataset };
}

function isWanted(found: Aggregate, relation: string, { identifier = "" }: AggregateFilter): boolean {
  return found.relation.toLowerCase() === relation.toLowerCase() && found.identifier.includes(identifier);
}

function toRow({ path, dataset }: Aggregate): OneDataset {
  const { id, isDefaultRevision: isDefault, sizeBytes: size, md5 } = dataset;
  return { id, eid: "", path, size, md5, exists: true, qc: statedQc(dataset.qc), isDefault };
}
