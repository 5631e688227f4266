import type { CallOptions, RowKind } from "@crossprobe/core";
import type { TypedColumn, TypedParquetType } from "@crossprobe/formats/parquet";
import { ABSENT_FLAG, type Cell, codesFor, PREFIXED, type TextData } from "./column.js";
import type { DatasetTables } from "./dataset-tables.js";
import { COLUMNS, type ColumnMeaning, verdictColumn } from "./layout.js";
import { type ResolvedColumn, type Resolving, resolveColumn } from "./resolved-column.js";

/** Column that tells sessions, probes, channels and units apart: all stand in one table. */
export const KIND = "kind";
/** Its value for the rows of a table. */
export const nameOfKind = (kind: RowKind): string => kind.slice(0, -1);

/** Native identifiers instead of references: what other tables of a dataset are joined by. */
const IDS: Readonly<Record<string, string>> = {
  session: "session_id",
  probe: "probe_id",
  channel: "channel_id",
  unit: "unit_id",
  peakChannel: "peak_channel_id",
};

/** Columns of the file that are not those of a table under their own name. */
const LEFT_OUT: ReadonlySet<string> = new Set(["labelRegion", ...Object.keys(IDS)]);

/** The columns of a catalogue as one Parquet table, and what they are stored as. */
export function parquetSchema(tables: readonly DatasetTables[]): ReadonlyMap<string, TypedParquetType> {
  const schema = new Map<string, TypedParquetType>([
    [KIND, "string"],
    ["dataset", "string"],
    ["release", "string"],
    ...Object.values(IDS).map((name) => [name, "string"] as const),
    ["regionOrder", "int32"],
  ]);
  for (const kind of ["units", "channels", "probes", "sessions"] as const) {
    for (const meaning of COLUMNS[kind]) if (!LEFT_OUT.has(meaning.name)) schema.set(meaning.name, typeOf(meaning));
  }
  for (const each of tables) {
    const units = each.table("units");
    for (const { id } of each.entry.rules) if (units.has(verdictColumn(id))) schema.set(verdictColumn(id), "boolean");
    for (const name of units.names()) if (isMetric(name)) schema.set(name, "double");
  }
  return schema;
}

export function isMetric(name: string): boolean {
  return name.includes(".") && !name.startsWith(verdictColumn(""));
}

function typeOf({ type, isInteger }: ColumnMeaning): TypedParquetType {
  if (type === "text") return "string";
  if (type === "flag") return "boolean";
  return isInteger === true ? "int32" : "double";
}

/** The columns of one table of one dataset, as the file has them; `textsOf` gives those of rows that are written next. */
export async function parquetColumns(
  schema: ReadonlyMap<string, TypedParquetType>,
  tables: DatasetTables,
  kind: RowKind,
  options: CallOptions,
): Promise<(start: number, end: number) => ReadonlyMap<string, TypedColumn>> {
  const { rowCount } = tables.table(kind);
  const whole = { ranges: [{ start: 0, end: rowCount }], rowCount, places: undefined };
  const selection = {
    ...whole,
    counts: { in: 0, out: 0, indeterminate: 0, unregistered: 0 },
    excluded: 0,
    unmeasured: 0,
  };
  const resolving: Resolving = { tables, kind, mapping: "allen", selection };
  const names = new Set([
    "dataset",
    "release",
    ...COLUMNS[kind].map(({ name }) => name),
    ...tables.table(kind).names(),
  ]);
  const columns = new Map<string, TypedColumn>();
  for (const [name, type] of schema) {
    const found = names.has(name) ? await resolveColumn(name, resolving, options) : undefined;
    columns.set(name, found === undefined ? { kind: "absent" } : toTyped(found, type, rowCount));
  }
  columns.set(KIND, constant(nameOfKind(kind), rowCount));
  const lazy: [name: string, data: TextData][] = [];
  const ids = await idColumns(tables, kind, options);
  for (const [name, column] of ids.columns) columns.set(name, column);
  for (const [name, data] of ids.texts) lazy.push([name, data]);
  const labels = tables.table(kind).column("labelRegion");
  if (labels?.kind === "code") {
    const values = Float64Array.from(labels.codes, (code) => (code === 0 ? Number.NaN : code - 1));
    columns.set("regionOrder", { kind: "number", type: "int32", values });
  }
  return (start, end) => {
    const made = new Map(columns);
    for (const [name, data] of lazy) made.set(name, expanded(data, ids.prefixes, ids.probes, start, end));
    return made;
  };
}

function constant(text: string, rowCount: number): TypedColumn {
  return { kind: "code", codes: new Uint8Array(rowCount).fill(1), texts: ["", text] };
}

function toTyped(column: ResolvedColumn, type: TypedParquetType, rowCount: number): TypedColumn {
  if (column.kind === "numbers") {
    return { kind: "number", type: type === "int32" ? "int32" : "double", values: column.values };
  }
  if (column.kind === "texts") return texts(rowCount, column.at);
  const { codes, cells } = column;
  if (type === "boolean") {
    const flags = Uint8Array.from(cells, (cell) => (cell === null ? ABSENT_FLAG : Number(cell)));
    return { kind: "flag", values: Uint8Array.from(codes, (code) => flags[code] as number) };
  }
  if (type !== "string") {
    const values = Float64Array.from(cells, (cell) => (typeof cell === "number" ? cell : Number.NaN));
    const spread = new Float64Array(codes.length);
    for (let row = 0; row < spread.length; row++) spread[row] = values[codes[row] as number] as number;
    return { kind: "number", type: type === "int32" ? "int32" : "double", values: spread };
  }
  return distinctTexts(codes, cells);
}

