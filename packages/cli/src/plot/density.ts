import { encode } from "fast-png";
import type { SignalBlock } from "../lfp/lfp-signal.js";
import { type ColourMapName, colourOfValue } from "./colour-map.js";

/** Values by time and row, put together from samples: means of the valid samples that fall into each step of time. */
export class Density {
  readonly stepCount: number;
  readonly rowCount: number;
  readonly #start: number;
  readonly #perSecond: number;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;

  /**
   * @param time seconds from the first sample to the end of the last
   * @param samplingRate there are no more steps than samples
   * @param mostSteps more are not seen
   */
  constructor(time: readonly [start: number, stop: number], samplingRate: number, mostSteps: number, rowCount: number) {
    const seconds = time[1] - time[0];
    this.stepCount = Math.max(1, Math.min(mostSteps, Math.round(seconds * samplingRate)));
    this.rowCount = rowCount;
    this.#start = time[0];
    this.#perSecond = this.stepCount / seconds;
    this.#sums = new Float64Array(this.stepCount * rowCount);
    this.#counts = new Uint32Array(this.stepCount);
  }

  /** @param isInvalid `[samples]`, 1 for those that are left out */
  add({ times, data }: Pick<SignalBlock, "times" | "data">, isInvalid: Uint8Array): void {
    for (const [sample, time] of times.entries()) {
      if (isInvalid[sample] === 1) continue;
      // Half a step of a sample's own keeps times that are rounded differently in the step that they belong to.
      const step = Math.min(this.stepCount - 1, Math.max(0, Math.floor((time - this.#start) * this.#perSecond + 1e-3)));
      this.#counts[step] = (this.#counts[step] ?? 0) + 1;
      for (let row = 0; row < this.rowCount; row++) {
        const at = step * this.rowCount + row;
        this.#sums[at] = (this.#sums[at] ?? 0) + (data[sample * this.rowCount + row] ?? Number.NaN);
      }
    }
  }

  /** Mean of a step and row; NaN where there is no valid sample. */
  valueAt(step: number, row: number): number {
    return (this.#sums[step * this.rowCount + row] ?? 0) / (this.#counts[step] ?? 0);
  }

  /** The size that this share of the values does not exceed; 0 where there are none. */
  quantileOfSizes(share: number): number {
    const sizes = this.#sums.map((sum, at) => Math.abs(sum / (this.#counts[Math.floor(at / this.rowCount)] ?? 0)));
    const sorted = sizes.filter((size) => !Number.isNaN(size)).sort();
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  }
}

/** How a density becomes a picture. */
export interface Painting {
  readonly width: number;
  readonly height: number;
  /** Row of the density for each row of pixels, top to bottom; null where there is none. */
  readonly rows: readonly (number | null)[];
  /** Value at the ends of the colours. */
  readonly limit: number;
  readonly colours: ColourMapName;
}

/** The picture as PNG; where there is no value it is transparent. */
export function paintDensity(density: Density, { width, height, rows, limit, colours }: Painting): Uint8Array {
  const data = new Uint8Array(4 * width * height);
  for (let x = 0; x < width; x++) {
    const step = Math.min(density.stepCount - 1, Math.floor((x / width) * density.stepCount));
    for (let y = 0; y < height; y++) {
      const row = rows[y] ?? null;
      const value = row === null ? Number.NaN : density.valueAt(step, row);
      if (Number.isNaN(value)) continue;
      data.set([...colourOfValue(colours, limit > 0 ? value / limit : 0), 255], 4 * (y * width + x));
    }
  }
  return encode({ width, height, data, channels: 4, depth: 8 });
}
