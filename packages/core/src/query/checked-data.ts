import type { z } from "zod";
import { QueryError } from "../errors.js";
import { wordsOf } from "./fault-words.js";

/** Questions are a few levels deep; what is deeper comes from a mistake, and would end in the depths of a recursion. */
const DEEPEST = 64;

/**
 * Plain data checked against a schema.
 *
 * @param what what the data should be, such as `question`
 * @param hint what to compare it with
 * @throws {@link QueryError} that names the first part which does not fit, such as `where[0].near.dv`, and what it should be
 */
export function checkedData<Value>(
  schema: z.ZodType<Value>,
  data: unknown,
  what: string,
  hint = "compare it with a question made by ask() and JSON.stringify",
): Value {
  if (isDeeperThan(DEEPEST, data)) {
    throw new QueryError(`the ${what} nests more than ${DEEPEST} levels`, {
      hint: "put unions and intersections side by side",
    });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const fault = issue === undefined ? { path: [], says: "does not fit" } : faultOf(issue, data);
  throw new QueryError(`${placeOf(fault.path, what)} ${fault.says}`, {
    cause: parsed.error,
    hint,
  });
}

function isDeeperThan(levels: number, data: unknown): boolean {
  if (typeof data !== "object" || data === null) return false;
  return levels === 0 || Object.values(data).some((inner) => isDeeperThan(levels - 1, inner));
}

type Path = readonly PropertyKey[];

interface Fault {
  readonly path: Path;
  readonly says: string;
}

/** The issue in plain words. Of a union of texts and an object it is the object's, where there is one. */
function faultOf(issue: z.core.$ZodIssue, data: unknown): Fault {
  const { path } = issue;
  const value = valueAt(data, path);
  if (issue.code === "invalid_union" && typeof value === "object" && value !== null) {
    const meant = issue.errors.flat().find(({ code }) => code !== "invalid_value");
    if (meant !== undefined && meant.path.length > 0) {
      const inner = faultOf(meant, value);
      return { path: [...path, ...inner.path], says: inner.says };
    }
  }
  return { path, says: wordsOf(issue, value) };
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) value = (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key];
  return value;
}

/** `where[0].near.dv`, or the whole. */
function placeOf(path: Path, what: string): string {
  if (path.length === 0) return `the ${what}`;
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join("");
}
