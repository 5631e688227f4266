import { QueryError } from "@crossprobe/core";
import { Fft } from "./fft.js";

/** How a spectrum is estimated: periodic Hann window, segment mean removed, one-sided density. */
export interface WelchSettings {
  readonly segmentSamples: number;
  readonly stepSamples: number;
}

/** Segments of 500 samples every 250: two seconds, half overlapping, at 250 Hz. */
export const DEFAULT_WELCH: WelchSettings = { segmentSamples: 500, stepSamples: 250 };

/** A named range of frequencies, `from <= f < to`, hertz. */
export interface Band {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export const DEFAULT_BANDS: readonly Band[] = [
  { name: "delta", from: 2, to: 5 },
  { name: "theta", from: 6, to: 10 },
  { name: "beta", from: 14, to: 25 },
  { name: "gamma", from: 30, to: 60 },
  { name: "highGamma", from: 60, to: 100 },
];

/** Frequencies of the one-sided spectrum: `0 … floor(segment / 2)` times the bin width, hertz. */
export function welchFrequencies(
  samplingRate: number,
  { segmentSamples }: WelchSettings = DEFAULT_WELCH,
): Float64Array {
  const count = Math.floor(segmentSamples / 2) + 1;
  return Float64Array.from({ length: count }, (_, k) => (k * samplingRate) / segmentSamples);
}

/** Integral of a density over a band by the rectangle rule: sum over `from <= f < to` times the bin width. */
export function bandPower(frequencies: ArrayLike<number>, density: ArrayLike<number>, band: Band): number {
  const width = (frequencies[1] ?? Number.NaN) - (frequencies[0] ?? Number.NaN);
  let sum = 0;
  for (let k = 0; k < frequencies.length; k++) {
    const frequency = frequencies[k] ?? Number.NaN;
    if (frequency >= band.from && frequency < band.to) sum += density[k] ?? Number.NaN;
  }
  return sum * width;
}

/** @throws {@link QueryError} for a band that is empty, backward, or reaches above `highest` hertz */
export function checkBand(band: Band, frequencies: ArrayLike<number>, highest: number): void {
  const fail = (why: string) => {
    throw new QueryError(`band ${band.name} ${band.from}-${band.to} Hz ${why}`, {
      hint: `give bands as name:from-to between 0 and ${highest} Hz, for instance theta:6-10`,
    });
  };
  if (!(band.from >= 0 && band.to > band.from)) fail("is no range of frequencies");
  if (band.to > highest) fail(`reaches above ${highest} Hz, which the common 250 Hz grid does not carry`);
  const hasBin = Array.from(frequencies).some((frequency) => frequency >= band.from && frequency < band.to);
  if (!hasBin) fail("holds no frequency of the spectrum (it has one every 0.5 Hz)");
}

/**
 * Welch's estimate of several channels, fed segment by segment. Each channel keeps its own count, so that one with missing
 * samples does not spoil the others.
 */
export class Welch {
  readonly frequencies: Float64Array;
  readonly channelCount: number;
  readonly settings: WelchSettings;
  readonly #window: Float64Array;
  readonly #scale: number;
  readonly #fft: Fft;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #sums: Float64Array;
  readonly #kept: Uint32Array;

  constructor(channelCount: number, samplingRate: number, settings: WelchSettings = DEFAULT_WELCH) {
    const { segmentSamples } = settings;
    this.frequencies = welchFrequencies(samplingRate, settings);
    this.channelCount = channelCount;
    this.settings = settings;
    this.#window = Float64Array.from(
      { length: segmentSamples },
      (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / segmentSamples),
    );
    this.#scale = 1 / (samplingRate * this.#window.reduce((sum, value) => sum + value * value, 0));
    this.#fft = new Fft(segmentSamples);
    this.#re = new Float64Array(segmentSamples);
    this.#im = new Float64Array(segmentSamples);
    this.#sums = new Float64Array(channelCount * this.frequencies.length);
    this.#kept = new Uint32Array(channelCount);
  }

  /**
   * Adds one segment of every channel.
   *
   * @param rows `[rows, channels]`, a ring: segment sample `n` of channel `c` is at row `(firstRow + n) mod rows`
   */
  add(rows: Float64Array, firstRow = 0): void {
    // Two real channels make one complex transform: the even part of its power is the first, the odd part the second.
    for (let channel = 0; channel < this.channelCount; channel += 2) {
      const isFirstWhole = this.#fill(this.#re, rows, firstRow, channel);
      const isSecondWhole = channel + 1 < this.channelCount && this.#fill(this.#im, rows, firstRow, channel + 1);
      if (!isFirstWhole) this.#re.fill(0);
      if (!isSecondWhole) this.#im.fill(0);
      if (!isFirstWhole && !isSecondWhole) continue;
      this.#fft.transform(this.#re, this.#im);
      this.#accumulate(isFirstWhole ? channel : null, isSecondWhole ? channel + 1 : null);
    }
  }

  /** Segments that entered the estimate of a channel. */
  keptSegments(channel: number): number {
    return this.#kept[channel] ?? 0;
  }

  /** Density of one channel in (unit of the samples)² per hertz, one value a frequency; null when it kept no segment. */
  density(channel: number): Float64Array | null {
    const kept = this.keptSegments(channel);
    const bins = this.frequencies.length;
    if (kept === 0) return null;
    return this.#sums.slice(channel * bins, (channel + 1) * bins).map((sum) => sum / kept);
  }

  /** Copies a segment with its mean removed and the window applied; false when a sample is missing. */
  #fill(into: Float64Array, rows: Float64Array, firstRow: number, channel: number): boolean {
    const { segmentSamples } = this.settings;
    const stride = this.channelCount;
    let position = firstRow * stride + channel;
    let sum = 0;
    for (let n = 0; n < segmentSamples; n++) {
      if (position >= rows.length) position -= rows.length;
      const value = rows[position] ?? Number.NaN;
      into[n] = value;
      sum += value;
      position += stride;
    }
    const mean = sum / segmentSamples;
    if (!Number.isFinite(mean)) return false;
    for (let n = 0; n < segmentSamples; n++) into[n] = ((into[n] ?? 0) - mean) * (this.#window[n] ?? 0);
    return true;
  }

  #accumulate(first: number | null, second: number | null): void {
    const length = this.settings.segmentSamples;
    const bins = this.frequencies.length;
    for (let k = 0; k < bins; k++) {
      const mirror = k === 0 ? 0 : length - k;
      const re = this.#re[k] ?? 0;
      const im = this.#im[k] ?? 0;
      const mirrorRe = this.#re[mirror] ?? 0;
      const mirrorIm = this.#im[mirror] ?? 0;
      // One-sided: every frequency but zero and half the sampling rate stands for its negative too.
      const scale = k === 0 || 2 * k === length ? this.#scale / 4 : this.#scale / 2;
      if (first !== null) this.#gather(first * bins + k, scale * ((re + mirrorRe) ** 2 + (im - mirrorIm) ** 2));
      if (second !== null) this.#gather(second * bins + k, scale * ((re - mirrorRe) ** 2 + (im + mirrorIm) ** 2));
    }
    for (const channel of [first, second]) if (channel !== null) this.#kept[channel] = this.keptSegments(channel) + 1;
  }

  #gather(index: number, value: number): void {
    this.#sums[index] = (this.#sums[index] ?? 0) + value;
  }
}
