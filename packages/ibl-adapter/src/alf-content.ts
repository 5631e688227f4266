import {
  type ByteStore,
  type CallOptions,
  type Column,
  FormatError,
  NotFoundError,
  type NumericArray,
  type Table,
} from "@crossprobe/core";
import { parseCsv } from "@crossprobe/formats/csv";
import { parseJson } from "@crossprobe/formats/json";
import { type NpyArray, parseNpy, readNpy } from "@crossprobe/formats/npy";
import { readParquet } from "@crossprobe/formats/parquet";
import { openZip } from "@crossprobe/formats/zip";
import { type FrameData, parseFrameData } from "./frame-data.js";
import { toNumberColumn } from "./table-columns.js";

/** An array of an ALF file; `(n, 1)` is given as `[n]`, as ONE does. */
export interface AlfArrayContent {
  readonly kind: "array";
  /** Numbers; texts, integers that no number holds and anything else of a table as they are, null where absent. */
  readonly data: NumericArray | readonly unknown[];
  readonly shape: readonly number[];
}

/** What an ALF file holds, by its extension. */
export type AlfContent =
  | AlfArrayContent
  /** `.pqt`, `.parquet`, `.csv`, `.tsv`, `.htsv`, `.ssv`. */
  | { readonly kind: "table"; readonly table: Table }
  /** `.json`; `.jsonable` as a list, one entry a line. NaN and infinities are allowed. */
  | { readonly kind: "json"; readonly value: unknown }
  /** `.frameData.bin` of a camera. */
  | { readonly kind: "frames"; readonly frames: FrameData }
  /** `.npz`: arrays by name, and the names of members that are no `.npy` and were not read. One array without a name alone is an array. */
  | {
      readonly kind: "arrays";
      readonly arrays: ReadonlyMap<string, AlfArrayContent>;
      readonly otherMembers: readonly string[];
    }
  /** Anything else, such as `.mp4` or `.cbin`: where it is. */
  | { readonly kind: "file"; readonly url: string }
  /** A file of no bytes. */
  | { readonly kind: "empty"; readonly url: string };

const DELIMITERS: Readonly<Record<string, string>> = { csv: ",", tsv: "\t", htsv: "\t", ssv: " " };

/**
 * The content of an ALF file.
 *
 * Reads the file whole, but one whose extension has no reader, which is not opened. Of delimited text a column whose values are all
 * numbers or empty holds numbers (NaN where empty); any other holds texts as they stand, so that the acronym `NA` stays one. A
 * table whose first row is all numbers and dates has no header: its columns are `"0"`, `"1"`, …
 *
 * Source: `one.alf.io.load_file_content` (ONE-api 3.6). There `NA`, `null` and `None` in text become missing, the first row of a
 * file without header is lost to it, a `.json` that does not parse is null, and `.yaml` is opened.
 *
 * @throws {@link FormatError} when the bytes do not decode
 * @throws {@link NotFoundError} when the store has no such key
 */
export async function readAlfContent(store: ByteStore, key: string, options: CallOptions = {}): Promise<AlfContent> {
  const url = `${store.url}${key}`;
  const name = key.slice(key.lastIndexOf("/") + 1);
  const extension = name.slice(name.lastIndexOf(".") + 1);
  const isFrames = /\.frameData(\.[^.]+)?\.bin$/.test(name);
  const isReadable = extension in READERS || extension in DELIMITERS || isFrames;
  const size = await store.size(key, options);
  if (size === undefined) throw gone(url);
  if (!isReadable) return { kind: "file", url };
  if (size === 0) return { kind: "empty", url };
  if (extension === "pqt" || extension === "parquet") {
    const table = await readParquet(store, key, {}, options);
    if (table === undefined) throw gone(url);
    return { kind: "table", table };
  }
  if (extension === "npz") return readArchive(store, key, options);
  const bytes = await store.read(key, options);
  if (bytes === undefined) throw gone(url);
  if (isFrames) return { kind: "frames", frames: parseFrameData(bytes, url) };
  const delimiter = DELIMITERS[extension];
  if (delimiter !== undefined) return { kind: "table", table: parseDelimited(textOf(bytes, url), url, delimiter) };
  return READERS[extension]?.(bytes, url) ?? { kind: "file", url };
}

