import type { CallOptions, DataError, Notice } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { type Attributes, textAttribute } from "./attributes.js";
import { type NwbFile, openNwb } from "./nwb-file.js";
import { attempt, nwbNotice } from "./problem.js";
import { isStandardNamespace, type SchemaVersion } from "./schema-version.js";
import { isDefinedType } from "./standard-types.js";
import { readTableLayout } from "./table-layout.js";
import { openTimeSeries } from "./time-series.js";

/** A table of a file, as far as `inspect` shows it. */
export interface TableSummary {
  readonly path: string;
  readonly neurodataType?: string | undefined;
  readonly description?: string | undefined;
  readonly rowCount: number;
  readonly columns: readonly ColumnSummary[];
}

export interface ColumnSummary {
  readonly name: string;
  /** Element type, such as `float64`, `uint8`, `string`; `null` when the column cannot be read. */
  readonly type: string | null;
  /** How many indices cut it into rows: 0 for a plain column. */
  readonly raggedDepth: number;
}

/** A time series of a file, as far as `inspect` shows it. */
export interface SeriesSummary {
  readonly path: string;
  readonly neurodataType?: string | undefined;
  /** `[samples, ...]`. */
  readonly shape: readonly number[];
  readonly type: string;
  /** As stated; absent when it is not. */
  readonly unit?: string | undefined;
  /** Hertz of a regular series, `"timestamps"` of one with its own times, null when the file does not say. */
  readonly rate: number | "timestamps" | null;
  /** Seconds of the first sample; null when there is none or it cannot be read. */
  readonly startTime: number | null;
}

/** What an NWB file holds. */
export interface NwbSummary {
  readonly nwb: NwbFile;
  readonly version: SchemaVersion;
  /** Namespaces of the objects seen, those of the standard left out, with whether their schema is in the file. */
  readonly extensions: readonly { readonly name: string; readonly isCached: boolean }[];
  readonly tables: readonly TableSummary[];
  readonly series: readonly SeriesSummary[];
  /** Groups and arrays visited. */
  readonly objectCount: number;
  /** What could not be read, by place; the rest of the file was. */
  readonly problems: readonly { readonly path: string; readonly error: DataError }[];
  /** Those of the file, its tables and its series. */
  readonly notices: readonly Notice[];
}

const MAX_OBJECTS = 50_000;
const MAX_DEPTH = 32;
const SKIPPED: ReadonlySet<string> = new Set(["/specifications"]);

/**
 * Everything that a file holds, by name, shape and unit: reads names, attributes and ids, no column and no sample.
 *
 * Tolerant: a table or series that does not decode becomes one of `problems`, and the walk goes on. It stops at 50 000 objects
 * (notice `walk-cut`), so that a file that links in circles comes to an end.
 *
 * @throws {@link FormatError}, {@link UnsupportedError} as {@link openNwb} does, when the file is no NWB 2 file at all
 */
export async function summarizeNwb(file: Hdf5File, options?: CallOptions): Promise<NwbSummary> {
  const nwb = await openNwb(file, options);
  const walk = new Walk(file, options);
  await walk.visit("/", 0);
  const cached = new Set(nwb.version.cached.map(({ name }) => name));
  const extensions = [...walk.namespaces].filter((name) => !isStandardNamespace(name)).sort();
  return {
    nwb,
    version: nwb.version,
    extensions: extensions.map((name) => ({ name, isCached: cached.has(name) })),
    tables: walk.tables,
    series: walk.series,
    objectCount: walk.objectCount,
    problems: walk.problems,
    notices: [...nwb.notices, ...walk.notices],
  };
}

class Walk {
  readonly tables: TableSummary[] = [];
  readonly series: SeriesSummary[] = [];
  readonly problems: { path: string; error: DataError }[] = [];
  readonly notices: Notice[] = [];
  readonly namespaces = new Set<string>();
  objectCount = 0;
  readonly #file: Hdf5File;
  readonly #options: CallOptions | undefined;
  #isCut = false;

  constructor(file: Hdf5File, options: CallOptions | undefined) {
    this.#file = file;
    this.#options = options;
  }

