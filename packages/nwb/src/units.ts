import type { CallOptions, Notice } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { numberAttribute, textAttribute } from "./attributes.js";
import { type DynamicTable, readDynamicTable } from "./dynamic-table.js";
import { attempt, nwbNotice, nwbProblem } from "./problem.js";
import { openRagged, type RaggedReader } from "./ragged-reader.js";

/** Where NWB keeps the units of a file. */
const UNITS_PATH = "/units";

/** Columns that can be huge, and are therefore opened and not read. */
const LAZY = [
  "spike_times",
  "spike_amplitudes",
  "obs_intervals",
  "electrodes",
  "waveform_mean",
  "waveform_sd",
  "waveforms",
];

/**
 * Mean waveforms of the units, read row by row.
 *
 * A row is `[samples]` or `[samples, channels]` where the column is plain (`reader.cellShape` tells which). AllenSDK writes an index:
 * a row is then `[channels, samples]`, a cell (`cellShape` `[samples]`) for each channel in order of `local_index`.
 */
export interface WaveformColumn {
  readonly reader: RaggedReader;
  /** As the file states it. AllenSDK states `volts` and stores microvolts: the adapter must know. */
  readonly unit?: string | undefined;
  /** Hertz. */
  readonly samplingRate?: number | undefined;
}

/** The `Units` table of a file: plain columns in memory, ragged ones open. */
export interface Units {
  /** Ids and every plain column; `table.columns` has none of the columns below. */
  readonly table: DynamicTable;
  /** Seconds on the file's clock, in stored order (ascending unless the writer did otherwise). */
  readonly spikeTimes?: RaggedReader | undefined;
  /** Seconds of one tick of the clock that made the spike times, where stated. */
  readonly spikeTimesResolution?: number | undefined;
  /** A number for each spike. NWB does not fix the unit; AllenSDK's are volts, whatever the description says. */
  readonly spikeAmplitudes?: RaggedReader | undefined;
  /** Spans in which the unit was observed: cells of `[start, stop]`, seconds. */
  readonly obsIntervals?: RaggedReader | undefined;
  /** Row numbers of the electrodes table, for each unit. */
  readonly electrodes?: RaggedReader | undefined;
  readonly waveformMean?: WaveformColumn | undefined;
  readonly waveformSd?: WaveformColumn | undefined;
  /** Those of the table and of the ragged columns; `column-unreadable` for a column other than the spike times that could not be opened. */
  readonly notices: readonly Notice[];
}

export interface ReadUnitsOptions extends CallOptions {
  /** Plain columns wanted; all if not given. */
  readonly columns?: readonly string[] | undefined;
  /** Ragged columns to open, such as `["spike_times"]`; all that this reader knows if not given. */
  readonly open?: readonly string[] | undefined;
  /** Path of the table, `/units` if not given. */
  readonly path?: string | undefined;
}

/**
 * The units of a file. Reads the plain columns and the indices; spikes and waveforms are read by row afterwards.
 *
 * Source: `Units` (NWB core) and AllenSDK's column `spike_amplitudes` beside it.
 *
 * @returns `undefined` when the file has no units
 * @throws {@link FormatError} when the index of the spike times cannot be trusted, or spike times have no index
 * @example
 * const units = await readUnits(file, { columns: ["quality"] });
 * const first = await units?.spikeTimes?.read([0]);
 */
export async function readUnits(file: Hdf5File, options: ReadUnitsOptions = {}): Promise<Units | undefined> {
  const { signal, path = UNITS_PATH } = options;
  const columns = options.columns?.filter((name) => !LAZY.includes(name));
  const table = await readDynamicTable(file, path, { columns, except: LAZY, signal });
  if (!table) return undefined;
  const notices = [...table.notices];
  const open = async (name: string): Promise<RaggedReader | undefined> => {
    if (!table.colnames.includes(name) || options.open?.includes(name) === false) return undefined;
    return openRagged(file, path, name, { signal });
  };
  const tryOpen = async (name: string): Promise<RaggedReader | undefined> => {
    const result = await attempt(() => open(name));
    if ("value" in result) return result.value;
    notices.push(nwbNotice(file, `${path}/${name}`, "column-unreadable", result.problem.message));
    return undefined;
  };
  const spikeTimes = await open("spike_times");
  if (spikeTimes && !spikeTimes.isRagged) {
    throw nwbProblem(file, spikeTimes.path, "Spike times have no index that says whose they are");
  }
  const spikeAmplitudes = await tryOpen("spike_amplitudes");
  notices.push(...lengthNotices(file, spikeTimes, spikeAmplitudes));
  const obsIntervals = await tryOpen("obs_intervals");
  const electrodes = await tryOpen("electrodes");
  const waveformMean = waveformColumn(await tryOpen("waveform_mean"));
  const waveformSd = waveformColumn(await tryOpen("waveform_sd"));
  const readers = [spikeTimes, spikeAmplitudes, obsIntervals, electrodes, waveformMean?.reader, waveformSd?.reader];
  for (const reader of readers) notices.push(...(reader?.notices ?? []));
  return {
    table,
    spikeTimes,
    spikeTimesResolution: spikeTimes && positive(numberAttribute(spikeTimes.attributes, "resolution")),
    spikeAmplitudes,
    obsIntervals,
    electrodes,
    waveformMean,
    waveformSd,
    notices,
  };
}

function waveformColumn(reader: RaggedReader | undefined): WaveformColumn | undefined {
  if (!reader) return undefined;
  const unit = textAttribute(reader.attributes, "unit");
  return { reader, unit, samplingRate: positive(numberAttribute(reader.attributes, "sampling_rate")) };
}

/** Rates and resolutions that are zero or negative are a writer's way to say nothing. */
function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function lengthNotices(file: Hdf5File, times?: RaggedReader, amplitudes?: RaggedReader): readonly Notice[] {
  if (!times || !amplitudes) return [];
  let count = 0;
  for (let row = 0; row < times.rowCount; row++) {
    if (lengthOf(times, row) !== lengthOf(amplitudes, row)) count++;
  }
  if (count === 0) return [];
  const message = `${count} units have another number of spike amplitudes than of spike times.`;
  return [nwbNotice(file, amplitudes.path, "amplitudes-length", message, count)];
}

function lengthOf({ offsets }: RaggedReader, row: number): number {
  return (offsets[row + 1] ?? 0) - (offsets[row] ?? 0);
}
