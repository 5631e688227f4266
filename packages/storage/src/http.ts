import {
  type ByteStore,
  type CallOptions,
  ConfigError,
  type ObjectState,
  type ReadOptions,
  StoreError,
  type StoreErrorDetails,
} from "@crossprobe/core";
import axios, { type AxiosInstance, type AxiosRequestConfig, isAxiosError } from "axios";
import { CERTIFICATE_HINT, isCertificateFault } from "./certificates.js";
import { followRedirects } from "./follow-redirects.js";
import { type Answer, bodyOf, contentLengthOf, contentRangeOf, toAnswer } from "./http-answer.js";
import { checkKey, checkRange, isDirectoryKey, shownUrl, toSpan, urlOfKey } from "./keys.js";
import { rangeHeader, rangeMismatch } from "./range-request.js";
import { type MinimumRate, StallWatch } from "./stall-watch.js";

export interface HttpOptions {
  /** Sent with every request, such as an authorisation. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether later reads of a key carry `If-Match`, so that the server itself refuses a changed object (default true).
   * Answers are compared with the first one's `ETag` in any case.
   */
  readonly conditional?: boolean | undefined;
  /** How long nothing may come before a connection counts as lost, seconds (default 30). */
  readonly stallSeconds?: number | undefined;
  /** What a body that comes must bring (default 1024 bytes a second over 60 s). */
  readonly minimumRate?: MinimumRate | undefined;
  /** Node's connection pool for `http:`, from `node:http`. */
  readonly httpAgent?: unknown;
  /** Node's connection pool for `https:`, from `node:https`. */
  readonly httpsAgent?: unknown;
}

/** Statuses after which the same request may succeed. */
const RETRYABLE_STATUSES = new Set([408, 425, 429]);
/** What servers answer to a HEAD that they do not serve although the object is there (signed links: 403). */
const HEAD_REFUSALS = new Set([400, 403, 405, 501]);
const STALL_SECONDS = 30;
/** A server that ignores `Range` sends everything; beyond this we would rather fail than hold it in memory. */
const WHOLE_ANSWER_LIMIT_BYTES = 256 * 1024 * 1024;

/**
 * A byte store over HTTP: one request a read, ranges by the `Range` header. It does not retry and does not cache.
 *
 * Every answer is checked: a range answer must be the range that was asked for (`Content-Range`), a body must be as long as
 * announced, and an object whose `ETag` or size changes between two reads is an error, never a mixture. A server that ignores ranges
 * is served by cutting its whole answer. Five redirects are followed; none from https to http, none from a public address to a private one
 * (in Node; pages follow redirects themselves), and none takes the given headers to another host. Silence of `stallSeconds` ends a request,
 * and so does a body that comes more slowly than `minimumRate`.
 *
 * Absent: 404 and 410 mean there is no such key, and so does a redirect to a directory (`key/`). It cannot list.
 *
 * @throws {@link StoreError} with `status` and `retryable` (408, 425, 429, 5xx and lost connections) for everything else
 * @example
 * const store = new HttpStore("https://example.org/cache/");
 * const tail = await store.read("sessions.pqt", { range: { suffix: 8 }, signal });
 */
export class HttpStore implements ByteStore {
  readonly url: string;
  readonly #client: AxiosInstance;
  readonly #conditional: boolean;
  readonly #stallSeconds: number;
  readonly #minimumRate: MinimumRate | undefined;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #states = new Map<string, { etag: string | undefined; size: number | undefined }>();

