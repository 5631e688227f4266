import type { AdapterPlugin, DatasetAdapter } from "../adapter.js";
import { NotFoundError } from "../errors.js";
import type { Channel } from "../model/channel.js";
import type { LfpBlock, LfpSource } from "../model/lfp.js";
import type { RemoteFile } from "../model/remote-file.js";
import type { SpikeTable } from "../model/spikes.js";
import type { Unit } from "../model/unit.js";
import { ndArray } from "../nd-array.js";

/** A mistake that people make in adapters, and the check that finds it. */
export interface PlantedBug {
  readonly name: string;
  readonly foundBy: string;
  plant(adapter: DatasetAdapter): Partial<DatasetAdapter>;
  readonly plugin?: (plugin: AdapterPlugin) => AdapterPlugin;
}

const withChannels = (change: (row: Channel) => Channel) => (adapter: DatasetAdapter) => ({
  channels: async (...[probe, options]: Parameters<DatasetAdapter["channels"]>) => {
    const found = await adapter.channels(probe, options);
    return { ...found, rows: found.rows.map(change) };
  },
});
const withUnits = (change: (row: Unit) => Unit) => (adapter: DatasetAdapter) => ({
  units: async (...[probe, options]: Parameters<DatasetAdapter["units"]>) => {
    const found = await adapter.units(probe, options);
    return { ...found, rows: found.rows.map(change) };
  },
});
const withSpikes = (change: (spikes: SpikeTable) => SpikeTable) => (adapter: DatasetAdapter) => ({
  spikes: async (...[probe, options]: Parameters<DatasetAdapter["spikes"]>) =>
    change(await adapter.spikes(probe, options)),
});
const withFiles = (change: (file: RemoteFile) => RemoteFile) => (adapter: DatasetAdapter) => ({
  files: async function* (...[selection, options]: Parameters<DatasetAdapter["files"]>) {
    for await (const file of adapter.files(selection, options)) yield change(file);
  },
});
const withLfp = (change: (source: LfpSource) => Partial<LfpSource>) => (adapter: DatasetAdapter) => ({
  lfp: async (...[probe, options]: Parameters<DatasetAdapter["lfp"]>) => {
    const source = await adapter.lfp(probe, options);
    return { ...source, ...change(source) };
  },
});
const withBlock = (change: (block: LfpBlock, source: LfpSource) => LfpBlock) =>
  withLfp((source) => ({ read: async (request, options) => change(await source.read(request, options), source) }));

