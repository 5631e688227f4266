import { z } from "zod";

/** What an index table says of its making. */
export interface OneOrigin {
  /** As the table says, such as `2026-01-15 12:00`. */
  readonly dateCreated: string;
  readonly databaseTags: readonly string[];
}

const originSchema = z.object({
  date_created: z.string().min(1),
  database_tags: z.union([z.array(z.string()), z.string().transform((tag) => [tag])]).nullish(),
});

/** What the file metadata `one_metadata` says. Absent: `undefined` where it is none of ONE's, whose table ONE leaves aside. */
export function toOrigin(text: string | undefined): OneOrigin | undefined {
  if (text === undefined) return undefined;
  try {
    const found = originSchema.safeParse(JSON.parse(text));
    if (!found.success) return undefined;
    return { dateCreated: found.data.date_created, databaseTags: found.data.database_tags ?? [] };
  } catch {
    return undefined; // not JSON: no metadata of ONE
  }
}
