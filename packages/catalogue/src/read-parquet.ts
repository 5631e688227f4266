import { ONTOLOGY, regions } from "@crossprobe/atlas";
import {
  type ByteStore,
  type CallOptions,
  FormatError,
  NotFoundError,
  ROW_KINDS,
  type RowKind,
  SchemaError,
  SharedRead,
} from "@crossprobe/core";
import {
  openTypedParquet,
  readParquetSchema,
  type TypedColumn,
  type TypedGroup,
  type TypedParquetFile,
} from "@crossprobe/formats/parquet";
import { z } from "zod";
import { Catalogue } from "./catalogue.js";
import { ABSENT_FLAG, type ColumnData, codesFor, type TextData, textOf } from "./column.js";
import { type DatasetEntry, datasetEntrySchema } from "./dataset-entry.js";
import { ABOUT_CHECKSUM_KEY, ABOUT_KEY, CATALOGUE_VERSION, checksumOf, SHA256_KEY } from "./encode-parquet.js";
import { type ColumnMeaning, typeOfColumn } from "./layout.js";
import { KIND, nameOfKind } from "./parquet-columns.js";
import { labelCount, Partition, present, type RowRange, type StoredColumn } from "./partition.js";

const tableSchema = z
  .strictObject({
    ...{
      dataset: z.string(),
      kind: z.enum(ROW_KINDS),
      rowCount: z.int().min(0),
      columns: z.array(z.string()).readonly(),
    },
  })
  .readonly();
type TableAbout = z.infer<typeof tableSchema>;

const aboutSchema = z.strictObject({
  version: z.literal(CATALOGUE_VERSION),
  ontology: z.strictObject({ name: z.string(), version: z.string(), sha256: z.string() }),
  datasets: z.array(datasetEntrySchema).readonly(),
  tables: z.array(tableSchema).readonly(),
});

/** What a catalogue file says of itself. */
export interface CatalogueAbout {
  readonly datasets: readonly DatasetEntry[];
  readonly ontology: typeof ONTOLOGY;
  /** Four a dataset. */
  readonly tables: readonly TableAbout[];
  /** Of every byte before the footer, as hexadecimal digits. */
  readonly sha256: string;
  readonly footerStart: number;
}

/**
 * Reads the footer of a catalogue file.
 *
 * @throws {@link FormatError} where it is no Parquet file; {@link SchemaError} where it is another one, or of another version
 */
export async function readAbout(store: ByteStore, key: string, options: CallOptions = {}): Promise<CatalogueAbout> {
  const url = store.url + key;
  const schema = await readParquetSchema(store, key, options);
  const tail = await store.read(key, { range: { suffix: 8 }, signal: options.signal });
  const size = await store.size(key, options);
  if (schema === undefined || tail === undefined || size === undefined) {
    throw new NotFoundError(`there is no catalogue at ${url}`, { hint: "make one: crossprobe catalogue build" });
  }
  const [about, sha256] = [schema.metadata.get(ABOUT_KEY), schema.metadata.get(SHA256_KEY)];
  if (about === undefined || sha256 === undefined) {
    throw new SchemaError(`${url} is a Parquet file, and no catalogue`, {
      url,
      hint: "make one: crossprobe catalogue build",
    });
  }
  if (schema.metadata.get(ABOUT_CHECKSUM_KEY) !== checksumOf(about)) {
    throw damaged(url, "the checksum of what its footer says is another");
  }
  const json = parseJson(about);
  const parsed = aboutSchema.safeParse(json);
  if (!parsed.success) {
    const version = z.object({ version: z.number() }).safeParse(json).data?.version;
    throw new SchemaError(
      version === undefined || version === CATALOGUE_VERSION
        ? `${url} does not describe its catalogue as it should`
        : `${url} is a catalogue of version ${version}; this program reads version ${CATALOGUE_VERSION}`,
      { url, cause: parsed.error, hint: "build the catalogue again" },
    );
  }
  const { ontology, datasets, tables } = parsed.data;
  if (ontology.sha256 !== ONTOLOGY.sha256) {
    throw new SchemaError(`${url} was built with another ontology (${ontology.name} ${ontology.version})`, {
      url,
      hint: "build the catalogue again: its rows stand in the order of its regions",
    });
  }
  const footerBytes = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  return { datasets, ontology, tables, sha256, footerStart: size - 8 - footerBytes };
}

/**
 * A catalogue out of its Parquet file alone. Reads the footer and what gives the tables their order; other columns whole, when they are
 * needed.
 *
 * @throws {@link FormatError} where the file is damaged; {@link SchemaError} where it is no catalogue
 */
