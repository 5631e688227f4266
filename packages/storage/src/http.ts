import { type ByteStore, type CallOptions, ConfigError, type ReadOptions, StoreError } from "@crossprobe/core";
import axios, { type AxiosInstance, type AxiosRequestConfig, isAxiosError } from "axios";
import { type Answer, bodyOf, contentLengthOf, contentRangeOf, toAnswer } from "./http-answer.js";
import { checkKey, checkRange, isDirectoryKey, toSpan } from "./keys.js";

export interface HttpOptions {
  /** Sent with every request, such as an authorisation. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether later reads of a key carry `If-Match`, so that the server itself refuses a changed object (default true).
   * Answers are compared with the first one's `ETag` in any case.
   */
  readonly conditional?: boolean | undefined;
  /** Node's connection pool for `http:`, from `node:http`. */
  readonly httpAgent?: unknown;
  /** Node's connection pool for `https:`, from `node:https`. */
  readonly httpsAgent?: unknown;
}

/** Statuses after which the same request may succeed. */
const RETRYABLE_STATUSES = new Set([408, 425, 429]);
/** What servers answer to a HEAD that they do not serve although the object is there (signed links: 403). */
const HEAD_REFUSALS = new Set([400, 403, 405, 501]);
/** A server that ignores `Range` sends everything; beyond this we would rather fail than hold it in memory. */
const WHOLE_ANSWER_LIMIT_BYTES = 256 * 1024 * 1024;

