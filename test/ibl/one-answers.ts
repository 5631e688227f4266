import { readFileSync } from "node:fs";
import { isDataError, NotFoundError } from "@crossprobe/core";
import {
  chooseCollection,
  chooseDataset,
  chooseDatasets,
  chooseObject,
  completeTerm,
  eidToPath,
  eidToPids,
  eidToRef,
  filterDatasets,
  findDataset,
  findDatasets,
  formatExperimentRef,
  indexLastBefore,
  listCollections,
  listDatasets,
  listRevisions,
  listSubjects,
  type OneDataset,
  type OneIndex,
  type OneSession,
  openOneIndex,
  pairOfUuid,
  parseExperimentRef,
  pathToRef,
  pidToEid,
  SEARCH_TERMS,
  searchInsertions,
  searchSessions,
  sessionDetails,
  toDateRange,
  toEid,
  toQcName,
  uuidOfPair,
} from "@crossprobe/ibl-adapter/one";
import { LocalStore } from "@crossprobe/storage/node";
import { expect } from "vitest";

/** A call of ONE: what it gave, or what it raised. */
interface Call<Result> {
  readonly returns?: Result;
  readonly raises?: { readonly type: string; readonly message: string };
}
type Arguments = Readonly<Record<string, never>>;

/** Folder of the tables and answers of ONE: `current/`, `int-ids/`, `range-index/`, `expected/*.json`. */
export interface OneAnswers {
  readonly open: (layout: string) => Promise<OneIndex>;
  readonly read: <Content>(name: string) => Content;
}

export function answersIn(folder: string): OneAnswers {
  return {
    open: (layout) => openOneIndex(new LocalStore(`${folder}/${layout}/`)),
    read: (name) => JSON.parse(readFileSync(`${folder}/expected/${name}.json`, "utf8")),
  };
}

/** Holds what is done to what ONE did: the same result, or an error of ours where it raised one. */
function check(title: unknown, { returns, raises }: Call<unknown>, act: () => unknown): void {
  const label = JSON.stringify(title);
  if (raises === undefined) {
    expect(act(), label).toEqual(returns);
    return;
  }
  try {
    expect.soft(act(), `${label} raises ${raises.type} in ONE`).toBe("an error");
  } catch (error) {
    expect(isDataError(error), `${label}: ${error}`).toBe(true);
  }
}

const SESSION_COLUMNS = (session: OneSession) => ({
  lab: session.lab,
  subject: session.subject,
  date: session.date,
  number: session.number,
  task_protocol: session.taskProtocol,
  projects: session.projects,
});
const DATASET_COLUMNS = (dataset: OneDataset) => ({
  rel_path: dataset.path,
  file_size: dataset.size,
  hash: dataset.md5,
  exists: dataset.exists,
  qc: dataset.qc,
  default_revision: dataset.isDefault,
});

interface TableFacts {
  readonly rows: number;
  readonly columns: Readonly<Record<string, string>>;
  readonly first_index: readonly unknown[];
  readonly last_index: readonly unknown[];
  readonly first_row: Readonly<Record<string, unknown>> | null;
  readonly last_row: Readonly<Record<string, unknown>> | null;
  readonly nulls: Readonly<Record<string, number>>;
  readonly meta: { readonly date_created: string; readonly database_tags?: readonly string[] };
}
interface LayoutFacts {
  readonly tables: { readonly sessions: TableFacts; readonly datasets: TableFacts; readonly insertions?: TableFacts };
  readonly qc_counts: Readonly<Record<string, number>>;
  readonly file_size_sum: number;
}

