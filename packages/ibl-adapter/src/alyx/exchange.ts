import {
  type CallOptions,
  ConfigError,
  FormatError,
  type HttpAnswer,
  type HttpClient,
  isDataError,
  type Notice,
  SchemaError,
  SharedRead,
  StoreError,
} from "@crossprobe/core";
import type { z } from "zod";
import { type AnswerCache, KeptAnswers, MemoryAnswerCache } from "./answer-cache.js";
import { checkShape, detailOf, parseAnswer, refusal } from "./answer-text.js";
import { type AlyxCredentials, withoutSecrets } from "./credentials.js";
import { tokenSchema } from "./records.js";
import { isReadableOnTheWay, questionUrl, toServiceUrl } from "./request-url.js";
import { type AlyxClock, RequestPace, RequestSlots, retryWaitSeconds, systemClock } from "./throttle.js";

export interface AlyxOptions {
  /** The service, such as `https://openalyx.internationalbrainlab.org`. */
  readonly url: string;
  /** Sends the requests: `new JsonHttp()` of `@crossprobe/storage`. */
  readonly http: HttpClient;
  /** Not needed offline. */
  readonly credentials?: AlyxCredentials | undefined;
  /** Answers from stored answers of any age, and never sends anything. */
  readonly isOffline?: boolean | undefined;
  /** Keeps answers beyond this client, such as `DirectoryCache` of `@crossprobe/storage/node`. Memory is used in any case. */
  readonly cache?: AnswerCache | undefined;
  /** How long an answer is used before it is asked for again (default 300). */
  readonly cacheSeconds?: number | undefined;
  /** How many requests may start in a minute (default 500; the service refuses more than 550). */
  readonly requestsPerMinute?: number | undefined;
  /** How often a request that the service put off (429, 503) is sent again (default 8). */
  readonly retries?: number | undefined;
  /** Told what was repaired, doubted or announced. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
  readonly clock?: AlyxClock | undefined;
}

export interface AlyxCallOptions extends CallOptions {
  /** Asks the service even where a stored answer is fresh; no stored answer replaces a lost connection. */
  readonly isFresh?: boolean | undefined;
  /** How long this answer is kept, in place of the client's own. */
  readonly cacheSeconds?: number | undefined;
}

const DEFAULT_CACHE_SECONDS = 300;
const DEFAULT_REQUESTS_PER_MINUTE = 500;
const DEFAULT_RETRIES = 8;
/** Connections at a time; ONE opens four. */
const REQUESTS_AT_A_TIME = 4;
const PUT_OFF: ReadonlySet<number> = new Set([429, 503]);
const ABSENT: ReadonlySet<number> = new Set([204, 404]);
/** What the service says of a token that it does not know any more. */
const STALE_TOKEN = "Invalid token";

/** Questions to the service and their answers: stored ones, credentials, pace and retries. Paths are relative to the service. */
export class AlyxExchange {
  readonly url: string;
  readonly #options: AlyxOptions;
  readonly #clock: AlyxClock;
  readonly #kept: KeptAnswers;
  readonly #pace: RequestPace;
  readonly #slots = new RequestSlots(REQUESTS_AT_A_TIME);
  readonly #secrets = new Set<string>();
  #token = this.#newToken();

  constructor(options: AlyxOptions) {
    this.url = toServiceUrl(options.url);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#kept = new KeptAnswers(new MemoryAnswerCache(), options.cache);
    this.#pace = new RequestPace(options.requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE, this.#clock);
    const { credentials } = options;
    if (credentials === undefined || options.isOffline === true) return;
    for (const secret of "token" in credentials ? [credentials.token] : [credentials.password])
      this.#secrets.add(secret);
    if (isReadableOnTheWay(this.url)) {
      throw new ConfigError(`${this.url} is not encrypted: credentials are not sent to it.`, { hint: "Use https://." });
    }
  }

