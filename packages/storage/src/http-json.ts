import { type CallOptions, type HttpAnswer, type HttpClient, type HttpRequest, StoreError } from "@crossprobe/core";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { CERTIFICATE_HINT, isCertificateFault } from "./certificates.js";
import { followRedirects, type Hop } from "./follow-redirects.js";

export interface JsonHttpOptions {
  /** How long one request may take in all, seconds (default 60). */
  readonly timeoutSeconds?: number | undefined;
  /** The longest answer taken, bytes once it is decompressed (default 64 MiB). */
  readonly maxBytes?: number | undefined;
}

const DEFAULT_TIMEOUT_SECONDS = 60;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Asks web services for text over HTTP. One request a call; every status is an answer.
 *
 * A body that breaks off is an error, never a short text. GET follows redirects, without the request's headers to another host, and neither
 * from https to http nor from a public address to a private one (in Node; pages follow redirects themselves). POST follows none, so that a
 * form with a password reaches the address it was meant for alone.
 *
 * @example
 * const http = new JsonHttp({ timeoutSeconds: 20 });
 * const { status, text } = await http.request({ method: "GET", url: "https://example.org/sessions" }, { signal });
 */
export class JsonHttp implements HttpClient {
  readonly #client: AxiosInstance;
  readonly #timeoutSeconds: number;
  readonly #maxBytes: number;

  constructor(options: JsonHttpOptions = {}) {
    this.#timeoutSeconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#client = axios.create({
      responseType: "arraybuffer",
      maxContentLength: this.#maxBytes,
      validateStatus: () => true,
      ...(typeof process !== "undefined" && process.versions?.node !== undefined ? { maxRedirects: 0 } : {}),
    });
  }

  async request(request: HttpRequest, options: CallOptions = {}): Promise<HttpAnswer> {
    options.signal?.throwIfAborted();
    const deadline = AbortSignal.timeout(this.#timeoutSeconds * 1000);
    try {
      const send = ({ url, isAtHome, resolving }: Hop) =>
        this.#client.request<unknown>({
          ...resolving,
          ...{ method: request.method, url, headers: isAtHome ? { ...request.headers } : withoutSecrets(request) },
          signal: options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]),
          ...(request.body === undefined ? {} : { data: request.body }),
        });
      const response =
        request.method === "GET"
          ? (await followRedirects(request.url, send)).response
          : await send({ url: request.url, isAtHome: true, resolving: {} });
      options.signal?.throwIfAborted();
      return { status: response.status, headers: headersOf(response.headers), text: textOf(response.data) };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof StoreError) throw error;
      if (isAxiosError(error) && isCertificateFault(error.code ?? "")) throw untrusted(request.url, describe(error));
      if (error instanceof Error && error.message.includes("maxContentLength"))
        throw tooLong(request.url, this.#maxBytes);
      throw lost(request.url, deadline.aborted ? `no whole answer in ${this.#timeoutSeconds} s` : describe(error));
    }
  }
}

/** What may be told to any server: what kind of answer is wanted. */
function withoutSecrets({ headers = {} }: HttpRequest): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^accept/i.test(name)));
}

function tooLong(url: string, limit: number): StoreError {
  return new StoreError(`Could not read ${url}: the answer is longer than the limit of ${limit} bytes.`, {
    url,
    hint: "Ask for less at once.",
  });
}

/** The client's own error is left out: it holds the request with its headers, hence tokens. */
function lost(url: string, detail: string): StoreError {
  return new StoreError(`could not read ${url}: ${detail}`, {
    url,
    retryable: true,
    hint: "check the connection, then ask again",
  });
}

/** Asking again would meet the same certificate. */
function untrusted(url: string, detail: string): StoreError {
  return new StoreError(`could not read ${url}: ${detail}`, { url, hint: CERTIFICATE_HINT });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return "the request failed";
  const code = isAxiosError(error) ? error.code : undefined;
  const message = error.message || error.name;
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

function headersOf(headers: object): Map<string, string> {
  const texts = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return new Map(texts.map(([name, value]) => [name.toLowerCase(), value]));
}

function textOf(data: unknown): string {
  const isBytes = data instanceof ArrayBuffer || data instanceof Uint8Array;
  return isBytes ? new TextDecoder().decode(data) : "";
}
