import type { Notice, Provenance, Table } from "@crossprobe/core";

/** A table that a loader made, with what its columns are measured in and where it came from. */
export interface LoadedTable {
  /** Folder of the session that it came from. */
  readonly collection: string;
  readonly table: Table;
  /** Unit of each column that has one: `s`, `rad`, `px`, …; `""` for counts, fractions and codes. */
  readonly units: Readonly<Record<string, string>>;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}
