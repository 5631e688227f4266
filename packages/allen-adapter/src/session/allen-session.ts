import { type CallOptions, type Notice, QueryError, type Table, table } from "@crossprobe/core";
import { readInvalidTimes } from "../invalid-intervals.js";
import { NoticeCounter } from "../notices.js";
import type { SessionFile } from "../session-file.js";
import { rowsWhere } from "./columns.js";
import { type GazeOptions, readGaze, readPupil } from "./eye-tracking.js";
import type { SessionIdentity } from "./identity.js";
import { readLightPulses } from "./light-pulses.js";
import { readMeanWaveform, type UnitWaveform } from "./mean-waveform.js";
import { rowsOf } from "./named-rows.js";
import type { Presence } from "./presence.js";
import { toPresentationIntervals } from "./presentation-intervals.js";
import { type CountChoice, PresentationSpikes, type SpikeChoice, type SpikeCounts } from "./presentation-spikes.js";
import { type Rig, readRig } from "./rig.js";
import { readRawRunning, readRunningTable } from "./running-tables.js";
import { SessionTables } from "./session-tables.js";
import { toEpochs } from "./stimulus-epochs.js";
import { type ParameterValue, toParameterValues } from "./stimulus-parameters.js";
import { choosePresentations, type PresentationChoice, rowsOfStimuli } from "./stimulus-presentations.js";
import { type StructureIntervals, toStructureIntervals } from "./structure-intervals.js";
import type { UnitFilters } from "./unit-filters.js";
import { countByStructure, labelsOf, type StructureCount } from "./unit-table.js";
import { KEPT_SPIKE_BYTES, UnitTrains } from "./unit-trains.js";

/** What a session is read with besides its file. */
export interface SessionSettings {
  readonly filters?: UnitFilters | undefined;
  /**
   * `channels.csv` as a table: `id`, `ecephys_structure_id`, `ecephys_structure_acronym` and the three coordinates. Channels that it does not
   * list are left out. Without it labels and coordinates are those of the file.
   */
  readonly channels?: Table | undefined;
  /** Bytes of spike times kept in memory; 128 MiB if not given. */
  readonly keptSpikeBytes?: number | undefined;
}

/**
 * One session of Visual Coding – Neuropixels, read from its NWB file on demand: what is asked for is read, once, and no more.
 *
 * Tables have the release's column names and the column `id` where AllenSDK has an index. Times are seconds on the session clock. Absent
 * numbers are NaN, absent texts null.
 */
export class AllenSession {
  readonly url: string;
  readonly #file: SessionFile;
  readonly #notices = new NoticeCounter();
  readonly #counted = new Set<string>();
  readonly #trains: UnitTrains;
  readonly #tables: SessionTables;
  readonly #spikes: PresentationSpikes;

  constructor(file: SessionFile, settings: SessionSettings = {}) {
    this.url = file.file.url;
    this.#file = file;
    this.#tables = new SessionTables(file, settings.filters ?? {}, settings.channels, this.#notices);
    this.#trains = new UnitTrains(file, this.#notices, settings.keptSpikeBytes ?? KEPT_SPIKE_BYTES);
    this.#spikes = new PresentationSpikes(this.url, this.#tables, this.#trains);
  }

