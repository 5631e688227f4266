import { z } from "zod";

/** Why a value is absent. Absent is never zero, and never a sentinel. */
export const absentReasonSchema = z.enum([
  "outsideBrain",
  "notRegistered",
  "notRecorded",
  "notReleased",
  "failedQc",
  "unknown",
]);
export type AbsentReason = z.infer<typeof absentReasonSchema>;

/** The atlas structure that the source assigns, and how fine the label is. A coarse label is missing information. */
export const regionLabelSchema = z
  .strictObject({
    /** Allen CCF acronym, case kept. */
    acronym: z.string().min(1),
    /** Allen structure id, positive: the hemisphere is kept apart. */
    id: z.int().positive(),
    /** `area`: a region of the Beryl mapping, or a structure outside it without children; `layer`: finer; `parent`: coarser. */
    granularity: z.enum(["layer", "area", "parent"]),
  })
  .readonly();
export type RegionLabel = z.infer<typeof regionLabelSchema>;

/** Position in the Allen CCFv3 in micrometres from the front-top-left corner: AP to posterior, DV to ventral, ML to the right. */
export const ccfSchema = z.strictObject({ ap: z.number(), dv: z.number(), ml: z.number() }).readonly();
export type CcfPoint = z.infer<typeof ccfSchema>;

export const hemisphereSchema = z.enum(["left", "right"]);
export type Hemisphere = z.infer<typeof hemisphereSchema>;

/** Where something is: shared by channels and units. Exactly one of `region` and `regionAbsent` is null. */
export const locationShape = {
  region: regionLabelSchema.nullable(),
  regionAbsent: absentReasonSchema.nullable(),
  ccf: ccfSchema.nullable(),
  /** From the sign of the ML coordinate about the midline (5739 um), never from an id. */
  hemisphere: hemisphereSchema.nullable(),
  /** Along the probe, from its tip as the source defines it. */
  distanceFromTipUm: z.number().nullable(),
};
