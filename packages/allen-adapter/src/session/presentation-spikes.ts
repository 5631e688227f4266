import { type CallOptions, type NdArray, type Notice, ndArray, type Table } from "@crossprobe/core";
import { domainNotices, toBinCentres, toBinDomain } from "./bin-domain.js";
import { numbersIn, takeRows } from "./columns.js";
import { toConditionStatistics } from "./condition-statistics.js";
import { rowsOf } from "./named-rows.js";
import type { SessionTables } from "./session-tables.js";
import { type CountArray, countSpikes } from "./spike-counts.js";
import { toSpikeRows, type UnitTrain, type Windows } from "./spike-rows.js";
import type { BinEdges } from "./spike-search.js";
import type { UnitTrains } from "./unit-trains.js";

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

/** Questions about the spikes of units during presentations: of one session. */
export class PresentationSpikes {
  readonly #url: string;
  readonly #tables: SessionTables;
  readonly #trains: UnitTrains;

  constructor(url: string, tables: SessionTables, trains: UnitTrains) {
    this.#url = url;
    this.#tables = tables;
    this.#trains = trains;
  }

  /** Spikes in bins around the starts of presentations. */
  async counts(choice: CountChoice): Promise<SpikeCounts> {
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
      notices: domainNotices(domain, choice.asBinary ?? false, this.#url),
    };
  }

  /** Every spike during presentations, in time order. */
  async rows(choice: SpikeChoice): Promise<Table> {
    return toSpikeRows(await this.#trainsOf(choice), await this.#windows(choice), choice.binEdges);
  }

  /** Spikes of each unit over the presentations of each condition. */
  async statistics(choice: SpikeChoice & { readonly asRates?: boolean | undefined }): Promise<Table> {
    return toConditionStatistics(await this.#trainsOf(choice), await this.#windows(choice), {
      binEdges: choice.binEdges,
      asRates: choice.asRates,
      withoutSilent: choice.units === undefined,
    });
  }

  async #windows(
    choice: SpikeChoice,
  ): Promise<Windows & { readonly ids: Float64Array; readonly conditions: Float64Array }> {
    const { presentations } = await this.#tables.stimulus({ signal: choice.signal });
    const { presentations: ids } = choice;
    const chosen =
      ids === undefined
        ? presentations
        : takeRows(presentations, rowsOf(presentations, ids, { noun: "presentation", url: this.#url }));
    const numbers = (name: string) => Float64Array.from(numbersIn(chosen, name));
    return {
      ids: numbers("id"),
      startTimes: numbers("start_time"),
      stopTimes: numbers("stop_time"),
      conditions: numbers("stimulus_condition_id"),
    };
  }

  async #trainsOf({ units, signal }: SpikeChoice): Promise<readonly UnitTrain[]> {
    const known = await this.#tables.units({ signal });
    const ids = numbersIn(known, "id");
    const rows = units === undefined ? ids.keys() : await this.#tables.unitRows(units, { signal });
    const trains: UnitTrain[] = [];
    for (const row of rows) {
      const unitId = ids[row] ?? Number.NaN;
      trains.push({ unitId, times: await this.#trains.times(unitId, { signal }) });
    }
    return trains;
  }
}