function transposed({ data, ...block }: LfpBlock): LfpBlock {
  const [rows = 0, columns = 0] = data.shape;
  const swapped = Float32Array.from(data.data, (_, i) => data.data[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
  return { ...block, data: ndArray(swapped, data.shape, data.unit) };
}

/** Each of these must be found; `foundBy` is the check that is made for it (others may fail too). */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "LFP in microvolts, called volts",
    foundBy: "lfp > the known samples have their volts",
    plant: withBlock((block) => ({
      ...block,
      data: { ...block.data, data: block.data.data.map((value) => value * 1e6) },
    })),
  },
  {
    name: "spike amplitudes in microvolts",
    foundBy: "spikes > amplitudes are volts, one a spike",
    plant: withSpikes((spikes) => ({
      ...spikes,
      amplitudesV: spikes.amplitudesV?.map((value) => value * 1e6) ?? null,
    })),
  },
  {
    name: "LFP axes swapped",
    foundBy: "lfp > the known samples have their volts",
    plant: withBlock(transposed),
  },
  {
    name: "LFP slice off by one",
    foundBy: "lfp > the known samples have their volts",
    plant: withLfp((source) => ({
      read: async (request, options) => {
        const [start, stop] = request.samples ?? [0, 1];
        const shift = stop < source.sampleCount && start >= 0 && stop > start ? 1 : 0;
        const block = await source.read({ ...request, samples: [start + shift, stop + shift] }, options);
        const times = (await source.read({ ...request, samples: [start, stop] }, options)).times;
        return { ...block, samples: [start, stop], times };
      },
    })),
  },
  {
    name: "LFP clock from the nominal rate",
    foundBy: "lfp > first sample, last sample and a piece have the declared shape and times",
    plant: withBlock((block, source) => ({
      ...block,
      times: block.times.map((_, i) => source.clock.coverage.start + (block.samples[0] + i) / 250),
    })),
  },
  {
    name: "LFP clock that starts at zero",
    foundBy: "lfp > the source states its size, clock and channels",
    plant: withLfp((source) => ({ clock: { ...source.clock, coverage: { start: 0, stop: 8 } } })),
  },
  {
    name: "LFP seconds closed at the end",
    foundBy: "lfp > seconds select the samples from start up to, not including, stop",
    plant: withLfp((source) => ({
      toSampleRange: async (interval, options) => {
        const [start, stop] = await source.toSampleRange(interval, options);
        return [start, stop + 1];
      },
    })),
  },
  {
    name: "LFP cut at the file's end without a word",
    foundBy: "lfp > what lies outside the recording is refused",
    plant: withLfp((source) => ({
      read: (request, options) => {
        const [start, stop] = request.samples ?? [0, source.sampleCount];
        const samples = [Math.max(0, start), Math.min(stop, source.sampleCount)] as const;
        return source.read(request.samples ? { ...request, samples } : request, options);
      },
    })),
  },
  {
    name: "LFP channels always in file order",
    foundBy: "lfp > blocks joined equal one read, and none is above its budget",
    plant: withLfp((source) => ({
      read: (request, options) =>
        source.read(
          request.channels ? { ...request, channels: [...request.channels].sort((a, b) => a - b) } : request,
          options,
        ),
    })),
  },
  {
    name: "spike times in samples of the probe clock",
    foundBy: "spikes > have the declared shapes, ascend, and lie on the session clock",
    plant: withSpikes((spikes) => ({ ...spikes, times: spikes.times.map((time) => time * 30_000) })),
  },
  {
    name: "spike times as float32",
    foundBy: "spikes > the known unit has its spikes",
    plant: withSpikes((spikes) => ({ ...spikes, times: spikes.times.map((time) => Math.fround(time)) })),
  },
  {
    name: "spikes of the whole probe in one time order",
    foundBy: "spikes > chosen units come in the order asked, equal to the whole",
    plant: withSpikes((spikes) => ({ ...spikes, times: spikes.times.slice().sort() })),
  },
  {
    name: "offsets shifted by one unit",
    foundBy: "spikes > the known unit has its spikes",
    plant: withSpikes((spikes) => ({
      ...spikes,
      offsets: spikes.offsets.map((end, i) => (i === 0 ? 0 : Math.max(0, end - 1))),
    })),
  },
  {
    name: "an unknown unit gives no spikes instead of an error",
    foundBy: "spikes > chosen units come in the order asked, equal to the whole",
    plant: (adapter) => ({
      spikes: (probe, options) => {
        const units = options?.units?.filter(({ id }) => id.startsWith(probe.id));
        return adapter.spikes(probe, units ? { ...options, units } : options);
      },
    }),
  },
  {
    name: "case-folded acronyms (cm becomes CM)",
    foundBy: "channels > the known channel is where it should be",
    plant: withChannels((row) =>
      row.region?.acronym === "cm" ? { ...row, region: { acronym: "CM", id: 599, granularity: "area" } } : row,
    ),
  },
  {
    name: "an unregistered channel called root",
    foundBy: "channels > are valid, unique and counted as the probe says",
    plant: withChannels((row) =>
      row.region === null
        ? { ...row, region: { acronym: "root", id: 997, granularity: "parent" }, regionAbsent: null }
        : row,
    ),
  },
  {
    name: "coordinates of -1 where there are none",
    foundBy: "channels > are valid, unique and counted as the probe says",
    plant: withChannels((row) => ({ ...row, ccf: row.ccf ?? { ap: -1, dv: -1, ml: -1 } })),
  },
  {
    name: "CCF axes swapped (DV and ML)",
    foundBy: "channels > the known channel is where it should be",
    plant: withChannels((row) => ({ ...row, ccf: row.ccf && { ap: row.ccf.ap, dv: row.ccf.ml, ml: row.ccf.dv } })),
  },
  {
    name: "hemisphere mirrored",
    foundBy: "channels > are valid, unique and counted as the probe says",
    plant: withChannels((row) => ({ ...row, hemisphere: row.hemisphere === "left" ? "right" : row.hemisphere })),
  },
  {
    name: "distance from the surface instead of the tip",
    foundBy: "units > the known unit is where it should be",
    plant: withUnits((row) => ({ ...row, distanceFromTipUm: 260 - (row.distanceFromTipUm ?? 0) })),
  },
  {
    name: "a metric that nobody defined, in silence",
    foundBy: "units > say which metrics have no definition, and where a verdict is not that of the metrics",
    plant: withUnits((row) => ({ ...row, metrics: { ...row.metrics, "memory.beauty": 1 } })),
  },
  {
    name: "a verdict that the metrics do not bear out, in silence",
    foundBy: "units > say which metrics have no definition, and where a verdict is not that of the metrics",
    plant: withUnits((row) => ({ ...row, metrics: { ...row.metrics, "memory.evenness": 0 } })),
  },
  {
    name: "a rule over a metric without a definition",
    foundBy: "plugin > describes itself completely",
    plant: () => ({}),
    plugin: (plugin) => ({ ...plugin, metrics: plugin.metrics.slice(0, 1) }),
  },
  {
    name: "only the good units",
    foundBy: "units > are valid, unique and judged by every rule",
    plant: (adapter) => ({
      units: async (probe, options) => {
        const found = await adapter.units(probe, options);
        return { ...found, rows: found.rows.filter(({ quality }) => quality["memory-good@2026"] === true) };
      },
    }),
  },
  {
    name: "the peak channel is a row number of another table",
    foundBy: "units > stand where their peak channel stands",
    plant: withUnits((row) => ({ ...row, peakChannel: row.peakChannel && { ...row.peakChannel, id: "s1/p1/0" } })),
  },
  {
    name: "contrast in percent",
    foundBy: "events > the known visual onset is there, contrast as a fraction",
    plant: (adapter) => ({
      events: async (session, filter, options) => {
        const found = await adapter.events(session, filter, options);
        return { ...found, rows: found.rows.map((row) => ({ ...row, contrast: row.contrast && row.contrast * 100 })) };
      },
    }),
  },
  {
    name: "event interval closed at its end",
    foundBy: "events > an interval holds its start and not its stop",
    plant: (adapter) => ({
      events: (session, filter, options) => {
        const { interval } = filter;
        const wider = interval && { start: interval.start, stop: interval.stop + 1e-9 };
        return adapter.events(session, wider ? { ...filter, interval: wider } : filter, options);
      },
    }),
  },
  {
    name: "sides exchanged",
    foundBy: "events > the known visual onset is there, contrast as a fraction",
    plant: (adapter) => ({
      events: async (session, filter, options) => {
        const found = await adapter.events(session, filter, options);
        return { ...found, rows: found.rows.map((row) => ({ ...row, side: row.side === "left" ? "right" : "left" })) };
      },
    }),
  },
  {
    name: "an invalid span of one probe tagged for all",
    foundBy: "invalid spans > are half-open, in time order, of a probe of the session",
    plant: (adapter) => ({
      invalidIntervals: async (session, options) =>
        (await adapter.invalidIntervals(session, options)).map((span) => ({ ...span, probe: null })),
    }),
  },
  {
    name: "a swallowed abort",
    foundBy: "abort > a call that begins aborted rejects with the caller's reason",
    plant: (adapter) => ({ probes: (session) => adapter.probes(session) }),
  },
  {
    name: "an abort wrapped in another error",
    foundBy: "abort > a call that begins aborted rejects with the caller's reason",
    plant: (adapter) => ({
      channels: async (probe, options) =>
        adapter.channels(probe, options).catch((error: unknown) => {
          throw new Error("reading channels failed", { cause: error });
        }),
    }),
  },
  {
    name: "a signal that never reaches the store",
    foundBy: "abort > during a read it rejects with the caller's reason and reaches the store",
    plant: (adapter) => ({
      spikes: async (probe, { signal, ...rest } = {}) => {
        signal?.throwIfAborted();
        const aborted = new Promise<never>((_, reject) =>
          signal?.addEventListener("abort", () => reject(signal.reason)),
        );
        return Promise.race([adapter.spikes(probe, rest), aborted]);
      },
    }),
  },
  {
    name: "an unreachable store taken for an empty one",
    foundBy: "failure > an unreachable store is a store error, not an absence",
    plant: (adapter) => ({
      sessions: async function* (filter, options) {
        try {
          yield* adapter.sessions(filter, options);
        } catch (error) {
          if (options?.signal?.aborted) throw error;
        }
      },
    }),
  },
  {
    name: "an unknown probe gives an empty table",
    foundBy: "absent > an unknown session or probe is not found",
    plant: (adapter) => ({
      channels: async (probe, options) =>
        adapter.channels(probe, options).catch((error: unknown) => {
          if (error instanceof NotFoundError) return { probe, rows: [], provenance: [], notices: [] };
          throw error;
        }),
    }),
  },
  {
    name: "tables that read the spikes",
    foundBy: "tables > asking for them reads no signals",
    plant: (adapter) => ({
      units: async (probe, options) => {
        const found = await adapter.units(probe, options);
        await adapter.spikes(probe, options);
        return found;
      },
    }),
  },
  {
    name: "waveforms in volts",
    foundBy: "waveforms > are [samples, channels] in microvolts, largest near the peak channel",
    plant: (adapter) => ({
      waveforms: async (probe, options) => {
        const found = await adapter.waveforms(probe, options);
        const rows = found.rows.map((row) => ({
          ...row,
          data: { ...row.data, data: row.data.data.map((uv) => uv * 1e-6) },
        }));
        return { ...found, rows };
      },
    }),
  },
  {
    name: "a modality that is said to be absent and still answers",
    foundBy: "capabilities > what the dataset lacks is unsupported, never empty",
    plant: () => ({}),
    plugin: (plugin) => ({ ...plugin, capabilities: { ...plugin.capabilities, waveforms: false } }),
  },
  {
    name: "a creation that reads",
    foundBy: "plugin > making the adapter reads nothing",
    plant: () => ({}),
    plugin: (plugin) => ({
      ...plugin,
      create: (deps) => {
        void deps.stores
          .open("memory:dataset/")
          .size("tables.json")
          .catch(() => undefined);
        return plugin.create(deps);
      },
    }),
  },
  {
    name: "a tidied session type",
    foundBy: "sessions > are all listed, valid and unique",
    plant: (adapter) => ({
      sessions: async function* (filter, options) {
        for await (const session of adapter.sessions(filter, options)) {
          yield { ...session, sessionType: session.sessionType?.replaceAll("_", " ") ?? null };
        }
      },
    }),
  },
  {
    name: "waveforms said to be absent that are there",
    foundBy: "probes > have no LFP or waveforms where they say so",
    plant: (adapter) => ({
      probes: async (session, options) =>
        (await adapter.probes(session, options)).map((probe) => ({ ...probe, hasWaveforms: false })),
    }),
  },
  {
    name: "a fingerprint that never changes",
    foundBy: "fingerprints > are other ones when a table of the probe is written again",
    plant: (adapter) => ({
      fingerprints: async function* (options) {
        for await (const { probe } of adapter.fingerprints?.(options) ?? []) yield { probe, fingerprint: probe.id };
      },
    }),
  },
  {
    name: "a probe without fingerprint",
    foundBy: "fingerprints > one for each probe, the same when asked again, without a look into signals",
    plant: (adapter) => ({
      fingerprints: async function* (options) {
        for await (const row of adapter.fingerprints?.(options) ?? []) if (row.probe.id.endsWith("1")) yield row;
      },
    }),
  },
  {
    name: "a fingerprint of the day",
    foundBy: "fingerprints > one for each probe, the same when asked again, without a look into signals",
    plant: (adapter) => ({
      fingerprints: async function* (options) {
        for await (const { probe } of adapter.fingerprints?.(options) ?? [])
          yield { probe, fingerprint: `${probe.id} ${performance.now()}` };
      },
    }),
  },
  {
    name: "a file's path that leaves the folder",
    foundBy: "files > have safe relative paths, sizes, digests and addresses without credentials",
    plant: withFiles((file) => ({ ...file, path: `../${file.path}` })),
  },
  {
    name: "a file of unknown size with -1 bytes",
    foundBy: "files > have safe relative paths, sizes, digests and addresses without credentials",
    plant: withFiles((file) => ({ ...file, size: -1 })),
  },
  {
    name: "a password in an address",
    foundBy: "files > have safe relative paths, sizes, digests and addresses without credentials",
    plant: withFiles((file) => ({ ...file, urls: ["https://me:secret@example.org/a"] })),
  },
  {
    name: "a selection of files that is not looked at",
    foundBy: "files > a selection keeps what it names and nothing else",
    plant: (adapter) => ({ files: ({ refs }, options) => adapter.files({ refs }, options) }),
  },
];
