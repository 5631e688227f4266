import { type Notice, QueryError } from "@crossprobe/core";
import type { OneDataset } from "./dataset-table.js";
import type { ChosenDatasets } from "./filter-datasets.js";

/**
 * Place of the last revision, as texts, that does not come after the one given; of the last of all unless one is given.
 *
 * Absent: null where none is before it. Source: ONE `one/util.py`, `index_last_before`.
 */
export function indexLastBefore(revisions: readonly string[], revision: string | undefined): number | null {
  let best: number | null = null;
  for (const [i, candidate] of revisions.entries()) {
    if (revision !== undefined && candidate > revision) continue;
    if (best === null || candidate > (revisions[best] as string)) best = i;
  }
  return best;
}

/**
 * One revision of each file: the last up to the one asked for; else the default one, and without one the last.
 *
 * Source: ONE-api 3.6 `one/util.py`, `filter_revision_last_before`; its warnings are notices.
 *
 * @throws {@link QueryError} when several revisions of a file are default ones and uniqueness is asked for
 */
export function chooseRevisions(
  rows: readonly OneDataset[],
  revision: string | undefined,
  assertUnique: boolean,
): ChosenDatasets {
  const groups = new Map<string, OneDataset[]>();
  for (const row of rows) {
    const name = row.path.replace(/#.*#\//, "");
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  const withoutDefault: string[] = [];
  const datasets: OneDataset[] = [];
  for (const name of [...groups.keys()].sort()) {
    const group = groups.get(name) ?? [];
    const found = chooseOne(group, revision, assertUnique, () => withoutDefault.push(group[0]?.path ?? name));
    if (found !== undefined) datasets.push(found);
  }
  // Where nothing is left out ONE keeps the order of the rows; else that of the names.
  const ordered = datasets.length === rows.length ? rows : datasets;
  return { datasets: ordered, notices: [...noticesOf(withoutDefault), ...mixedNotices(datasets)] };
}

function chooseOne(
  group: readonly OneDataset[],
  revision: string | undefined,
  assertUnique: boolean,
  lacksDefault: () => void,
): OneDataset | undefined {
  if (revision === undefined) {
    const defaults = group.filter(({ isDefault }) => isDefault === true);
    if (assertUnique && defaults.length > 1) {
      const names = defaults.map(({ path }) => JSON.stringify(revisionOf(path))).join(", ");
      throw new QueryError(`Several default revisions match: ${names}.`, { hint: "name the revision" });
    }
    if (defaults.length === 1) return defaults[0];
    const statesDefaults = group.some(({ isDefault }) => isDefault !== null);
    if (statesDefaults && group.length === 1) return group[0];
    lacksDefault();
  }
  const place = indexLastBefore(
    group.map(({ path }) => revisionOf(path)),
    revision,
  );
  return place === null ? undefined : group[place];
}

function noticesOf(paths: readonly string[]): Notice[] {
  const [first] = paths;
  if (first === undefined) return [];
  return [
    {
      code: "no-default-revision",
      message: "files have no single default revision; the last one was taken",
      count: paths.length,
      where: first,
    },
  ];
}

function mixedNotices(datasets: readonly OneDataset[]): Notice[] {
  const revisions = new Set(datasets.map(({ path }) => revisionOf(path)));
  if (revisions.size < 2) return [];
  const names = [...revisions].map((name) => JSON.stringify(name)).join(", ");
  return [
    {
      code: "mixed-revisions",
      message: `the files chosen are of several revisions: ${names}`,
      count: revisions.size,
      where: datasets[0]?.path ?? "",
    },
  ];
}

/** What stands between `#` and `#` in a path; `""` for an unrevised file. */
export function revisionOf(path: string): string {
  return /(?:^|\/)#([^#/]*)#\//.exec(path)?.[1] ?? "";
}
