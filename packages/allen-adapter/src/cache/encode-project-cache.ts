import { QueryError } from "@crossprobe/core";
import type { TableName } from "../tables.js";
import { type CacheFile, cacheFileKey } from "./cache-files.js";
import { encodeProjectTable } from "./encode-table.js";
import { defaultManifest } from "./manifest.js";
import { encodeManifest, MANIFEST_KEY } from "./manifest-entries.js";
import type { ProjectTable } from "./project-table.js";

/** Columns of the files, of a whole release or a part of it. */
export interface ProjectCacheContent {
  readonly tables: Readonly<Record<TableName, ProjectTable>>;
  /** Analysis metrics by session type. */
  readonly metrics?: ReadonlyMap<string, ProjectTable> | undefined;
}

/** A file to be written: its key in the folder, and its text. */
export interface CacheFileText {
  readonly key: string;
  readonly text: string;
}

/**
 * The files of a project cache that AllenSDK opens without asking the warehouse: manifest, tables, metrics by session type. NWB files and
 * templates go beside them, where {@link cacheFileKey} says.
 *
 * @throws {@link QueryError} for a table whose first column is not its index
 * @example
 * const files = encodeProjectCache({ tables: { sessions, probes, channels, units } });
 * for (const { key, text } of files) await writeFile(`${folder}/${key}`, text);
 */
export function encodeProjectCache({ tables, metrics = new Map() }: ProjectCacheContent): readonly CacheFileText[] {
  const manifest = defaultManifest("memory://cache/");
  const names = ["sessions", "probes", "channels", "units"] as const;
  const fileOf = (file: CacheFile, table: ProjectTable): CacheFileText => ({
    key: cacheFileKey(manifest, file),
    text: encodeProjectTable(checkIndex(table, file)),
  });
  return [
    { key: MANIFEST_KEY, text: encodeManifest() },
    ...names.map((name) => fileOf({ kind: "table", name }, tables[name])),
    ...[...metrics].map(([sessionType, table]) => fileOf({ kind: "type-metrics", sessionType }, table)),
  ];
}

function checkIndex(table: ProjectTable, { kind }: CacheFile): ProjectTable {
  const wanted = kind === "table" ? "id" : "ecephys_unit_id";
  const [first] = table.table.columns.keys();
  if (first === wanted && table.index === wanted) return table;
  throw new QueryError(`A ${kind} file begins with the column ${wanted}, not ${first ?? "nothing"}.`, {
    hint: "Give tables as they stand on disk: cache.readTable, or analysis metrics with annotate: false.",
  });
}
