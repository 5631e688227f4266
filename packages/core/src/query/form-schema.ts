import { z } from "zod";
import { listed, wordFor } from "./fault-words.js";

/**
 * A schema of objects that come in several forms, each told by a key that only it has. Unlike a union it says what is wrong with the
 * form that was meant, and not that none fits.
 *
 * @param forms the schema of each form by its key; the first whose key is there counts
 */
export function formSchema<Value>(forms: Readonly<Record<string, z.ZodType<Value>>>): z.ZodType<Value> {
  const keys = Object.keys(forms);
  return z.unknown().transform((value, context): Value => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    const form = isObject ? forms[keys.find((key) => Object.hasOwn(value, key)) ?? ""] : undefined;
    if (form === undefined) {
      const found = isObject && Object.keys(value).length > 0 ? listed(Object.keys(value), "and") : wordFor(value);
      context.addIssue({ code: "custom", message: `should be an object with ${listed(keys, "or")}, not ${found}` });
      return z.NEVER;
    }
    const parsed = form.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) context.addIssue({ ...issue });
    return z.NEVER;
  });
}
