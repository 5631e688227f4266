import { NotFoundError, type Notice, QueryError } from "@crossprobe/core";
import type { OneDataset } from "./dataset-table.js";
import { globToRegex, keepInName, toRegExp } from "./python-regex.js";
import { QC_LEVELS, type QcName, toQcName } from "./qc.js";
import { chooseRevisions } from "./revisions.js";

type Patterns = string | readonly string[];

/** Parts of an ALF file name to match. Source: ONE `one/alf/spec.py`. */
export interface AlfParts {
  readonly namespace?: Patterns | null | undefined;
  readonly object?: Patterns | null | undefined;
  readonly attribute?: Patterns | null | undefined;
  readonly timescale?: Patterns | null | undefined;
  readonly extra?: Patterns | null | undefined;
  readonly extension?: Patterns | null | undefined;
}

/** What files are asked for. Unless given, a part is not asked for. Of several patterns any will do. */
export interface DatasetFilter {
  /** From the start of the file name to its end, or by parts of the name. */
  readonly filename?: Patterns | AlfParts | null | undefined;
  /** The whole collection; `""` is none. `*` goes through folders. */
  readonly collection?: Patterns | null | undefined;
  /** The whole revision; `""` is none. */
  readonly revision?: Patterns | null | undefined;
  /** The worst verdict to accept; `FAIL` unless given. */
  readonly qc?: QcName | string | number | undefined;
  readonly ignoreQcNotSet?: boolean | undefined;
  /** Whether patterns are those of a shell, as ONE takes them unless told otherwise, or regular expressions. */
  readonly wildcards?: boolean | undefined;
}

/** Tests of a file's path and of its verdict. */
export interface DatasetTest {
  readonly path: (path: string) => boolean;
  readonly qc: (qc: QcName | null) => boolean;
}

const FIELDS: Readonly<Record<string, string>> = {
  collection: "[\\w./-]+",
  revision: "[\\w.-]+",
  namespace: "(?<=_)[a-zA-Z0-9]+",
  object: "\\w+",
  attribute: "(?:_[a-z]+_)?[a-zA-Z0-9]+(?:_times(?=[_.])|_intervals(?=[_.]))?",
  timescale: "\\w+",
  extra: "[.\\w-]+",
  extension: "\\w+",
};

/**
 * The tests that a filter stands for.
 *
 * Source: ONE-api 3.6 `one/util.py`, `filter_datasets`, `_collection_spec`, `_file_spec`; `one/alf/spec.py`, `regex`. Quirks are
 * kept: the alternatives of a list of file names begin at the start of the path but the first, and a pattern of a regular
 * expression may reach into folders.
 *
 * @param revisionIsPattern whether `revision` is a pattern; else it is left to {@link filterDatasets}
 * @throws {@link QueryError} for a part of a name that does not exist, or what is no pattern
 */
export function toDatasetTest(filter: DatasetFilter, revisionIsPattern = true): DatasetTest {
  const wildcards = filter.wildcards ?? true;
  const revision = revisionIsPattern ? filter.revision : undefined;
  const parts: Record<string, Patterns | null | undefined> = { collection: filter.collection, revision };
  let pattern = `^${folderSpec(filter.collection, "/")}${folderSpec(revision, "#")}`;
  const { filename } = filter;
  if (filename === null || filename === undefined || filename === "" || isParts(filename)) {
    const names = isParts(filename) ? filename : {};
    for (const [name, value] of Object.entries(names)) {
      if (!(name in FIELDS)) {
        throw new QueryError(`There is no part ${JSON.stringify(name)} of a file name.`, {
          hint: `use ${Object.keys(FIELDS).slice(2).join(", ")}`,
        });
      }
      parts[name] = value as Patterns | null | undefined;
    }
    pattern += fileSpec(names as AlfParts);
  } else {
    pattern += listOf(filename)
      .map((text) => (wildcards ? `${keepInName(globToRegex(text))}$` : `${text}$`))
      .join("|");
  }
  const regex = toRegExp(
    pattern.replace(/\{(collection|revision|namespace|object|attribute|timescale|extra|extension)\}/g, (_, name) => {
      return `(?P<${name}>${partRegex(parts[name], wildcards) ?? FIELDS[name]})`;
    }),
  );
  const limit = QC_LEVELS[toQcName(filter.qc ?? "FAIL")];
  return {
    path: (path) => regex.test(path),
    qc: (qc) => qc !== null && QC_LEVELS[qc] <= limit && !(filter.ignoreQcNotSet === true && qc === "NOT_SET"),
  };
}

