import {
  type CallOptions,
  type NdArray,
  type Notice,
  ndArray,
  QueryError,
  SharedRead,
  type Table,
  table,
} from "@crossprobe/core";
import { readInvalidTimes } from "../invalid-intervals.js";
import { NoticeCounter } from "../notices.js";
import { readPresentationTables } from "../presentations.js";
import type { SessionFile } from "../session-file.js";
import { domainNotices, toBinCentres, toBinDomain } from "./bin-domain.js";
import { type FileChannels, joinListedChannels, readFileChannels } from "./channel-table.js";
import { isAbsentCell, numbersIn, rowsById, rowsWhere, takeRows } from "./columns.js";
import { toConditionStatistics } from "./condition-statistics.js";
import { type GazeOptions, readGaze, readPupil } from "./eye-tracking.js";
import { readIdentity, type SessionIdentity } from "./identity.js";
import { readLightPulses } from "./light-pulses.js";
import { readMeanWaveform, type UnitWaveform } from "./mean-waveform.js";
import { rowsOf } from "./named-rows.js";
import type { Presence } from "./presence.js";
import { toPresentationIntervals } from "./presentation-intervals.js";
import { readProbes } from "./probe-table.js";
import { type Rig, readRig } from "./rig.js";
import { readRawRunning, readRunningTable } from "./running-tables.js";
import { type CountArray, countSpikes } from "./spike-counts.js";
import { toSpikeRows, type UnitTrain, type Windows } from "./spike-rows.js";
import type { BinEdges } from "./spike-search.js";
import { joinPresentationTables } from "./stimulus-columns.js";
import { toEpochs } from "./stimulus-epochs.js";
import { type ParameterValue, toParameterValues } from "./stimulus-parameters.js";
import {
  choosePresentations,
  type PresentationChoice,
  rowsOfStimuli,
  type StimulusData,
  toStimulusData,
} from "./stimulus-presentations.js";
import { type StructureIntervals, toStructureIntervals } from "./structure-intervals.js";
import type { UnitFilters } from "./unit-filters.js";
import { countByStructure, labelsOf, readFileUnits, type StructureCount, toUnits } from "./unit-table.js";
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

/** Presentations and units of a question about spikes. */
export interface SpikeChoice extends CallOptions {
  /** Numbers of presentations, in the order wanted; all if not given. */
  readonly presentations?: number | readonly number[] | undefined;
  /** Ids of units, in the order wanted; all of the unit table if not given. */
  readonly units?: number | readonly number[] | undefined;
  /** `halfOpen` if not given; `allensdk` closes bins at both ends, and shifts presentations to `(start, stop]`. */
  readonly binEdges?: BinEdges | undefined;
}

export interface CountChoice extends SpikeChoice {
  /** Edges of the bins, seconds from the start of a presentation, ascending. */
  readonly edges: ArrayLike<number>;
  /** 1 where there are spikes, instead of how many. */
  readonly asBinary?: boolean | undefined;
  /** What becomes of the edges on the session clock (`[presentations, edges]`), such as a shift. */
  readonly changeEdges?: ((edges: Float64Array) => Float64Array) | undefined;
}

/** Spikes in the bins around presentations. */
export interface SpikeCounts {
  /** `[presentations, bins, units]`. */
  readonly counts: NdArray<CountArray>;
  readonly presentationIds: Float64Array;
  /** Middles of the bins, seconds from the start of a presentation. */
  readonly binCentres: Float64Array;
  readonly unitIds: Float64Array;
  /** `windows-overlap`, `binary-bins-wide`. */
  readonly notices: readonly Notice[];
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
  readonly #filters: UnitFilters;
  readonly #listed: Table | undefined;
  readonly #notices = new NoticeCounter();
  readonly #counted = new Set<string>();
  readonly #trains: UnitTrains;
  readonly #identity: SharedRead<SessionIdentity>;
  readonly #probes: SharedRead<Table>;
  readonly #fileChannels: SharedRead<FileChannels>;
  readonly #channels: SharedRead<Table>;
  readonly #fileUnits: SharedRead<Table>;
  readonly #units: SharedRead<Table>;
  readonly #stimulus: SharedRead<StimulusData>;

  constructor(file: SessionFile, settings: SessionSettings = {}) {
    this.url = file.file.url;
    this.#file = file;
    this.#filters = settings.filters ?? {};
    this.#listed = settings.channels;
    this.#trains = new UnitTrains(file, this.#notices, settings.keptSpikeBytes ?? KEPT_SPIKE_BYTES);
    this.#identity = new SharedRead((options) => readIdentity(file.file, file.nwb, options));
    this.#probes = new SharedRead((options) => readProbes(file.file, this.#notices, options, file.errata));
    this.#fileChannels = new SharedRead((options) => readFileChannels(file.file, this.#notices, options, file.errata));
    this.#channels = new SharedRead((options) => this.#readChannels(options));
    this.#fileUnits = new SharedRead((options) => readFileUnits(file.file, this.#notices, options));
    this.#units = new SharedRead((options) => this.#readUnits(options));
    this.#stimulus = new SharedRead((options) => this.#readStimulus(options));
  }

