import type { OneOrigin } from "./one/one-origin.js";

/** What sources say of the state of the data that they list. */
export interface StatedReleases {
  /** Of each release table: the freeze that it is, or null. */
  readonly freezes: readonly (string | null)[];
  /** Of each folder: what its index tables say of their making. */
  readonly origins: readonly (readonly OneOrigin[])[];
}

/**
 * Which release the sources are of, such as `2023_12_bwm_release, ONE tables of 2026-01-15 12:00 (2022_Q4_IBL_et_al_BWM)`; null where none says.
 *
 * Freezes are named where every release table is one: beside another list their names would promise too much.
 */
export function releaseName({ freezes, origins }: StatedReleases): string | null {
  const named = freezes.filter((freeze) => freeze !== null);
  const frozen = named.length === freezes.length ? distinct(named) : [];
  const tables = origins.filter((own) => own.length > 0).map(tablesName);
  return [...frozen, ...distinct(tables)].join(", ") || null;
}

function tablesName(origins: readonly OneOrigin[]): string {
  const dates = distinct(origins.map(({ dateCreated }) => dateCreated)).join(" and ");
  const tags = distinct(origins.flatMap(({ databaseTags }) => databaseTags)).join(", ");
  return `ONE tables of ${dates}${tags === "" ? "" : ` (${tags})`}`;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