function isParts(filename: DatasetFilter["filename"]): filename is AlfParts {
  return typeof filename === "object" && filename !== null && !Array.isArray(filename);
}

function listOf(value: Patterns): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

function partRegex(value: Patterns | null | undefined, wildcards: boolean): string | undefined {
  if (value === null || value === undefined) return undefined;
  return listOf(value)
    .map((text) => (wildcards ? globToRegex(text) : text))
    .join("|");
}

/** Folder of a collection or a revision: not asked for, none, or one. */
function folderSpec(value: Patterns | null | undefined, kind: "/" | "#"): string {
  const spec = kind === "/" ? "{collection}/" : "#{revision}#/";
  if (value === null || value === undefined) return `(${spec})?`;
  return value.length === 0 ? "" : spec;
}

/** Optional parts of a name stop being optional where they are asked for. */
function fileSpec({ namespace, timescale, extra }: AlfParts): string {
  const asked = (part: unknown, sign: string): string => (part === null || part === undefined ? sign : "");
  return (
    `_?{namespace}${asked(namespace, "?")}_?{object}\\.{attribute}` +
    `(?:_{timescale})${asked(timescale, "?")}(?:\\.{extra})${asked(extra, "*")}\\.{extension}$`
  );
}

export interface FilterOptions {
  /** Whether more than one collection, file or default revision is an error. True unless given. */
  readonly assertUnique?: boolean | undefined;
  /**
   * Whether one revision of each file is chosen: the default one, or the last one up to the `revision` given. True unless
   * given; else `revision` is a pattern.
   */
  readonly revisionLastBefore?: boolean | undefined;
}

/** Files that were chosen, and what was not as it should be. */
export interface ChosenDatasets {
  readonly datasets: readonly OneDataset[];
  readonly notices: readonly Notice[];
}

/**
 * Files of a session by name, collection, verdict and revision. Files below the verdict are left out before a revision is
 * chosen, so an older revision may take the place of a critical one: ONE's own behaviour, kept.
 *
 * Source: ONE-api 3.6 `one/util.py`, `filter_datasets`, `filter_revision_last_before`.
 *
 * @throws {@link QueryError} when what is found is not unique where it must be; it names what was found
 */
export function filterDatasets(
  rows: readonly OneDataset[],
  filter: DatasetFilter,
  { assertUnique = true, revisionLastBefore = true }: FilterOptions = {},
): ChosenDatasets {
  const test = toDatasetTest(filter, !revisionLastBefore);
  const matches = rows.filter((row) => test.path(row.path) && test.qc(row.qc));
  if (matches.length === 0 || !(revisionLastBefore || assertUnique)) return { datasets: matches, notices: [] };
  if (assertUnique) assertOne("collections", new Set(matches.map(({ path }) => partsOf(path).collection)));
  if (!revisionLastBefore) {
    assertOne("revisions", new Set(matches.map(({ path }) => partsOf(path).revision)));
    assertOne("files", new Set(matches.map(({ path }) => path)));
    return { datasets: matches, notices: [] };
  }
  if (Array.isArray(filter.revision)) {
    throw new QueryError("One revision can be asked for, not a list.", { hint: "name the last one that may be taken" });
  }
  const wanted = filter.revision as string | null | undefined;
  const chosen = chooseRevisions(matches, wanted ?? undefined, assertUnique);
  if (assertUnique) assertOne("files", new Set(chosen.datasets.map(({ path }) => path)));
  return chosen;
}

function assertOne(what: "collections" | "revisions" | "files", found: ReadonlySet<string>): void {
  if (found.size <= 1) return;
  throw new QueryError(
    `Files of ${found.size} ${what} match: ${[...found]
      .sort()
      .map((name) => JSON.stringify(name))
      .join(", ")}.`,
    {
      hint: { collections: "name the collection", revisions: "name the revision", files: "name the file" }[what],
    },
  );
}

/** Collection and revision of a path; `""` where it has none. */
export function partsOf(path: string): {
  readonly collection: string;
  readonly revision: string;
  readonly name: string;
} {
  const found = /^(?:(?<collection>[^#]+)\/)?(?:#(?<revision>[^#]*)#\/)?(?<name>[^/#]+)$/.exec(path);
  if (found === null) {
    throw new NotFoundError(`${path} is no path of a file in a session`, { hint: "download the index tables again" });
  }
  return {
    collection: found.groups?.collection ?? "",
    revision: found.groups?.revision ?? "",
    name: found.groups?.name ?? "",
  };
}
