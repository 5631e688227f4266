import type { LfpCaveat } from "@crossprobe/core";
import type { ScaleMeta } from "./scale-meta.js";

const ARCHIVES = "lfpack documentation, limits of the published Brain-Wide Map archives";

/**
 * Limits that hold for this scale by what it stores: those of thresholding where `alpha` is not 0, those of denoising where the file says that
 * it was done. Where it does not say, the caveat says that too.
 *
 * Source: lfpack's documentation of the published archives; `ibldsp.cadzow` on seams: ranks that are cut hard change between neighbouring
 * windows of channels, which shrinkage of the singular values avoids.
 */
export function codecCaveats({ alpha, formatVersion, writer }: ScaleMeta): readonly LfpCaveat[] {
  const caveats: LfpCaveat[] = [];
  const add = (code: string, message: string) => caveats.push({ code, message, source: ARCHIVES });
  if (alpha > 0) {
    add(
      "high-frequencies-thresholded",
      `power above 20 to 30 Hz is traded for compression: small wavelet coefficients were dropped (alpha ${alpha})`,
    );
  }
  // A file that states its processing states whether it was denoised; those of lfpack before 1.2 state nothing.
  const cadzow = writer.processing === null ? undefined : writer.processing.cadzow;
  if (cadzow === null) return caveats;
  const known =
    cadzow === undefined
      ? "the file does not say how its channels were denoised"
      : "its channels were denoised (Cadzow)";
  if (formatVersion === 2 && !hasShrinkage(cadzow)) {
    add("csd-seams", `a current source density may show seams every 16 channels: ${known}`);
  }
  add("slow-channel-outliers", `below 1.5 Hz single channels may stand out from their neighbours: ${known}`);
  return caveats;
}

function hasShrinkage(cadzow: unknown): boolean {
  return typeof cadzow === "object" && cadzow !== null && "shrinkage" in cadzow && typeof cadzow.shrinkage === "number";
}
