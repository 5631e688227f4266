import {
  type CallOptions,
  type Column,
  FormatError,
  NotFoundError,
  type Notice,
  type Provenance,
} from "@crossprobe/core";
import type { AlfArrayContent, AlfContent } from "../alf-content.js";
import { type AlfFile, type FileChoice, isCuration } from "../alf-file.js";
import { attributeKey } from "../alf-name.js";
import { AlfReads } from "../alf-reads.js";
import { collectionHolding } from "./collection.js";
import type { SessionFiles } from "./session-files.js";

export interface ObjectOptions extends FileChoice {
  /** Folder of the object; the only one that holds it unless given. */
  readonly collection?: string | undefined;
  /** Attributes to read, with timescale and extra parts; `table` for the columns of the object's table. All unless given. */
  readonly attributes?: readonly string[] | undefined;
  /** What attributes of different length are: an error, or a notice. */
  readonly lengths?: "error" | "notice" | undefined;
}

/** The attributes of an ALF object. */
export interface AlfObject {
  readonly object: string;
  readonly collection: string;
  /** By `attribute[_timescale][.extra]`; the columns of a `table` attribute stand beside the arrays. */
  readonly attributes: ReadonlyMap<string, AlfContent>;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}

/** An attribute with the file that it came from. */
interface Attribute {
  readonly key: string;
  readonly content: AlfContent;
  readonly url: string;
}

/**
 * Every attribute of an object, each in its default revision.
 *
 * A `table` is taken apart into its columns, `x_0` with `x_1` as one array `x` of two columns; the timescale and extra parts of its
 * name stand after every column's. An array beside a `metadata.json` that names `columns` is taken apart likewise. Time stamps of two
 * synchronisation points (sample, time) become one time for each row.
 *
 * Source: `one.alf.io.load_object` (ONE-api 3.6). There attributes of different length are a warning only, a second table is not
 * taken apart, and metadata is called `<attribute>metadata`; here `<attribute>.metadata`, as every extra part.
 *
 * @throws {@link NotFoundError} where the session does not list the object, or not one of the attributes asked for
 * @throws {@link QueryError} where several folders hold it and none is chosen
 * @throws {@link SchemaError} when two files carry one attribute
 * @throws {@link FormatError} when attributes differ in length: both files and both lengths are named
 */
export async function loadObject(
  session: SessionFiles,
  object: string,
  asked: ObjectOptions = {},
  options: CallOptions = {},
): Promise<AlfObject> {
  const collection = asked.collection ?? collectionHolding(session.files, object);
  const reads = new AlfReads(session.files, collection, options, asked);
  const names = session.files.filter((file) => file.collection === collection && file.name.object === object);
  const listed = [...new Set(names.map(({ name }) => attributeKey(name)))].sort();
  const wanted = asked.attributes ?? listed;
  const found: Attribute[] = [];
  for (const key of wanted) {
    const attribute = await reads.content(object, key);
    if (attribute !== undefined) found.push(...takenApart(key, attribute.content, attribute.url));
    else if (asked.attributes !== undefined) throw reads.missing(object, key);
  }
  if (found.length === 0) {
    throw new NotFoundError(`no object ${object} in ${collection || "the session folder"}`, {
      hint: whyNone(names, listed),
    });
  }
  const attributes = withTimes(withColumns(found));
  for (const fault of lengthFaults(attributes)) {
    if (asked.lengths !== "notice") throw fault;
    reads.note("lengths-differ", fault.message, 1, fault.url ?? "");
  }
  return {
    object,
    collection,
    attributes: new Map(attributes.map(({ key, content }) => [key, content])),
    provenance: reads.provenance,
    notices: reads.notices,
  };
}

/** What to do where no attribute of an object could be read. */
function whyNone(files: readonly AlfFile[], listed: readonly string[]): string {
  if (listed.length === 0) return "the session lists none";
  const names = listed.join(", ");
  const curators = [...new Set(files.filter(isCuration).map(({ name }) => name.namespace))].sort();
  if (files.every(isCuration))
    return `it lists ${names} as a curation alone: give \`namespace\`, of ${curators.join(", ")}`;
  if (files.some(({ isPresent }) => isPresent))
    return `it lists ${names}, of quality CRITICAL or in later revisions alone`;
  return `it lists ${names}, which are not on disk: download the session's files`;
}

