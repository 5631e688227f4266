import { type CallOptions, type DataError, type Interval, QueryError } from "@crossprobe/core";
import type { Hdf5ArrayInfo, Hdf5File } from "@crossprobe/formats/hdf5";
import { readRows } from "./array-rows.js";
import { numberAttribute, readNumber } from "./attributes.js";
import { isNumeric, toFloat64 } from "./hdf5-values.js";
import { attempt, nwbProblem } from "./problem.js";

/** When the samples of a series were taken. */
export interface SeriesClock {
  /** `regular`: a start and a rate. `timestamps`: a time for each sample. `intervals`: a start and an end for each. `none`: the file does not say. */
  readonly kind: "regular" | "timestamps" | "intervals" | "none";
  /** Samples that have a time. */
  readonly sampleCount: number;
  /** Hertz, of a regular clock. */
  readonly samplingRate?: number | undefined;
  /** Seconds, of a regular clock. */
  readonly startTime?: number | undefined;
  /** Where timestamps are, links followed. */
  readonly path?: string | undefined;
  /** Why the clock is `none`. */
  readonly problem?: DataError | undefined;
  /**
   * Seconds of samples `[start, stop)`, as stored, or start + i / rate.
   *
   * @throws {@link QueryError} outside the samples
   * @throws the {@link problem} of a clock that is `none`
   */
  times(start: number, stop: number, options?: CallOptions): Promise<Float64Array>;
  /** Seconds at which samples `[start, stop)` end; only of `intervals`, `undefined` otherwise. */
  stopTimes(start: number, stop: number, options?: CallOptions): Promise<Float64Array | undefined>;
  /**
   * Numbers `[start, stop)` of the samples with `interval.start <= t < interval.stop`; empty where there is none.
   *
   * Timestamps are searched by bisection: some dozen short reads, not the whole. They must ascend.
   *
   * @throws {@link FormatError} when timestamps are seen to decrease
   */
  toSampleRange(interval: Interval, options?: CallOptions): Promise<readonly [start: number, stop: number]>;
}

/** Timestamps up to this number are read once and kept. */
const KEPT_TIMESTAMPS = 2 ** 17;
/** Timestamps of one step of a search in contiguous storage. */
const SEARCH_BLOCK = 2 ** 13;

/**
 * The clock of the series at a path.
 *
 * Source: `TimeSeries` (NWB core): `timestamps` in seconds, or `starting_time` with the attribute `rate`. Files of 2019 from the Allen
 * Institute hold two rows of timestamps `(2, N)` for running speed, starts and ends.
 *
 * A clock that is missing, dangling or damaged is no error before its times are needed.
 */
export async function openSeriesClock(
  file: Hdf5File,
  path: string,
  sampleCount: number,
  options?: CallOptions,
): Promise<SeriesClock> {
  const opened = await attempt(() => openClock(file, path, sampleCount, options));
  return "value" in opened ? opened.value : new NoClock(opened.problem);
}

async function openClock(
  file: Hdf5File,
  path: string,
  sampleCount: number,
  options?: CallOptions,
): Promise<SeriesClock> {
  const timestamps = await file.find(`${path}/timestamps`, options);
  if (timestamps?.kind === "array") return new TimestampClock(file, timestamps, sampleCount);
  const isDangling = (await file.list(path, options)).some(({ name }) => name === "timestamps");
  if (isDangling) throw nwbProblem(file, `${path}/timestamps`, "The timestamps are a link to nothing");
  const startTime = await readNumber(file, `${path}/starting_time`, options);
  if (startTime === undefined) throw nwbProblem(file, path, "The series has neither timestamps nor a starting time");
  const attributes = await file.attributes(`${path}/starting_time`, options);
  const rate = numberAttribute(attributes, "rate");
  if (rate !== undefined && rate > 0 && Number.isFinite(rate)) return new RegularClock(startTime, rate, sampleCount);
  throw nwbProblem(file, `${path}/starting_time`, `The sampling rate is ${rate ?? "missing"}`);
}

class NoClock implements SeriesClock {
  readonly kind = "none";
  readonly sampleCount = 0;
  readonly problem: DataError;

  constructor(problem: DataError) {
    this.problem = problem;
  }

  async times(): Promise<never> {
    throw this.problem;
  }

  async stopTimes(): Promise<never> {
    throw this.problem;
  }

  async toSampleRange(): Promise<never> {
    throw this.problem;
  }
}

class RegularClock implements SeriesClock {
  readonly kind = "regular";
  readonly startTime: number;
  readonly samplingRate: number;
  readonly sampleCount: number;

  constructor(startTime: number, samplingRate: number, sampleCount: number) {
    this.startTime = startTime;
    this.samplingRate = samplingRate;
    this.sampleCount = sampleCount;
  }