/** The writer wants each text once, and code 0 for none. */
function distinctTexts(codes: ArrayLike<number>, cells: readonly Cell[]): TypedColumn {
  const known = new Map<Cell, number>([[null, 0]]);
  const found: string[] = [""];
  const recoded = Uint32Array.from(cells, (cell) => {
    const code = known.get(cell) ?? found.push(String(cell)) - 1;
    known.set(cell, code);
    return code;
  });
  if (recoded.every((code, i) => code === i) && !Array.isArray(codes)) {
    return { kind: "code", codes: codes as Uint8Array | Uint16Array | Uint32Array, texts: found };
  }
  const rows = codesFor(found.length, codes.length);
  for (let row = 0; row < rows.length; row++) rows[row] = recoded[codes[row] as number] as number;
  return { kind: "code", codes: rows, texts: found };
}

function texts(rowCount: number, at: (row: number) => string | null): TypedColumn {
  const utf8 = new TextEncoder();
  const parts = Array.from({ length: rowCount }, (_, row) => utf8.encode(at(row) ?? ""));
  const offsets = new Uint32Array(rowCount + 1);
  for (const [row, part] of parts.entries()) offsets[row + 1] = (offsets[row] as number) + part.length;
  const bytes = new Uint8Array(offsets[rowCount] ?? 0);
  for (const [row, part] of parts.entries()) bytes.set(part, offsets[row]);
  return { kind: "text", offsets, bytes };
}

interface IdColumns {
  /** Those of sessions and probes, a code a row. */
  readonly columns: readonly (readonly [string, TypedColumn])[];
  /** Those of the rows themselves. */
  readonly texts: readonly (readonly [string, TextData])[];
  /** What a text may begin with, by probe. */
  readonly prefixes: readonly Uint8Array[];
  readonly probes: ArrayLike<number>;
}

async function idColumns(tables: DatasetTables, kind: RowKind, options: CallOptions): Promise<IdColumns> {
  const [sessions, probes, sessionRows] = [
    await tables.sessionIds(options),
    await tables.probeIds(options),
    await tables.sessionRows(options),
  ];
  const utf8 = new TextEncoder();
  const prefixes = probes.map((id) => utf8.encode(`${id}/`));
  const table = tables.table(kind);
  const own = Array.from({ length: table.rowCount }, (_, row) => row);
  const found = { columns: [] as (readonly [string, TypedColumn])[], texts: [] as (readonly [string, TextData])[] };
  const sessionOf = ["", ...Array.from(sessionRows, (session) => sessions[session - 1] ?? "")];
  if (kind === "sessions") found.columns.push([IDS.session ?? "", distinctTexts(own, sessions)]);
  if (kind === "probes") {
    found.columns.push([IDS.probe ?? "", distinctTexts(own, probes)]);
    found.columns.push([IDS.session ?? "", distinctTexts(own, sessionOf.slice(1))]);
  }
  if (kind === "sessions" || kind === "probes") return { ...found, prefixes, probes: [] };
  const rows = await tables.probeRows(kind, options);
  found.columns.push([IDS.probe ?? "", distinctTexts(rows, [null, ...probes])]);
  found.columns.push([IDS.session ?? "", distinctTexts(rows, [null, ...sessionOf.slice(1)])]);
  const named = kind === "channels" ? { channel: "id" } : { unit: "id", peakChannel: "peakChannelId" };
  for (const [name, stored] of Object.entries(named)) {
    const data = table.column(stored);
    if (data?.kind === "text") found.texts.push([IDS[name] ?? "", data]);
  }
  return { ...found, prefixes, probes: rows };
}

/** Texts of some rows written out; offsets of rows before them are not filled. */
function expanded(
  { offsets, bytes }: TextData,
  prefixes: readonly Uint8Array[],
  probes: ArrayLike<number>,
  start: number,
  end: number,
): TypedColumn {
  const longest = prefixes.reduce((max, prefix) => Math.max(max, prefix.length), 0);
  const made = new Uint8Array((offsets[end] as number) - (offsets[start] as number) + (end - start) * longest);
  const starts = new Uint32Array(end + 1);
  let used = 0;
  for (let row = start; row < end; row++) {
    let from = offsets[row] as number;
    const to = offsets[row + 1] as number;
    if (to > from && bytes[from] === PREFIXED) {
      const prefix = prefixes[(probes[row] as number) - 1] ?? new Uint8Array(0);
      for (let i = 0; i < prefix.length; i++) made[used++] = prefix[i] as number;
      from++;
    }
    for (; from < to; from++) made[used++] = bytes[from] as number;
    starts[row + 1] = used;
  }
  return { kind: "text", offsets: starts, bytes: made };
}