  constructor(url: string, options: HttpOptions = {}) {
    this.url = toBaseUrl(url);
    this.#conditional = options.conditional ?? true;
    this.#stallSeconds = options.stallSeconds ?? STALL_SECONDS;
    this.#minimumRate = options.minimumRate;
    this.#headers = options.headers ?? {};
    this.#client = axios.create({
      responseType: "arraybuffer",
      // Sizes and ranges count stored bytes, so nothing may be compressed on the way.
      decompress: false,
      maxContentLength: Number.POSITIVE_INFINITY,
      // Each address on the way is judged here; a page's own redirects nobody sees.
      ...(inNode() ? { maxRedirects: 0, headers: { "Accept-Encoding": "identity" } } : {}),
      validateStatus: () => true,
      ...(options.httpAgent === undefined ? {} : { httpAgent: options.httpAgent }),
      ...(options.httpsAgent === undefined ? {} : { httpsAgent: options.httpsAgent }),
    });
  }

  async size(key: string, options: CallOptions = {}): Promise<number | undefined> {
    return (await this.stat(key, options))?.size;
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectState | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    if (isDirectoryKey(key)) return undefined;
    const head = await this.#request(key, { method: "HEAD" }, options);
    if (isAbsent(head)) return undefined;
    const length = contentLengthOf(head);
    if (head.status === 200 && length !== undefined && !head.isEncoded) {
      this.#checkUnchanged(key, head, length);
      return { size: length, validator: strongTag(head) };
    }
    if (head.status !== 200 && !HEAD_REFUSALS.has(head.status)) throw this.#refused(key, head);
    return this.#statByRange(key, options);
  }

  async read(key: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    checkRange(options.range, this.#urlOf(key));
    if (isDirectoryKey(key)) return undefined;
    const { range } = options;
    if (range === undefined) return this.#readWhole(key, options);
    const wanted = "suffix" in range ? range.suffix : range.length;
    // HTTP has no range of zero bytes: only whether the key exists is left to ask.
    if (wanted === 0) return (await this.size(key, options)) === undefined ? undefined : new Uint8Array(0);
    const answer = await this.#requestRange(key, rangeHeader(range), wanted, options);
    if (isAbsent(answer)) return undefined;
    if (answer.status === 416) return new Uint8Array(0);
    if (answer.status === 200) {
      const whole = this.#bodyOf(key, answer);
      this.#checkUnchanged(key, answer, whole.byteLength);
      const span = toSpan(range, whole.byteLength);
      return whole.slice(span.start, span.end);
    }
    if (answer.status !== 206) throw this.#refused(key, answer);
    const given = contentRangeOf(answer);
    this.#checkUnchanged(key, answer, given?.size);
    const body = this.#bodyOf(key, answer);
    if (given?.size === undefined) {
      throw this.#wrong(key, answer, "a range was answered without a Content-Range that states range and size", {
        hint: "from a web page, the server must list Content-Range in Access-Control-Expose-Headers",
      });
    }
    const span = toSpan(range, given.size);
    const mismatch = rangeMismatch(span, given, body);
    if (mismatch !== undefined) throw this.#wrong(key, answer, mismatch);
    return body;
  }

  async #readWhole(key: string, options: CallOptions): Promise<Uint8Array | undefined> {
    const answer = await this.#request(key, { method: "GET" }, options);
    if (isAbsent(answer)) return undefined;
    if (answer.status !== 200) throw this.#refused(key, answer);
    const body = this.#bodyOf(key, answer);
    this.#checkUnchanged(key, answer, answer.isEncoded ? undefined : body.byteLength);
    return body;
  }

  /** The size from a request of one byte, for servers that answer no HEAD. */
  async #statByRange(key: string, options: CallOptions): Promise<ObjectState | undefined> {
    const answer = await this.#requestRange(key, "bytes=0-0", 1, options);
    if (isAbsent(answer)) return undefined;
    const range = contentRangeOf(answer);
    // "bytes */0": a range of an empty object cannot be satisfied.
    if (answer.status === 416 && range?.size !== undefined) return { size: range.size, validator: undefined };
    if (answer.status !== 200 && answer.status !== 206) throw this.#refused(key, answer);
    const size = answer.status === 200 ? this.#bodyOf(key, answer).byteLength : range?.size;
    if (size === undefined) throw this.#wrong(key, answer, "a range was answered without stating the size");
    this.#checkUnchanged(key, answer, size);
    return { size, validator: strongTag(answer) };
  }

  #requestRange(key: string, header: string, wanted: number, options: CallOptions): Promise<Answer> {
    const limit = Math.max(wanted, WHOLE_ANSWER_LIMIT_BYTES);
    return this.#request(key, { method: "GET", headers: { Range: header }, maxContentLength: limit }, options);
  }

  async #request(key: string, config: AxiosRequestConfig, options: CallOptions): Promise<Answer> {
    const url = this.#urlOf(key);
    const etag = this.#states.get(key)?.etag;
    // A weak tag never matches in If-Match (RFC 9110 §13.1.1).
    const match = this.#conditional && etag !== undefined && !etag.startsWith("W/") ? { "If-Match": etag } : {};
    const { signal } = options;
    const watch = new StallWatch(this.#stallSeconds, signal, this.#minimumRate);
    try {
      const { response, url: final } = await followRedirects(url, ({ url, isAtHome, resolving }) =>
        this.#client.request<unknown>({
          ...config,
          ...resolving,
          url,
          headers: { ...(isAtHome ? this.#headers : {}), ...config.headers, ...match },
          signal: watch.signal,
          onDownloadProgress: ({ bytes }) => watch.restart(bytes),
        }),
      );
      signal?.throwIfAborted();
      const answer = toAnswer(response, url, final);
      if (answer.status === 412) throw this.#changed(key, answer);
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      if (watch.problem !== undefined) throw this.#lost(url, new Error(watch.problem));
      throw error instanceof StoreError ? error : this.#lost(url, error);
    } finally {
      watch.end();
    }
  }

  #bodyOf(key: string, answer: Answer): Uint8Array {
    const body = bodyOf(answer);
    if (answer.isEncoded && inNode()) {
      throw this.#wrong(key, answer, "the body came compressed although no compression was accepted");
    }
    const announced = contentLengthOf(answer);
    // A page's own decompression hides how many bytes came over the line.
    if (announced !== undefined && !answer.isEncoded && announced !== body.byteLength) {
      throw this.#wrong(key, answer, `${announced} bytes were announced and ${body.byteLength} came`, {
        retryable: true,
      });
    }
    return body;
  }

  /** Compared with the first answer for the key. A tag may be called weak in one answer and strong in another (RFC 9110 §8.8.3.2). */
  #checkUnchanged(key: string, answer: Answer, size: number | undefined): void {
    const known = this.#states.get(key);
    const isOther = (before: unknown, now: unknown) => before !== undefined && now !== undefined && before !== now;
    if (isOther(opaque(known?.etag), opaque(answer.etag)) || isOther(known?.size, size)) {
      throw this.#changed(key, answer);
    }
    // A strong tag says more than a weak one, so that it is the one to keep.
    const etag =
      known?.etag?.startsWith("W/") === false ? known.etag : (strongTag(answer) ?? known?.etag ?? answer.etag);
    this.#states.set(key, { etag, size: known?.size ?? size });
  }

  #changed(key: string, answer: Answer): StoreError {
    return this.#wrong(key, answer, "the object changed since it was first read", {
      hint: "open its source again to read the new version from the start",
    });
  }

  #refused(key: string, answer: Answer): StoreError {
    const { status } = answer;
    const retryable = status >= 500 || RETRYABLE_STATUSES.has(status);
    return this.#wrong(key, answer, `HTTP status ${status}`, {
      retryable,
      retryAfterSeconds: answer.retryAfter,
      hint: status === 401 || status === 403 ? "the server wants an authorisation for this object" : undefined,
    });
  }

  #wrong(key: string, answer: Answer, what: string, more: Partial<StoreErrorDetails> = {}) {
    const url = this.#urlOf(key);
    return new StoreError(`could not read ${url}: ${what}`, { url, status: answer.status, ...more });
  }

  /**
   * No usable answer: the connection failed or broke off, or the answer was beyond the limit.
   *
   * The client's own error is no cause of ours: it holds the request with its headers, hence credentials.
   */
  #lost(url: string, cause: unknown): StoreError {
    const message = cause instanceof Error ? cause.message || cause.name : String(cause);
    const code = isAxiosError(cause) ? cause.code : undefined;
    if (message.includes("maxContentLength")) {
      const limit = `${WHOLE_ANSWER_LIMIT_BYTES / 1024 ** 2} MiB`;
      return new StoreError(`could not read ${url}: the server ignores ranges and the object is larger than ${limit}`, {
        url,
        hint: "copy the file to a local folder and read it there",
      });
    }
    const detail = code !== undefined && !message.includes(code) ? `${message} (${code})` : message;
    const isUntrusted = code !== undefined && isCertificateFault(code);
    const hint = isUntrusted ? CERTIFICATE_HINT : undefined;
    return new StoreError(`could not read ${url}: ${detail}`, { url, retryable: !isUntrusted, hint });
  }

  #urlOf(key: string): string {
    return urlOfKey(this.url, key);
  }
}