export function checkTables(index: OneIndex, { tables, qc_counts, file_size_sum }: LayoutFacts): void {
  const { sessions, datasets, insertions } = tables;
  expect(index.sessions.length).toBe(sessions.rows);
  if (sessions.rows > 0) {
    expect(index.sessions[0]?.eid).toBe(sessions.first_index[0]);
    expect(index.sessions.map(SESSION_COLUMNS)[0]).toEqual(sessions.first_row);
    expect(index.sessions.map(SESSION_COLUMNS).at(-1)).toEqual(sessions.last_row);
    expect(index.origins.get("sessions")?.dateCreated).toBe(sessions.meta.date_created);
    expect(index.origins.get("sessions")?.databaseTags).toEqual(sessions.meta.database_tags ?? []);
  }
  const rows = (index.datasets?.sessionIds ?? []).flatMap((eid) => index.datasets?.ofSession(eid) ?? []);
  expect(index.datasets?.rowCount).toBe(datasets.rows);
  expect(rows.length).toBe(datasets.rows);
  const [first, last] = [rows[0], rows.at(-1)];
  expect([[first?.eid, first?.id]]).toEqual(datasets.first_index);
  expect([[last?.eid, last?.id]]).toEqual(datasets.last_index);
  for (const [found, row] of [
    [first, datasets.first_row],
    [last, datasets.last_row],
  ] as const) {
    const { projects: _, ...expected } = { default_revision: null, ...row } as Record<string, unknown>;
    expect(found && DATASET_COLUMNS(found)).toEqual(expected);
  }
  expect(rows.filter(({ size }) => size === null).length).toBe(datasets.nulls.file_size);
  const counts = Object.fromEntries(
    Object.keys(qc_counts).map((qc) => [qc, rows.filter((row) => row.qc === qc).length]),
  );
  expect(counts).toEqual(qc_counts);
  expect(rows.reduce((sum, { size }) => sum + (size ?? 0), 0)).toBe(file_size_sum);
  expect(index.insertions?.length).toBe(insertions?.rows);
  if (insertions !== undefined) {
    const found = index.insertions?.map(({ eid, pid, ...rest }) => ({ index: [eid, pid], ...rest }));
    const { chronic_insertion: _, ...row } = insertions.first_row ?? {};
    expect(found?.[0]).toEqual({ index: insertions.first_index[0], ...row });
  }
}

export interface SearchAnswers {
  readonly search_terms: readonly string[];
  readonly searches: readonly (Call<string[]> & { readonly wildcards: boolean; readonly terms: Arguments })[];
  readonly details: readonly (Call<{ eids: string[]; details: unknown[] | null }> & { readonly terms: Arguments })[];
  readonly other_layouts: readonly (Call<string[]> & { readonly layout: string; readonly terms: Arguments })[];
  readonly local_insertions: readonly (Call<string[]> & { readonly terms: Arguments })[];
  readonly autocomplete: readonly (Call<string> & { readonly term: string })[];
  readonly validate_date_range: readonly (Call<[string, string] | null> & { readonly value: unknown })[];
}

const eidsOf = (sessions: readonly OneSession[]): string[] => sessions.map(({ eid }) => eid);

export function checkSearches(index: OneIndex, { searches, details }: SearchAnswers): void {
  for (const { wildcards, terms, ...call } of searches) {
    check({ wildcards, terms }, call, () => eidsOf(searchSessions(index, terms, { wildcards })));
  }
  for (const { terms, returns } of details) {
    const found = searchSessions(index, terms);
    expect(eidsOf(found)).toEqual(returns?.eids);
    expect(found.map(SESSION_COLUMNS)).toEqual(returns?.details ?? []);
  }
}

export async function checkLayouts({ other_layouts }: SearchAnswers, open: OneAnswers["open"]): Promise<void> {
  for (const { layout, terms, ...call } of other_layouts) {
    const index = await open(layout);
    check({ layout, terms }, call, () => eidsOf(searchSessions(index, terms)));
  }
}

