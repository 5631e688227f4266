import { type CallOptions, type NdArray, type Notice, ndArray, QueryError, UnsupportedError } from "@crossprobe/core";
import type { Hdf5ArrayInfo, Hdf5Data, Hdf5File, Hdf5Slice } from "@crossprobe/formats/hdf5";
import { readRows, requireArray, rowCountOf } from "./array-rows.js";
import { numberAttribute, textAttribute } from "./attributes.js";
import { isNumeric } from "./hdf5-values.js";
import { nwbNotice, nwbProblem } from "./problem.js";
import { openSeriesClock, type SeriesClock } from "./series-clock.js";

/** A time series of a file, opened: values are read by range. */
export interface TimeSeries {
  readonly path: string;
  readonly neurodataType?: string | undefined;
  readonly description?: string | undefined;
  /** Unit of {@link read}, as the file states it. */
  readonly unit?: string | undefined;
  /** Stored values × `conversion` + `offset` are in {@link unit}; 1 and 0 where the file does not say. */
  readonly conversion: number;
  readonly offset: number;
  /** The array that holds the values, soft links followed (another series' where data are shared). */
  readonly data: Hdf5ArrayInfo;
  /** `[samples, ...]`: time is the first axis. */
  readonly shape: readonly number[];
  readonly sampleCount: number;
  readonly clock: SeriesClock;
  /** `timestamps-length`, `no-time-axis`. */
  readonly notices: readonly Notice[];
  /**
   * Samples `[start, stop)`, all if not given, in {@link unit}: `Float64Array` `[samples, ...]`.
   *
   * @throws {@link UnsupportedError} when the values are no numbers
   * @throws {@link QueryError} outside the samples, or above 1 GiB at once
   */
  read(samples?: Hdf5Slice, options?: CallOptions): Promise<NdArray<Float64Array>>;
  /** The same samples as stored, of any type. */
  readStored(samples?: Hdf5Slice, options?: CallOptions): Promise<Hdf5Data>;
}

/**
 * Opens a time series (running speed, opto pulses, any type with `data`). Reads shapes and attributes, no values.
 *
 * Source: `TimeSeries` (NWB core): `data` with `unit`, `conversion`, `offset`. A series that shares the data of another by a soft link
 * shares their unit and conversion too, because these are attributes of the data.
 *
 * @returns `undefined` when nothing is at the path
 * @throws {@link FormatError} when the path is no series, {@link UnsupportedError} when its data are in another file
 */
export async function openTimeSeries(
  file: Hdf5File,
  path: string,
  options?: CallOptions,
): Promise<TimeSeries | undefined> {
  const found = await file.find(path, options);
  if (!found) return undefined;
  if (found.kind !== "group") throw nwbProblem(file, path, "An array stands where a time series should be");
  const group = await file.attributes(path, options);
  const data = await requireArray(file, `${path}/data`, options);
  const attributes = await file.attributes(`${path}/data`, options);
  const sampleCount = rowCountOf(data);
  const clock = await openSeriesClock(file, path, sampleCount, options);
  const unit = textAttribute(attributes, "unit");
  const conversion = numberAttribute(attributes, "conversion") ?? 1;
  const offset = numberAttribute(attributes, "offset") ?? 0;

  const readStored = (samples?: Hdf5Slice, readOptions?: CallOptions) => readRows(file, data, samples, readOptions);
  const read = async (samples?: Hdf5Slice, readOptions?: CallOptions): Promise<NdArray<Float64Array>> => {
    const { values, shape } = await readStored(samples, readOptions);
    if (!isNumeric(values)) {
      throw new UnsupportedError(`${data.path} of ${file.url} holds ${data.type.kind} values, no numbers.`);
    }
    const physical = Float64Array.from(values, (value) => value * conversion + offset);
    return ndArray(physical, shape ?? [0], unit ?? "");
  };
  return {
    path,
    neurodataType: textAttribute(group, "neurodata_type"),
    description: textAttribute(group, "description"),
    unit,
    conversion,
    offset,
    data,
    shape: data.shape ?? [0],
    sampleCount,
    clock,
    notices: clockNotices(file, path, clock, sampleCount),
    read,
    readStored,
  };
}

function clockNotices(file: Hdf5File, path: string, clock: SeriesClock, sampleCount: number): readonly Notice[] {
  if (clock.problem) return [nwbNotice(file, path, "no-time-axis", clock.problem.message)];
  const missing = sampleCount - clock.sampleCount;
  if (missing <= 0) return [];
  const message = `There are ${clock.sampleCount} timestamps for ${sampleCount} samples; the last ${missing} samples have no time.`;
  return [nwbNotice(file, path, "timestamps-length", message, missing)];
}

/** Checks `[start, stop)` against a count. @throws {@link QueryError} naming both */
export function checkSampleRange([start, stop]: Hdf5Slice, count: number, place: string): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(stop) && 0 <= start && start <= stop && stop <= count) return;
  throw new QueryError(`Samples [${start}, ${stop}) are outside the ${count} samples of ${place}.`);
}