  /**
   * The answer to a question, in the shape of a schema.
   *
   * Absent: `undefined` for 404 and 204.
   */
  async ask<Schema extends z.ZodType>(
    url: string,
    schema: Schema,
    options: AlyxCallOptions = {},
  ): Promise<z.output<Schema> | undefined> {
    options.signal?.throwIfAborted();
    const key = `GET ${url}`;
    const kept = await this.#tryCache("answer-not-recalled", "A kept answer could not be read", url, () =>
      this.#kept.read(key),
    );
    const isDue = options.isFresh === true || kept === undefined || this.#clock.now() >= kept.expiresAt;
    if (kept !== undefined && (!isDue || this.#options.isOffline === true)) {
      const value = this.#tryKept(kept.text, schema, url);
      if (value.isGood) {
        if (isDue) this.#noticeAge(url, kept.expiresAt, "The service is not asked offline");
        return value.value;
      }
      await this.#tryCache("answer-not-deleted", "A kept answer could not be deleted", url, () =>
        this.#kept.delete(key),
      );
    }
    if (this.#options.isOffline === true) throw notStored(url);
    return this.#askService(key, url, schema, kept?.text, kept?.expiresAt, options);
  }

  /** Tells the client's listener. */
  notice(notice: Notice): void {
    this.#options.onNotice?.(notice);
  }

