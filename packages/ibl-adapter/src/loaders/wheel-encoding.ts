import { FormatError } from "@crossprobe/core";

/** What the positions of a wheel recording are counted in. */
export interface WheelEncoding {
  /** Angle, or path of the wheel's surface. */
  readonly unit: "rad" | "cm";
  /** Steps of the position in one turn: 4096 where all fronts of both channels are read (X4), 2048 (X2) or 1024 (X1). */
  readonly countsPerTurn: number;
  /** One step, in `unit`. */
  readonly step: number;
  /** Median step of the recording, in `unit`: the same as `step` where the recording is one of an encoder. */
  readonly medianStep: number;
}

/** Lines of the rig's encoder. Source: `ibllib.io.extractors.ephys_fpga.WHEEL_TICKS`. */
const LINES_PER_TURN = 1024;

/** Of the rig's wheel, centimetres. Source: `brainbox.behavior.wheel.WHEEL_DIAMETER`. */
export const WHEEL_DIAMETER_CM = 6.2;

const ENCODINGS: readonly Omit<WheelEncoding, "medianStep">[] = (["rad", "cm"] as const).flatMap((unit) =>
  [4, 2, 1].map((fronts) => {
    const countsPerTurn = fronts * LINES_PER_TURN;
    return { unit, countsPerTurn, step: (unit === "rad" ? 2 * Math.PI : Math.PI * WHEEL_DIAMETER_CM) / countsPerTurn };
  }),
);

/**
 * Unit and resolution of a wheel recording: those whose step is nearest to the median step between samples.
 *
 * The task controller of training rigs reads one front of a line (X1), the recording board of electrophysiology rigs all four (X4); very
 * old sessions state centimetres.
 *
 * Source: `ibllib.io.extractors.training_wheel.infer_wheel_units` (ibllib 4.1).
 *
 * @param position as stored, one value for each step of the encoder; a resampled one has other steps
 * @throws {@link FormatError} for fewer than two samples, or steps that are no numbers
 */
export function inferWheelEncoding(position: ArrayLike<number>): WheelEncoding {
  const steps = Float64Array.from({ length: Math.max(0, position.length - 1) }, (_, i) =>
    Math.abs((position[i + 1] ?? Number.NaN) - (position[i] ?? Number.NaN)),
  ).sort();
  const half = steps.length / 2;
  const median = ((steps[Math.ceil(half) - 1] ?? Number.NaN) + (steps[Math.floor(half)] ?? Number.NaN)) / 2;
  if (!Number.isFinite(median) || Number.isNaN(steps.at(-1))) {
    throw new FormatError(`${position.length} wheel positions have no median step`, {
      format: "alf",
      hint: "give the positions as stored, without NaN",
    });
  }
  const distance = ({ step }: Pick<WheelEncoding, "step">): number => Math.abs(step - median);
  const nearest = ENCODINGS.reduce((best, encoding) => (distance(encoding) < distance(best) ? encoding : best));
  return { ...nearest, medianStep: median };
}

/** Whether the median step of a recording is that of an encoder counted in centimetres, within a hundredth. */
export function isInCentimetres(position: ArrayLike<number>): boolean {
  if (position.length < 2) return false;
  const { unit, step, medianStep } = inferWheelEncoding(position);
  return unit === "cm" && Math.abs(medianStep - step) < step / 100;
}
