import { readExpected, readNpy } from "./lfpack-expected.js";

interface Kernel {
  readonly firstTime: number;
  readonly firstSigma: number;
  readonly secondTime: number;
  readonly secondSigma: number;
  readonly secondFraction: number;
  readonly supportSeconds: number;
  readonly edgeSeconds: number;
}

interface FieldInfo {
  readonly hemisphere: "left" | "right";
  readonly referenceTime: number;
  readonly periodSeconds: number;
  readonly evoked: readonly Kernel[];
}

interface Onset {
  readonly onsetTime: number;
  readonly gainByHemisphere: Readonly<Record<"left" | "right", number>>;
}

/** What an encoder measured of its own loss, away from muted spans; microvolts. */
export interface EncoderLoss {
  readonly relativeRmsErrorInBrain: number;
  readonly rmsErrorInBrainUv: number;
  readonly rmsErrorUv: number;
  readonly maxAbsErrorUv: number;
  readonly maxAbsInsideMutedUv?: number;
}

/**
 * The exact field of the ground-truth session: `V(site, t) = sum L s(t) + sum E sum g h(t - onset)`, volts, `[times, sites]`.
 *
 * @param folder the truth's folder
 */
export function evaluateField(folder: string, probe: string, times: Float64Array): Float64Array {
  const info = readExpected<{ lfp: { probes: Readonly<Record<string, FieldInfo>> } }>(`${folder}/truth.json`).lfp
    .probes[probe];
  if (info === undefined) throw new Error(`no probe ${probe}`);
  const { events } = readExpected<{ events: readonly Onset[] }>(`${folder}/events.json`);
  const field = new Float64Array(times.length * siteCount(folder, probe));
  addProduct(field, background(folder, probe, info, times), readNpy(`${folder}/lfp_${probe}_loadings.npy`));
  addProduct(field, evoked(info, events, times), readNpy(`${folder}/lfp_${probe}_evoked_loadings.npy`));
  return field;
}

function siteCount(folder: string, probe: string): number {
  return readNpy(`${folder}/lfp_${probe}_loadings.npy`).shape[0] ?? 0;
}

/** `[times, components]`: harmonics of one period. */
function background(folder: string, probe: string, info: FieldInfo, times: Float64Array): Float64Array {
  const lines = readNpy(`${folder}/lfp_${probe}_lines.npy`).data;
  const components = readNpy(`${folder}/lfp_${probe}_loadings.npy`).shape[1] ?? 0;
  const courses = new Float64Array(times.length * components);
  for (let line = 0; line < lines.length; line += 4) {
    const [component = 0, harmonic = 0, amplitude = 0, phase = 0] = lines.subarray(line, line + 4);
    for (const [i, time] of times.entries()) {
      const angle = (2 * Math.PI * harmonic * (time - info.referenceTime)) / info.periodSeconds + phase;
      courses[i * components + component] = (courses[i * components + component] ?? 0) + amplitude * Math.cos(angle);
    }
  }
  return courses;
}

function evoked(info: FieldInfo, events: readonly Onset[], times: Float64Array): Float64Array {
  const count = info.evoked.length;
  const courses = new Float64Array(times.length * count);
  for (const [m, kernel] of info.evoked.entries()) {
    for (const { onsetTime, gainByHemisphere } of events) {
      for (const [i, time] of times.entries()) {
        const t = time - onsetTime;
        if (t < 0 || t >= kernel.supportSeconds) continue;
        courses[i * count + m] =
          (courses[i * count + m] ?? 0) + gainByHemisphere[info.hemisphere] * response(kernel, t);
      }
    }
  }
  return courses;
}

function response(kernel: Kernel, t: number): number {
  const bump = (centre: number, sigma: number) => Math.exp(-0.5 * ((t - centre) / sigma) ** 2);
  const edge = Math.min(1, Math.max(0, Math.min(t, kernel.supportSeconds - t) / kernel.edgeSeconds));
  const shape =
    bump(kernel.firstTime, kernel.firstSigma) - kernel.secondFraction * bump(kernel.secondTime, kernel.secondSigma);
  return shape * Math.sin(0.5 * Math.PI * edge) ** 2;
}

/** Adds `courses [times, n] x loadings [sites, n]` transposed. */
function addProduct(field: Float64Array, courses: Float64Array, loadings: ReturnType<typeof readNpy>): void {
  const [sites = 0, n = 0] = loadings.shape;
  for (let i = 0; i * n < courses.length; i++) {
    for (let site = 0; site < sites; site++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += (courses[i * n + k] ?? 0) * (loadings.data[site * n + k] ?? 0);
      field[i * sites + site] = (field[i * sites + site] ?? 0) + sum;
    }
  }
}

/** The same measures as the encoder's report, of a decoded signal `[times, sites]`. */
export function measureLoss(
  decoded: Float32Array,
  field: Float64Array,
  mask: Uint8Array,
  inBrain: readonly boolean[],
): EncoderLoss {
  const sites = inBrain.length;
  let [all, brain, power, largest, muted, count, brainCount] = [0, 0, 0, 0, 0, 0, 0];
  const isNearMuted = (sample: number) => mask.subarray(Math.max(0, sample - 25), sample + 26).includes(1);
  for (let sample = 0; sample * sites < decoded.length; sample++) {
    const isKept = !isNearMuted(sample);
    for (let site = 0; site < sites; site++) {
      const value = decoded[sample * sites + site] ?? Number.NaN;
      const exact = field[sample * sites + site] ?? Number.NaN;
      if (mask[sample] === 1) muted = Math.max(muted, Math.abs(value));
      if (!isKept) continue;
      const error = value - exact;
      all += error ** 2;
      count++;
      largest = Math.max(largest, Math.abs(error));
      if (inBrain[site] !== true) continue;
      brain += error ** 2;
      power += exact ** 2;
      brainCount++;
    }
  }
  return {
    relativeRmsErrorInBrain: Math.sqrt(brain / power),
    rmsErrorInBrainUv: Math.sqrt(brain / brainCount) * 1e6,
    rmsErrorUv: Math.sqrt(all / count) * 1e6,
    maxAbsErrorUv: largest * 1e6,
    ...(muted > 0 ? { maxAbsInsideMutedUv: muted * 1e6 } : {}),
  };
}