/** Terms of `search_insertions` that ONE fails on, and what is found here instead. */
const INSERTIONS_INSTEAD: Readonly<Record<string, (index: OneIndex) => string[]>> = {
  // ONE raises KeyError as soon as one of the sessions found has no insertion.
  '{"subject":"XP_001"}': (index) => ofSubject(index, "XP_001"),
  '{"subject":"XP_001","name":"probe00"}': (index) => ofSubject(index, "XP_001", "probe00"),
  // ONE completes `nam` for its check only.
  '{"nam":"probe00"}': (index) => pidsOf(searchInsertions(index, { name: "probe00" })),
};
const pidsOf = (found: readonly { readonly pid: string }[]): string[] => found.map(({ pid }) => pid);

function ofSubject(index: OneIndex, subject: string, name?: string): string[] {
  const newest = searchSessions(index, { subject });
  return newest.flatMap(({ eid }) => {
    const probes = (index.insertions ?? []).filter((probe) => probe.eid === eid && (name ?? probe.name) === probe.name);
    return pidsOf([...probes].sort((a, b) => (a.name < b.name ? 1 : -1)));
  });
}

export function checkInsertionSearches(index: OneIndex, { local_insertions }: SearchAnswers): void {
  for (const { terms, ...call } of local_insertions) {
    const instead = INSERTIONS_INSTEAD[JSON.stringify(terms)];
    if (instead === undefined) check(terms, call, () => pidsOf(searchInsertions(index, terms)));
    else {
      expect(call.raises).toBeDefined();
      expect(instead(index).length).toBeGreaterThan(0);
      expect(pidsOf(searchInsertions(index, terms))).toEqual(instead(index));
    }
  }
}

/** Pandas' earliest and latest moments are open ends here. */
const OPEN = new Map([
  ["1677-09-21T00:12:43.145224193", Number.NEGATIVE_INFINITY],
  ["2262-04-11T23:47:16.854775807", Number.POSITIVE_INFINITY],
]);

export function checkTerms({ search_terms, autocomplete, validate_date_range }: SearchAnswers): void {
  expect(SEARCH_TERMS).toEqual(search_terms);
  for (const { term, ...call } of autocomplete) check(term, call, () => completeTerm(term, SEARCH_TERMS));
  for (const { value, returns, ...call } of validate_date_range) {
    if (returns === null) {
      expect(() => toDateRange(value)).toThrow(/is no date/); // ONE's search fails on it with a TypeError
      continue;
    }
    const range = returns?.map((text) => OPEN.get(text) ?? Date.parse(`${text}Z`));
    check(value, { ...call, ...(range && { returns: range }) }, () => {
      const { from, to } = toDateRange(value);
      return [from, to];
    });
  }
}

type Listing = Call<string[]> & { readonly session: string | null; readonly kwargs: Readonly<Record<string, unknown>> };

export interface ListingAnswers {
  readonly sessions: Readonly<Record<string, string>>;
  readonly list_datasets: readonly (Call<string[] | { empty_table: boolean }> &
    Omit<Listing, "returns"> & { wildcards: boolean })[];
  readonly list_collections: readonly Listing[];
  readonly list_revisions: readonly Listing[];
  readonly list_subjects: readonly string[];
  readonly all_sessions: Readonly<Record<string, Call<{ count: number; first_5: string[] }>>>;
  readonly details_of_spikes_times: { readonly index: string[]; readonly columns: Readonly<Record<string, unknown[]>> };
  readonly get_details: readonly (Call<unknown> & { readonly eid: string })[];
}

function toFilter({ default_revisions_only, ignore_qc_not_set, ...rest }: Readonly<Record<string, unknown>>) {
  return { ...rest, defaultRevisionsOnly: default_revisions_only === true, ignoreQcNotSet: ignore_qc_not_set === true };
}

