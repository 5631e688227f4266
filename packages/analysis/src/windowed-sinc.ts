/** Highest frequency that comes through unchanged (within 0.1 %), hertz: what the scarcest release supports. */
export const PASSBAND_END = 100;
/** Lowest frequency that is gone (at least 80 dB down), hertz. It folds onto 100 Hz of a 250 Hz grid. */
export const STOPBAND_START = 150;
/** Half the length of the interpolation kernel, seconds. */
export const FILTER_HALF_LENGTH = 0.06;

const CUTOFF = (PASSBAND_END + STOPBAND_START) / 2;
/** Kaiser's parameter for about 90 dB; the transition of 50 Hz then asks for 0.057 s on each side. */
const KAISER_BETA = 9;
/** Entries of the kernel table. Linear interpolation between them is right to 1e-7 of the peak. */
const TABLE_SIZE = 32_768;

const TABLE = Float64Array.from({ length: TABLE_SIZE + 2 }, (_, i) => kernelAt((i / TABLE_SIZE) * FILTER_HALF_LENGTH));

/** Weight of a sample `seconds` away from the wanted time, up to a common factor; zero beyond the half length. */
export function sincWeight(seconds: number): number {
  const position = (Math.abs(seconds) / FILTER_HALF_LENGTH) * TABLE_SIZE;
  if (position > TABLE_SIZE) return 0;
  const below = Math.floor(position);
  const low = TABLE[below] ?? 0;
  return low + ((TABLE[below + 1] ?? 0) - low) * (position - below);
}

/**
 * Value of sampled channels at any time, by a Kaiser-windowed sinc over the samples within half its length on both sides.
 *
 * The weights are normalised to sum to one, so a constant stays that constant. With samples closer than 4.02 ms apart and
 * locally even, it is flat within 0.1 % up to 100 Hz, and 150 Hz and above is down by 80 dB or more: low-pass filter,
 * anti-aliasing filter and interpolator in one.
 *
 * @param samples `times` ascend; `data` is `[samples, channels]`
 * @param time wanted time, on the clock of `times`
 * @param first a sample index not after the first one within reach
 * @param into receives one value a channel, from `offset` on
 */
export function interpolateAt(
  samples: { readonly times: Float64Array; readonly data: Float32Array; readonly channelCount: number },
  time: number,
  first: number,
  into: Float64Array,
  offset: number,
): void {
  const { times, data, channelCount } = samples;
  let start = first;
  while (start < times.length && (times[start] as number) - time < -FILTER_HALF_LENGTH) start++;
  let stop = start;
  while (stop < times.length && (times[stop] as number) - time <= FILTER_HALF_LENGTH) stop++;
  const count = stop - start;
  // Filled up with weights of zero, so that samples can be taken four at a time.
  const weights = new Float64Array(count + 3);
  for (let n = 0; n < count; n++) weights[n] = sincWeight((times[start + n] as number) - time);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  into.fill(0, offset, offset + channelCount);
  for (let n = 0; n < count; n += 4) {
    const w0 = (weights[n] as number) / total;
    const w1 = (weights[n + 1] as number) / total;
    const w2 = (weights[n + 2] as number) / total;
    const w3 = (weights[n + 3] as number) / total;
    const i = start + n;
    const r0 = i * channelCount;
    const r1 = Math.min(i + 1, stop - 1) * channelCount;
    const r2 = Math.min(i + 2, stop - 1) * channelCount;
    const r3 = Math.min(i + 3, stop - 1) * channelCount;
    for (let c = 0; c < channelCount; c++) {
      into[offset + c] =
        (into[offset + c] as number) +
        w0 * (data[r0 + c] as number) +
        w1 * (data[r1 + c] as number) +
        w2 * (data[r2 + c] as number) +
        w3 * (data[r3 + c] as number);
    }
  }
}

function kernelAt(seconds: number): number {
  const share = seconds / FILTER_HALF_LENGTH;
  if (share > 1) return 0;
  const phase = 2 * Math.PI * CUTOFF * seconds;
  const sinc = phase === 0 ? 1 : Math.sin(phase) / phase;
  return sinc * (besselI0(KAISER_BETA * Math.sqrt(1 - share * share)) / besselI0(KAISER_BETA));
}

/** Modified Bessel function of the first kind, order zero, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