/** A `table` attribute by its columns; anything else as it is. */
function takenApart(key: string, content: AlfContent, url: string): Attribute[] {
  if (content.kind !== "table" || !/^table(?=$|_|\.)/.test(key)) return [{ key, content, url }];
  const suffix = key.slice("table".length);
  const { columns, rowCount } = content.table;
  return [...columns].flatMap(([name, column]): Attribute[] => {
    const stem = /^(.*)_[01]$/s.exec(name)?.[1];
    const [first, second] = [columns.get(`${stem}_0`), columns.get(`${stem}_1`)];
    if (stem === undefined || first === undefined || second === undefined) {
      return [{ key: name + suffix, content: { kind: "array", data: plain(column), shape: [rowCount] }, url }];
    }
    return name.endsWith("_1") ? [] : [{ key: stem + suffix, content: joined(first, second, rowCount), url }];
  });
}

/** Integers that no number holds exactly stay as they are. */
function plain(column: Column): AlfArrayContent["data"] {
  return column instanceof BigInt64Array ? Array.from(column) : column;
}

function joined(first: Column, second: Column, rowCount: number): AlfArrayContent {
  const shape = [rowCount, 2];
  const isNumeric = [first, second].every((part) => ArrayBuffer.isView(part) && !(part instanceof BigInt64Array));
  const at = (i: number): unknown => (i % 2 === 0 ? first : second)[Math.floor(i / 2)];
  const length = 2 * rowCount;
  if (!isNumeric) return { kind: "array", data: Array.from({ length }, (_, i) => at(i)), shape };
  return { kind: "array", data: Float64Array.from({ length }, (_, i) => Number(at(i))), shape };
}

/** Arrays whose metadata names their columns, column by column. */
function withColumns(attributes: readonly Attribute[]): Attribute[] {
  return attributes.flatMap((attribute): Attribute[] => {
    const metadata = attributes.find(({ key }) => key === `${attribute.key}.metadata`)?.content;
    const names = metadata?.kind === "json" ? columnsOf(metadata.value) : undefined;
    const { content, url } = attribute;
    const width = content.kind === "array" ? content.shape.at(-1) : undefined;
    if (content.kind !== "array" || names === undefined || width !== names.length) return [attribute];
    return names.map((key, column) => {
      const rows = content.data.length / width;
      const data = Float64Array.from({ length: rows }, (_, row) => Number(content.data[row * width + column]));
      return { key, content: { kind: "array", data, shape: content.shape.slice(0, -1) }, url };
    });
  });
}

function columnsOf(metadata: unknown): readonly string[] | undefined {
  const columns = typeof metadata === "object" && metadata !== null && "columns" in metadata ? metadata.columns : null;
  return Array.isArray(columns) && columns.every((name) => typeof name === "string") ? columns : undefined;
}

/** Synchronisation points as times of the rows of the first other attribute. Source: `one.alf.io._ensure_ts`; clamped at both ends. */
function withTimes(attributes: readonly Attribute[]): Attribute[] {
  return attributes.map((attribute) => {
    const { content } = attribute;
    if (!isSync(attribute) || content.kind !== "array" || content.shape[0] !== 2) return attribute;
    const rows = attributes.filter((other) => other !== attribute).map(lengthOf);
    const count = rows.find((length) => length !== undefined);
    if (count === undefined) return attribute;
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = Array.from(content.data, Number);
    const slope = (y1 - y0) / (x1 - x0);
    const data = Float64Array.from({ length: count }, (_, i) => {
      if (i <= x0) return y0;
      return i >= x1 ? y1 : slope * (i - x0) + y0;
    });
    return { ...attribute, content: { kind: "array", data, shape: [count] } };
  });
}

function isSync({ key, content }: Attribute): boolean {
  return key.includes("timestamps") && content.kind === "array" && content.shape.length === 2 && content.shape[1] === 2;
}

/** Rows of an attribute; `undefined` for one that has none, such as text of settings or a video. */
function lengthOf({ content }: Attribute): number | undefined {
  if (content.kind === "table") return content.table.rowCount;
  if (content.kind === "frames") return content.frames.count;
  return content.kind === "array" ? content.shape[0] : undefined;
}

/** Attributes that differ in rows from the first; a single row stands for all, and points of synchronisation for any number. */
function lengthFaults(attributes: readonly Attribute[]): FormatError[] {
  const measured = attributes.flatMap((attribute) => {
    const length = isSync(attribute) ? undefined : lengthOf(attribute);
    return length === undefined || length === 1 ? [] : [{ ...attribute, length }];
  });
  const [first, ...others] = measured;
  if (first === undefined) return [];
  return others
    .filter(({ length }) => length !== first.length)
    .map(
      ({ key, length, url }) =>
        new FormatError(`${key} has ${length} rows and ${first.key} ${first.length}: ${url} and ${first.url}`, {
          format: "alf",
          url,
          hint: 'download the files of this object again, all of one revision; or leave one out (attributes), or read with lengths: "notice"',
        }),
    );
}
