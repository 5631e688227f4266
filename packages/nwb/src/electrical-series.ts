import {
  type CallOptions,
  type Interval,
  type NdArray,
  type Notice,
  type NumericArray,
  ndArray,
  QueryError,
  UnsupportedError,
} from "@crossprobe/core";
import type { Hdf5ArrayInfo, Hdf5File, Hdf5Slice } from "@crossprobe/formats/hdf5";
import { readRows, requireArray } from "./array-rows.js";
import { referenceAttribute } from "./attributes.js";
import { checkRegion } from "./dynamic-table.js";
import { isNumeric, toFloat64 } from "./hdf5-values.js";
import { attempt, nwbNotice, nwbProblem } from "./problem.js";
import { checkSampleRange, openTimeSeries, type TimeSeries } from "./time-series.js";

export interface ElectricalRequest {
  /** Sample numbers `[start, stop)`; all if not given. */
  readonly samples?: Hdf5Slice | undefined;
  /** Columns of the data, in the order wanted; all if not given. */
  readonly channels?: readonly number[] | undefined;
}

/** A recording of voltages, opened: values are read by range. */
export interface ElectricalSeries {
  readonly path: string;
  /** The same series without what is electrical: data, conversion, offset, unit, description. */
  readonly series: TimeSeries;
  readonly sampleCount: number;
  readonly channelCount: number;
  readonly clock: TimeSeries["clock"];
  /** A factor for each channel beside `conversion`; absent when the file has none. */
  readonly channelConversion?: Float64Array | undefined;
  /** Rows of the electrodes table, one for each channel in column order; absent when the file does not say. */
  readonly electrodes?: { readonly table: string; readonly rows: readonly number[] } | undefined;
  /** Those of the series; `electrodes-unreadable`, `electrodes-length`, `unit-not-volts`. */
  readonly notices: readonly Notice[];
  /**
   * Volts: `Float32Array` `[samples, channels]`, stored × channel conversion × conversion + offset, computed in double precision.
   *
   * @throws {@link QueryError} outside the recording, or above 1 GiB at once
   * @throws {@link UnsupportedError} when the file states a unit that is no voltage
   */
  read(request?: ElectricalRequest, options?: CallOptions): Promise<NdArray<Float32Array>>;
  /** Seconds of samples `[start, stop)` on the file's clock. */
  times(start: number, stop: number, options?: CallOptions): Promise<Float64Array>;
  /** Numbers of the samples with `interval.start <= t < interval.stop`. */
  toSampleRange(interval: Interval, options?: CallOptions): Promise<readonly [start: number, stop: number]>;
}

/** Volts in one of the units that files state. NWB fixes `volts`; others are seen in files that were converted by hand. */
const VOLTS: ReadonlyMap<string, number> = new Map([
  ["volts", 1],
  ["volt", 1],
  ["v", 1],
  ["millivolts", 1e-3],
  ["mv", 1e-3],
  ["microvolts", 1e-6],
  ["uv", 1e-6],
  ["µv", 1e-6],
  ["μv", 1e-6],
]);
/** Bytes of stored values of one read. */
const PART_BYTES = 16 * 2 ** 20;
const REQUEST_BYTES = 2 ** 30;
/** Columns that are read for nothing rather than begin another read, in contiguous storage. */
const CONTIGUOUS_GAP = 64;

/**
 * Opens an electrical series (LFP or broadband). Reads shapes, attributes, electrode rows and channel conversion; no samples, no timestamps.
 *
 * Source: `ElectricalSeries` (NWB core): volts = data × `conversion` × `channel_conversion` + `offset`, time first; one-dimensional data are
 * one channel. `electrodes` are row numbers of the electrodes table, not ids.
 *
 * @returns `undefined` when nothing is at the path
 * @throws {@link FormatError} when the path is no series of numbers, or channel conversions do not fit it
 * @throws {@link UnsupportedError} when its data are in another file
 * @example
 * const lfp = await openElectricalSeries(file, "/acquisition/probe_1_lfp/probe_1_lfp_data");
 * const samples = await lfp.toSampleRange({ start: 10, stop: 12 });
 * const volts = await lfp.read({ samples, channels: [0, 1, 2] }, { signal });
 */
