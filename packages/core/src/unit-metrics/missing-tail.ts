import { extremesOf, histogram, indexOfLargest, smoothed } from "./histogram.js";

/** The part of a smoothed amplitude histogram that mirrors what is cut off at its lower end. */
export interface MissingTail {
  /** Sum of the heights from the mirrored bin on. */
  readonly tail: number;
  /** Sum of all heights. */
  readonly total: number;
  /** Width of a bin, volts. */
  readonly binWidth: number;
}

/**
 * Supposes that amplitudes are distributed symmetrically around their peak: as many spikes are missing below the smallest amplitude as lie
 * beyond the bin, on the other side of the peak, whose height is nearest to that of the first bin.
 *
 * Source: Hill et al. 2011, J Neurosci 31, 8699; as written in ecephys_spike_sorting (`amplitude_cutoff`) and brainbox (`missed_spikes_est`).
 *
 * @param amplitudes at least one, all finite
 * @param sigma of the Gaussian that smooths the histogram, whole bins
 */
export function missingTail(amplitudes: Float64Array, bins: number, sigma: number): MissingTail {
  let { least, largest } = extremesOf(amplitudes);
  // As numpy does for a range without extent.
  if (least === largest) [least, largest] = [least - 0.5, largest + 0.5];
  const { counts, edges } = histogram(amplitudes, least, largest, bins);
  const widthOf = (i: number): number => (edges[i + 1] ?? 0) - (edges[i] ?? 0);
  const density = smoothed(
    counts.map((count, i) => count / widthOf(i) / amplitudes.length),
    sigma,
  );
  const peak = indexOfLargest(density);
  const edge = density[0] ?? 0;
  let cut = peak;
  for (let i = peak; i < density.length; i++) {
    if (Math.abs((density[i] ?? 0) - edge) < Math.abs((density[cut] ?? 0) - edge)) cut = i;
  }
  const sum = (heights: Float64Array): number => heights.reduce((total, height) => total + height, 0);
  return {
    tail: sum(density.subarray(cut)),
    total: sum(density),
    binWidth: ((edges[bins - 1] ?? 0) - (edges[0] ?? 0)) / (bins - 1),
  };
}