  async #askService<Schema extends z.ZodType>(
    key: string,
    url: string,
    schema: Schema,
    oldText: string | undefined,
    oldExpiry: number | undefined,
    options: AlyxCallOptions,
  ): Promise<z.output<Schema> | undefined> {
    let answer: HttpAnswer;
    try {
      answer = await this.#send(url, options);
    } catch (error) {
      const isLost = isDataError(error, "store") && error.status === undefined && error.retryable;
      if (!isLost || options.isFresh === true || oldText === undefined) throw error;
      const old = this.#tryKept(oldText, schema, url);
      if (!old.isGood) throw error;
      this.#noticeAge(url, oldExpiry ?? 0, "The service could not be reached");
      return old.value;
    }
    if (ABSENT.has(answer.status)) return undefined;
    const value = this.#read(answer.text, schema, url);
    const seconds = options.cacheSeconds ?? this.#options.cacheSeconds ?? DEFAULT_CACHE_SECONDS;
    await this.#keep(key, url, answer.text, seconds);
    return value;
  }

  async #keep(key: string, url: string, text: string, seconds: number): Promise<void> {
    const expiresAt = this.#clock.now() + seconds * 1000;
    await this.#tryCache("answer-not-kept", "The answer could not be kept", url, () =>
      this.#kept.write(key, { text, expiresAt }),
    );
  }

  /** A cache that cannot be read or written costs time, not the answer. */
  async #tryCache<Value>(
    code: string,
    what: string,
    url: string,
    work: () => Promise<Value>,
  ): Promise<Value | undefined> {
    try {
      return await work();
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.notice({ code, message: `${what}: ${detail}.`, count: 1, where: url });
      return undefined;
    }
  }

  #read<Schema extends z.ZodType>(text: string, schema: Schema, url: string): z.output<Schema> {
    const { value, notFinite } = parseAnswer(text, url);
    const checked = checkShape(value, schema, url);
    if (notFinite.length > 0) {
      const shown = notFinite.slice(0, 3).join(", ") + (notFinite.length > 3 ? ", …" : "");
      const message = `Numbers that are none (NaN, Infinity) are read as absent: ${shown}.`;
      this.notice({ code: "numbers-not-finite", message, count: notFinite.length, where: url });
    }
    return checked;
  }

  /** What was kept by another version, or damaged, is as good as absent. */
  #tryKept<Schema extends z.ZodType>(
    text: string,
    schema: Schema,
    url: string,
  ): { isGood: true; value: z.output<Schema> } | { isGood: false } {
    try {
      return { isGood: true, value: this.#read(text, schema, url) };
    } catch (error) {
      if (error instanceof SchemaError || error instanceof FormatError) return { isGood: false };
      throw error;
    }
  }

  /** Sends a question with the token, and once more with a new one where the service does not know it any more. */
  async #send(url: string, options: CallOptions): Promise<HttpAnswer> {
    const token = this.#token;
    const answer = await this.#sendPatiently(url, options, async () => this.#headers(await token.read(options)));
    this.#announcements(answer, url);
    if (answer.status === 200 || ABSENT.has(answer.status)) return answer;
    const isStale = answer.status === 403 && detailOf(answer.text).startsWith(STALE_TOKEN);
    if (!isStale || this.#isTokenGiven()) throw this.#refused(answer, url);
    if (this.#token === token) this.#token = this.#newToken();
    const fresh = this.#token;
    const second = await this.#sendPatiently(url, options, async () => this.#headers(await fresh.read(options)));
    if (second.status === 200 || ABSENT.has(second.status)) return second;
    throw this.#refused(second, url);
  }

  #refused(answer: HttpAnswer, url: string): StoreError {
    return refusal(answer, url, (text) => withoutSecrets(text, this.#secrets));
  }

  /** Sends until the service does not put the request off any more, or for good. */
  async #sendPatiently(
    url: string,
    options: CallOptions,
    headers: () => Promise<Readonly<Record<string, string>>>,
    body?: string,
  ): Promise<HttpAnswer> {
    const retries = this.#options.retries ?? DEFAULT_RETRIES;
    const method = body === undefined ? "GET" : "POST";
    for (let attempt = 0; ; attempt++) {
      const sent = await headers();
      const answer = await this.#slots.run(async () => {
        await this.#pace.enter(options.signal);
        return this.#options.http.request({ method, url, headers: sent, body }, options);
      }, options.signal);
      if (!PUT_OFF.has(answer.status) || attempt >= retries) return answer;
      const wait = retryWaitSeconds(attempt, answer.headers.get("retry-after"), this.#clock);
      if (wait === undefined) return answer;
      this.#pace.pause(wait);
      const message = `The service put a request off (status ${answer.status}); it is sent again after ${wait.toFixed(2)} s.`;
      this.notice({ code: "request-put-off", message, count: 1, where: url });
    }
  }

  #headers(token: string): Readonly<Record<string, string>> {
    return { Accept: "application/json", Authorization: `Token ${token}` };
  }

  #isTokenGiven(): boolean {
    const { credentials } = this.#options;
    return credentials !== undefined && "token" in credentials;
  }

  #newToken(): SharedRead<string> {
    return new SharedRead((options) => this.#login(options));
  }

  async #login(options: CallOptions): Promise<string> {
    const { credentials } = this.#options;
    if (credentials === undefined) {
      throw new ConfigError(`No credentials for ${this.url}.`, {
        hint: "Set ALYX_TOKEN, or ALYX_LOGIN and ALYX_PWD, and pass alyxFromEnvironment(process.env).credentials.",
      });
    }
    if ("token" in credentials) return credentials.token;
    const url = questionUrl(this.url, "auth-token");
    const headers = { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" };
    const form = new URLSearchParams({ username: credentials.username, password: credentials.password }).toString();
    const answer = await this.#sendPatiently(url, options, async () => headers, form);
    if (answer.status === 400) {
      throw new ConfigError(`${url} refused the name and password.`, { hint: "Check ALYX_LOGIN and ALYX_PWD." });
    }
    if (answer.status !== 200) throw this.#refused(answer, url);
    const token = tokenOf(answer.text, url);
    this.#secrets.add(token);
    return token;
  }

  #noticeAge(url: string, expiresAt: number, why: string): void {
    const message = `${why}: an answer is used that was to be asked for again from ${new Date(expiresAt).toISOString()} on.`;
    this.notice({ code: "stored-answer-used", message, count: 1, where: url });
  }

  /** Source: headers `Alyx-API-Notice`, and `Deprecation` (RFC 9745) with `Sunset` (RFC 8594). */
  #announcements(answer: HttpAnswer, url: string): void {
    const said = answer.headers.get("alyx-api-notice")?.replace(/^!+/, "");
    if (said)
      this.notice({ code: "service-notice", message: withoutSecrets(said, this.#secrets), count: 1, where: url });
    const since = answer.headers.get("deprecation");
    if (since === undefined) return;
    const sunset = answer.headers.get("sunset");
    const message = `The service says that this question is deprecated${sunset ? ` and ends on ${sunset}` : ""}.`;
    this.notice({ code: "service-deprecation", message, count: 1, where: url });
  }
}

/** No cause is attached: it would quote the answer, which holds the token. */
function tokenOf(text: string, url: string): string {
  try {
    return tokenSchema.parse(parseAnswer(text, url).value).token;
  } catch {
    throw new SchemaError(`${url} answered without a token.`, { url, hint: "Check that the address is Alyx's." });
  }
}

function notStored(url: string): StoreError {
  return new StoreError(`There is no stored answer to ${url}, and offline none is asked for.`, {
    url,
    hint: "Ask once with a connection and the same cache.",
  });
}