const READERS: Readonly<Record<string, (bytes: Uint8Array, url: string) => AlfContent | undefined>> = {
  pqt: () => undefined,
  parquet: () => undefined,
  npz: () => undefined,
  npy: (bytes, url) => toArray(parseNpy(bytes, url)),
  json: (bytes, url) => ({ kind: "json", value: parseJson(textOf(bytes, url), url) }),
  jsonable: (bytes, url) => {
    const lines = textOf(bytes, url).split(/\r?\n/);
    return { kind: "json", value: lines.filter((line) => line.trim() !== "").map((line) => parseJson(line, url)) };
  },
};

/** `(n, 1)` as `(n)`. Source: `one.alf.io.load_file_content`. */
function toArray({ data, shape }: NpyArray): AlfArrayContent {
  return { kind: "array", data, shape: shape.length === 2 && shape[1] === 1 ? shape.slice(0, 1) : shape };
}

/** Source: `one.alf.io.load_file_content`: the only array of an archive where it has no name, else all by name. */
async function readArchive(store: ByteStore, key: string, options: CallOptions): Promise<AlfContent> {
  const archive = await openZip(store, key, options);
  const arrays = new Map<string, AlfArrayContent>();
  const otherMembers: string[] = [];
  for await (const name of archive.list?.("", options) ?? []) {
    const array = name.endsWith(".npy") ? await readNpy(archive, name, options) : undefined;
    if (array === undefined) otherMembers.push(name);
    else arrays.set(name.slice(0, -".npy".length), toArray(array));
  }
  const unnamed = arrays.get("arr_0"); // what numpy calls an array that was saved without a name
  const isAlone = arrays.size === 1 && otherMembers.length === 0;
  return isAlone && unnamed !== undefined ? unnamed : { kind: "arrays", arrays, otherMembers };
}

function gone(url: string): NotFoundError {
  return new NotFoundError(`${url} is not there`, { hint: "download the session's files into the ONE folder" });
}

function textOf(bytes: Uint8Array, url: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`${url} is no UTF-8 text`, { format: "text", url, cause, hint: "fetch it again" });
  }
}

/** A delimited text as a table, its columns of numbers as such. @throws {@link FormatError} when rows differ in length */
function parseDelimited(text: string, url: string, delimiter: string): Table {
  const [first = ""] = text.split(/\r?\n/, 1);
  const fields = first.split(delimiter);
  const hasHeader = !fields.every(isDatum);
  const source = hasHeader ? text : `${fields.map((_, i) => i).join(delimiter)}\n${text}`;
  const { columns, rowCount } = parseCsv(source, url, { delimiter });
  const typed = [...columns].map(([name, values]): [string, Column] => [name, typedColumn(values)]);
  return { rowCount, columns: new Map(typed) };
}

/** A number or a moment of the task's computer (`2022-03-14T09:12:30.123`): no name of a column. */
function isDatum(field: string): boolean {
  return (field.trim() !== "" && Number.isFinite(Number(field))) || /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(field);
}

function typedColumn(values: readonly string[]): Column {
  const isFlag = (value: string): boolean => /^(true|false)$/i.test(value);
  if (values.length > 0 && values.every(isFlag)) return values.map((value) => value.toLowerCase() === "true");
  const numbers = values.some((value) => isFlag(value) || isInexact(value)) ? undefined : toNumberColumn(values);
  return numbers === undefined ? values : Float64Array.from(numbers);
}

/** An integer that no number holds exactly, such as half of an id. */
function isInexact(text: string): boolean {
  return /^[+-]?\d{16,}$/.test(text) && !Number.isSafeInteger(Number(text));
}
