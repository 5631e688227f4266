import type { LfpTraits } from "@crossprobe/core";
import type { ChannelBins } from "./channel-bins.js";
import { codecCaveats } from "./codec-caveats.js";
import type { ScaleMeta } from "./scale-meta.js";

/** Cadzow denoising reaches up to here; what is above is not supported by the release. */
const CADZOW_UP_TO = 100;
/** High-pass of the released pipeline, hertz. */
const DEFAULT_HIGH_PASS = 0.5;

/**
 * What was done to the signal before it was stored: what the file says of its processing (lfpack 1.2 and later), else what the
 * pipeline is documented to do.
 *
 * The upper end of the passband is the Nyquist frequency: the decimation filter falls off just below it.
 *
 * Source: LFPack pipeline (zero-phase 0.5 Hz high-pass, interpolation of bad channels, median common-average reference, decimation
 * by 10, Cadzow low-rank denoising, SVD and wavelet thresholding).
 */
export function toTraits(meta: ScaleMeta, bins?: ChannelBins | undefined): LfpTraits {
  const processing = meta.writer.processing ?? {};
  const highPass = "highpass_cutoff" in processing ? processing.highpass_cutoff : DEFAULT_HIGH_PASS;
  const hasCadzow = processing.cadzow !== null;
  const settings = [meta.epsilon === null ? [] : [`epsilon ${meta.epsilon}`], `alpha ${meta.alpha}`].flat().join(", ");
  return {
    passband: [typeof highPass === "number" ? highPass : 0, meta.clock.nominalRate / 2],
    reference: processing.car === false ? "none" : "commonAverage",
    lossyCodec: `lfpack format ${meta.formatVersion}, ${settings}`,
    denoising: ["bad-channel interpolation", ...(hasCadzow ? ["Cadzow"] : [])],
    spatial: bins === undefined ? "all" : bins.combine,
    ...(bins === undefined ? {} : { sitesPerChannel: bins.size }),
    usableUpTo: Math.min(CADZOW_UP_TO, meta.clock.nominalRate / 2),
    caveats: codecCaveats(meta),
  };
}
