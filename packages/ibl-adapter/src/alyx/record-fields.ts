import { z } from "zod";

/** Kinds of fields that several records have. Text that is empty is absent (null), and so is a field that is not there. */

export const text = z
  .string()
  .nullish()
  .transform((value) => value || null);
export const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
export const number = z
  .number()
  .nullish()
  .transform((value) => value ?? null);
export const folder = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
export const json = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});
/** Session details state it as the texts `"True"` and `"False"`. */
export const flag = z
  .union([z.boolean(), z.enum(["True", "False"])])
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : value === true || value === "True"));

const ID_LENGTH = 36;
/** An address of a record ends in its id. */
export const idOfUrl = z.string().transform((url, context) => {
  const id = url.replace(/\/$/, "").slice(-ID_LENGTH);
  if (z.guid().safeParse(id).success) return id;
  context.issues.push({ code: "custom", message: "expected an address that ends in an id", input: url });
  return z.NEVER;
});

/** Collection, `#revision#` and name, as below a session folder. */
export function relativePathOf(record: { collection: string; revision: string | null; name: string }): string {
  const revision = record.revision === null ? [] : [`#${record.revision}#`];
  return [...(record.collection === "" ? [] : [record.collection]), ...revision, record.name].join("/");
}
