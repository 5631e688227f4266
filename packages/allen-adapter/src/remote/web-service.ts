import {
  type CallOptions,
  ConfigError,
  FormatError,
  type HttpAnswer,
  type HttpClient,
  isDataError,
  parseRetryAfter,
  pause,
  SchemaError,
  StoreError,
} from "@crossprobe/core";
import { parseJson } from "@crossprobe/formats/json";
import type { z } from "zod";

export interface WebServiceOptions {
  /** Sends the requests: `new JsonHttp()` of `@crossprobe/storage`. */
  readonly http: HttpClient;
  /** How often a question that was lost or put off (408, 429, 5xx) is asked again (default 3). */
  readonly retries?: number | undefined;
  /** Waits between tries, milliseconds; for tests. */
  readonly pause?: ((milliseconds: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

const DEFAULT_RETRIES = 3;
const FIRST_WAIT_MS = 500;
/** A server that asks for a longer wait is not waited for. */
const LONGEST_WAIT_MS = 60_000;
const PUT_OFF: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
/** How much of a server's own words a message quotes, characters. */
const QUOTED = 300;

/** Questions to a public web service, asked again where that may help; nothing is kept. */
export class WebService {
  readonly #http: HttpClient;
  readonly #retries: number;
  readonly #pause: NonNullable<WebServiceOptions["pause"]>;

  constructor({ http, retries = DEFAULT_RETRIES, pause: wait = pause }: WebServiceOptions) {
    this.#http = http;
    this.#retries = retries;
    this.#pause = wait;
  }

  /**
   * The text of an answer with a status of success.
   *
   * @throws {@link StoreError} with `status` for any other, and with `retryable` when no whole answer came
   */
  async text(url: string, { signal }: CallOptions = {}): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const { answer, error } = await this.#try(url, signal);
      if (answer !== undefined && answer.status >= 200 && answer.status < 300) return answer.text;
      const delay = waitOf(attempt, answer?.headers.get("retry-after"));
      const isWorthIt = answer === undefined || PUT_OFF.has(answer.status);
      if (!isWorthIt || attempt >= this.#retries || delay === undefined) throw error;
      await this.#pause(delay, signal);
    }
  }

  /**
   * The value of a JSON answer. Bare `NaN` stays a number that is none.
   *
   * @throws {@link FormatError} for a web page and for what is not JSON; else as {@link text}
   */
  async json(url: string, options: CallOptions = {}): Promise<{ readonly value: unknown; readonly text: string }> {
    const text = await this.text(url, options);
    if (isPage(text)) {
      throw new FormatError(`${url} answered with a web page${titleOf(text)} in place of data.`, {
        ...{ format: "json", url },
        hint: "Check that the address is that of the service; it may be under maintenance.",
      });
    }
    return { value: parseJson(text, url), text };
  }

  async #try(
    url: string,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly answer?: HttpAnswer; readonly error?: unknown }> {
    try {
      const answer = await this.#http.request({ method: "GET", url }, { signal });
      return { answer, error: refusal(answer, url) };
    } catch (error) {
      signal?.throwIfAborted();
      if (!isDataError(error, "store") || !error.retryable) throw error;
      return { error };
    }
  }
}

/**
 * An answer checked against a schema.
 *
 * @throws {@link SchemaError} that names the address and the first fields that differ
 */
export function checkShape<Schema extends z.ZodType>(value: unknown, schema: Schema, url: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.map(String).join(".")}: ${message}`);
  throw new SchemaError(`${url} answered in another shape than expected: ${issues.join("; ")}.`, {
    ...{ url, cause: result.error },
    hint: "The service may be of another version: report the address and the field.",
  });
}

/** An address of a service: http or https, without credentials, with a `/` at the end. @throws {@link ConfigError} */
export function toServiceUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && url.username + url.password + url.search + url.hash === "";
  if (isPlain && (url.protocol === "http:" || url.protocol === "https:")) return url.href.replace(/\/*$/, "/");
  throw new ConfigError(`${JSON.stringify(text)} is no address of a service.`, {
    hint: "Write http(s)://host/, without an account and without parameters.",
  });
}

function refusal({ status, text }: HttpAnswer, url: string): StoreError {
  const said = isPage(text) ? `a web page${titleOf(text)}` : shorten(text);
  return new StoreError(`${url} answered with status ${status}${said === "" ? "" : `: ${said}`}.`, {
    ...{ url, status, retryable: PUT_OFF.has(status) },
    hint: PUT_OFF.has(status) ? "The service is in trouble: try again later." : undefined,
  });
}

function isPage(text: string): boolean {
  return /^\s*<(!doctype\s+html|html|head|body)/i.test(text);
}

function titleOf(page: string): string {
  const title = shorten(/<title[^>]*>([^<]*)/i.exec(page)?.[1] ?? "");
  return title === "" ? "" : ` (${title})`;
}

/** A server's words on one line, cut. */
export function shorten(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line;
}

function waitOf(attempt: number, retryAfter: string | undefined): number | undefined {
  const own = FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random() / 2);
  const asked = parseRetryAfter(retryAfter, Date.now());
  if (asked === undefined) return own;
  const delay = Math.max(asked * 1000, own);
  return delay > LONGEST_WAIT_MS ? undefined : delay;
}