export async function readCatalogueParquet(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<Catalogue> {
  const { datasets, tables } = await readAbout(store, key, options);
  const file = await openTypedParquet(store, key, options);
  if (file === undefined) throw new NotFoundError(`there is no catalogue at ${store.url}${key}`);
  const partitions: Partition[] = [];
  for (const entry of datasets) {
    const rowsOf = new Map<RowKind, ReadonlyMap<string, number>>();
    for (const kind of ROW_KINDS) {
      const about = tables.find((each) => each.dataset === entry.id && each.kind === kind);
      if (about === undefined) throw damaged(store.url + key, `it says nothing of the ${kind} of ${entry.id}`);
      const table = new ParquetTable(file, about, store.url + key);
      partitions.push(await table.toPartition(entry, rowsOf, options));
      if (kind === "sessions" || kind === "probes") rowsOf.set(kind, await table.rowById(options));
    }
  }
  return new Catalogue(partitions);
}

/** The rows of one kind of one dataset in the file. */
class ParquetTable {
  readonly rowCount: number;
  readonly #file: TypedParquetFile;
  readonly #kind: RowKind;
  readonly #columns: readonly string[];
  readonly #groups: ReadonlySet<number>;
  readonly #url: string;

  constructor(file: TypedParquetFile, { dataset, kind, rowCount, columns }: TableAbout, url: string) {
    this.#file = file;
    this.#kind = kind;
    this.#columns = columns;
    this.#url = url;
    const isOurs = (group: TypedGroup) =>
      group.bounds(KIND).min === nameOfKind(kind) && group.bounds("dataset").min === dataset;
    const groups = file.groups.filter(isOurs);
    this.#groups = new Set(groups.map(({ index }) => index));
    this.rowCount = groups.reduce((sum, group) => sum + group.rowCount, 0);
    if (this.rowCount !== rowCount)
      throw damaged(url, `it has ${this.rowCount} ${kind} of ${dataset}, and states ${rowCount}`);
  }

  async toPartition(
    entry: DatasetEntry,
    rowsOf: ReadonlyMap<RowKind, ReadonlyMap<string, number>>,
    options: CallOptions,
  ): Promise<Partition> {
    const stored = new Map<string, StoredColumn>();
    for (const [name, source] of this.#names()) {
      const read = async (call: CallOptions) => this.#convert(name, await this.#read(source, call), rowsOf);
      stored.set(
        name,
        this.rowCount > 0 ? new ReadColumn(read) : present(this.#convert(name, { kind: "absent" }, rowsOf)),
      );
    }
    const isPlaced = this.#kind === "channels" || this.#kind === "units";
    const offsets = isPlaced ? await this.#labelOffsets(stored.get("labelRegion"), options) : undefined;
    return new Partition(entry, this.#kind, this.rowCount, stored, offsets);
  }

  /** Row of each session or probe by its id. */
  async rowById(options: CallOptions): Promise<ReadonlyMap<string, number>> {
    const ids = toText(await this.#read(FILE_NAMES[this.#kind].id ?? "", options), this.rowCount);
    return new Map(Array.from({ length: this.rowCount }, (_, row) => [textOf(ids, row, "") ?? "", row]));
  }

  /** Our names of the columns, and those of the file. */
  #names(): readonly (readonly [name: string, source: string])[] {
    const names = this.#columns.map((name) => [name, FILE_NAMES[this.#kind][name] ?? name] as const);
    const stray = names.find(([, source]) => !this.#file.types.has(source));
    if (stray !== undefined) throw damaged(this.#url, `it has no column ${stray[1]}`);
    return names;
  }

  async #read(source: string, options: CallOptions): Promise<TypedColumn> {
    const where = ({ index }: TypedGroup) => this.#groups.has(index);
    const { columns } = await this.#file.read({ columns: [source], where }, options);
    return columns.get(source) ?? { kind: "absent" };
  }

  #convert(name: string, column: TypedColumn, rowsOf: ReadonlyMap<RowKind, ReadonlyMap<string, number>>): ColumnData {
    const { rowCount } = this;
    if (name === "id" || name === "peakChannelId" || name === "uuid") return toText(column, rowCount);
    if (name === "sessionRow") return toRows(column, rowsOf.get("sessions"), rowCount, this.#url);
    if (name === "probeRow") return toRows(column, rowsOf.get("probes"), rowCount, this.#url);
    if (name === "labelRegion") return toLabels(column, rowCount, this.#url);
    if (column.kind === "number") return { kind: "number", values: column.values };
    if (column.kind === "text") return toCodes(column, rowCount);
    return column.kind === "absent" ? absentAs(typeOfColumn(name, this.#kind), rowCount) : column;
  }

  async #labelOffsets(column: StoredColumn | undefined, options: CallOptions): Promise<Uint32Array> {
    const offsets = new Uint32Array(labelCount() + 1);
    await column?.need({ start: 0, end: this.rowCount }, options);
    const codes = column?.data.kind === "code" ? column.data.codes : new Uint8Array(this.rowCount);
    let last = 0;
    for (const code of codes) {
      if (code < last) throw damaged(this.#url, "its rows do not stand in the order of their regions");
      last = code;
      offsets[code + 1] = (offsets[code + 1] as number) + 1;
    }
    for (let i = 1; i < offsets.length; i++) offsets[i] = (offsets[i] as number) + (offsets[i - 1] as number);
    return offsets;
  }
}

/** Names that the file has for what we keep under others. */
const FILE_NAMES: Readonly<Record<RowKind, Readonly<Record<string, string>>>> = {
  sessions: { id: "session_id" },
  probes: { id: "probe_id", sessionRow: "session_id" },
  channels: { id: "channel_id", probeRow: "probe_id", labelRegion: "regionOrder" },
  units: { id: "unit_id", probeRow: "probe_id", peakChannelId: "peak_channel_id", labelRegion: "regionOrder" },
};

/** A column that is read whole when it is first needed. */
class ReadColumn implements StoredColumn {
  data: ColumnData = { kind: "flag", values: new Uint8Array(0) };
  #isNear = false;
  readonly #shared: SharedRead<void>;

  constructor(read: (options: CallOptions) => Promise<ColumnData>) {
    this.#shared = new SharedRead(async (options) => {
      this.data = await read(options);
      this.#isNear = true;
    });
  }

  need(_range: RowRange, options: CallOptions): Promise<void> | undefined {
    return this.#isNear ? undefined : this.#shared.read(options);
  }
}

function damaged(url: string, reason: string): FormatError {
  return new FormatError(`${url} is damaged: ${reason}`, {
    ...{ format: "catalogue", url },
    hint: "build the catalogue again",
  });
}

/** Undefined for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A column without a value. */
function absentAs(type: ColumnMeaning["type"], rowCount: number): ColumnData {
  if (type === "flag") return { kind: "flag", values: new Uint8Array(rowCount).fill(ABSENT_FLAG) };
  if (type === "text") return { kind: "code", codes: new Uint8Array(rowCount), texts: [""] };
  return { kind: "number", values: new Float64Array(rowCount).fill(Number.NaN) };
}

function toText(column: TypedColumn, rowCount: number): TextData {
  if (column.kind === "text") return column;
  if (column.kind !== "code") return { kind: "text", offsets: new Uint32Array(rowCount + 1), bytes: new Uint8Array(0) };
  const utf8 = new TextEncoder();
  const texts = column.texts.map((text) => utf8.encode(text));
  const offsets = new Uint32Array(rowCount + 1);
  for (let row = 0; row < rowCount; row++) {
    offsets[row + 1] = (offsets[row] as number) + (texts[column.codes[row] as number]?.length ?? 0);
  }
  const bytes = new Uint8Array(offsets[rowCount] as number);
  for (let row = 0; row < rowCount; row++) {
    bytes.set(texts[column.codes[row] as number] ?? new Uint8Array(0), offsets[row]);
  }
  return { kind: "text", offsets, bytes };
}

function toCodes(column: TextData, rowCount: number): ColumnData {
  const known = new Map<string | null, number>([[null, 0]]);
  const texts = [""];
  const found = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const text = textOf(column, row, "");
    const code = known.get(text) ?? texts.push(text ?? "") - 1;
    known.set(text, code);
    found[row] = code;
  }
  const codes = codesFor(texts.length, rowCount);
  codes.set(found);
  return { kind: "code", codes, texts };
}

/** Ids as the rows that have them, plus one. */
function toRows(
  column: TypedColumn,
  rows: ReadonlyMap<string, number> | undefined,
  rowCount: number,
  url: string,
): ColumnData {
  if (rowCount === 0) return { kind: "code", codes: new Uint8Array(0), texts: [""] };
  const coded = column.kind === "text" ? toCodes(column, rowCount) : column;
  if (coded.kind !== "code") throw damaged(url, "rows name no probe or session");
  const byCode = Uint32Array.from(coded.texts, (text, code) => {
    const row = code === 0 ? -1 : rows?.get(text);
    if (row === undefined) throw damaged(url, `rows name ${text}, which has no row of its own`);
    return row + 1;
  });
  const codes = codesFor((rows?.size ?? 0) + 1, rowCount);
  for (let row = 0; row < rowCount; row++) codes[row] = byCode[coded.codes[row] as number] as number;
  return { kind: "code", codes, texts: [""] };
}

function toLabels(column: TypedColumn, rowCount: number, url: string): ColumnData {
  const codes = new Uint16Array(rowCount);
  if (column.kind === "number") {
    for (let row = 0; row < rowCount; row++) {
      const order = column.values[row] as number;
      if (!Number.isNaN(order) && (order < 0 || order >= regions().length))
        throw damaged(url, `no region stands at ${order}`);
      codes[row] = Number.isNaN(order) ? 0 : order + 1;
    }
  }
  return { kind: "code", codes, texts: ["", ...regions().map(({ acronym }) => acronym)] };
}
