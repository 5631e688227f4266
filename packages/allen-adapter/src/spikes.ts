import { type CallOptions, NotFoundError, type NumericArray, type SpikeTable, type UnitRef } from "@crossprobe/core";
import { isEarlierThan2020, type RaggedReader, type Units } from "@crossprobe/nwb";
import { DEFAULT_ERRATA, type ErrataSettings, errataOf } from "./errata/errata-choice.js";
import { DUPLICATE_SPIKES, NEGATIVE_TIMES, UNSORTED_TIMES } from "./errata/spikes.js";
import { AMPLITUDE_DESCRIPTION } from "./errata/voltages.js";
import { NoticeCounter } from "./notices.js";
import { readObserved } from "./observed.js";
import type { FileUnits, SessionFile } from "./session-file.js";
import { repairTrain } from "./spike-train.js";
import { probeRef, unitRef } from "./vocabulary.js";

/** The probe whose spikes are wanted, as the tables know it. */
export interface SpikeRequest {
  readonly probeId: string;
  /** Every unit that the release publishes for the probe, in the order of the unit table. */
  readonly published: readonly string[];
  /** Units wanted, in the order wanted; all published ones if not given. */
  readonly wanted?: readonly string[] | undefined;
  /** First and last spike of the probe, once known; a request for all units finds them anew. */
  readonly coverage: (
    read: (options?: CallOptions) => Promise<SpikeTable["coverage"]>,
  ) => Promise<SpikeTable["coverage"]>;
}

/**
 * Spikes of units of one probe. Reads the rows of these units alone, and once a probe the ends of the others.
 *
 * Source: `/units` of the session file: `spike_times` in seconds on the master clock, `spike_amplitudes` in **volts** though the file
 * describes them in seconds (AllenSDK packaging: amplitude × template range × 0.195e-6).
 *
 * @throws {@link NotFoundError} when the file has no units, or not the wanted one
 */
export async function readSpikes(
  session: SessionFile,
  request: SpikeRequest,
  options?: CallOptions,
): Promise<SpikeTable> {
  const columns = await requireSpikes(session, options);
  const fileUnits = await session.units.read(options);
  const { url } = session.file;
  const notices = new NoticeCounter();
  const units = unitsInFile(fileUnits, request, url, notices);
  const place = `${url}, probe ${request.probeId}`;
  noteLeftOut(fileUnits, request, place, notices);
  const amplitudes = trustAmplitudes(columns, session.errata, url, notices);
  const trusted = { ...columns, spikeAmplitudes: amplitudes };
  const trains = await readTrains(trusted, rowsOf(fileUnits, units), options, session.errata);
  noteRepairs(trains, place, notices);
  const coverage = await request.coverage((inner) =>
    request.wanted === undefined
      ? Promise.resolve(spanOf(trains))
      : readCoverage(session, columns, fileUnits, request, inner),
  );
  const observed = await readObserved(columns.obsIntervals, rowsOf(fileUnits, units), notices, options);
  const { times, offsets, amplitudesV } = joinTrains(trains, amplitudes !== undefined);
  const reported = notices.list();
  return {
    probe: probeRef(request.probeId),
    units: units.map(unitRef),
    times,
    offsets,
    amplitudesV,
    observed,
    coverage,
    provenance: [
      {
        url,
        path: "/units/spike_times",
        ...errataOf(reported.filter(({ code }) => code !== AMPLITUDE_DESCRIPTION.id)),
      },
      ...(amplitudesV
        ? [
            {
              url,
              path: "/units/spike_amplitudes",
              conversion: "volts, though described in seconds",
              ...errataOf(reported),
            },
          ]
        : []),
    ],
    notices: [...columns.notices, ...reported],
  };
}

/** Spikes of one unit, repaired. */
export interface Train {
  readonly times: Float64Array;
  /** NaN for each spike where the file has another number of amplitudes; null where it has none at all. */
  readonly amplitudes: Float64Array | null;
  readonly removed: number;
  readonly wasUnordered: boolean;
  readonly closePairs: number;
  readonly doublesRemoved: number;
}

export type SpikeColumns = Units & { readonly spikeTimes: RaggedReader };