  async visit(path: string, depth: number): Promise<void> {
    if (this.objectCount >= MAX_OBJECTS || depth > MAX_DEPTH) {
      if (!this.#isCut)
        this.notices.push(nwbNotice(this.#file, path, "walk-cut", "There is more, which was not visited."));
      this.#isCut = true;
      return;
    }
    this.objectCount++;
    const group = await this.#try(path, async () => ({
      attributes: await this.#file.attributes(path, this.#options),
      links: await this.#file.list(path, this.#options),
    }));
    if (!group) return;
    const { attributes, links } = group;
    const names = new Set(links.map(({ name }) => name));
    const kind = kindOf(attributes, names);
    this.#noteType(path, attributes, kind);
    if (kind === "table") await this.#try(path, () => this.#addTable(path));
    if (kind === "series") await this.#try(path, () => this.#addSeries(path));
    for (const { name, kind: link } of links) {
      const child = `${path === "/" ? "" : path}/${name}`;
      if (link !== "hard" || SKIPPED.has(child)) continue;
      const found = await this.#try(child, () => this.#file.find(child, this.#options));
      if (found?.kind === "group") await this.visit(child, depth + 1);
      else this.objectCount++;
    }
  }

  /** What pynwb drops without a word (a type that its namespace does not define) or refuses (an object without type) is read by structure. */
  #noteType(path: string, attributes: Attributes, kind: ObjectKind): void {
    const namespace = textAttribute(attributes, "namespace");
    const type = textAttribute(attributes, "neurodata_type");
    if (namespace !== undefined) this.namespaces.add(namespace);
    const note = (code: string, message: string) => this.notices.push(nwbNotice(this.#file, path, code, message));
    if (type === undefined) {
      if (kind !== "other")
        note("type-missing", `The object states no type; it is read as a ${kind} by its structure.`);
    } else if (namespace !== undefined && !isDefinedType(namespace, type)) {
      note("type-unknown", `The namespace ${namespace} defines no type ${type}; the object is read by its structure.`);
    }
  }

  async #addTable(path: string): Promise<void> {
    const layout = await readTableLayout(this.#file, path, undefined, this.#options);
    if (!layout) return;
    const { neurodataType, description, rowCount } = layout;
    const columns = layout.colnames.map((name): ColumnSummary => {
      const column = layout.columns.get(name);
      return { name, type: column ? typeName(column.array.type) : null, raggedDepth: column?.indices.length ?? 0 };
    });
    this.tables.push({ path, neurodataType, description, rowCount, columns });
    this.notices.push(...layout.notices);
    for (const [name, error] of layout.unreadable) this.problems.push({ path: `${path}/${name}`, error });
  }

  async #addSeries(path: string): Promise<void> {
    const series = await openTimeSeries(this.#file, path, this.#options);
    if (!series) return;
    const { neurodataType, shape, unit, clock } = series;
    const rate = clock.kind === "none" ? null : (clock.samplingRate ?? "timestamps");
    const first =
      clock.sampleCount > 0 ? await this.#try(path, () => firstTime(series.clock, this.#options)) : undefined;
    const type = typeName(series.data.type);
    this.series.push({ path, neurodataType, shape, type, unit, rate, startTime: first ?? clock.startTime ?? null });
    this.notices.push(...series.notices);
    if (clock.problem) this.problems.push({ path, error: clock.problem });
  }

  async #try<Value>(path: string, action: () => Promise<Value>): Promise<Value | undefined> {
    const result = await attempt(action);
    if ("value" in result) return result.value;
    this.problems.push({ path, error: result.problem });
    return undefined;
  }
}

async function firstTime(
  clock: { times(start: number, stop: number, options?: CallOptions): Promise<Float64Array> },
  options?: CallOptions,
): Promise<number | undefined> {
  const [first] = await clock.times(0, 1, options);
  return first;
}

type ObjectKind = "table" | "series" | "other";

/** Types tell by structure, so that types of extensions (and of files without schemas) are seen too. */
function kindOf(attributes: Attributes, names: ReadonlySet<string>): ObjectKind {
  const type = textAttribute(attributes, "neurodata_type") ?? "";
  if (attributes.has("colnames") || TABLE_TYPES.has(type)) return "table";
  const hasClock = names.has("timestamps") || names.has("starting_time");
  if (names.has("data") && (hasClock || type.endsWith("Series"))) return "series";
  return type === "TimeSeries" || type === "ElectricalSeries" ? "series" : "other";
}

const TABLE_TYPES: ReadonlySet<string> = new Set([
  "DynamicTable",
  "AlignedDynamicTable",
  "ElectrodesTable",
  "TimeIntervals",
  "Units",
]);

function typeName({ kind, size }: { readonly kind: string; readonly size: number }): string {
  const isNumber = kind === "int" || kind === "uint" || kind === "float";
  return isNumber ? `${kind}${size * 8}` : kind;
}