export function checkListing(index: OneIndex, answers: ListingAnswers): void {
  const eidOf = (name: string | null) => (name === null ? undefined : answers.sessions[name]);
  for (const { session, kwargs, wildcards, ...call } of answers.list_datasets) {
    // Of a session without files ONE gives an empty table in place of a list.
    const returns = Array.isArray(call.returns) || call.returns === undefined ? call.returns : [];
    check({ session, kwargs, wildcards }, { ...call, ...(returns && { returns }) }, () =>
      listDatasets(index, eidOf(session), { ...toFilter(kwargs), wildcards }),
    );
  }
  for (const { session, kwargs, ...call } of answers.list_collections) {
    check({ session, kwargs }, call, () => listCollections(index, eidOf(session), toFilter(kwargs)));
  }
  for (const { session, kwargs, ...call } of answers.list_revisions) {
    check({ session, kwargs }, call, () => listRevisions(index, eidOf(session), toFilter(kwargs)));
  }
  expect(listSubjects(index)).toEqual(answers.list_subjects);
  for (const [filename, { returns }] of Object.entries(answers.all_sessions)) {
    const found = listDatasets(index, undefined, { filename: filename === "None" ? null : filename });
    expect({ count: found.length, first_5: found.slice(0, 5) }).toEqual(returns);
  }
  const { index: ids, columns } = answers.details_of_spikes_times;
  const rows = findDatasets(index, answers.sessions.ephys2 ?? "", { filename: "*spikes.times*" });
  expect(rows.map(({ id }) => id)).toEqual(ids);
  for (const [name, values] of Object.entries(columns)) {
    expect(rows.map((row) => DATASET_COLUMNS(row)[name as keyof ReturnType<typeof DATASET_COLUMNS>])).toEqual(values);
  }
  for (const { eid, ...call } of answers.get_details) {
    check(eid, call, () => SESSION_COLUMNS(sessionDetails(index, toEid(index, eid) ?? eid)));
  }
}

type LoadCall = Call<string | null | readonly (string | null)[]> & {
  readonly method: "load_dataset" | "load_object" | "load_datasets" | "load_collection";
  readonly wildcards: boolean;
  readonly session: string;
  readonly args: readonly [never];
  readonly kwargs: Readonly<Record<string, never>>;
};

export interface ChoosingAnswers {
  readonly calls?: readonly LoadCall[];
  readonly filter_datasets: readonly (Call<string[]> & {
    readonly session: string;
    readonly kwargs: Readonly<Record<string, unknown>>;
  })[];
  readonly index_last_before: readonly (Call<number | null> & {
    readonly revisions: string[];
    readonly revision: string | null;
  })[];
  readonly qc_validate: readonly (Call<{ readonly name: string }> & { readonly value: unknown })[];
}

export function checkFilters(index: OneIndex, sessions: ListingAnswers["sessions"], answers: ChoosingAnswers): void {
  for (const { session, kwargs, ...call } of answers.filter_datasets) {
    const { assert_unique, revision_last_before, ignore_qc_not_set, ...filter } = kwargs;
    const options = { assertUnique: assert_unique !== false, revisionLastBefore: revision_last_before !== false };
    const rows = index.datasets?.ofSession(sessions[session] ?? "") ?? [];
    check(kwargs, call, () =>
      filterDatasets(rows, { ...filter, ignoreQcNotSet: ignore_qc_not_set === true }, options).datasets.map(
        ({ path }) => path,
      ),
    );
  }
  for (const { revisions, revision, ...call } of answers.index_last_before) {
    check({ revisions, revision }, call, () => indexLastBefore(revisions, revision ?? undefined));
  }
  for (const { value, returns, ...call } of answers.qc_validate) {
    check(value, { ...call, ...(returns && { returns: returns.name }) }, () => toQcName(value));
  }
}

/** Calls that ONE fails on by mistake, and the file that is chosen here. */
const CHOSEN_INSTEAD: Readonly<Record<string, string>> = {
  "no.size.npy": "alf/no.size.npy", // an absent size is a TypeError
  '{"revision":"2023-01-01"}': "alf/probe00/pykilosort/#2022-10-31#/clusters.amps.npy", // the revision is taken for a collection
};

/**
 * Holds which files are chosen to those that ONE loads; `has` tells whether a file is on disk, where ONE looks next.
 */
