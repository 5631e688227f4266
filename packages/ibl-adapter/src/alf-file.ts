import { type ByteStore, type Notice, SchemaError } from "@crossprobe/core";
import { type AlfPath, attributeKey } from "./alf-name.js";

/** One file of a session as a source lists it: on disk, in the index tables, or both. */
export interface AlfFile extends AlfPath {
  readonly store: ByteStore;
  /** Key in the store, as the file is really named. */
  readonly key: string;
  /** Whether the index calls this revision the default one; null where there is no index. */
  readonly isDefault: boolean | null;
  /** Quality level of the index, such as `PASS`; null where there is none. */
  readonly qc: string | null;
  /** Size in bytes that the index lists; null where it does not say. */
  readonly size: number | null;
  /** False for a file that the index lists and the store does not have. */
  readonly isPresent: boolean;
}

/** Which attribute of which object. `attribute` includes a timescale: `brainLocationIds_ccf_2017`. */
export interface AlfAttribute {
  readonly object: string;
  readonly attribute: string;
}

export function alfUrl(file: AlfFile): string {
  return `${file.store.url}${file.key}`;
}

/**
 * Namespaces of released data and of the programs that write it; any other is somebody's curation, read only when asked for.
 *
 * Source: the names of data sets in ibllib 4.1 (`ibllib/pipes`, `ibllib/io/extractors`).
 */
const RELEASED_NAMESPACES: ReadonlySet<string | null> = new Set([
  null,
  "ibl",
  "iblrig",
  "iblmic",
  "iblqc",
  "spikeglx",
  "kilosort",
  "phy",
  "mcc",
  "timeline",
  "neurophotometrics",
]);

/** Whether a file is somebody's curation, by the namespace of its name. */
export function isCuration({ name }: Pick<AlfFile, "name">): boolean {
  return !RELEASED_NAMESPACES.has(name.namespace);
}

/** What to choose instead of the released files in their default revision. */
export interface FileChoice {
  /** The last revision that is not after this text, whatever the index calls default; `""` is "not asked". */
  readonly revision?: string | undefined;
  /** Initials of a curation: its file of an attribute where there is one, else the released one. */
  readonly namespace?: string | undefined;
}

/** What a choice among the files of a session found. */
export interface AlfChoice {
  /** Undefined where every file of the attribute was left out; the notices say why. */
  readonly file: AlfFile | undefined;
  readonly notices: readonly Notice[];
}

/**
 * The file of an attribute in a collection, in its default revision.
 *
 * Rules, as ONE applies them when no revision is asked: a file of quality `CRITICAL` is left out; the revision that the index
 * calls default; without an index, or without a default among several, the revision that comes last as text. What was assumed
 * is a notice. A revision that is asked for: the last as text that is not after it. A chosen file may be absent from the store ({@link AlfFile.isPresent}): another revision never stands in for it.
 *
 * Absent: `undefined` where the collection lists no such file; a choice without a file where it lists some and each is left out.
 *
 * Source: `one/util.py`, `filter_datasets` and `filter_revision_last_before` (ONE-api 3.4).
 *
 * @throws {@link SchemaError} when two files of one revision carry the same attribute
 */
export function chooseFile(
  files: readonly AlfFile[],
  collection: string,
  { object, attribute }: AlfAttribute,
  asked: FileChoice = {},
): AlfChoice | undefined {
  const all = files.filter(
    (file) => file.collection === collection && file.name.object === object && attributeKey(file.name) === attribute,
  );
  const curated = asked.namespace === undefined ? [] : all.filter(({ name }) => name.namespace === asked.namespace);
  const allowed = curated.length > 0 ? curated : all.filter((file) => !isCuration(file));
  const candidates = asked.revision ? upTo(allowed, asked.revision) : allowed;
  const usable = candidates.filter(({ qc }) => qc !== "CRITICAL");
  const [first] = allowed;
  if (first === undefined) return undefined;
  const notices: Notice[] = [];
  if (candidates.length === 0) {
    const message = `${object}.${attribute} is there in revisions after ${asked.revision} alone, which are left out`;
    notices.push({ code: "later-revisions-left-out", message, count: allowed.length, where: alfUrl(first) });
  }
  if (usable.length < candidates.length) {
    const count = candidates.length - usable.length;
    const message = `${object}.${attribute}: ${count} of quality CRITICAL left out, as ONE does by default`;
    notices.push({ code: "critical-files-left-out", message, count, where: alfUrl(first) });
  }
  const chosen = chooseRevision(usable, `${collection}/${object}.${attribute}`, notices);
  return { file: chosen, notices };
}

