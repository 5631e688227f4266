import { Agent as HttpsAgent } from "node:https";
import { Readable } from "node:stream";
import { isDataError, StoreError } from "@crossprobe/core";
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { checkAddress, guardedLookup, withoutQuery } from "./download/address-guard.js";
import { isReused, WideAgent } from "./wide-agent.js";

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
      const queue = new BodyQueue(stream, watch);
      const cancel = () => {
        watch.end();
        stream.destroy();
      };
      const shown = withoutQuery(address.href);
      const body = queue.pieces(shown);
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
  return { httpAgent: new WideAgent(kept), httpsAgent: new HttpsAgent(kept) };
}

/** How much may wait to be taken before the connection is asked to hold on, bytes. */
const QUEUED_BYTES = 4 * 1024 * 1024;

/** A piece that is worth a write of its own, bytes. */
const LONG_PIECE_BYTES = 256 * 1024;

/**
 * The pieces of a body in a queue of our own: a stream that breaks off drops what it has not handed out yet, and each of these bytes counts
 * where connections are short.
 */
class BodyQueue {
  readonly #stream: Readable;
  readonly #watch: StallWatch;
  readonly #pieces: Uint8Array[] = [];
  #queued = 0;
  #end: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(stream: Readable, watch: StallWatch) {
    this.#stream = stream;
    this.#watch = watch;
    stream.on("data", (piece: unknown) => this.#add(piece));
    stream.on("end", () => this.#finish(undefined));
    stream.on("error", (error) => this.#finish(error));
    stream.on("close", () => this.#finish(new Error("the connection was closed before the end")));
  }

  async *pieces(url: string): AsyncIterable<Uint8Array> {
    try {
      for (;;) {
        if (this.#pieces.length > 0) {
          yield this.#take();
        } else if (this.#end !== undefined) break;
        else await this.#more();
      }
      if (this.#end.error !== undefined) {
        this.#watch.throwIfCallerAborted();
        throw toFailure(this.#end.error, url, this.#watch);
      }
    } finally {
      this.#watch.end();
      this.#stream.destroy();
    }
  }

  #take(): Uint8Array {
    const first = this.#pieces[0];
    const isLong = first !== undefined && first.byteLength >= LONG_PIECE_BYTES;
    // Short ones all in one: a write for each would cost more than the copy.
    const piece = isLong ? first : Buffer.concat(this.#pieces);
    this.#pieces.splice(0, isLong ? 1 : this.#pieces.length);
    this.#queued -= piece.byteLength;
    this.#hold(false);
    return piece;
  }

  #add(piece: unknown): void {
    if (!(piece instanceof Uint8Array)) return;
    if (isReused(piece)) {
      this.#finish(new Error("this version of Node hands out memory that is read into again"));
      return;
    }
    this.#watch.restart();
    this.#pieces.push(piece);
    this.#queued += piece.byteLength;
    if (this.#queued >= QUEUED_BYTES) this.#hold(true);
    this.#wake();
  }

  #hold(isHeld: boolean): void {
    if (isHeld === this.#watch.isHeld) return;
    this.#watch.isHeld = isHeld;
    this.#watch.restart();
    if (isHeld) this.#stream.pause();
    else this.#stream.resume();
  }

  #finish(error: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** Only the server's silence counts, not the time that the caller takes. */
  async #more(): Promise<void> {
    this.#watch.restart();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Aborts when nothing happened for a while, or when the caller does. */
class StallWatch {
  readonly seconds: number;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  hasStalled = false;
  /** While the connection is asked to hold on, silence is what was asked for. */
  isHeld = false;

  constructor(seconds: number, caller: AbortSignal | undefined) {
    this.seconds = seconds;
    this.#caller = caller;
    caller?.addEventListener("abort", this.#onCaller, { once: true });
    this.#timer = setTimeout(() => {
      if (this.isHeld) return void this.#timer.refresh();
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