  async times(start: number, stop: number, options?: CallOptions): Promise<Float64Array> {
    options?.signal?.throwIfAborted();
    checkSamples(start, stop, this.sampleCount);
    return Float64Array.from({ length: stop - start }, (_, i) => this.#time(start + i));
  }

  async stopTimes(): Promise<undefined> {
    return undefined;
  }

  async toSampleRange({ start, stop }: Interval): Promise<readonly [number, number]> {
    const first = this.#firstFrom(start);
    return [first, Math.max(first, this.#firstFrom(stop))];
  }

  #time(sample: number): number {
    return this.startTime + sample / this.samplingRate;
  }

  /** First sample at or after a time: bisection on the very times that are given out, so that rounding cannot differ. */
  #firstFrom(time: number): number {
    let low = 0;
    let high = this.sampleCount;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#time(middle) >= time) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

class TimestampClock implements SeriesClock {
  readonly kind: "timestamps" | "intervals";
  readonly sampleCount: number;
  readonly path: string;
  readonly #file: Hdf5File;
  readonly #array: Hdf5ArrayInfo;
  #kept: Float64Array | undefined;

  constructor(file: Hdf5File, array: Hdf5ArrayInfo, sampleCount: number) {
    const shape = array.shape ?? [0];
    const isPair = shape.length === 2 && shape[0] === 2;
    if (!isPair && shape.length !== 1) {
      throw nwbProblem(file, array.path, `Timestamps have the shape [${shape.join(", ")}]`);
    }
    if (!["float", "int", "uint"].includes(array.type.kind))
      throw nwbProblem(file, array.path, "Timestamps are no numbers");
    this.#file = file;
    this.#array = array;
    this.path = array.path;
    this.kind = isPair ? "intervals" : "timestamps";
    this.sampleCount = Math.min(sampleCount, (isPair ? shape[1] : shape[0]) ?? 0);
  }

  async times(start: number, stop: number, options?: CallOptions): Promise<Float64Array> {
    checkSamples(start, stop, this.sampleCount);
    if (this.kind === "intervals") return this.#row(0, start, stop, options);
    if (this.sampleCount > KEPT_TIMESTAMPS) return this.#read(start, stop, options);
    this.#kept ??= await this.#read(0, this.sampleCount, options);
    return this.#kept.slice(start, stop);
  }

  async stopTimes(start: number, stop: number, options?: CallOptions): Promise<Float64Array | undefined> {
    checkSamples(start, stop, this.sampleCount);
    return this.kind === "intervals" ? this.#row(1, start, stop, options) : undefined;
  }

  async toSampleRange({ start, stop }: Interval, options?: CallOptions): Promise<readonly [number, number]> {
    const first = await this.#firstFrom(start, options);
    return [first, stop > start ? Math.max(first, await this.#firstFrom(stop, options)) : first];
  }

  /** First sample at or after a time: bisection over the first times of blocks, then within one block. */
  async #firstFrom(time: number, options?: CallOptions): Promise<number> {
    const block = this.sampleCount <= KEPT_TIMESTAMPS ? this.sampleCount : this.#blockLength();
    let low = 0;
    let high = Math.ceil(this.sampleCount / Math.max(1, block));
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const [first = Number.NaN] = await this.times(middle * block, middle * block + 1, options);
      if (first < time) low = middle;
      else high = middle;
    }
    const from = low * block;
    const times = await this.times(from, Math.min(this.sampleCount, from + block), options);
    this.#checkAscending(times, from);
    const found = times.findIndex((value) => value >= time);
    return from + (found < 0 ? times.length : found);
  }

  #blockLength(): number {
    const [length] = this.#array.chunks ?? [];
    return Math.min(KEPT_TIMESTAMPS, Math.max(SEARCH_BLOCK, length ?? SEARCH_BLOCK));
  }

  #checkAscending(times: Float64Array, from: number): void {
    const bad = times.findIndex((time, i) => i > 0 && !(time >= (times[i - 1] ?? time)));
    if (bad < 0) return;
    const what = `Timestamps do not ascend: sample ${from + bad} is at ${times[bad]} s, the one before at ${times[bad - 1]} s`;
    throw nwbProblem(this.#file, this.path, what, { hint: "Read by sample numbers instead of seconds." });
  }

  async #read(start: number, stop: number, options?: CallOptions): Promise<Float64Array> {
    const { values } = await readRows(this.#file, this.#array, [start, stop], options);
    if (isNumeric(values)) return toFloat64(values);
    throw nwbProblem(this.#file, this.path, "Timestamps are no numbers");
  }

  async #row(row: number, start: number, stop: number, options?: CallOptions): Promise<Float64Array> {
    const slices = [[row, row + 1] as const, [start, stop] as const];
    const { values } = await this.#file.read(this.path, { slices, signal: options?.signal });
    if (isNumeric(values)) return toFloat64(values);
    throw nwbProblem(this.#file, this.path, "Timestamps are no numbers");
  }
}

function checkSamples(start: number, stop: number, count: number): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(stop) && 0 <= start && start <= stop && stop <= count) return;
  throw new QueryError(`Samples [${start}, ${stop}) are outside the ${count} samples that have a time.`);
}