/** The open spike columns of a file. @throws {@link NotFoundError} when it has no spike times */
export async function requireSpikes(session: SessionFile, options?: CallOptions): Promise<SpikeColumns> {
  const columns = await session.spikeColumns.read(options);
  const spikeTimes = columns?.spikeTimes;
  if (columns && spikeTimes) return { ...columns, spikeTimes };
  throw new NotFoundError(`${session.file.url} holds no spike times.`, {
    hint: "Look at what the file holds with `crossprobe inspect`.",
  });
}

/** Units to read, in order. A published unit that the file lacks is left out of "all" and refused when named. */
function unitsInFile(
  { rowOf }: FileUnits,
  { published, wanted }: SpikeRequest,
  url: string,
  notices: NoticeCounter,
): readonly string[] {
  const missing = (wanted ?? published).filter((unit) => !rowOf.has(unit));
  if (wanted && missing[0] !== undefined) {
    throw new NotFoundError(`Unit ${missing[0]} is in units.csv and not in ${url}.`, {
      hint: "The tables and the file are of different releases; fetch both anew.",
    });
  }
  const message = "Units of units.csv that the session file does not hold have no spikes here.";
  notices.add("units-not-in-file", url, message, missing.length);
  return (wanted ?? published).filter((unit) => rowOf.has(unit));
}

/** Units of the file on this probe that the release does not publish, by what the file calls them. */
function noteLeftOut(
  { probeOf, qualityOf }: FileUnits,
  { probeId, published }: SpikeRequest,
  where: string,
  notices: NoticeCounter,
): void {
  const known = new Set(published);
  for (const [unit, probe] of probeOf) {
    if (probe !== probeId || known.has(unit)) continue;
    if (qualityOf.get(unit) === "noise") {
      notices.add("noise-units-left-out", where, "Units that the file marks as noise are no units of the release.");
    } else {
      notices.add("unlisted-units-left-out", where, "Units that units.csv does not list are no units of the release.");
    }
  }
}

/** The amplitudes, where the file may be believed: described in seconds they are volts, unless that is not to be mended. */
export function trustAmplitudes(
  { spikeAmplitudes }: SpikeColumns,
  errata: ErrataSettings,
  url: string,
  notices: NoticeCounter,
): SpikeColumns["spikeAmplitudes"] {
  if (!spikeAmplitudes || !AMPLITUDE_DESCRIPTION.detect(spikeAmplitudes.description)) return spikeAmplitudes;
  const where = `${url}#${spikeAmplitudes.path}`;
  if (errata.isOn(AMPLITUDE_DESCRIPTION.id)) {
    notices.add(
      AMPLITUDE_DESCRIPTION.id,
      where,
      "Amplitudes are described in seconds; they were taken as the volts they are.",
    );
    return spikeAmplitudes;
  }
  notices.add("amplitudes-withheld", where, "Amplitudes are described in seconds, and were left out.");
  return undefined;
}