  /** What was repaired, masked or left out in everything read so far. */
  get notices(): readonly Notice[] {
    return [...this.#file.nwb.notices, ...this.#notices.list()];
  }

  /** Session, stimulus set and animal. */
  async identity(options?: CallOptions): Promise<SessionIdentity> {
    return this.#identity.read(options);
  }

  /** Probes: `id`, `description` (the name), `location`, `sampling_rate`, `lfp_sampling_rate` (Hz), `has_lfp_data`. */
  async probes(options?: CallOptions): Promise<Table> {
    return this.#probes.read(options);
  }

  /** Channels: place on the probe (µm), label, coordinates (CCF µm). Unusable ones are left out unless `byValidity` is false. */
  async channels(options?: CallOptions): Promise<Table> {
    return this.#channels.read(options);
  }

  /** Units that pass the filters: metrics, peak channel, probe. Reads no spike. */
  async units(options?: CallOptions): Promise<Table> {
    return this.#units.read(options);
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
    const { presentations } = await this.#stimulus.read({ signal: choice.signal });
    return choosePresentations(presentations, choice, this.#chosenRows(presentations, choice));
  }

  /** Every distinct combination of parameters, detailed ones too. */
  async stimulusConditions(options?: CallOptions): Promise<Table> {
    return (await this.#stimulus.read(options)).conditions;
  }

  /** Names of stimuli in order of first appearance. */
  async stimulusNames(options?: CallOptions): Promise<readonly string[]> {
    const { presentations } = await this.#stimulus.read(options);
    return [...new Set(Array.from(presentations.columns.get("stimulus_name") ?? [], String))];
  }

  /** Runs of presentations of one block. @param shortest seconds an epoch must last to be listed, by stimulus */
  async stimulusEpochs(shortest: Readonly<Record<string, number>> = {}, options?: CallOptions): Promise<Table> {
    return toEpochs((await this.#stimulus.read(options)).presentations, shortest);
  }

  /** Distinct values of each visible parameter that is used in the presentations chosen. */
  async parameterValues(
    choice: PresentationChoice & CallOptions & { readonly withAbsent?: boolean | undefined } = {},
  ): Promise<ReadonlyMap<string, readonly ParameterValue[]>> {
    return toParameterValues(await this.stimulusPresentations(choice), choice.withAbsent);
  }

  /** Seconds between consecutive presentations, of some stimuli or of all. */
  async presentationIntervals(stimuli?: string | readonly string[], options?: CallOptions): Promise<Table> {
    return toPresentationIntervals((await this.#stimulus.read(options)).presentations, stimuli);
  }

  /**
   * Spike times of a unit, seconds, ascending. Reads one range of the file. The array is kept and shared: copy it before changing it.
   *
   * @throws {@link NotFoundError} for a unit that the unit table does not have
   */
  async spikeTimes(unitId: number, options?: CallOptions): Promise<Float64Array> {
    await this.#unitRows(unitId, options);
    return this.#trains.times(unitId, options);
  }

  /** Amplitudes of the spikes of {@link spikeTimes}, volts. */
  async spikeAmplitudes(unitId: number, options?: CallOptions): Promise<Float64Array> {
    await this.#unitRows(unitId, options);
    return this.#trains.amplitudes(unitId, options);
  }

  /** Mean spike shape of a unit, microvolts. */
  async meanWaveform(unitId: number, options?: CallOptions): Promise<UnitWaveform> {
    await this.#unitRows(unitId, options);
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
    const windows = await this.#windows(choice);
    const domain = toBinDomain(windows.startTimes, choice.edges, choice.changeEdges);
    const trains = await this.#trainsOf(choice);
    const counts = countSpikes(
      trains.map(({ times }) => times),
      domain,
      choice.binEdges,
    );
    return {
      counts: choice.asBinary
        ? ndArray(
            counts.data.map((count) => Math.min(1, count)),
            counts.shape,
            "",
          )
        : counts,
      presentationIds: windows.ids,
      binCentres: toBinCentres(choice.edges),
      unitIds: Float64Array.from(trains, ({ unitId }) => unitId),
      notices: domainNotices(domain, choice.asBinary ?? false, this.url),
    };
  }

  /** Every spike during presentations, in time order: `spike_time`, `stimulus_presentation_id`, `unit_id`, `time_since_stimulus_presentation_onset`. */
  async presentationwiseSpikeTimes(choice: SpikeChoice = {}): Promise<Table> {
    return toSpikeRows(await this.#trainsOf(choice), await this.#windows(choice), choice.binEdges);
  }

  /**
   * Spikes of each unit over the presentations of each condition: sum, mean, standard deviation and error. Without `units`, those without
   * a spike in the presentations are left out.
   */
  async conditionwiseSpikeStatistics(
    choice: SpikeChoice & { readonly asRates?: boolean | undefined } = {},
  ): Promise<Table> {
    return toConditionStatistics(await this.#trainsOf(choice), await this.#windows(choice), {
      binEdges: choice.binEdges,
      asRates: choice.asRates,
      withoutSilent: choice.units === undefined,
    });
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
    for (const read of [
      this.#probes,
      this.#fileChannels,
      this.#channels,
      this.#fileUnits,
      this.#units,
      this.#stimulus,
    ]) {
      read.dispose(reason);
    }
    await this.#file.file.close();
  }

  /** The notices for what is read anew at every call: the first call alone counts. */
  #once(what: string): NoticeCounter {
    if (this.#counted.has(what)) return new NoticeCounter();
    this.#counted.add(what);
    return this.#notices;
  }

  async #readChannels(options: CallOptions): Promise<Table> {
    const { table: all, isValid } = await this.#fileChannels.read(options);
    const valid = Array.from(isValid);
    const isKept = (row: number) => this.#filters.byValidity === false || valid[row] === true;
    const kept = takeRows(all, rowsWhere(all.rowCount, isKept));
    const flagged = this.#filters.byValidity === false ? table([...kept.columns, ["valid_data", valid]]) : kept;
    if (!this.#listed) return flagged;
    const { errata } = this.#file;
    return joinListedChannels(flagged, this.#listed, { place: this.url, errata, notices: this.#notices });
  }

  async #readUnits(options: CallOptions): Promise<Table> {
    const parts = {
      units: await this.#fileUnits.read(options),
      channels: await this.channels(options),
      probes: await this.probes(options),
    };
    const { table: all, isValid } = await this.#fileChannels.read(options);
    const rowOf = rowsById(all);
    const labels = all.columns.get("structure_acronym") ?? [];
    const isUsable = (channelId: number) => isValid[rowOf.get(channelId) ?? -1] === true;
    const isLabelled = (channelId: number) => !isAbsentCell(labels[rowOf.get(channelId) ?? -1]);
    const report = { place: `${this.url}#/units`, notices: this.#notices };
    return toUnits({ ...parts, isUsable, isLabelled }, this.#filters, report);
  }

  async #readStimulus(options: CallOptions): Promise<StimulusData> {
    const { file, errata } = this.#file;
    const tables = await readPresentationTables(file, { signal: options.signal });
    const joined = joinPresentationTables(tables, this.#notices, errata);
    return toStimulusData(joined, await readInvalidTimes(file, options), this.#notices);
  }

  #chosenRows(presentations: Table, { stimuli, presentations: ids }: PresentationChoice): readonly number[] {
    const named = stimuli === undefined ? undefined : new Set(rowsOfStimuli(presentations, stimuli));
    if (ids === undefined) return named ? [...named] : rowsWhere(presentations.rowCount, () => true);
    return this.#presentationRows(presentations, ids).filter((row) => named === undefined || named.has(row));
  }

  #presentationRows(presentations: Table, ids: number | readonly number[]): readonly number[] {
    return rowsOf(presentations, ids, { noun: "presentation", url: this.url });
  }

  async #windows(
    choice: SpikeChoice,
  ): Promise<Windows & { readonly ids: Float64Array; readonly conditions: Float64Array }> {
    const { presentations } = await this.#stimulus.read({ signal: choice.signal });
    const { presentations: ids } = choice;
    const chosen =
      ids === undefined ? presentations : takeRows(presentations, this.#presentationRows(presentations, ids));
    const numbers = (name: string) => Float64Array.from(numbersIn(chosen, name));
    return {
      ids: numbers("id"),
      startTimes: numbers("start_time"),
      stopTimes: numbers("stop_time"),
      conditions: numbers("stimulus_condition_id"),
    };
  }

  async #trainsOf({ units, signal }: SpikeChoice): Promise<readonly UnitTrain[]> {
    const known = await this.units({ signal });
    const ids = numbersIn(known, "id");
    const rows = units === undefined ? ids.keys() : await this.#unitRows(units, { signal });
    const trains: UnitTrain[] = [];
    for (const row of rows) {
      const unitId = ids[row] ?? Number.NaN;
      trains.push({ unitId, times: await this.#trains.times(unitId, { signal }) });
    }
    return trains;
  }

  async #unitRows(ids: number | readonly number[], options?: CallOptions): Promise<readonly number[]> {
    const inFile = rowsById(await this.#fileUnits.read(options));
    const hintFor = (id: number) =>
      inFile.has(id)
        ? "The file has it, and the filters leave it out: open the session with other filters."
        : undefined;
    return rowsOf(await this.units(options), ids, { noun: "unit", url: this.url, hintFor });
  }
}
