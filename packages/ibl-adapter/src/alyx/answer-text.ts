import { FormatError, type HttpAnswer, SchemaError, StoreError } from "@crossprobe/core";
import { parseJson } from "@crossprobe/formats/json";
import type { z } from "zod";

/** How much of a server's own words a message quotes, characters. */
const QUOTED = 300;
const ISSUES_SHOWN = 5;
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** A JSON value, and where it had numbers that JSON does not know. */
export interface JsonAnswer {
  readonly value: unknown;
  /** Paths such as `extended_qc.delay`; these are null in `value`. */
  readonly notFinite: readonly string[];
}

/**
 * The value of an answer's text. Bare `NaN` and infinities, which the server writes for numbers it does not know, become null.
 *
 * @throws {@link FormatError} for an HTML page, and for what is not JSON or was cut off
 */
export function parseAnswer(text: string, url: string): JsonAnswer {
  if (isPage(text)) {
    throw new FormatError(`${url} answered with a web page${titleOf(text)} in place of data.`, {
      format: "json",
      url,
      hint: "Check that the address is that of the service, and that no sign-in page stands before it.",
    });
  }
  const notFinite: string[] = [];
  return { value: withNulls(parseJson(text, url), "", notFinite), notFinite };
}

/**
 * A value checked against a schema.
 *
 * @throws {@link SchemaError} that names the address and the fields; zod's error is its `cause`
 */
export function checkShape<Schema extends z.ZodType>(value: unknown, schema: Schema, url: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  const shown = issues.slice(0, ISSUES_SHOWN).map((issue) => {
    const field = issue.path.map(String).join(".");
    return field === "" ? issue.message : `${field}: ${issue.message}`;
  });
  if (issues.length > shown.length) shown.push(`and ${issues.length - shown.length} more`);
  throw new SchemaError(`${url} answered in another shape than expected: ${shown.join("; ")}.`, {
    url,
    cause: result.error,
    hint: "The service may be of another version: report the address and the field.",
  });
}

/** The error of a status that is no success. Quotes what the server says about it; of an HTML page, the title alone. */
export function refusal(answer: HttpAnswer, url: string, quote: (text: string) => string): StoreError {
  const { status } = answer;
  const said = quote(detailOf(answer.text));
  return new StoreError(`${url} answered with status ${status}${said === "" ? "" : `: ${said}`}.`, {
    url,
    status,
    retryable: status >= 500 || RETRYABLE_STATUSES.has(status),
    hint: hintOf(status),
  });
}

/** What a refusal says: `detail`, or the messages of single fields. */
export function detailOf(text: string): string {
  if (isPage(text)) return `a web page${titleOf(text)}`;
  let value: unknown;
  try {
    value = parseJson(text, "");
  } catch {
    return shorten(text);
  }
  if (typeof value !== "object" || value === null) return shorten(text);
  const { status_code: _status, detail, ...fields } = Object.fromEntries(Object.entries(value));
  const messages = Object.entries(fields).map(([name, message]) => {
    return `${name}: ${Array.isArray(message) ? message.map(String).join(" ") : String(message)}`;
  });
  return shorten([...(detail === undefined ? [] : [String(detail)]), ...messages].join("; ")).replace(/\.$/, "");
}

function hintOf(status: number): string | undefined {
  if (status === 401) return "The token is not valid, or none was sent. A new one is shown at /me of the service.";
  if (status === 403) return "The account may not see this, or its token is not valid any more.";
  if (status === 429) return "The service limits how often it is asked: try again later, or ask for larger pages.";
  if (status === 414) return "The question is too long: ask for fewer things at once.";
  return status >= 500 ? "The service is in trouble: try again later." : undefined;
}

function isPage(text: string): boolean {
  return /^\s*<(!doctype|html|head|body|\?xml)/i.test(text);
}

function titleOf(page: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(page)?.[1]?.trim().replace(/\s+/g, " ") ?? "";
  return title === "" ? "" : ` (${shorten(title)})`;
}

function shorten(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line;
}

function withNulls(value: unknown, path: string, notFinite: string[]): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    notFinite.push(path);
    return null;
  }
  const below = (key: string | number): string => (path === "" ? String(key) : `${path}.${key}`);
  if (Array.isArray(value)) return value.map((item: unknown, index) => withNulls(item, below(index), notFinite));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNulls(item, below(key), notFinite)]));
}