/** Spikes of some rows of the unit table, in order and in the order of the rows. */
export async function readTrains(
  columns: SpikeColumns,
  rows: readonly number[],
  options?: CallOptions,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Promise<readonly Train[]> {
  const times = await columns.spikeTimes.read(rows, options);
  const amplitudes = await columns.spikeAmplitudes?.read(rows, options);
  return rows.map((_, i): Train => {
    const own = toFloat64(times.values.subarray(times.offsets[i], times.offsets[i + 1]));
    if (!amplitudes) return repairTrain(own, null, errata);
    const stored = amplitudes.values.subarray(amplitudes.offsets[i], amplitudes.offsets[i + 1]);
    const isPaired = stored.length === own.length;
    return repairTrain(own, isPaired ? toFloat64(stored) : new Float64Array(own.length).fill(Number.NaN), errata);
  });
}

function toFloat64(values: NumericArray): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

/** Counts what had to be done to the spikes. */
export function noteRepairs(trains: readonly Train[], where: string, notices: NoticeCounter): void {
  const sum = (count: (train: Train) => number) => trains.reduce((total, train) => total + count(train), 0);
  notices.add(
    NEGATIVE_TIMES.id,
    where,
    "Spikes before the clock starts (files of 2019 keep them, some as -1) were removed.",
    sum(({ removed }) => removed),
  );
  notices.add(
    UNSORTED_TIMES.id,
    where,
    "Spike times of these units were not in order (files of 2019 keep the sorter's) and were sorted.",
    sum(({ wasUnordered }) => (wasUnordered ? 1 : 0)),
  );
  notices.add(
    "close-spikes",
    where,
    "Spikes at most 0.5 ms after another of the same unit may be one spike counted twice; they were kept.",
    sum(({ closePairs }) => closePairs),
  );
  notices.add(
    DUPLICATE_SPIKES.id,
    where,
    "Spikes at most 0.5 ms after another of the same unit were taken for the same spike and removed.",
    sum(({ doublesRemoved }) => doublesRemoved),
  );
}

function joinTrains(
  trains: readonly Train[],
  hasAmplitudes: boolean,
): Pick<SpikeTable, "times" | "offsets" | "amplitudesV"> {
  const offsets = new Uint32Array(trains.length + 1);
  for (const [i, train] of trains.entries()) offsets[i + 1] = (offsets[i] ?? 0) + train.times.length;
  const count = offsets[trains.length] ?? 0;
  const times = new Float64Array(count);
  const amplitudesV = hasAmplitudes ? new Float64Array(count) : null;
  for (const [i, train] of trains.entries()) {
    times.set(train.times, offsets[i]);
    if (train.amplitudes) amplitudesV?.set(train.amplitudes, offsets[i]);
  }
  return { times, offsets, amplitudesV };
}

function rowsOf({ rowOf }: FileUnits, units: readonly string[]): readonly number[] {
  return units.map((unit) => rowOf.get(unit)).filter((row) => row !== undefined);
}

function spanOf(trains: readonly { readonly times: ArrayLike<number> }[]): SpikeTable["coverage"] {
  let [first, last] = [Infinity, -Infinity];
  for (const { times } of trains) {
    if (times.length === 0) continue;
    first = Math.min(first, times[0] ?? first);
    last = Math.max(last, times[times.length - 1] ?? last);
  }
  return first <= last ? { first, last } : null;
}

/** Spikes of one probe up to this number are read whole to find the first and the last. */
const WHOLE_READ_SPIKES = 2 ** 20;

async function readCoverage(
  session: SessionFile,
  columns: SpikeColumns,
  fileUnits: FileUnits,
  { published }: SpikeRequest,
  options?: CallOptions,
): Promise<SpikeTable["coverage"]> {
  const { spikeTimes } = columns;
  const spans = rowsOf(fileUnits, published).map((row) => ({
    row,
    start: spikeTimes.offsets[row] ?? 0,
    stop: spikeTimes.offsets[row + 1] ?? 0,
  }));
  const total = spans.reduce((sum, { start, stop }) => sum + stop - start, 0);
  // Files of 2019 are neither sorted nor free of times before zero: their ends say nothing.
  if (total <= WHOLE_READ_SPIKES || isEarlierThan2020(session.nwb.version)) {
    return spanOf(
      await readTrains(
        { ...columns, spikeAmplitudes: undefined },
        spans.map(({ row }) => row),
        options,
        session.errata,
      ),
    );
  }
  const at = async (cell: number): Promise<number> => {
    const { values } = await session.file.read(spikeTimes.path, {
      slices: [[cell, cell + 1]],
      signal: options?.signal,
    });
    return ArrayBuffer.isView(values) ? (values[0] ?? Number.NaN) : Number.NaN;
  };
  const ends: { readonly times: readonly number[] }[] = [];
  for (const { start, stop } of spans) {
    if (stop > start) ends.push({ times: [await at(start), await at(stop - 1)] });
  }
  return spanOf(ends);
}

/** Ids of wanted units, each of which the release publishes for the probe. @throws {@link NotFoundError} naming the first that it does not */
export function checkWanted(
  wanted: readonly UnitRef[] | undefined,
  published: readonly string[],
  probeId: string,
): readonly string[] | undefined {
  const known = new Set(published);
  const stranger = wanted?.find(({ id }) => !known.has(id));
  if (stranger === undefined) return wanted?.map(({ id }) => id);
  throw new NotFoundError(`Unit ${stranger.id} is no unit of probe ${probeId} in units.csv.`, {
    hint: "List the units of the probe to see their references.",
  });
}
