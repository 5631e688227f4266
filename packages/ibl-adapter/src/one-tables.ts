import { type ByteStore, type CallOptions, type Column, SchemaError, type Table } from "@crossprobe/core";
import { readParquet, readParquetSchema } from "@crossprobe/formats/parquet";
import type { z } from "zod";
import { readDatasetTable } from "./one/dataset-table.js";
import { type OneOrigin, toOrigin } from "./one/one-origin.js";
import { type InsertionRow, insertionRowSchema, type SessionRow, sessionRowSchema } from "./vocabulary.js";

/** One row of `datasets.pqt`: a file of a session. */
export interface DatasetRow {
  /** `[collection/][#revision#/]file`, relative to the session folder, without a UUID. */
  readonly path: string;
  readonly isDefault: boolean | null;
  readonly qc: string | null;
  readonly size: number | null;
}

/** The index tables of a ONE cache folder, as far as it has them. */
export interface OneTables {
  readonly sessions: readonly SessionRow[] | undefined;
  /** Files by session; a session without rows has no files. */
  readonly datasets: DatasetIndex | undefined;
  readonly insertions: readonly InsertionRow[] | undefined;
  /** Tables that are there and are not ONE's: their keys. */
  readonly strangers: readonly string[];
  /** What the tables say of their making. */
  readonly origins: readonly OneOrigin[];
}

/**
 * Reads `sessions.pqt`, `datasets.pqt` and `insertions.pqt` of a folder: with UUID text, with pairs of 64-bit integers, and
 * without a stored index.
 *
 * Absent: a table that is not there is `undefined`; so is a Parquet file without ONE's own metadata, as ONE itself skips it.
 *
 * Source: `one/alf/cache.py` and `one/util.py` (`cache_int2str`); file metadata `one_metadata` with `date_created`.
 *
 * @throws {@link SchemaError} when a table lacks a column or holds a value that it cannot
 */
export async function readOneTables(store: ByteStore, options: CallOptions): Promise<OneTables> {
  const strangers: string[] = [];
  const origins: OneOrigin[] = [];
  const read = async (key: string) => {
    const schema = await readParquetSchema(store, key, options);
    if (schema === undefined) return undefined;
    const origin = toOrigin(schema.metadata.get("one_metadata"));
    if (origin === undefined) {
      strangers.push(key);
      return undefined;
    }
    origins.push(origin);
    return { key, schema };
  };
  const [sessions, datasets, insertions] = [
    await read("sessions.pqt"),
    await read("datasets.pqt"),
    await read("insertions.pqt"),
  ];
  return {
    sessions: sessions && (await readRows(store, "sessions.pqt", sessionRowSchema, SESSION_COLUMNS, options)),
    datasets: datasets && (await readDatasets(store, options)),
    insertions: insertions && (await readRows(store, "insertions.pqt", insertionRowSchema, INSERTION_COLUMNS, options)),
    strangers,
    origins,
  };
}

const SESSION_COLUMNS = ["lab", "subject", "date", "number", "task_protocol"];
const INSERTION_COLUMNS = ["name", "model"];

async function readRows<Schema extends z.ZodType>(
  store: ByteStore,
  key: string,
  schema: Schema,
  names: readonly string[],
  options: CallOptions,
): Promise<z.infer<Schema>[]> {
  const url = store.url + key;
  const table = await readParquet(store, key, {}, options);
  if (table === undefined) return [];
  const ids = idColumn(table, "id", url);
  const eids = key === "insertions.pqt" ? idColumn(table, "eid", url) : undefined;
  const rows: z.infer<Schema>[] = [];
  for (let row = 0; row < table.rowCount; row++) {
    const values: Record<string, unknown> = { id: ids(row), eid: eids?.(row) };
    for (const name of names) values[name] = toPlain(table.columns.get(name)?.[row], name);
    const result = schema.safeParse(values);
    if (!result.success) throw rowError(url, row, result.error);
    rows.push(result.data);
  }
  return rows;
}

function rowError(url: string, row: number, error: z.ZodError): SchemaError {
  const [issue] = error.issues;
  const what = issue === undefined ? "" : `: ${issue.path.join(".")}: ${issue.message}`;
  return new SchemaError(`row ${row} of ${url} is not of the expected shape${what}`, {
    url,
    cause: error,
    hint: "download the index tables again, or remove them to have the folder walked",
  });
}

/** Dates come as text, as a Date or as days since 1970; integers may come as bigint. */
function toPlain(value: unknown, name: string): unknown {
  if (name === "date") return toDay(value);
  return typeof value === "bigint" ? Number(value) : value;
}

const MS_PER_DAY = 86_400_000;

function toDay(value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, 10);
  const time = value instanceof Date ? value.getTime() : typeof value === "number" ? value * MS_PER_DAY : Number.NaN;
  return Number.isNaN(time) ? value : new Date(time).toISOString().slice(0, 10);
}

/** Ids of a table, as lower-case UUIDs: from a column of text, or from a pair of integers `<name>_0`, `<name>_1`. */
function idColumn(table: Table, name: string, url: string): (row: number) => string {
  const text = table.columns.get(name) ?? (name === "id" ? table.columns.get("__index_level_0__") : undefined);
  if (text !== undefined) return (row) => String(text[row]).toLowerCase();
  const [low, high] = [table.columns.get(`${name}_0`), table.columns.get(`${name}_1`)];
  if (low === undefined || high === undefined) {
    const found = [...table.columns.keys()].join(", ");
    throw new SchemaError(`${url} has no column ${name} (nor ${name}_0 and ${name}_1); it has ${found}`, {
      url,
      hint: "download the index tables again",
    });
  }
  return (row) => toUuid(toBigInt(low, row, url), toBigInt(high, row, url));
}

function toBigInt(column: Column, row: number, url: string): bigint {
  const value = column[row];
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  throw new SchemaError(`row ${row} of ${url} holds no 64-bit integer where half a UUID belongs`, {
    url,
    hint: "download the index tables again",
  });
}

/** Source: `one/util.py`: the 16 bytes of a UUID seen as two little-endian signed 64-bit integers. */
export function toUuid(low: bigint, high: bigint): string {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigInt64(0, low, true);
  view.setBigInt64(8, high, true);
  const hex = Array.from(new Uint8Array(view.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

async function readDatasets(store: ByteStore, options: CallOptions): Promise<DatasetIndex> {
  const key = "datasets.pqt";
  const schema = await readParquetSchema(store, key, options);
  if (schema === undefined)
    throw new SchemaError(`${store.url}${key} vanished while it was read`, {
      url: store.url + key,
      hint: "read it again",
    });
  const types = new Map(schema.columns.map(({ name, type }) => [name, type]));
  const table = await readDatasetTable({ store, key, rowCount: schema.rowCount, types }, options);
  return {
    rowCount: table.rowCount,
    sessionIds: table.sessionIds,
    byPath: (of) => table.byPath(of),
    rowsOf: (sessionId) =>
      table.ofSession(sessionId).map(({ path, isDefault, qc, size }) => ({
        path,
        isDefault,
        // A table without verdicts says nothing of them.
        qc: types.has("qc") ? qc : null,
        size,
      })),
  };
}

/** Rows of `datasets.pqt` by session, in the order of their ids. They become objects when asked for. */
export interface DatasetIndex {
  readonly rowCount: number;
  /** Ids of the sessions that have files. */
  readonly sessionIds: readonly string[];
  rowsOf(sessionId: string): DatasetRow[];
  /** What a path says, taken once of each different path: one value for each of {@link rowsOf}, in their order. */
  byPath<Value>(of: (path: string) => Value): (sessionId: string) => Value[];
}