export function checkChoices(
  index: OneIndex,
  sessions: ListingAnswers["sessions"],
  { calls = [] }: ChoosingAnswers,
  has: (path: string) => boolean,
): void {
  for (const { method, wildcards, session, args, kwargs, returns, raises } of calls) {
    const eid = sessions[session] ?? "";
    const rows = index.datasets?.ofSession(eid) ?? [];
    const folder = `${eidToPath(index, eid)}/`;
    const choose = (): (string | null)[] => {
      const found = choicesOf(rows, method, args, { ...kwargs, wildcards });
      const onDisk = found.map((dataset) =>
        dataset !== null && has(folder + dataset.path) ? folder + dataset.path : null,
      );
      if (method === "load_datasets") {
        if (kwargs.assert_present !== false && onDisk.includes(null)) throw new NotFoundError("a file is missing");
        return onDisk;
      }
      const present = onDisk.filter((path) => path !== null).sort();
      if (present.length === 0) throw new NotFoundError("no file is on disk");
      return present;
    };
    const label = { method, args, kwargs, wildcards };
    const instead =
      CHOSEN_INSTEAD[String(args[0])] ??
      (method === "load_collection" ? CHOSEN_INSTEAD[JSON.stringify(kwargs)] : undefined);
    if (instead !== undefined) {
      expect(raises, JSON.stringify(label)).toBeDefined();
      expect(choose()[0]).toBe(folder + instead);
    } else if (raises !== undefined) check(label, { raises }, choose);
    else if (returns === null) expect(choose(), JSON.stringify(label)).toEqual([null]);
    else check(label, { returns: typeof returns === "string" ? [returns] : returns }, choose);
  }
}

function choicesOf(
  rows: readonly OneDataset[],
  method: LoadCall["method"],
  [first]: readonly [never],
  kwargs: Readonly<Record<string, unknown>>,
): readonly (OneDataset | null)[] {
  const {
    collection,
    collections,
    revision,
    revisions,
    wildcards,
    assert_present: _,
    ...parts
  } = kwargs as Record<string, never>;
  if (method === "load_dataset") return [chooseDataset(rows, first, { collection, revision, wildcards }).dataset];
  if (method === "load_object") return chooseObject(rows, first, { collection, revision, wildcards }, parts).datasets;
  if (method === "load_collection") return chooseCollection(rows, first, { revision, wildcards }, parts).datasets;
  return chooseDatasets(rows, first, { collections, revisions, wildcards });
}

interface RefParts {
  readonly subject: string;
  readonly date: string;
  readonly sequence: number;
}
export interface IdentifierAnswers {
  readonly to_eid: readonly (Call<string | string[] | null> & { readonly input: unknown })[];
  readonly sessions: readonly {
    eid: string;
    path: Call<string>;
    ref: Call<string>;
    ref_unparsed: Call<string>;
    ref_dict: Call<RefParts>;
  }[];
  readonly references: readonly {
    ref: string;
    eid: Call<string>;
    path: Call<string>;
    dict: Call<RefParts>;
    is_ref: Call<boolean>;
  }[];
  readonly paths: readonly { path: string; eid: Call<string | null>; ref: Call<RefParts | null> }[];
  readonly path2record: readonly (Call<{
    readonly name: string | [string, string];
    readonly fields: unknown;
  } | null> & { readonly path: string })[];
  readonly int64_pairs: readonly {
    readonly uuid: string;
    readonly int64_pair: [string, string];
    readonly back: string;
  }[];
  readonly probes_local: readonly (Call<[unknown, unknown]> & {
    readonly pid2eid?: string;
    readonly eid2pid?: string;
  })[];
}

