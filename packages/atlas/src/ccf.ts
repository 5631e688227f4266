import type { Hemisphere } from "./region.js";

/** A position in the Allen CCFv3, micrometres from the front top left corner: `ap` to posterior, `dv` to ventral, `ml` to the right. */
export interface CcfPoint {
  readonly ap: number;
  readonly dv: number;
  readonly ml: number;
}

/** A position in metres from bregma: `ml` to the right, `ap` to anterior, `dv` to dorsal (deeper is more negative). */
export interface BregmaPoint {
  readonly ml: number;
  readonly ap: number;
  readonly dv: number;
}

/**
 * Bregma in the CCF, micrometres. Its `ml` is the midline.
 *
 * Source: iblatlas `ALLEN_CCF_LANDMARKS_MLAPDV_UM["bregma"]`.
 */
export const BREGMA_CCF: CcfPoint = Object.freeze({ ap: 5400, dv: 332, ml: 5739 });

/** Extent of the annotated volume, micrometres. Source: CCFv3 at 10 um has 1320 x 800 x 1140 voxels (AP, DV, ML). */
const EXTENT: CcfPoint = { ap: 13_200, dv: 8_000, ml: 11_400 };

/**
 * CCF position of a position from bregma. A shift and two flips: nothing is scaled or tilted, so this is no stereotaxic
 * position. Points outside the volume are converted too.
 *
 * Source: iblatlas `AllenAtlas.xyz2ccf`, mode "wrap".
 */
export function toCcf(point: BregmaPoint): CcfPoint {
  return {
    ap: BREGMA_CCF.ap - 1e6 * point.ap,
    dv: BREGMA_CCF.dv - 1e6 * point.dv,
    ml: BREGMA_CCF.ml + 1e6 * point.ml,
  };
}

/** Position from bregma, in metres, of a CCF position; the inverse of {@link toCcf}. Source: iblatlas `AllenAtlas.ccf2xyz`. */
export function toBregma(ccf: CcfPoint): BregmaPoint {
  return {
    ml: (ccf.ml - BREGMA_CCF.ml) * 1e-6,
    ap: (BREGMA_CCF.ap - ccf.ap) * 1e-6,
    dv: (BREGMA_CCF.dv - ccf.dv) * 1e-6,
  };
}

/** Side of the midline that a position lies on; null on the midline itself, and where `ml` is NaN. */
export function hemisphereOf(ccf: CcfPoint): Hemisphere | null {
  if (ccf.ml < BREGMA_CCF.ml) return "left";
  return ccf.ml > BREGMA_CCF.ml ? "right" : null;
}

/** Whether a position lies in the annotated volume (13.2 x 8 x 11.4 mm), its far faces excluded. Says nothing about tissue. */
export function isInsideCcf(ccf: CcfPoint): boolean {
  return isWithinExtent(ccf.ap, EXTENT.ap) && isWithinExtent(ccf.dv, EXTENT.dv) && isWithinExtent(ccf.ml, EXTENT.ml);
}

function isWithinExtent(value: number, extent: number): boolean {
  return value >= 0 && value < extent;
}
