import {
  type CallOptions,
  type Channel,
  type ChannelTable,
  type EventFilter,
  type EventTable,
  type InvalidInterval,
  type LfpSource,
  type MovementSignal,
  NotFoundError,
  type Notice,
  type ProbeInsertion,
  type ProbeRef,
  type SessionRef,
  type SpikeOptions,
  type SpikeTable,
  type UnitTable,
  UnsupportedError,
  type WaveformTable,
} from "@crossprobe/core";
import { withAnalysisMetrics } from "./analysis-columns.js";
import { toChannelTable } from "./channels.js";
import { ZERO_RATE } from "./errata/rates.js";
import { toEvents } from "./events.js";
import { type InvalidIntervals, readInvalidIntervals } from "./invalid-intervals.js";
import { LfpOpener } from "./lfp/lfp-opener.js";
import { readMovement } from "./movement.js";
import { type Presentations, readPresentations } from "./presentations.js";
import { countUnplacedUnits, toProbes } from "./probes.js";
import type { ProjectCache } from "./project-cache.js";
import type { SessionFile } from "./session-file.js";
import { SharedReads } from "./shared-reads.js";
import { checkWanted, readSpikes } from "./spikes.js";
import type { IndexedTable, TableName } from "./tables.js";
import { toUnitTable, type UnitTables } from "./units.js";
import { readWaveforms } from "./waveforms.js";

/** Probes whose tables, and sessions whose presentations, are kept: a session has at most six probes and some 70 000 presentations. */
const KEPT_PROBES = 24;
const KEPT_SESSIONS = 4;

/** Answers for the sessions and probes of one cache folder; what tables and files hold is read once and kept. */
export class SessionReader {
  readonly #cache: ProjectCache;
  readonly #channels: SharedReads<ChannelTable>;
  readonly #units: SharedReads<UnitTable>;
  readonly #presentations: SharedReads<Presentations>;
  readonly #invalid: SharedReads<InvalidIntervals>;
  readonly #coverage = new Map<string, SpikeTable["coverage"]>();
  readonly #lfp: LfpOpener;
  readonly #withMetrics: boolean;

