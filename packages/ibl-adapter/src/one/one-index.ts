import { type ByteStore, type CallOptions, type Notice, SchemaError } from "@crossprobe/core";
import { readParquet, readParquetSchema } from "@crossprobe/formats/parquet";
import { z } from "zod";
import { type DatasetTable, readDatasetTable } from "./dataset-table.js";
import { type IndexFile, readIds, urlOf } from "./index-columns.js";
import { type OneOrigin, toOrigin } from "./one-origin.js";
import { uuidAt } from "./packed-ids.js";

/** A session, as the index lists it. */
export interface OneSession {
  /** Experiment id, a UUID in lower case. */
  readonly eid: string;
  /** `""` where the index names none: such a session lies in no lab's folder. */
  readonly lab: string;
  readonly subject: string;
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly number: number;
  /** Several are joined by `/`; `""` where the index names none. */
  readonly taskProtocol: string;
  /** Joined by commas, as the index has them; `""` where there are none. */
  readonly projects: string;
}

/** A probe insertion, as the local index lists it. */
export interface OneInsertion {
  /** Insertion id, a UUID in lower case. */
  readonly pid: string;
  readonly eid: string;
  /** Such as `probe00`. */
  readonly name: string;
  /** Of the probe, such as `3B2`; null where the index does not say. */
  readonly model: string | null;
  readonly serial: string | null;
}

/** The index tables of a ONE cache folder. */
export interface OneIndex {
  /** Address of the folder. */
  readonly url: string;
  /** Ascending by id. */
  readonly sessions: readonly OneSession[];
  readonly datasets: DatasetTable | undefined;
  /** Ascending by session and insertion id; undefined where the folder has no `insertions.pqt`. */
  readonly insertions: readonly OneInsertion[] | undefined;
  /** When and by whom the tables were made, by table. */
  readonly origins: ReadonlyMap<string, OneOrigin>;
  readonly notices: readonly Notice[];
}

const textOrEmpty = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const textOrNull = z
  .string()
  .nullish()
  .transform((value) => (value === undefined || value === "" ? null : value));
const sessionSchema = z.object({
  lab: textOrEmpty,
  subject: z.string().min(1),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected yyyy-mm-dd"),
  number: z.coerce.number().int().min(0),
  task_protocol: textOrEmpty,
  projects: textOrEmpty,
});
const insertionSchema = z.object({ name: z.string().min(1), model: textOrNull, serial: textOrNull });

/**
 * Opens the index tables of a ONE cache folder: `sessions.pqt`, `datasets.pqt` and, where it is there, `insertions.pqt`; with
 * UUIDs as text, as pairs of 64-bit integers, and without a stored index.
 *
 * Columns are read one after the other, and those of datasets kept as numbers: 1.2 million rows take about a second and
 * a half, in a process of 270 MB (`bench/one-tables.mjs`). The files that are listed are not looked for.
 *
 * Absent: a table that is not there is empty or undefined; a Parquet file without ONE's own metadata is left aside with a
 * notice, as ONE does.
 *
 * Source: ONE-api 3.6, `one/alf/cache.py` (columns), `one/api.py` (`load_cache`).
 *
 * @throws {@link SchemaError} when a table lacks a column or holds a value that it cannot
 * @example
 * const index = await openOneIndex(new LocalStore("/data/ONE/"));
 * const found = searchSessions(index, { subject: "KS0", datasets: ["spikes.times.npy"] });
 */
export async function openOneIndex(store: ByteStore, options: CallOptions = {}): Promise<OneIndex> {
  const notices: Notice[] = [];
  const origins = new Map<string, OneOrigin>();
  const open = async (name: string): Promise<IndexFile | undefined> => {
    const key = `${name}.pqt`;
    const schema = await readParquetSchema(store, key, options);
    if (schema === undefined) return undefined;
    const origin = toOrigin(schema.metadata.get("one_metadata"));
    if (origin === undefined) {
      notices.push({
        code: "table-without-one-metadata",
        message: `${key} is no table of ONE (it lacks one_metadata) and is left aside, as ONE does`,
        count: 1,
        where: store.url + key,
      });
      return undefined;
    }
    origins.set(name, origin);
    const types = new Map(schema.columns.map((column) => [column.name, column.type]));
    return { store, key, rowCount: schema.rowCount, types };
  };
  const [sessions, datasets, insertions] = [await open("sessions"), await open("datasets"), await open("insertions")];
  const files = datasets && (await readDatasetTable(datasets, options));
  return {
    url: store.url,
    sessions: sessions === undefined ? [] : await readSessions(sessions, options),
    datasets: files,
    insertions: insertions && (await readInsertions(insertions, options)),
    origins,
    notices: [...notices, ...(files?.notices ?? [])],
  };
}

async function readSessions(file: IndexFile, options: CallOptions): Promise<OneSession[]> {
  const names = [
    "lab",
    "subject",
    "date",
    "number",
    "task_protocol",
    file.types.has("projects") ? "projects" : "project",
  ];
  const ids = await readIds(file, "id", options);
  const rows = await readRows(file, names, options);
  const sessions = rows.map((values, row): OneSession => {
    const fields = { ...values, projects: values.projects ?? values.project, date: toDay(values.date) };
    const { task_protocol: taskProtocol, ...rest } = parseRow(sessionSchema, fields, file, row);
    return { eid: uuidAt(ids, row * 16), ...rest, taskProtocol };
  });
  return sessions.sort((a, b) => compareTexts(a.eid, b.eid));
}

async function readInsertions(file: IndexFile, options: CallOptions): Promise<OneInsertion[]> {
  const [eids, pids] = [await readIds(file, "eid", options), await readIds(file, "id", options)];
  const rows = await readRows(file, ["name", "model", "serial"], options);
  const insertions = rows.map((values, row): OneInsertion => {
    const { name, model, serial } = parseRow(insertionSchema, values, file, row);
    return { pid: uuidAt(pids, row * 16), eid: uuidAt(eids, row * 16), name, model, serial };
  });
  return insertions.sort((a, b) => compareTexts(a.eid, b.eid) || compareTexts(a.pid, b.pid));
}

/** Order of code points of plain texts, as Python's. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function readRows(
  file: IndexFile,
  names: readonly string[],
  options: CallOptions,
): Promise<Record<string, unknown>[]> {
  const columns = names.filter((name) => file.types.has(name));
  const table = await readParquet(file.store, file.key, { columns }, options);
  return Array.from({ length: table?.rowCount ?? 0 }, (_, row) =>
    Object.fromEntries(columns.map((name) => [name, table?.columns.get(name)?.[row]])),
  );
}

function parseRow<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
  file: IndexFile,
  row: number,
): z.infer<Schema> {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new SchemaError(`row ${row} of ${urlOf(file)}: ${issue?.path.join(".")}: ${issue?.message}`, {
    url: urlOf(file),
    cause: result.error,
    hint: "download the index tables again",
  });
}

/** Dates come as text, with a time of day or without. */
function toDay(value: unknown): unknown {
  return typeof value === "string" ? value.slice(0, 10) : value;
}
