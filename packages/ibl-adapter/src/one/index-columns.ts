import { type ByteStore, type CallOptions, type Column, SchemaError } from "@crossprobe/core";
import {
  type CodedTexts,
  type PackValue,
  readParquet,
  readParquetPacked,
  readParquetTexts,
} from "@crossprobe/formats/parquet";
import { packUuid } from "./packed-ids.js";

/** What to do about a damaged table. */
const AGAIN = "download the index tables again";

/** A table of a ONE cache: where it is, and which columns of which types it has. */
export interface IndexFile {
  readonly store: ByteStore;
  readonly key: string;
  readonly rowCount: number;
  /** Types by name, such as `uint64` or `string`. */
  readonly types: ReadonlyMap<string, string>;
}

export function urlOf({ store, key }: IndexFile): string {
  return store.url + key;
}

/** Texts of a column by their codes; undefined where the table has no such column. */
export async function readTexts(file: IndexFile, name: string, options: CallOptions): Promise<CodedTexts | undefined> {
  if (!file.types.has(name)) return undefined;
  const found = await readParquetTexts(file.store, file.key, name, options);
  return found ?? codesOf(await wholeColumn(file, name, options));
}

function codesOf(column: Column): CodedTexts {
  const texts: (string | null)[] = [null];
  const known = new Map<string, number>();
  const codes = Uint32Array.from({ length: column.length }, (_, row) => {
    const text = column[row];
    if (text === null || text === undefined) return 0;
    const code = known.get(String(text)) ?? texts.push(String(text)) - 1;
    known.set(String(text), code);
    return code;
  });
  return { texts, codes };
}

/** Values of 16 bytes from a text column; rows without one are marked. */
export interface PackedTexts {
  readonly bytes: Uint8Array;
  readonly absent: Uint8Array | undefined;
}

/** Packs each text of a column into 16 bytes; undefined where the table has no such column. */
export async function readPackedTexts(
  file: IndexFile,
  name: string,
  pack: PackValue,
  options: CallOptions,
): Promise<PackedTexts | undefined> {
  if (!file.types.has(name)) return undefined;
  const found = await readParquetPacked(file.store, file.key, name, { width: 16, pack }, options);
  if (found !== undefined) return found;
  const column = await wholeColumn(file, name, options);
  const bytes = new Uint8Array(column.length * 16);
  const absent = new Uint8Array(column.length);
  const utf8 = new TextEncoder();
  for (let row = 0; row < column.length; row++) {
    const text = typeof column[row] === "string" ? utf8.encode(column[row] as string) : undefined;
    if (text === undefined || !pack(text, 0, text.length, bytes, row * 16)) absent[row] = 1;
  }
  return { bytes, absent };
}

/**
 * Ids of a table, 16 bytes each: from a column of texts, or from the pair of integers `<name>_0`, `<name>_1`.
 *
 * Source: `one/util.py` (`cache_int2str`): the bytes of a UUID as two little-endian 64-bit integers.
 *
 * @throws {@link SchemaError} when the table has neither, or a row has no id
 */
export async function readIds(file: IndexFile, name: string, options: CallOptions): Promise<Uint8Array> {
  const stored = name === "id" && !file.types.has("id") ? "__index_level_0__" : name;
  const texts = await readPackedTexts(file, stored, packUuid, options);
  if (texts !== undefined) {
    if (texts.absent?.includes(1) === true) {
      throw new SchemaError(`row ${texts.absent.indexOf(1)} of ${urlOf(file)} has no ${name}`, {
        url: urlOf(file),
        hint: AGAIN,
      });
    }
    return texts.bytes;
  }
  const ids = new Uint8Array(file.rowCount * 16);
  for (const half of [0, 1]) await putHalves(ids, file, `${name}_${half}`, half * 8, options);
  return ids;
}

async function putHalves(ids: Uint8Array, file: IndexFile, name: string, at: number, options: CallOptions) {
  const url = urlOf(file);
  if (!file.types.has(name)) {
    const found = [...file.types.keys()].join(", ");
    throw new SchemaError(`${url} has no ids: neither texts nor ${name}; it has ${found}`, { url, hint: AGAIN });
  }
  const halves = await readParquetPacked(file.store, file.key, name, { width: 8 }, options);
  if (halves === undefined || halves.absent !== undefined)
    throw new SchemaError(`column ${name} of ${url} lacks integers`, { url, hint: AGAIN });
  for (let row = 0; row < file.rowCount; row++) {
    for (let i = 0; i < 8; i++) ids[row * 16 + at + i] = halves.bytes[row * 8 + i] as number;
  }
}

/** Numbers of a column, NaN where there is none; undefined where the table has no such column. */
export async function readNumbers(
  file: IndexFile,
  name: string,
  options: CallOptions,
): Promise<Float64Array | undefined> {
  const type = file.types.get(name);
  if (type === undefined) return undefined;
  const packed = /^(double|u?int64)$/.test(type)
    ? await readParquetPacked(file.store, file.key, name, { width: 8 }, options)
    : undefined;
  if (packed === undefined) {
    const column = await wholeColumn(file, name, options);
    return Float64Array.from({ length: column.length }, (_, row) => numberOf(column[row]));
  }
  const { bytes, absent } = packed;
  const values =
    type === "double"
      ? new Float64Array(bytes.buffer, bytes.byteOffset, file.rowCount)
      : toNumbers(bytes, type === "int64");
  if (absent !== undefined)
    for (let row = 0; row < values.length; row++) if (absent[row] === 1) values[row] = Number.NaN;
  return values;
}

function toNumbers(bytes: Uint8Array, isSigned: boolean): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, row) => {
    const high = isSigned ? view.getInt32(row * 8 + 4, true) : view.getUint32(row * 8 + 4, true);
    return high * 2 ** 32 + view.getUint32(row * 8, true);
  });
}

function numberOf(value: unknown): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

/** What flags say of a row. */
export const FLAG = { no: 0, yes: 1, absent: 2 } as const;

/** Truth values of a column as {@link FLAG}; undefined where the table has no such column. */
export async function readFlags(file: IndexFile, name: string, options: CallOptions): Promise<Uint8Array | undefined> {
  if (!file.types.has(name)) return undefined;
  const column = await wholeColumn(file, name, options);
  const flags = new Uint8Array(column.length);
  for (let row = 0; row < column.length; row++) {
    const value = column[row];
    if (typeof value === "boolean" || typeof value === "number") flags[row] = value ? FLAG.yes : FLAG.no;
    else if (value === null) flags[row] = FLAG.absent;
    else
      throw new SchemaError(`row ${row} of column ${name} of ${urlOf(file)} is no truth value`, {
        url: urlOf(file),
        hint: AGAIN,
      });
  }
  return flags;
}

async function wholeColumn(file: IndexFile, name: string, options: CallOptions): Promise<Column> {
  const found = await readParquet(file.store, file.key, { columns: [name] }, options);
  const column = found?.columns.get(name);
  if (column?.length !== file.rowCount)
    throw new SchemaError(`${urlOf(file)} changed while it was read`, { url: urlOf(file), hint: "read it again" });
  return column;
}
