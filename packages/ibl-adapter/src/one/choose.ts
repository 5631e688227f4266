import { NotFoundError, QueryError } from "@crossprobe/core";
import { parseAlfPath } from "../alf-name.js";
import type { OneDataset } from "./dataset-table.js";
import { type AlfParts, type ChosenDatasets, type DatasetFilter, filterDatasets, partsOf } from "./filter-datasets.js";

/** Where the files are looked for, and which revision is taken. */
export interface ChoiceOptions {
  /** The whole collection, a pattern; `""` is none. */
  readonly collection?: DatasetFilter["collection"];
  /** The last revision up to this one, as texts; the default one unless given. */
  readonly revision?: string | null | undefined;
  /** Whether patterns are those of a shell (unless given) or regular expressions. */
  readonly wildcards?: boolean | undefined;
}

/**
 * The one file of a session that a name stands for: a file name or a pattern (`spikes.times` means any extension), parts of a
 * name, or a path relative to the session.
 *
 * Source: ONE-api 3.6 `one/api.py`, `One.load_dataset`, up to where it looks for the file.
 *
 * @throws {@link NotFoundError} when there is none
 * @throws {@link QueryError} when there are several, or a path comes with a collection or a revision
 */
export function chooseDataset(
  rows: readonly OneDataset[],
  dataset: string | AlfParts,
  { collection, revision, wildcards = true }: ChoiceOptions = {},
): ChosenDatasets & { readonly dataset: OneDataset } {
  const isPath = typeof dataset === "string" && dataset.includes("/");
  if (isPath && ((collection ?? null) !== null || isGiven(revision))) {
    throw new QueryError(`The path ${dataset} says its collection and revision itself.`, {
      hint: "give the file name alone",
    });
  }
  const filter = {
    filename: withExtension(dataset, wildcards),
    collection,
    revision: isGiven(revision) ? revision : null,
    wildcards,
  };
  const chosen = filterDatasets(rows, filter, { assertUnique: !isPath });
  const [found, ...others] = chosen.datasets;
  if (found === undefined) throw notFound(dataset, rows);
  if (others.length > 0) {
    throw new QueryError(`The path ${String(dataset)} matches ${others.length + 1} files.`, {
      hint: "write the path without wildcards",
    });
  }
  return { ...chosen, dataset: found };
}

/**
 * The files of an ALF object in one collection, one revision of each attribute.
 *
 * @param parts further parts of the names; `namespace: ""` leaves out files that have one
 *
 * Source: ONE-api 3.6 `one/api.py`, `One.load_object`, up to where it looks for the files.
 *
 * @throws {@link NotFoundError} when there are none
 * @throws {@link QueryError} when they are of several objects or collections
 */
export function chooseObject(
  rows: readonly OneDataset[],
  object: string | readonly string[],
  { collection, revision, wildcards = true }: ChoiceOptions = {},
  parts: Omit<AlfParts, "object"> = {},
): ChosenDatasets {
  const filter = {
    filename: { object, ...parts },
    collection,
    revision: isGiven(revision) ? revision : null,
    wildcards,
  };
  const chosen = filterDatasets(rows, filter, { assertUnique: false });
  if (chosen.datasets.length === 0) throw notFound({ object, ...parts }, rows);
  assertOne(
    "objects",
    chosen.datasets.map(({ path }) => parseAlfPath(path)?.name.object ?? ""),
  );
  assertOne(
    "collections",
    chosen.datasets.map(({ path }) => partsOf(path).collection),
  );
  return chosen;
}

export interface ChooseManyOptions {
  /** For all names, or one for each. Paths say theirs themselves. */
  readonly collections?: string | null | readonly (string | null)[] | undefined;
  readonly revisions?: string | null | readonly (string | null)[] | undefined;
  readonly wildcards?: boolean | undefined;
}

