import { type CallOptions, NotFoundError } from "@crossprobe/core";
import { NoticeCounter } from "../notices.js";
import type { SessionFile } from "../session-file.js";
import { noteRepairs, readTrains, requireSpikes, type Train, trustAmplitudes } from "../spikes.js";

/** Bytes of spikes that are kept in memory when nothing else is asked for: some 15 million spike times. */
export const KEPT_SPIKE_BYTES = 128 * 2 ** 20;

/** Spike times of units, each read once while it is kept; amplitudes are read when they are wanted. */
export class UnitTrains {
  readonly #file: SessionFile;
  readonly #notices: NoticeCounter;
  readonly #budget: number;
  readonly #kept = new Map<number, Float64Array>();
  readonly #seen = new Set<number>();
  #amplitudesNoted = false;
  #bytes = 0;

  constructor(file: SessionFile, notices: NoticeCounter, budget: number) {
    this.#file = file;
    this.#notices = notices;
    this.#budget = budget;
  }

  /** Seconds on the session clock, ascending, none before zero. Reads one range. */
  async times(unitId: number, options?: CallOptions): Promise<Float64Array> {
    const known = this.#kept.get(unitId);
    if (known) {
      this.#kept.delete(unitId);
      this.#kept.set(unitId, known);
      return known;
    }
    const { times } = await this.#read(unitId, false, options);
    this.#keep(unitId, times);
    return times;
  }

  /** Volts, one for each spike of {@link times}; NaN for all where the file has another number of them. @throws {@link NotFoundError} without any */
  async amplitudes(unitId: number, options?: CallOptions): Promise<Float64Array> {
    const { amplitudes } = await this.#read(unitId, true, options);
    if (amplitudes) return amplitudes;
    throw new NotFoundError(`${this.#file.file.url} holds no spike amplitudes that may be believed.`, {
      hint: "Files that describe them in seconds hold volts: leave the known defect amplitude-description on.",
    });
  }

  async #read(unitId: number, withAmplitudes: boolean, options?: CallOptions): Promise<Train> {
    const columns = await requireSpikes(this.#file, options);
    const { rowOf } = await this.#file.units.read(options);
    const row = rowOf.get(String(unitId));
    if (row === undefined) throw new NotFoundError(`Unit ${unitId} is not in ${this.#file.file.url}.`);
    const { errata } = this.#file;
    const noted = this.#amplitudesNoted ? new NoticeCounter() : this.#notices;
    const spikeAmplitudes = withAmplitudes ? trustAmplitudes(columns, errata, this.#file.file.url, noted) : undefined;
    if (withAmplitudes) this.#amplitudesNoted = true;
    const [train] = await readTrains({ ...columns, spikeAmplitudes }, [row], options, errata);
    if (!train) throw new NotFoundError(`Unit ${unitId} has no spikes in ${this.#file.file.url}.`);
    if (!this.#seen.has(unitId)) noteRepairs([train], `${this.#file.file.url}#/units/spike_times`, this.#notices);
    this.#seen.add(unitId);
    return train;
  }

  #keep(unitId: number, times: Float64Array): void {
    this.#kept.set(unitId, times);
    this.#bytes += times.byteLength;
    for (const [oldest, { byteLength }] of this.#kept) {
      if (this.#bytes <= this.#budget || oldest === unitId) return;
      this.#kept.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}