export async function openElectricalSeries(
  file: Hdf5File,
  path: string,
  options?: CallOptions,
): Promise<ElectricalSeries | undefined> {
  const series = await openTimeSeries(file, path, options);
  if (!series) return undefined;
  const { data, shape, clock } = series;
  if (shape.length > 2 || !["int", "uint", "float"].includes(data.type.kind)) {
    throw nwbProblem(
      file,
      data.path,
      `An electrical series has the shape [${shape.join(", ")}] of ${data.type.kind} values`,
    );
  }
  const channelCount = shape.length === 2 ? (shape[1] ?? 0) : 1;
  const notices = [...series.notices];
  const electrodes = await readElectrodeRows(file, path, notices, options);
  if (electrodes && electrodes.rows.length !== channelCount) {
    const message = `There are ${electrodes.rows.length} electrodes for ${channelCount} channels${transposed(series, electrodes.rows)}.`;
    notices.push(nwbNotice(file, path, "electrodes-length", message));
  }
  const channelConversion = await readChannelConversion(file, path, channelCount, options);
  const toVolts = VOLTS.get((series.unit ?? "volts").trim().toLowerCase());
  if (toVolts !== 1) {
    const message = `The unit is ${JSON.stringify(series.unit)}${toVolts === undefined ? "" : "; values are given in volts"}.`;
    notices.push(nwbNotice(file, path, "unit-not-volts", message));
  }
  const scale: Scale = {
    conversion: series.conversion,
    offset: series.offset,
    channelConversion,
    toVolts: toVolts ?? 1,
  };

  const read = async (request: ElectricalRequest = {}, readOptions?: CallOptions): Promise<NdArray<Float32Array>> => {
    if (toVolts === undefined)
      throw new UnsupportedError(`${path} of ${file.url} is in ${series.unit}, which is no voltage.`);
    return readVolts(file, series, channelCount, scale, request, readOptions);
  };
  return {
    path,
    series,
    sampleCount: series.sampleCount,
    channelCount,
    clock,
    channelConversion,
    electrodes,
    notices,
    read,
    times: (start, stop, timeOptions) => clock.times(start, stop, timeOptions),
    toSampleRange: (interval, timeOptions) => clock.toSampleRange(interval, timeOptions),
  };
}

interface Scale {
  readonly conversion: number;
  readonly offset: number;
  readonly channelConversion: Float64Array | undefined;
  readonly toVolts: number;
}

async function readElectrodeRows(
  file: Hdf5File,
  path: string,
  notices: Notice[],
  options?: CallOptions,
): Promise<ElectricalSeries["electrodes"]> {
  const place = `${path}/electrodes`;
  const result = await attempt(async () => {
    if (!(await file.find(place, options))) return undefined;
    const array = await requireArray(file, place, options);
    const table = referenceAttribute(await file.attributes(place, options), "table");
    if (typeof table !== "string") throw nwbProblem(file, place, "The electrodes name no table");
    const { values } = await readRows(file, array, undefined, options);
    if (!isNumeric(values)) throw nwbProblem(file, place, "The electrodes are no row numbers");
    await checkRegion(file, place, values, table, options);
    return { table, rows: Array.from(values) };
  });
  if ("value" in result) return result.value;
  notices.push(nwbNotice(file, place, "electrodes-unreadable", result.problem.message));
  return undefined;
}

async function readChannelConversion(
  file: Hdf5File,
  path: string,
  channelCount: number,
  options?: CallOptions,
): Promise<Float64Array | undefined> {
  const place = `${path}/channel_conversion`;
  if (!(await file.find(place, options))) return undefined;
  const { values } = await readRows(file, await requireArray(file, place, options), undefined, options);
  if (isNumeric(values) && values.length === channelCount) return toFloat64(values);
  throw nwbProblem(file, place, `Channel conversions do not fit the ${channelCount} channels`);
}

function transposed({ sampleCount }: TimeSeries, rows: readonly number[]): string {
  return sampleCount === rows.length ? ": the data may be stored channel by time" : "";
}

