import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Readable } from "node:stream";
import { isDataError, StoreError } from "@crossprobe/core";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { checkAddress, guardedLookup, withoutQuery } from "./download/address-guard.js";

/** Gives the value of an `Authorization` header for an address, where there is one for it. */
export type Authorize = (url: URL) => string | undefined;

export interface BodyRequest {
  readonly method: "GET" | "HEAD";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal | undefined;
}

/** An answer whose body comes piece by piece. */
export interface BodyAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Where redirects led; without its query. */
  readonly url: string;
  /** Take all of it, or {@link cancel}. */
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

export interface HttpBodyOptions {
  /** How long nothing may come before a connection counts as lost, seconds. */
  readonly stallSeconds: number;
  readonly authorize?: Authorize | undefined;
}

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for bodies over HTTP as streams of stored bytes. It neither retries nor decompresses.
 *
 * Redirects are followed here, so that each address on the way is judged, and gets only the authorisation that is meant for it. Proxies of
 * the environment are not used: behind one nobody could judge the address.
 */
export class HttpBodies {
  readonly #client: AxiosInstance;
  readonly #options: HttpBodyOptions;
  readonly #open = agents({});
  readonly #guarded = agents({ lookup: guardedLookup });

  constructor(options: HttpBodyOptions) {
    this.#options = options;
    this.#client = axios.create({
      responseType: "stream",
      decompress: false,
      maxRedirects: 0,
      proxy: false,
      maxContentLength: Number.POSITIVE_INFINITY,
      headers: { "Accept-Encoding": "identity", Accept: "*/*" },
      validateStatus: () => true,
    });
  }

  /**
   * @throws {@link QueryError} for an address that may not be asked
   * @throws {@link StoreError} with `retryable` when no answer came. Neither message nor cause holds headers or queries
   */
  async request(request: BodyRequest): Promise<BodyAnswer> {
    let url = request.url;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const answer = await this.#once({ ...request, url });
      const location = answer.headers.get("location");
      if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
      answer.cancel();
      if (!URL.canParse(location, url)) throw failure(url, "it redirects to what is no address");
      url = new URL(location, url).href;
    }
    throw failure(request.url, `it redirects more than ${MAX_REDIRECTS} times`);
  }

  /** Ends the connections that are kept. */
  close(): void {
    for (const { httpAgent, httpsAgent } of [this.#open, this.#guarded]) {
      httpAgent.destroy();
      httpsAgent.destroy();
    }
  }

  async #once(request: BodyRequest): Promise<BodyAnswer> {
    const { signal } = request;
    signal?.throwIfAborted();
    const address = checkAddress(request.url, request.allowPrivate);
    const authorization = this.#options.authorize?.(address);
    const watch = new StallWatch(this.#options.stallSeconds, signal);
    try {
      const response = await this.#client.request<unknown>({
        method: request.method,
        url: address.href,
        headers: { ...request.headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
        signal: watch.signal,
        ...(request.allowPrivate ? this.#open : this.#guarded),
      });
      const stream = response.data instanceof Readable ? response.data : Readable.from([]);
      // Without a listener, what goes wrong after the body was left would end the process.
      stream.on("error", () => undefined);
      const cancel = () => {
        watch.end();
        stream.destroy();
      };
      const shown = withoutQuery(address.href);
      const body = watched(stream, watch, shown);
      return { status: response.status, headers: textsOf(response.headers), url: shown, body, cancel };
    } catch (error) {
      watch.end();
      signal?.throwIfAborted();
      throw toFailure(error, withoutQuery(address.href), watch);
    }
  }
}

function agents(options: object) {
  const kept = { keepAlive: true, ...options };
  return { httpAgent: new HttpAgent(kept), httpsAgent: new HttpsAgent(kept) };
}

async function* watched(stream: Readable, watch: StallWatch, url: string): AsyncIterable<Uint8Array> {
  try {
    for await (const piece of stream) {
      watch.restart();
      if (piece instanceof Uint8Array) yield piece;
      watch.restart();
    }
  } catch (error) {
    watch.throwIfCallerAborted();
    throw toFailure(error, url, watch);
  } finally {
    watch.end();
    stream.destroy();
  }
}

/** Aborts when nothing happened for a while, or when the caller does. */
class StallWatch {
  readonly seconds: number;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  hasStalled = false;

  constructor(seconds: number, caller: AbortSignal | undefined) {
    this.seconds = seconds;
    this.#caller = caller;
    caller?.addEventListener("abort", this.#onCaller, { once: true });
    this.#timer = setTimeout(() => {
      this.hasStalled = true;
      this.#controller.abort();
    }, seconds * 1000);
    this.#timer.unref();
  }

  readonly #onCaller = () => this.#controller.abort();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    this.#timer.refresh();
  }

  throwIfCallerAborted(): void {
    this.#caller?.throwIfAborted();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#onCaller);
  }
}

/** The client's own error is no cause of ours: it holds the request with its headers, hence credentials. */
function toFailure(error: unknown, url: string, watch: StallWatch): Error {
  if (isDataError(error)) return error;
  // What the look-up of a name refused comes wrapped by the client.
  if (error instanceof Error && isDataError(error.cause)) return error.cause;
  if (watch.hasStalled) return failure(url, `nothing came for ${watch.seconds} s`);
  const message = error instanceof Error ? error.message || error.name : String(error);
  const code = isAxiosError(error) ? error.code : undefined;
  const detail = code !== undefined && !message.includes(code) ? `${message} (${code})` : message;
  return failure(url, detail);
}

function failure(url: string, what: string): StoreError {
  const shown = withoutQuery(url);
  return new StoreError(`could not fetch ${shown}: ${what}`, {
    url: shown,
    retryable: !what.startsWith("it redirects"),
  });
}

function textsOf(headers: object): Map<string, string> {
  const texts = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return new Map(texts.map(([name, value]) => [name.toLowerCase(), value]));
}