  /** @param settings whether units carry their analysis metrics */
  constructor(cache: ProjectCache, settings: { readonly analysisMetrics: boolean }) {
    this.#cache = cache;
    this.#withMetrics = settings.analysisMetrics;
    this.#channels = new SharedReads((probe, options) => this.#readChannels(probe, options), KEPT_PROBES);
    this.#units = new SharedReads((probe, options) => this.#readUnits(probe, options), KEPT_PROBES);
    this.#presentations = new SharedReads(
      async (session, options) => readPresentations((await this.#file(session, options)).file, options, cache.errata),
      KEPT_SESSIONS,
    );
    this.#invalid = new SharedReads(async (session, options) =>
      readInvalidIntervals((await this.#file(session, options)).file, await this.probes(session, options), options),
    );
    this.#lfp = new LfpOpener(cache);
  }

  /** Whether the tables of this folder list a session or probe. */
  async knows(ref: SessionRef | ProbeRef, options?: CallOptions): Promise<boolean> {
    const table = await this.#cache.table(ref.kind === "session" ? "sessions" : "probes", options);
    return table?.rowOf.has(ref.id) ?? false;
  }

  async probes(sessionId: string, options?: CallOptions): Promise<readonly ProbeInsertion[]> {
    const probes = await this.#require("probes", NotFoundError, options);
    const channels = await this.#cache.table("channels", options);
    const units = await this.#cache.table("units", options);
    const sessions = await this.#cache.table("sessions", options);
    return toProbes({ probes, sessions, channels, units }, sessionId);
  }

  async channels(probeId: string, options?: CallOptions): Promise<ChannelTable> {
    return this.#channels.read(probeId, options);
  }

  async units(probeId: string, options?: CallOptions): Promise<UnitTable> {
    return this.#units.read(probeId, options);
  }

  async spikes(probeId: string, options: SpikeOptions): Promise<SpikeTable> {
    const call: CallOptions = { signal: options.signal };
    const published = await this.#publishedUnits(probeId, call);
    const wanted = checkWanted(options.units, published, probeId);
    const file = await this.#file(await this.#sessionOf(probeId, call), call);
    const coverage = async (read: (inner?: CallOptions) => Promise<SpikeTable["coverage"]>) => {
      const known = this.#coverage.get(probeId);
      if (known !== undefined) return known;
      const found = await read(call);
      this.#coverage.set(probeId, found);
      return found;
    };
    return readSpikes(file, { probeId, published, wanted, coverage }, call);
  }

  async waveforms(probeId: string, options: SpikeOptions): Promise<WaveformTable> {
    const call: CallOptions = { signal: options.signal };
    const published = await this.#publishedUnits(probeId, call);
    const wanted = checkWanted(options.units, published, probeId);
    const file = await this.#file(await this.#sessionOf(probeId, call), call);
    const { rows } = await this.channels(probeId, call);
    const request = {
      probeId,
      units: wanted ?? published,
      areNamed: wanted !== undefined,
      channelAt: new Map(rows.flatMap(({ siteIndex, ref }) => (siteIndex === null ? [] : [[siteIndex, ref] as const]))),
      samplingRate: await this.#samplingRate(probeId, call),
    };
    return readWaveforms(file, request, call);
  }

  async events(sessionId: string, filter: EventFilter, options?: CallOptions): Promise<EventTable> {
    const { file, nwb } = await this.#file(sessionId, options);
    const presentations = await this.#presentations.read(sessionId, options);
    const { notices } = await this.#invalid.read(sessionId, options);
    return toEvents(presentations, sessionId, filter, { url: file.url, notices: [...nwb.notices, ...notices] });
  }

  async movement(sessionId: string, options?: CallOptions): Promise<MovementSignal> {
    return readMovement((await this.#file(sessionId, options)).file, sessionId, options, this.#cache.errata);
  }

  async invalidIntervals(sessionId: string, options?: CallOptions): Promise<readonly InvalidInterval[]> {
    return (await this.#invalid.read(sessionId, options)).intervals;
  }

  async lfp(probeId: string, options?: CallOptions): Promise<LfpSource> {
    const probes = await this.#require("probes", NotFoundError, options);
    const sessionId = await this.#sessionOf(probeId, options);
    const probe = toProbes({ probes }, sessionId).find(({ ref }) => ref.id === probeId);
    if (!probe)
      throw new NotFoundError(`No probe ${probeId} in ${probes.cells.url}.`, {
        hint: "List the probes of a session to see their ids.",
      });
    const listed = await this.#listedChannels(probeId, options);
    const hasSessionFile = await this.#cache.has(["session_nwb", sessionId, sessionId], options);
    const invalid = hasSessionFile ? async (inner?: CallOptions) => this.invalidIntervals(sessionId, inner) : undefined;
    return this.#lfp.open(probe, { listed, invalid }, options);
  }

  dispose(): void {
    this.#lfp.dispose();
  }

  async #file(sessionId: string, options?: CallOptions): Promise<SessionFile> {
    return this.#cache.sessionFile(sessionId, options);
  }

  async #readChannels(probeId: string, options: CallOptions): Promise<ChannelTable> {
    const channels = await this.#require("channels", UnsupportedError, options);
    return toChannelTable(channels, await this.#require("probes", NotFoundError, options), probeId, this.#cache.errata);
  }

  async #readUnits(probeId: string, options: CallOptions): Promise<UnitTable> {
    const tables: UnitTables = {
      channels: await this.#require("channels", UnsupportedError, options),
      units: await this.#require("units", UnsupportedError, options),
    };
    const sessionId = await this.#sessionOf(probeId, options);
    const { unlisted, notices } = await this.#unlistedUnits(tables, probeId, sessionId, options);
    const table = toUnitTable(tables, probeId, sessionId, unlisted, this.#cache.errata);
    const found = { ...table, notices: [...table.notices, ...notices] };
    return this.#withMetrics ? this.#addMetrics(found, sessionId, options) : found;
  }

  async #addMetrics(table: UnitTable, sessionId: string, options: CallOptions): Promise<UnitTable> {
    const { cells, rowOf } = await this.#require("sessions", NotFoundError, options);
    const row = rowOf.get(sessionId);
    const sessionType = row === undefined ? null : cells.text("session_type", row);
    if (sessionType === null) return withAnalysisMetrics(table, undefined, cells.url);
    const key = await this.#cache.keyOf(["typewise_analysis_metrics", sessionType], options);
    const metrics = await this.#cache.analysisMetrics(sessionType, options);
    return withAnalysisMetrics(table, metrics, this.#cache.url + key);
  }

  /** Units whose peak channel no table lists, and that the session file places on a probe. No file is opened where there are none. */
  async #unlistedUnits(
    { channels, units }: UnitTables,
    probeId: string,
    sessionId: string,
    options: CallOptions,
  ): Promise<{ readonly unlisted: readonly number[]; readonly notices: readonly Notice[] }> {
    const count = countUnplacedUnits(channels, units);
    if (count === 0) return { unlisted: [], notices: [] };
    if (!(await this.#cache.has(["session_nwb", sessionId, sessionId], options))) {
      const message =
        "Units whose peak channel is in no table may belong to this probe; only the session file could tell.";
      return { unlisted: [], notices: [{ code: "units-unplaced", message, count, where: units.cells.url }] };
    }
    const { probeOf } = await (await this.#file(sessionId, options)).units.read(options);
    const unlisted: number[] = [];
    for (const [channelId, rows] of units.rowsOf) {
      if (channels.rowOf.has(channelId)) continue;
      unlisted.push(...rows.filter((row) => probeOf.get(units.cells.id("id", row)) === probeId));
    }
    return { unlisted, notices: [] };
  }

  async #publishedUnits(probeId: string, options: CallOptions): Promise<readonly string[]> {
    return (await this.units(probeId, options)).rows.map(({ ref }) => ref.id);
  }

  async #listedChannels(probeId: string, options?: CallOptions): Promise<ReadonlyMap<string, Channel>> {
    if (!(await this.#cache.table("channels", options))) return new Map();
    const { rows } = await this.channels(probeId, options);
    return new Map(rows.map((channel) => [channel.ref.id, channel]));
  }

  async #sessionOf(probeId: string, options?: CallOptions): Promise<string> {
    const { cells, rowOf } = await this.#require("probes", NotFoundError, options);
    const row = rowOf.get(probeId);
    if (row === undefined)
      throw new NotFoundError(`No probe ${probeId} in ${cells.url}.`, {
        hint: "List the probes of a session to see their ids.",
      });
    return cells.id("ecephys_session_id", row);
  }

  /** Hertz; null where the table holds nothing, or a 0 that is to be mended. */
  async #samplingRate(probeId: string, options: CallOptions): Promise<number | null> {
    const { cells, rowOf } = await this.#require("probes", NotFoundError, options);
    const row = rowOf.get(probeId);
    const rate = row === undefined ? null : cells.number("sampling_rate", row);
    return this.#cache.errata.isOn(ZERO_RATE.id) && ZERO_RATE.detect(rate) ? ZERO_RATE.repair(rate) : rate;
  }

  async #require(
    name: TableName,
    Refusal: typeof NotFoundError | typeof UnsupportedError,
    options?: CallOptions,
  ): Promise<IndexedTable> {
    const table = await this.#cache.table(name, options);
    if (table) return table;
    throw new Refusal(`The cache ${this.#cache.url} holds no ${name}.csv.`, {
      hint: `Download ${name}.csv of the release into the folder.`,
    });
  }
}
