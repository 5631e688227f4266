import { NotFoundError, SchemaError, UnsupportedError } from "@crossprobe/core";
import type { OneDataset } from "./dataset-table.js";
import { type DatasetFilter, partsOf, toDatasetTest } from "./filter-datasets.js";
import type { OneIndex, OneSession } from "./one-index.js";

export interface ListFilter extends DatasetFilter {
  /** Whether other than default revisions are left out. */
  readonly defaultRevisionsOnly?: boolean | undefined;
}

/**
 * Files of a session, in the order of their ids; none for a session that has none or that is not there.
 *
 * Source: ONE-api 3.6 `one/api.py`, `One.list_datasets(details=True)`.
 *
 * @throws {@link UnsupportedError} when default revisions are asked for and the index does not say which they are
 * @throws {@link QueryError} as {@link toDatasetTest}
 */
export function findDatasets(index: OneIndex, eid: string, filter: ListFilter = {}): OneDataset[] {
  const test = toDatasetTest(filter);
  const rows = index.datasets?.ofSession(eid) ?? [];
  const matches = rows.filter((row) => test.path(row.path) && test.qc(row.qc));
  if (filter.defaultRevisionsOnly !== true) return matches;
  if (rows.length > 0) requireDefaults(index);
  return matches.filter(({ isDefault }) => isDefault === true);
}

function requireDefaults({ datasets, url }: OneIndex): void {
  if (datasets === undefined || datasets.statesDefaults) return;
  throw new UnsupportedError(`The index in ${url} does not say which revisions are default ones.`, {
    hint: "download newer index tables",
  });
}

/**
 * Paths of the files of a session, sorted; without a session, the different paths of all sessions in the order of the index.
 *
 * Source: ONE-api 3.6 `one/api.py`, `One.list_datasets`.
 *
 * @throws as {@link findDatasets}
 */
export function listDatasets(index: OneIndex, eid?: string | undefined, filter: ListFilter = {}): string[] {
  if (eid !== undefined) {
    return findDatasets(index, eid, filter)
      .map(({ path }) => path)
      .sort();
  }
  const test = toDatasetTest(filter);
  const isDefaultOnly = filter.defaultRevisionsOnly === true;
  if (isDefaultOnly) requireDefaults(index);
  const passes = (qc: OneDataset["qc"], isDefault: boolean | null): boolean =>
    test.qc(qc) && (!isDefaultOnly || isDefault === true);
  return index.datasets?.distinctPaths(test.path, passes) ?? [];
}

/** The collections that hold such files, sorted; `""` is the session's own folder. */
export function listCollections(index: OneIndex, eid?: string | undefined, filter: ListFilter = {}): string[] {
  return [...new Set(listDatasets(index, eid, filter).map((path) => partsOf(path).collection))].sort();
}

/** The revisions of such files, sorted; `""` where some are unrevised. Critical files count only where `qc` says so, as in ONE. */
export function listRevisions(index: OneIndex, eid?: string | undefined, filter: ListFilter = {}): string[] {
  return [...new Set(listDatasets(index, eid, filter).map((path) => partsOf(path).revision))].sort();
}

/** Names of the subjects that have sessions, sorted. */
export function listSubjects(index: OneIndex): string[] {
  return [...new Set(index.sessions.map(({ subject }) => subject))].sort();
}

/**
 * The session of an id.
 *
 * @throws {@link NotFoundError} when the index has none
 * @throws {@link SchemaError} when it has two
 */
export function sessionDetails(index: OneIndex, eid: string): OneSession {
  const wanted = eid.toLowerCase();
  const [found, ...others] = index.sessions.filter((session) => session.eid === wanted);
  if (found === undefined) {
    throw new NotFoundError(`The index in ${index.url} has no session ${eid}.`, {
      hint: "check the id, or update the index tables",
    });
  }
  if (others.length === 0) return found;
  throw new SchemaError(`The index in ${index.url} lists the session ${eid} ${others.length + 1} times.`, {
    url: index.url,
    hint: "download the index tables again",
  });
}