/**
 * A byte store over HTTP: one request a read, ranges by the `Range` header. It does not retry and does not cache.
 *
 * Every answer is checked: a range answer must be the range that was asked for (`Content-Range`), a body must be as long as
 * announced, and an object whose `ETag` changes between two reads is an error, never a mixture. A server that ignores ranges
 * is served by cutting its whole answer.
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
  readonly #etags = new Map<string, string>();

  constructor(url: string, options: HttpOptions = {}) {
    this.url = toBaseUrl(url);
    this.#conditional = options.conditional ?? true;
    this.#client = axios.create({
      responseType: "arraybuffer",
      // Sizes and ranges count stored bytes, so nothing may be compressed on the way.
      decompress: false,
      maxContentLength: Number.POSITIVE_INFINITY,
      headers: { ...(inNode() ? { "Accept-Encoding": "identity" } : {}), ...options.headers },
      validateStatus: () => true,
      ...(options.httpAgent === undefined ? {} : { httpAgent: options.httpAgent }),
      ...(options.httpsAgent === undefined ? {} : { httpsAgent: options.httpsAgent }),
    });
  }

  async size(key: string, options: CallOptions = {}): Promise<number | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    if (isDirectoryKey(key)) return undefined;
    const head = await this.#request(key, { method: "HEAD" }, options);
    if (isAbsent(head)) return undefined;
    const length = contentLengthOf(head);
    if (head.status === 200 && length !== undefined && !head.isEncoded) {
      this.#checkUnchanged(key, head);
      return length;
    }
    if (head.status !== 200 && !HEAD_REFUSALS.has(head.status)) throw this.#refused(key, head);
    return this.#sizeByRange(key, options);
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
    const header = "suffix" in range ? `bytes=-${wanted}` : `bytes=${range.offset}-${range.offset + wanted - 1}`;
    const answer = await this.#requestRange(key, header, wanted, options);
    if (isAbsent(answer)) return undefined;
    if (answer.status === 416) return new Uint8Array(0);
    this.#checkUnchanged(key, answer);
    if (answer.status === 200) {
      const whole = this.#bodyOf(key, answer);
      const span = toSpan(range, whole.byteLength);
      return whole.slice(span.start, span.end);
    }
    if (answer.status !== 206) throw this.#refused(key, answer);
    const body = this.#bodyOf(key, answer);
    const given = contentRangeOf(answer);
    if (given?.size === undefined) {
      throw this.#wrong(key, answer, "a range was answered without a Content-Range that states range and size", {
        hint: "From a web page, the server must list Content-Range in Access-Control-Expose-Headers.",
      });
    }
    const span = toSpan(range, given.size);
    if (given.start !== span.start || given.end !== span.end || body.byteLength !== span.end - span.start) {
      const got = `bytes ${given.start}-${given.end - 1} of ${given.size} in ${body.byteLength} bytes`;
      throw this.#wrong(key, answer, `asked for ${header}, the server answered ${got}`);
    }
    return body;
  }

  async #readWhole(key: string, options: CallOptions): Promise<Uint8Array | undefined> {
    const answer = await this.#request(key, { method: "GET" }, options);
    if (isAbsent(answer)) return undefined;
    if (answer.status !== 200) throw this.#refused(key, answer);
    this.#checkUnchanged(key, answer);
    return this.#bodyOf(key, answer);
  }

  /** The size from a request of one byte, for servers that answer no HEAD. */
  async #sizeByRange(key: string, options: CallOptions): Promise<number | undefined> {
    const answer = await this.#requestRange(key, "bytes=0-0", 1, options);
    if (isAbsent(answer)) return undefined;
    const range = contentRangeOf(answer);
    // "bytes */0": a range of an empty object cannot be satisfied.
    if (answer.status === 416 && range?.size !== undefined) return range.size;
    if (answer.status !== 200 && answer.status !== 206) throw this.#refused(key, answer);
    this.#checkUnchanged(key, answer);
    if (answer.status === 200) return this.#bodyOf(key, answer).byteLength;
    if (range?.size === undefined) throw this.#wrong(key, answer, "a range was answered without stating the size");
    return range.size;
  }

  #requestRange(key: string, header: string, wanted: number, options: CallOptions): Promise<Answer> {
    const limit = Math.max(wanted, WHOLE_ANSWER_LIMIT_BYTES);
    return this.#request(key, { method: "GET", headers: { Range: header }, maxContentLength: limit }, options);
  }

  async #request(key: string, config: AxiosRequestConfig, options: CallOptions): Promise<Answer> {
    const url = this.#urlOf(key);
    const etag = this.#etags.get(key);
    // A weak tag never matches in If-Match (RFC 9110 §13.1.1).
    const match = this.#conditional && etag !== undefined && !etag.startsWith("W/") ? { "If-Match": etag } : {};
    const { signal } = options;
    try {
      const response = await this.#client.request<unknown>({
        ...config,
        url,
        headers: { ...config.headers, ...match },
        ...(signal === undefined ? {} : { signal }),
      });
      signal?.throwIfAborted();
      const answer = toAnswer(response, url);
      if (answer.status === 412) throw this.#changed(key, answer);
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof StoreError ? error : this.#lost(url, error);
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

  #checkUnchanged(key: string, answer: Answer): void {
    const { etag } = answer;
    if (etag === undefined) return;
    const known = this.#etags.get(key);
    if (known === undefined) this.#etags.set(key, etag);
    else if (known !== etag) throw this.#changed(key, answer);
  }

  #changed(key: string, answer: Answer): StoreError {
    return this.#wrong(key, answer, "the object changed since it was first read", {
      hint: "Open its source again to read the new version from the start.",
    });
  }

  #refused(key: string, answer: Answer): StoreError {
    const { status } = answer;
    const retryable = status >= 500 || RETRYABLE_STATUSES.has(status);
    return this.#wrong(key, answer, `HTTP status ${status}`, {
      retryable,
      hint: status === 401 || status === 403 ? "The server wants an authorisation for this object." : undefined,
    });
  }

  #wrong(key: string, answer: Answer, what: string, more: { retryable?: boolean; hint?: string | undefined } = {}) {
    const url = this.#urlOf(key);
    return new StoreError(`Could not read ${url}: ${what}.`, { url, status: answer.status, ...more });
  }

  /** No usable answer: the connection failed or broke off, or the answer was beyond the limit. */
  /** The client's own error is no cause of ours: it holds the request with its headers, hence credentials. */
  #lost(url: string, cause: unknown): StoreError {
    const message = cause instanceof Error ? cause.message || cause.name : String(cause);
    const code = isAxiosError(cause) ? cause.code : undefined;
    if (message.includes("maxContentLength")) {
      const limit = `${WHOLE_ANSWER_LIMIT_BYTES / 1024 ** 2} MiB`;
      return new StoreError(
        `Could not read ${url}: the server ignores ranges and the object is larger than ${limit}.`,
        {
          url,
          hint: "Copy the file to a local folder and read it there.",
        },
      );
    }
    const detail = code !== undefined && !message.includes(code) ? `${message} (${code})` : message;
    return new StoreError(`Could not read ${url}: ${detail}.`, { url, retryable: true });
  }

  #urlOf(key: string): string {
    return this.url + key.split("/").map(encodeURIComponent).join("/");
  }
}

/** Also when a directory was found in the key's place: servers redirect those to an address with a slash at the end. */
function isAbsent(answer: Answer): boolean {
  return answer.status === 404 || answer.status === 410 || answer.leadsToDirectory;
}

function toBaseUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new ConfigError(`${JSON.stringify(url)} is no URL.`, { cause });
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") throw new ConfigError(`${url} is no http(s) URL.`);
  if (parsed.search !== "" || parsed.hash !== "") {
    throw new ConfigError(`${url} has a query or fragment, to which no key can be added.`, {
      hint: "Give the URL of the folder alone.",
    });
  }
  return parsed.href.endsWith("/") ? parsed.href : `${parsed.href}/`;
}

/** Pages may not choose Accept-Encoding. */
function inNode(): boolean {
  return typeof process !== "undefined" && process.versions?.node !== undefined;
}
