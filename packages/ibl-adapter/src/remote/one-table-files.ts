import { createHash } from "node:crypto";
import {
  type ByteStore,
  type CallOptions,
  type CompanionFile,
  type Companions,
  type Notice,
  table,
} from "@crossprobe/core";
import { encodeParquet, type ParquetColumnType, readParquetSchema } from "@crossprobe/formats/parquet";
import type { OneDataset } from "../one/dataset-table.js";
import { compareTexts, type OneSession, openOneIndex } from "../one/one-index.js";
import { QC_LEVELS } from "../one/qc.js";
import { revisionOf } from "../one/revisions.js";
import { datasetsArrowSchema } from "./datasets-arrow-schema.js";
import { folderOf, type ListedSession } from "./listed-session.js";

const TABLES = ["sessions.pqt", "datasets.pqt"];
/** What the tables that are written here say of themselves. */
const ORIGIN = "crossprobe";
/**
 * `sessions.pqt` and `datasets.pqt` of a folder into which files were downloaded: what they list already, and these files.
 *
 * Tables that list all of them as they are stay untouched. Those of another origin are never rewritten, since they may hold more than is
 * read here; a notice says so, and ONE then finds the files by its own tables only as far as these list them.
 *
 * @param listed sessions with those of their files that are in their place
 */
export async function writeOneTables(
  folder: ByteStore,
  listed: readonly ListedSession[],
  options: CallOptions,
): Promise<Companions> {
  const index = await openOneIndex(folder, options);
  const sessions = new Map(index.sessions.map((session) => [session.eid, session]));
  const datasets = new Map<string, OneDataset>();
  for (const eid of index.datasets?.sessionIds ?? []) {
    for (const row of index.datasets?.ofSession(eid) ?? []) datasets.set(row.id, row);
  }
  let isChanged = false;
  for (const each of listed) {
    for (const row of each.rows) {
      const known = datasets.get(row.id);
      if (known !== undefined && isSameFile(known, row)) continue;
      datasets.set(row.id, await complete(folder, folderOf(each), row, options));
      isChanged = true;
    }
    if (!sessions.has(each.session.eid)) isChanged = true;
    sessions.set(each.session.eid, sessions.get(each.session.eid) ?? each.session);
  }
  if (!isChanged) return { files: [], notices: [] };
  for (const key of TABLES) {
    if (await isAnothers(folder, key, options)) return { files: [], notices: [untouched(folder, key)] };
  }
  return { files: [sessionTable([...sessions.values()]), datasetTable([...datasets.values()])], notices: [] };
}

function isSameFile(known: OneDataset, row: OneDataset): boolean {
  const isSameSize = row.size === null || known.size === row.size;
  return known.exists && known.path === row.path && isSameSize && (row.md5 === null || known.md5 === row.md5);
}

/** ONE compares sizes and hashes that are null and warns: both are taken from the file where the catalogue lacks them. */
async function complete(folder: ByteStore, place: string, row: OneDataset, options: CallOptions): Promise<OneDataset> {
  const key = `${place}/${row.path}`;
  const size = row.size ?? (await folder.size(key, options)) ?? null;
  return { ...row, exists: true, size, md5: row.md5 ?? (await md5Of(folder, key, size ?? 0, options)) };
}

const PIECE_BYTES = 4 * 1024 * 1024;

async function md5Of(folder: ByteStore, key: string, size: number, options: CallOptions): Promise<string> {
  const hash = createHash("md5");
  for (let offset = 0; offset < size; offset += PIECE_BYTES) {
    hash.update((await folder.read(key, { ...options, range: { offset, length: PIECE_BYTES } })) ?? new Uint8Array());
  }
  return hash.digest("hex");
}

async function isAnothers(folder: ByteStore, key: string, options: CallOptions): Promise<boolean> {
  const schema = await readParquetSchema(folder, key, options);
  return schema !== undefined && !(schema.metadata.get("one_metadata") ?? "").includes(`"${ORIGIN}"`);
}

function untouched(folder: ByteStore, key: string): Notice {
  const message = `${key} was made by another program and stays as it is: it does not list all files that are there now`;
  return { code: "index-tables-untouched", message, count: 1, where: folder.url + key };
}

function sessionTable(rows: readonly OneSession[]): CompanionFile {
  const sorted = [...rows].sort((a, b) => compareTexts(a.eid, b.eid));
  const columns = table([
    ["id", sorted.map(({ eid }) => eid)],
    ["lab", sorted.map(({ lab }) => lab)],
    ["subject", sorted.map(({ subject }) => subject)],
    ["date", sorted.map(({ date }) => date)],
    ["number", sorted.map(({ number }) => number)],
    ["task_protocol", sorted.map(({ taskProtocol }) => taskProtocol)],
    ["projects", sorted.map(({ projects }) => projects)],
  ]);
  const types = new Map([
    ["date", "date"],
    ["number", "uint16"],
  ] as const);
  return { path: "sessions.pqt", bytes: encodeParquet(columns, oneMetadata(creationTime()), types) };
}

function datasetTable(rows: readonly OneDataset[]): CompanionFile {
  const sorted = [...rows].sort((a, b) => compareTexts(a.eid, b.eid) || compareTexts(a.id, b.id));
  const columns = table([
    ["rel_path", sorted.map(({ path }) => path)],
    ["file_size", sorted.map(({ size }) => (size === null ? null : BigInt(size)))],
    ["hash", sorted.map(({ md5 }) => md5)],
    ["exists", sorted.map(({ exists }) => exists)],
    ["qc", sorted.map(({ qc }) => qc)],
    ["default_revision", defaultsOf(sorted)],
    ["eid", sorted.map(({ eid }) => eid)],
    ["id", sorted.map(({ id }) => id)],
  ]);
  const types = new Map<string, ParquetColumnType>([
    ["file_size", "uint64"],
    ["qc", { categories: Object.keys(QC_LEVELS) }],
  ]);
  const created = creationTime();
  const metadata = new Map([...oneMetadata(created), ["ARROW:schema", datasetsArrowSchema(created)]]);
  return { path: "datasets.pqt", bytes: encodeParquet(columns, metadata, types) };
}

/**
 * Which rows are default revisions. ONE's column knows no third state: where the catalogue does not say, the last revision as text is, as ONE
 * chooses without the column, unless another is stated to be. Two defaults of a file would be an error in ONE.
 */
function defaultsOf(rows: readonly OneDataset[]): boolean[] {
  const fileOf = ({ eid, path }: OneDataset): string => `${eid} ${path.replace(/#[^#/]*#\//, "")}`;
  const best = new Map<string, OneDataset>();
  for (const row of rows) {
    if (row.isDefault === false) continue;
    const known = best.get(fileOf(row));
    const isBetter =
      known === undefined ||
      (row.isDefault === known.isDefault
        ? compareTexts(revisionOf(row.path), revisionOf(known.path)) > 0
        : row.isDefault === true);
    if (isBetter) best.set(fileOf(row), row);
  }
  return rows.map((row) => row.isDefault ?? best.get(fileOf(row)) === row);
}

/** `yyyy-mm-dd hh:mm`. */
function creationTime(): string {
  return new Date().toISOString().slice(0, 16).replace("T", " ");
}

/** Source: ONE-api 3.6, `load_tables`: a table without `date_created` is left aside. */
function oneMetadata(created: string): ReadonlyMap<string, string> {
  return new Map([["one_metadata", JSON.stringify({ date_created: created, origin: ORIGIN })]]);
}