/** What is otherwise here than in ONE, by input; each is stated in the README of the package. */
const EID_INSTEAD: ReadonlyMap<string, string | null | "error"> = new Map<string, string | null | "error">([
  ["8028D4CE-A7DD-361E-9F24-20404D184288", "8028d4ce-a7dd-361e-9f24-20404d184288"], // ONE refuses capitals
  ["11111111-2222-4333-8444-555555555555", null], // ONE takes any UUID as it is
  ["2022-03-14_1_XP_00", null], // "session not found" is null
  ["1999-01-01_1_XP_001", null],
  ["2022-03-14_1_XP_404", null],
]);

const rest = (path: string | undefined) => path?.replace("<root>/", "");
const toParts = (ref: ReturnType<typeof pathToRef>): RefParts | null =>
  ref === undefined ? null : { subject: ref.subject, date: ref.date, sequence: ref.number };

export function checkIdentifiers(index: OneIndex, answers: IdentifierAnswers): void {
  for (const { input, ...call } of answers.to_eid) {
    if (typeof input !== "string") continue; // records and lists: types of TypeScript
    const instead = EID_INSTEAD.get(input);
    if (instead !== undefined) expect(toEid(index, input), input).toBe(instead);
    else check(input, call, () => toEid(index, input));
  }
  for (const { eid, path, ref, ref_unparsed, ref_dict } of answers.sessions) {
    expect(eidToPath(index, eid)).toBe(rest(path.returns));
    const found = eidToRef(index, eid);
    expect(found && formatExperimentRef(found)).toBe(ref.returns);
    expect(found && formatExperimentRef(found, { padded: true })).toBe(ref_unparsed.returns);
    expect(toParts(found ?? undefined)).toEqual(ref_dict.returns);
  }
  for (const { ref, eid, dict, is_ref } of answers.references) {
    const parsed = parseExperimentRef(ref);
    expect(parsed !== undefined, ref).toBe(is_ref.returns);
    if (parsed === undefined) continue;
    expect(toParts(parsed)).toEqual(dict.returns);
    const instead = EID_INSTEAD.get(ref);
    if (instead !== undefined) expect(toEid(index, ref), ref).toBe(instead);
    else check(ref, eid, () => toEid(index, ref));
  }
  for (const { path, eid, ref } of answers.paths) {
    if (pathToRef(path) === undefined) expect(eid.returns, path).toBeNull();
    else check(path, eid, () => toEid(index, path));
    // ONE cuts a subject at its last dot, and takes numbers 01 to 09 for none.
    const isCut = path.includes("XQ-07.b") || path.endsWith("/01");
    if (!isCut) expect(toParts(pathToRef(path)), path).toEqual(ref.returns);
  }
  for (const { path, returns } of answers.path2record) {
    const found = findDataset(index, path);
    if (returns === null || returns === undefined) expect(found, path).toBeNull();
    else if (typeof returns.name === "string") expect(toEid(index, path)).toBe(returns.name);
    else {
      expect([found?.eid, found?.id], path).toEqual(returns.name);
      expect(found && DATASET_COLUMNS(found), path).toEqual(returns.fields);
    }
  }
  for (const { uuid, int64_pair, back } of answers.int64_pairs) {
    expect(pairOfUuid(uuid)?.map(String)).toEqual(int64_pair);
    expect(uuidOfPair([BigInt(int64_pair[0]), BigInt(int64_pair[1])])).toBe(back);
  }
}

export function checkProbes(index: OneIndex, { probes_local }: IdentifierAnswers): void {
  for (const { pid2eid, eid2pid, returns } of probes_local) {
    if (pid2eid !== undefined) {
      const found = pidToEid(index, pid2eid);
      expect([found?.eid ?? null, found?.name ?? null]).toEqual(returns);
    }
    if (eid2pid !== undefined) {
      const found = eidToPids(index, eid2pid);
      const lists = found.length === 0 ? [null, null] : [pidsOf(found), found.map(({ name }) => name)];
      expect(lists).toEqual(returns);
    }
  }
  expect(() => pidToEid({ ...index, insertions: undefined }, "x")).toThrow(/does not list probe insertions/);
}
