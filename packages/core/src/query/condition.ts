import { z } from "zod";
import { hemisphereSchema } from "../model/region-label.js";
import { formSchema } from "./form-schema.js";
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
  /** A metric by the id of its definition; bounds are inclusive, without any of them it is enough that there is a value. */
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

/** Refuses bounds that nothing lies between. */
function checkOrder({ min, max }: Bounds, context: z.RefinementCtx): void {
  if (min === undefined || max === undefined || min <= max) return;
  context.addIssue({
    code: "custom",
    message: `asks for values from ${min} to ${max}, and none is: put the lower bound first`,
  });
}

interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

const span = z
  .tuple([z.number(), z.number()])
  .superRefine(([min, max], context) => checkOrder({ min, max }, context))
  .readonly();
const box = z.strictObject({ ap: span.optional(), dv: span.optional(), ml: span.optional() }).readonly();
const sphere = z
  .strictObject({ ap: z.number(), dv: z.number(), ml: z.number(), withinUm: z.number().positive() })
  .readonly();
const name = z.string().min(1);

export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  formSchema<Condition>({
    inRegion: z.strictObject({ inRegion: regionSetSchema }).readonly(),
    hemisphere: z.strictObject({ hemisphere: hemisphereSchema }).readonly(),
    inBox: z.strictObject({ inBox: box }).readonly(),
    near: z.strictObject({ near: sphere }).readonly(),
    rule: z.strictObject({ rule: name }).readonly(),
    metric: z
      .strictObject({ metric: name, ...bounds })
      .superRefine(checkOrder)
      .readonly(),
    oneOf: z.strictObject({ column: name, oneOf: z.array(z.string()).min(1).readonly() }).readonly(),
    contains: z.strictObject({ column: name, contains: z.string().min(1) }).readonly(),
    column: z
      .strictObject({ column: name, ...bounds })
      .superRefine(checkOrder)
      .readonly(),
    has: z.strictObject({ has: z.enum(AVAILABILITIES) }).readonly(),
    allOf: z.strictObject({ allOf: z.array(conditionSchema).readonly() }).readonly(),
    anyOf: z.strictObject({ anyOf: z.array(conditionSchema).min(1).readonly() }).readonly(),
    not: z.strictObject({ not: conditionSchema }).readonly(),
  }),
);

/** Whether a condition asks where a row is: then it can be indeterminate or unregistered. */
export function isAboutPlace(condition: Condition): boolean {
  if ("allOf" in condition) return condition.allOf.some(isAboutPlace);
  if ("anyOf" in condition) return condition.anyOf.some(isAboutPlace);
  if ("not" in condition) return isAboutPlace(condition.not);
  return "inRegion" in condition || "hemisphere" in condition || "inBox" in condition || "near" in condition;
}