  /** What was repaired, masked or left out in everything read so far. */
  get notices(): readonly Notice[] {
    return [...this.#file.nwb.notices, ...this.#notices.list()];
  }

  /** Session, stimulus set and animal. */
  async identity(options?: CallOptions): Promise<SessionIdentity> {
    return this.#tables.identity(options);
  }

  /** Probes: `id`, `description` (the name), `location`, `sampling_rate`, `lfp_sampling_rate` (Hz), `has_lfp_data`. */
  async probes(options?: CallOptions): Promise<Table> {
    return this.#tables.probes(options);
  }

  /** Channels: place on the probe (µm), label, coordinates (CCF µm). Unusable ones are left out unless `byValidity` is false. */
  async channels(options?: CallOptions): Promise<Table> {
    return this.#tables.channels(options);
  }

  /** Units that pass the filters: metrics, peak channel, probe. Reads no spike. */
  async units(options?: CallOptions): Promise<Table> {
    return this.#tables.units(options);
  }

  /** Distinct labels of the channels in order, null among them where channels have none. */
  async structureAcronyms(options?: CallOptions): Promise<readonly (string | null)[]> {
    return [...new Set(labelsOf(await this.channels(options)))];
  }

  /** Units by structure, most first. */
  async structurewiseUnitCounts(options?: CallOptions): Promise<readonly StructureCount[]> {
    return countByStructure(await this.units(options));
  }

  /** Runs of channels in one structure, in the order given. */
  async channelStructureIntervals(channelIds: readonly number[], options?: CallOptions): Promise<StructureIntervals> {
    return toStructureIntervals(await this.channels(options), channelIds);
  }

  /** Presentations: times, name, block, parameters, condition. Unknown stimuli give no rows. */
  async stimulusPresentations(choice: PresentationChoice & CallOptions = {}): Promise<Table> {
    const { presentations } = await this.#tables.stimulus({ signal: choice.signal });
    return choosePresentations(presentations, choice, this.#chosenRows(presentations, choice));
  }

  /** Every distinct combination of parameters, detailed ones too. */
  async stimulusConditions(options?: CallOptions): Promise<Table> {
    return (await this.#tables.stimulus(options)).conditions;
  }

  /** Names of stimuli in order of first appearance. */
  async stimulusNames(options?: CallOptions): Promise<readonly string[]> {
    const { presentations } = await this.#tables.stimulus(options);
    return [...new Set(Array.from(presentations.columns.get("stimulus_name") ?? [], String))];
  }

  /** Runs of presentations of one block. @param shortest seconds an epoch must last to be listed, by stimulus */
  async stimulusEpochs(shortest: Readonly<Record<string, number>> = {}, options?: CallOptions): Promise<Table> {
    return toEpochs((await this.#tables.stimulus(options)).presentations, shortest);
  }

  /** Distinct values of each visible parameter that is used in the presentations chosen. */
  async parameterValues(
    choice: PresentationChoice & CallOptions & { readonly withAbsent?: boolean | undefined } = {},
  ): Promise<ReadonlyMap<string, readonly ParameterValue[]>> {
    return toParameterValues(await this.stimulusPresentations(choice), choice.withAbsent);
  }

  /** Seconds between consecutive presentations, of some stimuli or of all. */
  async presentationIntervals(stimuli?: string | readonly string[], options?: CallOptions): Promise<Table> {
    return toPresentationIntervals((await this.#tables.stimulus(options)).presentations, stimuli);
  }

  /**
   * Spike times of a unit, seconds, ascending. Reads one range of the file. The array is kept and shared: copy it before changing it.
   *
   * @throws {@link NotFoundError} for a unit that the unit table does not have
   */
  async spikeTimes(unitId: number, options?: CallOptions): Promise<Float64Array> {
    await this.#tables.unitRows(unitId, options);
    return this.#trains.times(unitId, options);
  }

  /** Amplitudes of the spikes of {@link spikeTimes}, volts. */
  async spikeAmplitudes(unitId: number, options?: CallOptions): Promise<Float64Array> {
    await this.#tables.unitRows(unitId, options);
    return this.#trains.amplitudes(unitId, options);
  }

  /** Mean spike shape of a unit, microvolts. */
  async meanWaveform(unitId: number, options?: CallOptions): Promise<UnitWaveform> {
    await this.#tables.unitRows(unitId, options);
    const tables = {
      units: await this.units(options),
      channels: await this.channels(options),
      probes: await this.probes(options),
    };
    const { notices, ...waveform } = await readMeanWaveform(this.#file, unitId, tables, options);
    const noted = this.#once(`waveform ${unitId}`);
    for (const { code, where, message, count } of notices) noted.add(code, where, message, count);
    return waveform;
  }

  /**
   * Spikes in bins around the starts of presentations. Reads the spikes of the units.
   *
   * @throws {@link QueryError} for edges that do not ascend
   * @throws {@link NotFoundError} for a unit or presentation that the session does not have
   */
  async presentationwiseSpikeCounts(choice: CountChoice): Promise<SpikeCounts> {
    return this.#spikes.counts(choice);
  }

  /** Every spike during presentations, in time order: `spike_time`, `stimulus_presentation_id`, `unit_id`, `time_since_stimulus_presentation_onset`. */
  async presentationwiseSpikeTimes(choice: SpikeChoice = {}): Promise<Table> {
    return this.#spikes.rows(choice);
  }

  /**
   * Spikes of each unit over the presentations of each condition: sum, mean, standard deviation and error. Without `units`, those without
   * a spike in the presentations are left out.
   */
  async conditionwiseSpikeStatistics(
    choice: SpikeChoice & { readonly asRates?: boolean | undefined } = {},
  ): Promise<Table> {
    return this.#spikes.statistics(choice);
  }

  /** Running: `start_time`, `end_time` (s), `velocity` (cm/s), `net_rotation` (radians). */
  async runningSpeed(options?: CallOptions): Promise<Table> {
    return readRunningTable(this.#file.file, this.#once("running"), options, this.#file.errata);
  }

  /** The wheel as sampled: `frame_time` (s), `net_rotation` (radians), `signal_voltage`, `supply_voltage` (V). */
  async rawRunning(options?: CallOptions): Promise<Table> {
    return readRawRunning(this.#file.file, options);
  }

  /** Ellipses of corneal reflection, pupil and eye in each frame, pixels and radians. */
  async pupil(options?: CallOptions): Promise<Presence<Table>> {
    return readPupil(this.#file.file, options);
  }

  /** Where on the screen the eye looks. */
  async gaze(options?: GazeOptions): Promise<Presence<Table>> {
    return readGaze(this.#file.file, options);
  }

  /** Where monitor, camera and light stood, and which rig it was. */
  async rig(options?: CallOptions): Promise<Presence<Rig>> {
    return readRig(this.#file.file, options);
  }

  /** Pulses of light for optotagging. */
  async lightPulses(options?: CallOptions): Promise<Presence<Table>> {
    return readLightPulses(this.#file.file, this.#once("light pulses"), options, this.#file.errata);
  }

  /** Spans that the release calls invalid: `id`, `start_time`, `stop_time`, `tags` (type, id, label); no rows where there are none. */
  async invalidTimes(options?: CallOptions): Promise<Table> {
    const found = await readInvalidTimes(this.#file.file, options);
    const rowCount = found?.rowCount ?? 0;
    return table([
      ["id", Float64Array.from({ length: rowCount }, (_, row) => found?.table.ids?.[row] ?? row)],
      ["start_time", found?.startTimes ?? new Float64Array(0)],
      ["stop_time", found?.stopTimes ?? new Float64Array(0)],
      ["tags", found?.tags ?? new Array<readonly string[]>(rowCount).fill([])],
    ]);
  }

  /** Closes the file; nothing can be read afterwards. */
  async close(): Promise<void> {
    const reason = new QueryError(`The session ${this.url} was closed while it was read.`);
    this.#tables.dispose(reason);
    await this.#file.file.close();
  }

  /** The notices for what is read anew at every call: the first call alone counts. */
  #once(what: string): NoticeCounter {
    if (this.#counted.has(what)) return new NoticeCounter();
    this.#counted.add(what);
    return this.#notices;
  }

  #chosenRows(presentations: Table, { stimuli, presentations: ids }: PresentationChoice): readonly number[] {
    const named = stimuli === undefined ? undefined : new Set(rowsOfStimuli(presentations, stimuli));
    if (ids === undefined) return named ? [...named] : rowsWhere(presentations.rowCount, () => true);
    const rows = rowsOf(presentations, ids, { noun: "presentation", url: this.url });
    return rows.filter((row) => named === undefined || named.has(row));
  }
}