/** Also when a directory was found in the key's place: servers redirect those to an address with a slash at the end. */
function isAbsent(answer: Answer): boolean {
  return answer.status === 404 || answer.status === 410 || answer.leadsToDirectory;
}

function opaque(etag: string | undefined): string | undefined {
  return etag?.replace(/^W\//, "");
}

/** A weak tag says that two objects mean the same, not that their bytes are the same. */
function strongTag({ etag }: Answer): string | undefined {
  return etag?.startsWith("W/") === true ? undefined : etag;
}

/** What is refused is not repeated where it may be secret. */
function toBaseUrl(url: string): string {
  const shown = shownUrl(url);
  if (!URL.canParse(url)) throw new ConfigError(`${JSON.stringify(shown)} is no URL`);
  const parsed = new URL(url);
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") throw new ConfigError(`${shown} is no http(s) URL`);
  if (parsed.username !== "" || parsed.password !== "") {
    throw new ConfigError(`the address ${shown} holds credentials`, {
      hint: "addresses appear in messages and results: send an authorisation by the store's headers",
    });
  }
  if (parsed.search !== "" || parsed.hash !== "") {
    throw new ConfigError(`${shown} has a query or fragment, to which no key can be added`, {
      hint: "give the URL of the folder alone",
    });
  }
  return parsed.href.endsWith("/") ? parsed.href : `${parsed.href}/`;
}

/** Pages may not choose Accept-Encoding. */
function inNode(): boolean {
  return typeof process !== "undefined" && process.versions?.node !== undefined;
}