async function readVolts(
  file: Hdf5File,
  series: TimeSeries,
  channelCount: number,
  scale: Scale,
  request: ElectricalRequest,
  options?: CallOptions,
): Promise<NdArray<Float32Array>> {
  options?.signal?.throwIfAborted();
  const { data, sampleCount } = series;
  const samples = request.samples ?? [0, sampleCount];
  const channels = request.channels ?? Array.from({ length: channelCount }, (_, channel) => channel);
  const place = `${data.path} in ${file.url}`;
  checkSampleRange(samples, sampleCount, place);
  const outside = channels.find((channel) => !Number.isInteger(channel) || channel < 0 || channel >= channelCount);
  if (outside !== undefined) {
    throw new QueryError(`Channel ${outside} is outside the ${channelCount} channels of ${place}.`);
  }
  const [start, stop] = samples;
  if ((stop - start) * channels.length * 4 > REQUEST_BYTES) {
    throw new QueryError(`${stop - start} samples of ${channels.length} channels are more than 1 GiB at once.`, {
      hint: "Read them in parts.",
    });
  }
  const runs = planColumns(channels, data);
  const shape = [stop - start, channels.length];
  let volts: Float32Array | undefined;
  for (const run of runs) {
    const rows = Math.max(1, Math.floor(PART_BYTES / ((run.stop - run.start) * Math.max(4, data.type.size))));
    for (let from = start; from < stop; from += rows) {
      const to = Math.min(stop, from + rows);
      const slices: Hdf5Slice[] = [[from, to]];
      if (series.shape.length === 2) slices.push([run.start, run.stop]);
      const { values } = await file.read(data.path, { slices, signal: options?.signal });
      if (!isNumeric(values)) throw nwbProblem(file, data.path, "Samples are no numbers");
      // A window of all columns in one part is what was asked for: a copy would double its memory.
      if (from === start && to === stop && isVolts(values, scale) && isWhole(run, channels))
        return ndArray(values, shape, "V");
      volts ??= new Float32Array((stop - start) * channels.length);
      scatter(values, run, channels, scale, volts.subarray((from - start) * channels.length));
    }
  }
  return ndArray(volts ?? new Float32Array(0), shape, "V");
}

/** Columns `[start, stop)` of one read, and which wanted channels (positions in the request) it serves. */
export interface ColumnRun {
  readonly start: number;
  readonly stop: number;
  readonly positions: readonly number[];
}

/**
 * Which columns to read together. Pure.
 *
 * Columns in between that nobody wants are read along where that costs no more chunks: within a chunk's width, or a small gap in
 * contiguous storage.
 */
export function planColumns(
  channels: readonly number[],
  { chunks }: Pick<Hdf5ArrayInfo, "chunks">,
): readonly ColumnRun[] {
  const gap = chunks ? Math.max(1, chunks[1] ?? 1) : CONTIGUOUS_GAP;
  const order = channels.map((channel, position) => ({ channel, position })).sort((a, b) => a.channel - b.channel);
  const runs: { start: number; stop: number; positions: number[] }[] = [];
  for (const { channel, position } of order) {
    const last = runs.at(-1);
    if (last && channel < last.stop + gap) {
      last.stop = Math.max(last.stop, channel + 1);
      last.positions.push(position);
    } else {
      runs.push({ start: channel, stop: channel + 1, positions: [position] });
    }
  }
  return runs;
}

function scatter(
  values: NumericArray,
  run: ColumnRun,
  channels: readonly number[],
  scale: Scale,
  volts: Float32Array,
): void {
  if (isVolts(values, scale)) copyColumns(values, run, channels, volts);
  else scaleColumns(values, run, channels, scale, volts);
}

/** Whether stored values are volts in single precision already: the product and sum below would change nothing. */
function isVolts(values: NumericArray, scale: Scale): values is Float32Array {
  const { conversion, offset, channelConversion, toVolts } = scale;
  const isIdentity = conversion === 1 && offset === 0 && toVolts === 1 && channelConversion === undefined;
  return isIdentity && values instanceof Float32Array;
}

/** Whether a run has just the channels that are wanted, in their order. */
function isWhole({ start, stop }: ColumnRun, channels: readonly number[]): boolean {
  return stop - start === channels.length && channels.every((channel, i) => channel === start + i);
}

function copyColumns(values: Float32Array, run: ColumnRun, channels: readonly number[], volts: Float32Array): void {
  if (isWhole(run, channels)) {
    volts.set(values);
    return;
  }
  const { start, stop, positions } = run;
  const [step, width] = [stop - start, channels.length];
  const rows = values.length / step;
  for (const position of positions) {
    let from = (channels[position] ?? start) - start;
    let to = position;
    for (let row = 0; row < rows; row++, from += step, to += width) volts[to] = values[from] ?? Number.NaN;
  }
}

function scaleColumns(
  values: NumericArray,
  { start, stop, positions }: ColumnRun,
  channels: readonly number[],
  { conversion, offset, channelConversion, toVolts }: Scale,
  volts: Float32Array,
): void {
  const step = stop - start;
  const width = channels.length;
  const rows = values.length / step;
  for (const position of positions) {
    const channel = channels[position] ?? start;
    const factor = (channelConversion?.[channel] ?? 1) * conversion;
    let from = channel - start;
    let to = position;
    for (let row = 0; row < rows; row++, from += step, to += width) {
      volts[to] = ((values[from] ?? Number.NaN) * factor + offset) * toVolts;
    }
  }
}
