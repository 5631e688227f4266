import { Agent as HttpsAgent } from "node:https";
import { Readable } from "node:stream";
import { isDataError, StoreError } from "@crossprobe/core";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import type { Bodies, BodyAnswer, BodyRequest } from "./body.js";
import { BodyQueue } from "./body-queue.js";
import { CERTIFICATE_HINT, isCertificateFault } from "./certificates.js";
import { checkHttpAddress, withoutQuery } from "./download/address-guard.js";
import { guardedLookup } from "./private-address.js";
import { DOWNGRADE, isDowngrade, MAX_REDIRECTS, NO_ADDRESS, REDIRECTS, redirectHint, TOO_MANY } from "./redirects.js";
import { type MinimumRate, StallWatch } from "./stall-watch.js";
import { WideAgent } from "./wide-agent.js";

/** Gives the value of an `Authorization` header for an address, where there is one for it. */
export type Authorize = (url: URL) => string | undefined;

export interface HttpBodyOptions {
  /** How long nothing may come before a connection counts as lost, seconds. */
  readonly stallSeconds: number;
  readonly minimumRate?: MinimumRate | undefined;
  readonly authorize?: Authorize | undefined;
  /** A certificate to trust beside those of Node, PEM; for tests. */
  readonly ca?: string | undefined;
}

/**
 * Bodies over HTTP.
 *
 * Redirects are followed here, so that each address on the way is judged, and gets only the authorisation that is meant for it. Proxies of
 * the environment are not used: behind one nobody could judge the address.
 */
export class HttpBodies implements Bodies {
  readonly #client: AxiosInstance;
  readonly #options: HttpBodyOptions;
  readonly #open: ReturnType<typeof agents>;
  readonly #guarded: ReturnType<typeof agents>;

  constructor(options: HttpBodyOptions) {
    this.#options = options;
    const trusted = options.ca === undefined ? {} : { ca: options.ca };
    this.#open = agents(trusted);
    this.#guarded = agents({ ...trusted, lookup: guardedLookup });
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

  async request(request: BodyRequest): Promise<BodyAnswer> {
    let url = request.url;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const answer = await this.#once({ ...request, url });
      const location = answer.headers.get("location");
      if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
      answer.cancel();
      if (!URL.canParse(location, url)) throw failure(url, NO_ADDRESS);
      const next = new URL(location, url).href;
      if (isDowngrade(url, next)) throw failure(url, DOWNGRADE);
      url = next;
    }
    throw failure(request.url, TOO_MANY);
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
    const address = checkHttpAddress(request.url, request.rules);
    const shown = withoutQuery(address.href);
    const authorization = this.#options.authorize?.(address);
    const watch = new StallWatch(this.#options.stallSeconds, signal, this.#options.minimumRate);
    const toFailure = (error: unknown) => {
      signal?.throwIfAborted();
      return failureOf(error, shown, watch);
    };
    try {
      const response = await this.#client.request<unknown>({
        method: request.method,
        url: address.href,
        headers: { ...request.headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
        signal: watch.signal,
        ...(request.rules.allowPrivate ? this.#open : this.#guarded),
      });
      const queue = new BodyQueue(response.data instanceof Readable ? response.data : Readable.from([]), watch);
      // An answer to HEAD ends by itself. Cut off, its connection would stay open, and the process with it.
      const cancel = () => (request.method === "HEAD" ? watch.end() : queue.cancel());
      return {
        ...{ status: response.status, headers: textsOf(response.headers), url: shown, digests: [] },
        ...{ body: queue.pieces(toFailure), isSlow: () => watch.isSlow, cancel },
      };
    } catch (error) {
      watch.end();
      throw toFailure(error);
    }
  }
}

function agents(options: object) {
  const kept = { keepAlive: true, ...options };
  return { httpAgent: new WideAgent(kept), httpsAgent: new HttpsAgent(kept) };
}

/** The client's own error is no cause of ours: it holds the request with its headers, hence credentials. */
function failureOf(error: unknown, url: string, watch: StallWatch): Error {
  if (isDataError(error)) return error;
  // What the look-up of a name refused comes wrapped by the client.
  if (error instanceof Error && isDataError(error.cause)) return error.cause;
  if (watch.problem !== undefined) return failure(url, watch.problem);
  const message = error instanceof Error ? error.message || error.name : String(error);
  const code = isAxiosError(error) ? error.code : undefined;
  const detail = code !== undefined && !message.includes(code) ? `${message} (${code})` : message;
  return code !== undefined && isCertificateFault(code) ? untrusted(url, detail) : failure(url, detail);
}

/** Asking again would meet the same certificate. */
function untrusted(url: string, detail: string): StoreError {
  return new StoreError(`could not fetch ${url}: ${detail}`, { url, hint: CERTIFICATE_HINT });
}

function failure(url: string, what: string): StoreError {
  const shown = withoutQuery(url);
  return new StoreError(`could not fetch ${shown}: ${what}`, {
    url: shown,
    retryable: !what.startsWith("it redirects"),
    hint: redirectHint(what),
  });
}

function textsOf(headers: object): Map<string, string> {
  const texts = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return new Map(texts.map(([name, value]) => [name.toLowerCase(), value]));
}
