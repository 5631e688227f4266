import { createHash } from "node:crypto";
import type { NumericArray } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { type Cell, openElectricalSeries, openTimeSeries, readDynamicTable, toCell } from "@crossprobe/nwb";

/** A table as pynwb resolves it. */
export interface ExpectedTable {
  readonly type: string;
  readonly colnames: readonly string[];
  readonly ids: readonly (number | string)[];
  readonly rowCount: number;
  readonly columns: Readonly<
    Record<string, { readonly class: string; readonly cells: readonly ExpectedCell[] | string }>
  >;
}

/** Shape, type, both ends and the hash of the little-endian C-order bytes. */
interface ExpectedArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
}

/** A time series as pynwb resolves it. */
export interface ExpectedSeries {
  readonly type: string;
  readonly unit: string;
  readonly conversion: number;
  readonly offset: number;
  readonly rate: number | null;
  readonly starting_time: number | null;
  readonly data: ExpectedArray;
  readonly timestamps?: ExpectedArray;
  readonly electrodes?: readonly number[];
  readonly channel_conversion?: readonly number[];
  readonly "in units": ExpectedArray & {
    readonly firstRow: readonly (number | string | null)[];
    readonly raises?: string;
  };
}

export type ExpectedCell =
  | string
  | number
  | boolean
  | null
  | readonly ExpectedCell[]
  | { readonly [field: string]: ExpectedCell };

/** What `expected/<folder>/<file>.json` holds, as far as it is compared. */
export interface ExpectedFile {
  readonly pynwb_4_2_0: {
    /** Absent where pynwb fails. */
    readonly value?: {
      readonly identifier: string;
      readonly nwb_version: string | null;
      readonly session_start_time: string;
      readonly "has units": boolean;
      readonly "has electrodes": boolean;
      readonly objects: Readonly<Record<string, ExpectedTable | ExpectedSeries>>;
    };
  };
}

/** Every difference between a table as we read it and as pynwb does, each as a sentence. */
export async function compareTable(file: Hdf5File, path: string, expected: ExpectedTable): Promise<readonly string[]> {
  const table = await readDynamicTable(file, path);
  if (!table) return ["there is no table"];
  const differences: string[] = [];
  if (table.rowCount !== expected.rowCount) differences.push(`${table.rowCount} rows, not ${expected.rowCount}`);
  if (String(table.colnames) !== String(expected.colnames)) differences.push(`columns ${table.colnames}`);
  if (String([...(table.ids ?? [])]) !== String(expected.ids)) differences.push(`ids ${[...(table.ids ?? [])]}`);
  for (const [name, { cells }] of Object.entries(expected.columns)) {
    if (typeof cells === "string") continue;
    const column = table.columns.get(name);
    if (!column) {
      if (!hasBigInteger(cells)) differences.push(`${name} is unreadable: ${table.unreadable.get(name)?.message}`);
      continue;
    }
    cells.forEach((cell, row) => {
      const ours = toCell(column.values, row);
      if (!isSame(ours, cell))
        differences.push(`${name}[${row}] is ${JSON.stringify(ours)}, not ${JSON.stringify(cell)}`);
    });
  }
  return differences;
}

/** A column with an integer beyond 2^53 cannot be given as numbers, and is refused rather than rounded. */
function hasBigInteger(cells: readonly ExpectedCell[]): boolean {
  return cells.some((cell) => typeof cell === "string" && /^-?\d{16,}$/.test(cell));
}

function isSame(ours: Cell, expected: ExpectedCell): boolean {
  if (Array.isArray(expected)) {
    return Array.isArray(ours) && ours.length === expected.length && expected.every((cell, i) => isSame(ours[i], cell));
  }
  if (expected !== null && typeof expected === "object")
    return isSameObject(ours, expected as Record<string, ExpectedCell>);
  if (typeof ours === "number") {
    if (Number.isNaN(ours)) return expected === null;
    return Number.isFinite(ours) ? ours === expected : String(ours) === expected;
  }
  return ours === expected;
}

function isSameObject(ours: Cell, expected: Readonly<Record<string, ExpectedCell>>): boolean {
  if ("bytes" in expected) return typeof ours === "string" && Buffer.from(ours).toString("hex") === expected.bytes;
  if ("object" in expected) return typeof ours === "string" && ours.endsWith(`/${String(expected.name)}`);
  const fields = ours as Readonly<Record<string, Cell>>;
  return Object.entries(expected).every(([name, cell]) => isSame(fields[name] ?? null, cell));
}

/** Every difference between a series as we read it and as pynwb does, each as a sentence. */
export async function compareSeries(
  file: Hdf5File,
  path: string,
  expected: ExpectedSeries,
): Promise<readonly string[]> {
  const series = await openTimeSeries(file, path);
  if (!series) return ["there is no series"];
  const differences: string[] = [];
  const check = (what: string, ours: unknown, theirs: unknown) => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs))
      differences.push(`${what} is ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`);
  };
  check("unit", series.unit, expected.unit);
  check("conversion", series.conversion, expected.conversion);
  check("offset", series.offset, expected.offset ?? 0);
  check("shape", series.shape, expected.data.shape);
  check("rate", series.clock.samplingRate ?? null, expected.rate);
  check("start", series.clock.startTime ?? null, expected.starting_time);
  if (series.data.filters.includes(LZF) && (await isRefused(() => series.readStored()))) return differences;
  const stored = await series.readStored();
  const bytes = toBytes(stored.values as NumericArray, expected.data.dtype);
  if (bytes) check("data", sha256(bytes), expected.data.sha256);
  if (expected.timestamps) {
    const times = await series.clock.times(0, series.sampleCount);
    check("timestamps", sha256(times), expected.timestamps.sha256);
  }
  if (expected.type === "ElectricalSeries") await compareVolts(file, path, expected, check);
  else if (expected["in units"].dtype === "float64") {
    check("values", sha256((await series.read()).data), expected["in units"].sha256);
  }
  return differences;
}

/** HDF5's number of the LZF filter, which h5py registers and HDF5 itself does not have. */
const LZF = 32000;

/** Whether a read is refused with an error that names the filter, rather than answered with something. */
async function isRefused(read: () => Promise<unknown>): Promise<boolean> {
  const error = await read().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined && !/lzf/i.test(String(error))) throw error;
  return error !== undefined;
}

async function compareVolts(
  file: Hdf5File,
  path: string,
  expected: ExpectedSeries,
  check: (what: string, ours: unknown, theirs: unknown) => void,
): Promise<void> {
  const electrical = await openElectricalSeries(file, path);
  check("electrodes", electrical?.electrodes?.rows, expected.electrodes);
  const conversions = electrical?.channelConversion;
  check("channel conversion", conversions && [...conversions], expected.channel_conversion);
  const { data, shape } = (await electrical?.read()) ?? { data: new Float32Array(), shape: [] };
  const firstRow = expected["in units"].firstRow.map((value) => Math.fround(Number(value)));
  check("first row", [...data.subarray(0, firstRow.length)], firstRow);
  check("shape in volts", shape, expected["in units"].shape);
}

function sha256(bytes: NumericArray | BigInt64Array): string {
  return createHash("sha256")
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest("hex");
}

/** Values back in the type of the file; `undefined` for float16, which is compared in physical units. */
function toBytes(values: NumericArray, dtype: string): NumericArray | BigInt64Array | undefined {
  if (dtype === "int64") return BigInt64Array.from(values, BigInt);
  return dtype === "float16" ? undefined : values;
}
