import { findRegion, ROOT_ID, toRegionLabel } from "@crossprobe/atlas";
import {
  type CallOptions,
  FormatError,
  type LfpClock,
  NotFoundError,
  type Notice,
  QueryError,
  UnsupportedError,
} from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import {
  type ElectricalSeries,
  type Electrodes,
  numbersOf,
  openElectricalSeries,
  readElectrodes,
  readSamplingStep,
  readTimeIntervals,
  summarizeNwb,
} from "@crossprobe/nwb";
import {
  BLOCK_BYTES,
  type InvalidSpan,
  type LfpSignal,
  type SignalBlock,
  type SignalColumn,
  type SignalRequest,
} from "./lfp-signal.js";
import { channelsOf, mapSamples } from "./map-block.js";

const INVALID_TIMES = "/intervals/invalid_times";
/** Columns of an electrodes table that place a site along and across its probe, by the names that writers use. */
const ALONG = ["probe_vertical_position", "rel_y"];
const ACROSS = ["probe_horizontal_position", "rel_x"];

/** Paths of the electrical series of an NWB file: what stands for recordings there. */
export async function listElectricalSeries(file: Hdf5File, options?: CallOptions): Promise<readonly string[]> {
  const { series } = await summarizeNwb(file, options);
  return series.filter(({ neurodataType }) => neurodataType === "ElectricalSeries").map(({ path }) => path);
}

/**
 * An electrical series of an NWB file, by itself: regions and places are what its electrodes table says.
 *
 * @param path the series; may be left out where the file holds just one
 * @throws {@link NotFoundError} when there is no such series, {@link QueryError} when none is named and there are several
 * @throws {@link UnsupportedError} when the file does not say when its samples were taken
 */
export async function nwbSignal(
  file: Hdf5File,
  name: string,
  path: string | undefined,
  close: () => Promise<void>,
  options?: CallOptions,
): Promise<LfpSignal> {
  const chosen = path ?? (await onlySeries(file, name, options));
  const series = await openElectricalSeries(file, chosen, options);
  if (series === undefined) {
    throw new NotFoundError(`no electrical series at ${chosen} in ${name}`, {
      hint: `list what is in it with crossprobe inspect ${name}`,
    });
  }
  const electrodes = await readElectrodes(file, { path: series.electrodes?.table, signal: options?.signal });
  const { clock, gaps } = await clockOf(series, name, options);
  const step = 1 / clock.samplingRate;
  const hasInvalidTimes = (await file.find(INVALID_TIMES, options)) !== undefined;
  return {
    name: `${name.slice(name.lastIndexOf("/") + 1)}, series ${chosen}`,
    argument: `${name} --recording ${chosen}`,
    identity: { file: name, recording: chosen },
    columns: columnsOf(series, electrodes),
    sampleCount: series.sampleCount,
    clock,
    traits: {
      ...{ passband: null, reference: "unknown", lossyCodec: null, denoising: [], spatial: "unknown" },
      usableUpTo: clock.samplingRate / 2,
    },
    provenance: [{ url: file.url, path: chosen }],
    notices: [...series.notices, ...gaps, ...(electrodes?.notices ?? [])],
    caveats: [],
    invalidUnknown: hasInvalidTimes
      ? null
      : `the file has no ${INVALID_TIMES}; in releases that keep them in another file, ask by the probe's reference`,
    toSampleRange: (interval, more) => series.toSampleRange(interval, more),
    blocks: (request, more) => readBlocks(series, request, more),
    invalidSpans: async (more) => {
      const found = await readTimeIntervals(file, INVALID_TIMES, { signal: more?.signal });
      const spans: InvalidSpan[] = [];
      for (const [i, start] of (found?.startTimes ?? new Float64Array()).entries()) {
        const stop = found?.stopTimes[i] ?? Number.NaN;
        // A sample stands for the time up to the next one.
        const samples = await series.toSampleRange({ start: start - step * (1 - 1e-6), stop }, more);
        spans.push({ start, stop, kind: "invalidTag", tags: found?.tags?.[i] ?? [], samples });
      }
      return spans;
    },
    close,
  };
}

