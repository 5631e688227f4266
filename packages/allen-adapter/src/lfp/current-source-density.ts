import {
  type ByteStore,
  type CallOptions,
  FormatError,
  type NdArray,
  NotFoundError,
  type Notice,
  ndArray,
  type Provenance,
} from "@crossprobe/core";
import { type Hdf5File, openHdf5 } from "@crossprobe/formats/hdf5";
import { openTimeSeries, type TimeSeries } from "@crossprobe/nwb";

/**
 * The current source density that a release computed and stored: the mean over flashes, on virtual channels between the sites.
 *
 * It is no signal of the session: its times are seconds after the onset of a flash.
 */
export interface CurrentSourceDensity {
  /** `Float64Array` `[samples, channels]`; the unit is the one that the file states, which is doubted: see `notices`. */
  readonly data: NdArray<Float64Array>;
  /** `[samples]`, seconds after the onset of the stimulus. */
  readonly times: Float64Array;
  /** `[channels]`, along the probe from its tip, micrometres. */
  readonly distanceFromTipUm: Float64Array;
  /** `[channels]`, across the probe, micrometres. */
  readonly lateralUm: Float64Array;
  readonly provenance: readonly Provenance[];
  /** `csd-unit-doubted`; `csd-layout-2019` where the file is of that layout. */
  readonly notices: readonly Notice[];
}

const MODULE = "/processing/current_source_density";
/** Layout of 2020: an `EcephysCSD` that holds a series and two vectors of positions. */
const PATH_2020 = `${MODULE}/ecephys_csd`;
/** Layout of 2019: a series, channels by time, whose `control` holds pairs of positions. */
const PATH_2019 = `${MODULE}/current_source_density`;

/**
 * Reads the current source density of an LFP file of the release.
 *
 * Time is the first axis here, as in everything of this vocabulary; AllenSDK's `get_current_source_density` gives channel by time.
 *
 * Source: `EcephysCSD` of ndx-aibs-ecephys 0.2.0 (`virtual_electrode_x_positions` across, `virtual_electrode_y_positions` along the
 * probe); AllenSDK 1.x `add_csd_to_nwbfile`. Both write `V/cm^2`; the release's documentation says V/m², and neither is a source density
 * per volume: compare within one file, not between data sets.
 *
 * @param key of the LFP file in the store
 * @throws {@link NotFoundError} when the file is not there, or holds none
 * @throws {@link FormatError} when positions or times do not fit the values
 * @example
 * const csd = await readCurrentSourceDensity(store, "session_1/probe_2_lfp.nwb");
 * console.log(csd.data.shape, csd.times[0], csd.distanceFromTipUm[0]);
 */
export async function readCurrentSourceDensity(
  store: ByteStore,
  key: string,
  options?: CallOptions,
): Promise<CurrentSourceDensity> {
  const file = await openHdf5(store, key, { signal: options?.signal });
  if (!file)
    throw new NotFoundError(`There is no LFP file ${key} in ${store.url}.`, {
      hint: "Look at the name, or download it.",
    });
  try {
    return await currentSourceDensityOf(file, options);
  } finally {
    await file.close();
  }
}

/** The same from a file that is open. */
export async function currentSourceDensityOf(file: Hdf5File, options?: CallOptions): Promise<CurrentSourceDensity> {
  const recent = await openTimeSeries(file, `${PATH_2020}/current_source_density`, options);
  if (recent) return read2020(file, recent, options);
  const old = (await file.find(MODULE, options)) && (await openTimeSeries(file, PATH_2019, options));
  if (old) return read2019(file, old, options);
  throw new NotFoundError(`${file.url} holds no current source density (${MODULE}).`, {
    hint: "Compute one from the LFP; not every probe has one stored.",
  });
}

async function read2020(file: Hdf5File, series: TimeSeries, options?: CallOptions): Promise<CurrentSourceDensity> {
  const [samples = 0, channels = 0] = requireMatrix(file, series);
  return {
    data: ndArray((await series.read(undefined, options)).data, [samples, channels], series.unit ?? ""),
    times: await timesOf(file, series, samples, options),
    distanceFromTipUm: await vector(file, `${PATH_2020}/virtual_electrode_y_positions`, channels, options),
    lateralUm: await vector(file, `${PATH_2020}/virtual_electrode_x_positions`, channels, options),
    provenance: [{ url: file.url, path: PATH_2020 }],
    notices: [doubtedUnit(file, series)],
  };
}

async function read2019(file: Hdf5File, series: TimeSeries, options?: CallOptions): Promise<CurrentSourceDensity> {
  const [channels = 0, samples = 0] = requireMatrix(file, series);
  const stored = (await series.read(undefined, options)).data;
  const pairs = await vector(file, `${PATH_2019}/control`, 2 * channels, options);
  const message = "Channels came by time and positions as pairs, as files of 2019 have them.";
  return {
    data: ndArray(transposed(stored, channels, samples), [samples, channels], series.unit ?? ""),
    times: await timesOf(file, series, samples, options),
    distanceFromTipUm: pairs.filter((_, i) => i % 2 === 1),
    lateralUm: pairs.filter((_, i) => i % 2 === 0),
    provenance: [{ url: file.url, path: PATH_2019, conversion: "channel by time turned" }],
    notices: [
      doubtedUnit(file, series),
      { code: "csd-layout-2019", message, count: 1, where: `${file.url}#${PATH_2019}` },
    ],
  };
}

function requireMatrix(file: Hdf5File, { shape, path }: TimeSeries): readonly number[] {
  if (shape.length === 2) return shape;
  throw damaged(file, path, `The current source density has the shape [${shape.join(", ")}]`);
}

/** The clock counts samples along the first axis, which in files of 2019 is that of the channels: the array is read itself. */
async function timesOf(file: Hdf5File, { path }: TimeSeries, samples: number, options?: CallOptions) {
  return vector(file, `${path}/timestamps`, samples, options);
}

async function vector(file: Hdf5File, path: string, length: number, options?: CallOptions): Promise<Float64Array> {
  const found = await file.find(path, options);
  if (found?.kind !== "array") throw damaged(file, path, "The positions or times of the current source density lack");
  const { values } = await file.read(path, options);
  const isFit = ArrayBuffer.isView(values) && values.length === length;
  if (isFit) return Float64Array.from(values);
  throw damaged(file, path, `There are not ${length} numbers, one for each of the current source density`);
}

function damaged(file: Hdf5File, path: string, what: string): FormatError {
  return new FormatError(`${what}: ${path} of ${file.url}.`, { format: "nwb", url: file.url, at: path });
}

function doubtedUnit(file: Hdf5File, { path, unit }: TimeSeries): Notice {
  const message = `The file states ${unit ?? "no unit"}, the documentation V/m^2: take the scale as arbitrary.`;
  return { code: "csd-unit-doubted", message, count: 1, where: `${file.url}#${path}` };
}

function transposed(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, i) => {
    return values[(i % rows) * columns + Math.floor(i / rows)] ?? Number.NaN;
  });
}
