import { type CallOptions, SharedRead, type Table, table } from "@crossprobe/core";
import { readInvalidTimes } from "../invalid-intervals.js";
import type { NoticeCounter } from "../notices.js";
import { readPresentationTables } from "../presentations.js";
import type { SessionFile } from "../session-file.js";
import { type FileChannels, joinListedChannels, readFileChannels } from "./channel-table.js";
import { isAbsentCell, rowsById, rowsWhere, takeRows } from "./columns.js";
import { readIdentity, type SessionIdentity } from "./identity.js";
import { rowsOf } from "./named-rows.js";
import { readProbes } from "./probe-table.js";
import { joinPresentationTables } from "./stimulus-columns.js";
import { type StimulusData, toStimulusData } from "./stimulus-presentations.js";
import type { UnitFilters } from "./unit-filters.js";
import { readFileUnits, toUnits } from "./unit-table.js";

/** The tables of one session file: each is read when it is first asked for, and kept. */
export class SessionTables {
  readonly #file: SessionFile;
  readonly #filters: UnitFilters;
  readonly #listed: Table | undefined;
  readonly #notices: NoticeCounter;
  readonly #identity: SharedRead<SessionIdentity>;
  readonly #probes: SharedRead<Table>;
  readonly #fileChannels: SharedRead<FileChannels>;
  readonly #channels: SharedRead<Table>;
  readonly #fileUnits: SharedRead<Table>;
  readonly #units: SharedRead<Table>;
  readonly #stimulus: SharedRead<StimulusData>;

  /** @param listed `channels.csv`, where there is one */
  constructor(file: SessionFile, filters: UnitFilters, listed: Table | undefined, notices: NoticeCounter) {
    this.#file = file;
    this.#filters = filters;
    this.#listed = listed;
    this.#notices = notices;
    this.#identity = new SharedRead((options) => readIdentity(file.file, file.nwb, options));
    this.#probes = new SharedRead((options) => readProbes(file.file, notices, options, file.errata));
    this.#fileChannels = new SharedRead((options) => readFileChannels(file.file, notices, options, file.errata));
    this.#channels = new SharedRead((options) => this.#readChannels(options));
    this.#fileUnits = new SharedRead((options) => readFileUnits(file.file, notices, options));
    this.#units = new SharedRead((options) => this.#readUnits(options));
    this.#stimulus = new SharedRead((options) => this.#readStimulus(options));
  }

  identity(options?: CallOptions): Promise<SessionIdentity> {
    return this.#identity.read(options);
  }

  probes(options?: CallOptions): Promise<Table> {
    return this.#probes.read(options);
  }

  /** Usable channels, or all with `valid_data` as the filters have it; with the labels that are listed. */
  channels(options?: CallOptions): Promise<Table> {
    return this.#channels.read(options);
  }

  /** Units that pass the filters. */
  units(options?: CallOptions): Promise<Table> {
    return this.#units.read(options);
  }

  stimulus(options?: CallOptions): Promise<StimulusData> {
    return this.#stimulus.read(options);
  }

  /** Rows of the unit table by id. @throws {@link NotFoundError} for a unit that it does not have */
  async unitRows(ids: number | readonly number[], options?: CallOptions): Promise<readonly number[]> {
    const inFile = rowsById(await this.#fileUnits.read(options));
    const hintFor = (id: number) =>
      inFile.has(id)
        ? "The file has it, and the filters leave it out: open the session with other filters."
        : undefined;
    return rowsOf(await this.units(options), ids, { noun: "unit", url: this.#file.file.url, hintFor });
  }

  /** Ends what is being read with a reason. */
  dispose(reason: unknown): void {
    for (const read of [
      this.#identity,
      this.#probes,
      this.#fileChannels,
      this.#channels,
      this.#fileUnits,
      this.#units,
      this.#stimulus,
    ]) {
      read.dispose(reason);
    }
  }

  async #readChannels(options: CallOptions): Promise<Table> {
    const { table: all, isValid } = await this.#fileChannels.read(options);
    const valid = Array.from(isValid);
    const isKept = (row: number) => this.#filters.byValidity === false || valid[row] === true;
    const kept = takeRows(all, rowsWhere(all.rowCount, isKept));
    const flagged = this.#filters.byValidity === false ? table([...kept.columns, ["valid_data", valid]]) : kept;
    if (!this.#listed) return flagged;
    const { errata } = this.#file;
    return joinListedChannels(flagged, this.#listed, { place: this.#file.file.url, errata, notices: this.#notices });
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
    const report = { place: `${this.#file.file.url}#/units`, notices: this.#notices };
    return toUnits({ ...parts, isUsable, isLabelled }, this.#filters, report);
  }

  async #readStimulus(options: CallOptions): Promise<StimulusData> {
    const { file, errata } = this.#file;
    const tables = await readPresentationTables(file, { signal: options.signal });
    const joined = joinPresentationTables(tables, this.#notices, errata);
    return toStimulusData(joined, await readInvalidTimes(file, options), this.#notices);
  }
}