/** Files of the last revision that is not after another; the index's default is not asked. */
function upTo(files: readonly AlfFile[], revision: string): readonly AlfFile[] {
  const revisions = files.map((file) => file.revision).filter((candidate) => candidate <= revision);
  const last = revisions.sort().at(-1);
  return files.filter((file) => file.revision === last);
}

function chooseRevision(candidates: readonly AlfFile[], what: string, notices: Notice[]): AlfFile | undefined {
  const defaults = candidates.filter(({ isDefault }) => isDefault === true);
  const among = defaults.length > 0 ? defaults : candidates;
  const revisions = [...new Set(among.map(({ revision }) => revision))].sort();
  const last = revisions.at(-1);
  if (last === undefined) return undefined;
  const chosen = among.filter(({ revision }) => revision === last);
  const [file] = chosen;
  if (file === undefined) return undefined;
  assertOneFile(chosen, what);
  if (revisions.length > 1) {
    const why = defaults.length > 1 ? "the index calls several revisions default" : "no revision is marked default";
    const message = `${what}: ${why}; read ${last === "" ? "the unrevised file" : last}, the last as text`;
    notices.push({ code: "revision-assumed", message, count: revisions.length, where: alfUrl(file) });
  }
  return file;
}

/** The same path in two folders is one file (the first folder wins); two names of one attribute are a contradiction. */
function assertOneFile(files: readonly AlfFile[], what: string): void {
  const names = [...new Set(files.map(({ canonical }) => canonical))];
  const [first] = files;
  if (names.length < 2 || first === undefined) return;
  throw new SchemaError(`${what} is there ${names.length} times: ${names.join(", ")}`, {
    url: alfUrl(first),
    hint: "leave one of the files, or move the others out of the session folder",
  });
}

/** Sorters in the order of preference; `""` is a sorting that lies in the probe's folder itself. */
const SORTERS = ["iblsorter", "pykilosort", ""] as const;

/**
 * The collection that holds an object of a probe: the sorter that is asked for, else by preferred sorter, else the shortest name, else the first as text.
 *
 * Absent: `undefined` where no collection of the probe holds the object. Folders of a probe whose name only begins alike
 * (`probe00a` for `probe00`) are another probe's.
 *
 * Source: `SpikeSortingLoader._get_spike_sorting_collection` (`brainbox/io/one.py`, ibllib 2026); there a name that only
 * begins alike is accepted.
 */
export function chooseSorting(collections: Iterable<string>, label: string, sorter?: string): string | undefined {
  const root = `alf/${label}`;
  const own = new Set([...collections].filter((name) => name === root || name.startsWith(`${root}/`)));
  for (const preferred of sorter === undefined ? SORTERS : [sorter, ...SORTERS]) {
    const name = preferred === "" ? root : `${root}/${preferred}`;
    if (own.has(name)) return name;
  }
  return [...own].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
}

/** Collections that hold files of an object, in code-point order. */
export function collectionsOf(files: readonly AlfFile[], object: string): string[] {
  const names = files.filter(({ name }) => name.object === object).map(({ collection }) => collection);
  return [...new Set(names)].sort();
}

/**
 * Name of the probe that a collection is of; undefined for one of the whole session. Source: the ALF folder layout, `alf/<probe>` and
 * `raw_ephys_data/<probe>`.
 */
function probeLabelOf(collection: string): string | undefined {
  return /^(?:alf|raw_ephys_data)\/(probe[^/]*)(?:\/|$)/u.exec(collection)?.[1];
}

/** Names of the probes that a session has folders of, in order. */
export function probeLabels(files: readonly AlfFile[]): string[] {
  return probeLabelsOf(files.map(({ collection }) => collection));
}

/** As {@link probeLabels}, from the collections of the files. */
export function probeLabelsOf(collections: Iterable<string>): string[] {
  const labels = [...new Set(collections)].flatMap((collection) => probeLabelOf(collection) ?? []);
  return [...new Set(labels)].sort();
}