/**
 * A file for each name, or null where there is none; of paths, exactly the revision that they name.
 *
 * Source: ONE-api 3.6 `one/api.py`, `One.load_datasets` with `assert_present=False`, up to where it looks for the files.
 *
 * @throws {@link QueryError} when a name stands for several files, or there are more or fewer collections than names
 */
export function chooseDatasets(
  rows: readonly OneDataset[],
  datasets: readonly string[],
  { collections, revisions, wildcards = true }: ChooseManyOptions = {},
): (OneDataset | null)[] {
  if (datasets.some((name) => name.includes("/"))) {
    if ((collections ?? null) !== null || (revisions ?? null) !== null)
      throw new QueryError("Paths say their collections and revisions themselves.", { hint: "give file names alone" });
    return datasets.map((path) => byPath(rows, path));
  }
  const [eachCollection, eachRevision] = [perName(collections, datasets), perName(revisions, datasets)];
  return datasets.map((name, i) => {
    const [collection, revision] = [eachCollection[i], eachRevision[i]];
    const filename = withExtension(name, wildcards);
    const filter = { filename, collection, revision: isGiven(revision) ? revision : null, wildcards };
    return filterDatasets(rows, filter).datasets[0] ?? null;
  });
}

function byPath(rows: readonly OneDataset[], path: string): OneDataset | null {
  const alf = parseAlfPath(path);
  if (alf === undefined) {
    throw new QueryError(`${path} is no path of a file that follows ALF.`, {
      hint: "write [collection/][#revision#/]object.attribute.extension",
    });
  }
  const { collection, revision, name } = alf;
  const filter = { filename: { ...name }, collection, revision, wildcards: true };
  return filterDatasets(rows, filter, { revisionLastBefore: false }).datasets[0] ?? null;
}

function perName(
  value: string | null | readonly (string | null)[] | undefined,
  names: readonly string[],
): readonly (string | null | undefined)[] {
  if (value === null || value === undefined || typeof value === "string") return names.map(() => value);
  if (value.length === names.length) return value;
  throw new QueryError(`${value.length} collections or revisions do not go with ${names.length} names.`, {
    hint: "give one for all, or one for each name",
  });
}

/**
 * The files of a collection, one revision of each.
 *
 * Source: ONE-api 3.6 `one/api.py`, `One.load_collection`, up to where it looks for the files; there a revision is taken for a
 * collection and finds nothing.
 *
 * @param parts further parts of the names
 *
 * @throws {@link NotFoundError} when there are none
 */
export function chooseCollection(
  rows: readonly OneDataset[],
  collection: string,
  { revision, wildcards = true }: Omit<ChoiceOptions, "collection"> = {},
  parts: AlfParts = {},
): ChosenDatasets {
  const filter = { filename: parts, collection, revision: isGiven(revision) ? revision : null, wildcards };
  const chosen = filterDatasets(rows, filter, { assertUnique: false });
  if (chosen.datasets.length === 0) throw notFound(`${collection}/${JSON.stringify(parts)}`, rows);
  return chosen;
}

/** An empty revision is none, as in ONE. */
function isGiven(revision: string | null | undefined): revision is string {
  return revision !== null && revision !== undefined && revision !== "";
}

/** `object.attribute` alone means any extension. */
function withExtension(dataset: string | AlfParts, wildcards: boolean): string | AlfParts {
  return wildcards && typeof dataset === "string" && dataset.split(".").length === 2 ? `${dataset}.*` : dataset;
}

function notFound(wanted: unknown, rows: readonly OneDataset[]): NotFoundError {
  const what = typeof wanted === "string" ? wanted : JSON.stringify(wanted);
  return new NotFoundError(`None of the ${rows.length} files listed matches ${what}.`, {
    hint: "listDatasets and listCollections say what there is",
  });
}

function assertOne(what: string, values: readonly string[]): void {
  const found = [...new Set(values)].sort();
  if (found.length > 1)
    throw new QueryError(
      `Files of ${found.length} ${what} match: ${found.map((name) => JSON.stringify(name)).join(", ")}.`,
      { hint: `name one of the ${what}` },
    );
}
