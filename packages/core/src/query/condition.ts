import { z } from "zod";
import { hemisphereSchema } from "../model/region-label.js";
import { type RegionSet, regionSetSchema } from "./region-set.js";

/** What a row must be, as plain data. Each object has one meaning; `allOf`, `anyOf` and `not` put them together. */
export type Condition =
  /** The label of the row (of one of its channels, for a probe or a session) lies in this part of the brain. */
  | { readonly inRegion: RegionSet }
  | { readonly hemisphere: "left" | "right" }
  /** Position in the CCF, micrometres, bounds inclusive. */
  | { readonly inBox: { readonly [axis in "ap" | "dv" | "ml"]?: readonly [min: number, max: number] | undefined } }
  /** Within a distance of a point of the CCF, micrometres. */
  | { readonly near: { readonly ap: number; readonly dv: number; readonly ml: number; readonly withinUm: number } }
  /** Passes a rule for units: by its id, or `default`, the first rule that the unit's dataset publishes. */
  | { readonly rule: string }
  /** A metric by the id of its definition; bounds are inclusive. */
  | { readonly metric: string; readonly min?: number | undefined; readonly max?: number | undefined }
  /** A column that holds numbers; bounds are inclusive. */
  | { readonly column: string; readonly min?: number | undefined; readonly max?: number | undefined }
  /** A column that holds texts: exactly one of these, case counts. */
  | { readonly column: string; readonly oneOf: readonly string[] }
  /** A column that holds texts: this occurs in it, case does not count (`Sst` in a genotype). */
  | { readonly column: string; readonly contains: string }
  /** Something can be read for the row's session or probe: `lfp`, `waveforms`, `pupil`. */
  | { readonly has: Availability }
  | { readonly allOf: readonly Condition[] }
  | { readonly anyOf: readonly Condition[] }
  | { readonly not: Condition };

export const AVAILABILITIES = ["lfp", "waveforms", "pupil"] as const;
export type Availability = (typeof AVAILABILITIES)[number];

const bounds = { min: z.number().optional(), max: z.number().optional() };
const span = z.tuple([z.number(), z.number()]).readonly();

export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ inRegion: regionSetSchema }).readonly(),
    z.strictObject({ hemisphere: hemisphereSchema }).readonly(),
    z
      .strictObject({
        inBox: z.strictObject({ ap: span.optional(), dv: span.optional(), ml: span.optional() }).readonly(),
      })
      .readonly(),
    z
      .strictObject({
        near: z
          .strictObject({ ap: z.number(), dv: z.number(), ml: z.number(), withinUm: z.number().positive() })
          .readonly(),
      })
      .readonly(),
    z.strictObject({ rule: z.string().min(1) }).readonly(),
    z.strictObject({ metric: z.string().min(1), ...bounds }).readonly(),
    z.strictObject({ column: z.string().min(1), oneOf: z.array(z.string()).min(1).readonly() }).readonly(),
    z.strictObject({ column: z.string().min(1), contains: z.string().min(1) }).readonly(),
    z.strictObject({ column: z.string().min(1), ...bounds }).readonly(),
    z.strictObject({ has: z.enum(AVAILABILITIES) }).readonly(),
    z.strictObject({ allOf: z.array(conditionSchema).readonly() }).readonly(),
    z.strictObject({ anyOf: z.array(conditionSchema).min(1).readonly() }).readonly(),
    z.strictObject({ not: conditionSchema }).readonly(),
  ]),
);

/** Whether a condition asks where a row is: then it can be indeterminate or unregistered. */
export function isAboutPlace(condition: Condition): boolean {
  if ("allOf" in condition) return condition.allOf.some(isAboutPlace);
  if ("anyOf" in condition) return condition.anyOf.some(isAboutPlace);
  if ("not" in condition) return isAboutPlace(condition.not);
  return "inRegion" in condition || "hemisphere" in condition || "inBox" in condition || "near" in condition;
}
