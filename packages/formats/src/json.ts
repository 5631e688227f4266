import { type ByteStore, type CallOptions, FormatError, SchemaError } from "@crossprobe/core";
import type { z } from "zod";
import { JsonSyntaxError, parseLenientJson } from "./json/lenient-json.js";
import { urlOf } from "./place.js";
import { decodeText } from "./text.js";

/** How many of a schema's complaints a message lists. All are in the error's `cause`. */
const ISSUES_SHOWN = 5;

/**
 * The value of a JSON text. Bare `NaN`, `Infinity` and `-Infinity` are accepted as values: Python's `json` writes them.
 *
 * @param url for messages
 * @throws {@link FormatError} with line and column for anything else that is not JSON
 */
export function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return parseAgain(text, url, cause);
  }
}

/**
 * A JSON file, checked against a schema. Reads it whole.
 *
 * Absent: `undefined` when the store has no such key.
 *
 * @throws {@link FormatError} when it is not JSON, with line and column
 * @throws {@link SchemaError} when it is JSON of another shape; zod's error is its `cause`
 * @example
 * const manifest = await readJson(store, "manifest.json", manifestSchema, { signal });
 */
export async function readJson<Schema extends z.ZodType>(
  store: ByteStore,
  key: string,
  schema: Schema,
  options: CallOptions = {},
): Promise<z.output<Schema> | undefined> {
  const bytes = await store.read(key, options);
  if (bytes === undefined) return undefined;
  const url = urlOf(store, key);
  const result = schema.safeParse(parseJson(decodeText(bytes, url, "json"), url));
  if (result.success) return result.data;
  throw new SchemaError(`${url} is not of the expected shape: ${describeIssues(result.error)}.`, {
    url,
    cause: result.error,
  });
}

/** The lenient parser is slower, so it only reads what the strict one refused. */
function parseAgain(text: string, url: string, cause: unknown): unknown {
  try {
    return parseLenientJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column } = lineAndColumn(text, error.position);
    throw new FormatError(`${url} is not JSON: ${error.message} at line ${line}, column ${column}.`, {
      format: "json",
      url,
      at: `line ${line}, column ${column}`,
      cause,
      hint: "See whether the file was cut, or is another kind of file.",
    });
  }
}

function lineAndColumn(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

function describeIssues(error: z.ZodError): string {
  const shown = error.issues.slice(0, ISSUES_SHOWN).map((issue) => {
    const path = issue.path.map(String).join(".");
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  const rest = error.issues.length - shown.length;
  return rest > 0 ? `${shown.join("; ")}; and ${rest} more` : shown.join("; ");
}
