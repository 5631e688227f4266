import type { ScaleMeta } from "./scale-meta.js";

/** A stated limit of what a codec or its pipeline left of the signal. */
export interface CodecCaveat {
  /** Stable kebab-case name. */
  readonly code: string;
  /** One sentence: what, and why it holds for this file. */
  readonly message: string;
  /** Who states it. */
  readonly source: string;
}

const LFPACK = "lfpack documentation, limits of the published Brain-Wide Map archives";

/**
 * Limits that hold for this scale by what it stores: those of thresholding where `alpha` is not 0, those of Cadzow denoising where the file
 * says that it was done. Where it does not say, the caveat says that too.
 *
 * Source: lfpack's documentation of the published archives.
 */
export function codecCaveats(meta: ScaleMeta): readonly CodecCaveat[] {
  const caveats: CodecCaveat[] = [];
  const { alpha, formatVersion } = meta;
  if (alpha > 0) {
    const message = `power above 20 to 30 Hz is traded for compression: wavelet coefficients below ${alpha} times the noise were dropped (alpha ${alpha})`;
    caveats.push({ code: "high-frequencies-thresholded", message, source: LFPACK });
  }
  // A file that states its processing states whether it was denoised; older ones state nothing.
  const { processing } = meta.writer;
  const cadzow = processing === null ? undefined : processing.cadzow;
  if (cadzow === null) return caveats;
  const how =
    cadzow === undefined
      ? "the file does not say whether its channels were denoised (Cadzow)"
      : "its channels were denoised (Cadzow)";
  if (formatVersion === 2) {
    const message = `a current source density may show seams every 16 channels: ${how}`;
    caveats.push({ code: "csd-seams", message, source: LFPACK });
  }
  const message = `below 1.5 Hz single channels may stand out from their neighbours: ${how}`;
  caveats.push({ code: "slow-channel-outliers", message, source: LFPACK });
  return caveats;
}