async function onlySeries(file: Hdf5File, name: string, options?: CallOptions): Promise<string> {
  const paths = await listElectricalSeries(file, options);
  const [only] = paths;
  if (only === undefined) {
    throw new UnsupportedError(`${name} is an NWB file without an electrical series: there is no LFP in it`, {
      hint: `see what is in it with crossprobe inspect ${name}`,
    });
  }
  if (paths.length === 1) return only;
  throw new QueryError(`${name} holds ${paths.length} electrical series and none was named`, {
    hint: `name one with --recording: ${paths.join(", ")}`,
  });
}

async function clockOf(
  series: ElectricalSeries,
  name: string,
  options?: CallOptions,
): Promise<{ readonly clock: LfpClock; readonly gaps: readonly Notice[] }> {
  const { kind, samplingRate } = series.clock;
  const last = Math.min(series.sampleCount, series.clock.sampleCount) - 1;
  if (kind === "none" || kind === "intervals" || last < 1) {
    throw new UnsupportedError(`${name} does not say when the samples of ${series.path} were taken`, {
      hint: `see what it holds with crossprobe inspect ${name}`,
    });
  }
  const { first, last: end, step, hasGaps } = await readSamplingStep(series, options);
  const rate = samplingRate ?? 1 / step;
  if (!(rate > 0) || !Number.isFinite(rate)) {
    throw new FormatError(`the times of ${series.path} in ${name} go from ${first} to ${end} s`, {
      ...{ format: "nwb", url: name, at: series.path },
      hint: "times must run forward: look at them with crossprobe inspect, or fetch the file again",
    });
  }
  const message = "The samples do not fill the time from first to last; the rate is that of the first stretch.";
  return {
    clock: {
      kind: kind === "regular" ? "affine" : "samples",
      quality: "synced",
      samplingRate: rate,
      coverage: { start: first, stop: end + 1 / rate },
    },
    gaps: hasGaps ? [{ code: "lfp-gaps", message, count: 1, where: `${name}#${series.path}` }] : [],
  };
}

async function* readBlocks(
  series: ElectricalSeries,
  { samples: [start, stop], map }: SignalRequest,
  options?: CallOptions,
): AsyncGenerator<SignalBlock> {
  const channels = map === undefined ? undefined : channelsOf(map);
  const rows = Math.max(1, Math.floor(BLOCK_BYTES / (4 * Math.max(1, channels?.length ?? series.channelCount))));
  for (let at = start; at < stop; at += rows) {
    const samples = [at, Math.min(stop, at + rows)] as const;
    const { data } = await series.read({ samples, channels }, options);
    const mapped = map === undefined || channels === undefined ? data : mapSamples(map, data, channels);
    yield { samples, times: await series.times(...samples, options), data: mapped };
  }
}

function columnsOf(series: ElectricalSeries, electrodes: Electrodes | undefined): SignalColumn[] {
  const numbers = (names: readonly string[]) => {
    const table = electrodes?.table;
    const found = names.find((name) => table?.columns.has(name));
    return table === undefined || found === undefined ? undefined : numbersOf(table, found);
  };
  const [along, across] = [numbers(ALONG), numbers(ACROSS)];
  return Array.from({ length: series.channelCount }, (_, i) => {
    const row = series.electrodes?.rows[i];
    const place = (values: ArrayLike<number> | undefined) => {
      const value = row === undefined ? undefined : values?.[row];
      return value === undefined || Number.isNaN(value) ? null : value;
    };
    return {
      ref: null,
      ...labelOf(row === undefined ? null : (electrodes?.locations[row] ?? null)),
      distanceFromTipUm: place(along),
      lateralUm: place(across),
      quality: null,
    };
  });
}

function labelOf(location: string | null): Pick<SignalColumn, "region" | "regionAbsent"> {
  if (location === null) return { region: null, regionAbsent: "notRegistered" };
  const found = findRegion(location);
  if (found === undefined) return { region: null, regionAbsent: "unknown" };
  if (found.id === ROOT_ID) return { region: null, regionAbsent: "outsideBrain" };
  return { region: toRegionLabel(found), regionAbsent: null };
}
