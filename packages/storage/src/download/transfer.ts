import { type FileDigest, NotFoundError, type RemoteFile, StoreError } from "@crossprobe/core";
import type { Bodies, BodyAnswer } from "../body.js";
import { parseContentRange, toCount } from "../http-answer.js";
import { rulesFor } from "./hosts.js";
import { NOTHING_KNOWN, type PartFile } from "./part-file.js";
import { type RetryOptions, retryWait } from "./retry-wait.js";

export interface TransferContext {
  readonly bodies: Bodies;
  readonly retry: RetryOptions;
  readonly allowPrivate: boolean;
  /** Places that files may come from beside those of their dataset. */
  readonly allowHosts: readonly string[];
  readonly signal: AbortSignal | undefined;
  /** Told of bytes that came over the line, and of those that are forgotten again. */
  readonly onReceived: (bytes: number) => void;
  readonly onForgotten: (bytes: number) => void;
  readonly pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Where the bytes came from in the end; null where all of them were there before. */
export interface Transferred {
  readonly url: string | null;
  /** Whether the server or the source said how long it is. */
  readonly isLengthKnown: boolean;
}

const RETRYABLE_STATUSES = new Set([408, 425, 429]);
const GONE_STATUSES = new Set([404, 410]);

/**
 * Brings a part to its end: over as many connections as it takes, from the first of the file's addresses that has it.
 *
 * Each try that brings a byte not had before begins the count of tries anew, unless it was ended for being too slow. Bytes of two objects are never mixed: what goes on where it
 * stopped is asked for with the entity tag or the date of what is there, and compared with the answer.
 *
 * @throws {@link StoreError} when it cannot be had; the part stays for another time
 * @throws {@link NotFoundError} when no address has it
 */
export async function transfer(file: RemoteFile, part: PartFile, context: TransferContext): Promise<Transferred> {
  let last: Error = new NotFoundError(`no address of ${file.path} is known`);
  for (const url of file.urls) {
    try {
      return await transferFrom(url, file, part, context);
    } catch (error) {
      context.signal?.throwIfAborted();
      const canAskAnother = error instanceof NotFoundError || (error instanceof StoreError && error.url !== undefined);
      if (!canAskAnother || url === file.urls.at(-1)) throw error;
      last = error;
    }
  }
  throw last;
}

async function transferFrom(
  url: string,
  file: RemoteFile,
  part: PartFile,
  context: TransferContext,
): Promise<Transferred> {
  let failures = 0;
  let longest = part.length;
  for (;;) {
    if (isComplete(file, part)) return { url: null, isLengthKnown: true };
    const outcome = await new Attempt(url, file, part, context).run().catch((error: unknown): Outcome => {
      context.signal?.throwIfAborted();
      if (!(error instanceof StoreError) || !error.retryable) throw error;
      return { kind: "again", error, retryAfter: textOf(error.retryAfterSeconds), isSlow: false };
    });
    if (outcome.kind === "complete") return { url: outcome.url, isLengthKnown: outcome.isLengthKnown };
    failures = part.length > longest && !outcome.isSlow ? 0 : failures + 1;
    longest = Math.max(longest, part.length);
    if (failures >= context.retry.tries) throw outcome.error;
    const seconds = retryWait(Math.max(1, failures), outcome.retryAfter, context.retry, Date.now());
    await context.pause(seconds * 1000, context.signal);
  }
}

/** A part that was whole when an earlier process ended needs no connection. */
function isComplete(file: RemoteFile, part: PartFile): boolean {
  const size = file.size ?? part.state?.size ?? null;
  return part.state !== undefined && size !== null && part.length === size && (part.isResumed || size === 0);
}

type Outcome =
  | { readonly kind: "complete"; readonly url: string; readonly isLengthKnown: boolean }
  | {
      readonly kind: "again";
      readonly error: StoreError;
      readonly retryAfter: string | undefined;
      /** Whether the connection was ended although bytes came: too few of them. */
      readonly isSlow: boolean;
    };

/** One request and its answer. */
class Attempt {
  readonly #url: string;
  readonly #file: RemoteFile;
  readonly #part: PartFile;
  readonly #context: TransferContext;

  constructor(url: string, file: RemoteFile, part: PartFile, context: TransferContext) {
    this.#url = url;
    this.#file = file;
    this.#part = part;
    this.#context = context;
  }

  async run(): Promise<Outcome> {
    const { bodies, signal } = this.#context;
    const headers = this.#rangeHeaders();
    const rules = rulesFor(this.#file, this.#context);
    const answer = await bodies.request({ method: "GET", url: this.#url, headers, rules, signal });
    try {
      return await this.#take(answer, headers.Range !== undefined);
    } catch (error) {
      if (!answer.isSlow() || !(error instanceof StoreError) || !error.retryable) throw error;
      return { kind: "again", error, retryAfter: undefined, isSlow: true };
    } finally {
      answer.cancel();
    }
  }

  /** Asks for the rest, if it is of the object whose beginning is there; else for everything. */
  #rangeHeaders(): Record<string, string> {
    const { length, state } = this.#part;
    if (length === 0 || state === undefined) return {};
    const validator = state.etag !== null && !state.etag.startsWith("W/") ? state.etag : state.lastModified;
    const isCompared = [...this.#file.digests, ...state.stated].some(({ kind }) => kind !== "etag");
    // Without a validator a mixture would go unnoticed, unless a digest tells.
    if (validator === null && !isCompared) return {};
    return { Range: `bytes=${length}-`, ...(validator === null ? {} : { "If-Range": validator }) };
  }

  async #take(answer: BodyAnswer, isRange: boolean): Promise<Outcome> {
    const { status } = answer;
    if (status === 200) return this.#takeWhole(answer);
    if (status === 206 && isRange) return this.#takeRest(answer);
    if (status === 416 && isRange) return this.#takeNothing(answer);
    if (status === 412 && isRange) return this.#startOver(answer, "the object changed while it was fetched");
    if (GONE_STATUSES.has(status)) {
      throw new NotFoundError(`no file at ${answer.url} (HTTP status ${status})`, {
        hint: GONE_HINT,
      });
    }
    if (status >= 500 || RETRYABLE_STATUSES.has(status)) {
      const retryAfter = answer.headers.get("retry-after");
      return { kind: "again", error: this.#refused(answer), retryAfter, isSlow: false };
    }
    throw this.#refused(answer);
  }

  async #takeWhole(answer: BodyAnswer): Promise<Outcome> {
    this.#expectPlain(answer);
    const size = toCount(answer.headers.get("content-length")) ?? null;
    this.#expectSize(answer, size);
    this.#context.onForgotten(this.#part.length);
    await this.#part.begin({ ...validatorsOf(answer), size, stated: answer.digests });
    return this.#stream(answer, size);
  }

  async #takeRest(answer: BodyAnswer): Promise<Outcome> {
    this.#expectPlain(answer);
    const range = rangeOf(answer);
    const { state, length } = this.#part;
    const size = state?.size ?? this.#file.size;
    const validators = validatorsOf(answer);
    const isSame = state?.etag === null || state?.etag === undefined || validators.etag === state.etag;
    if (!isSame) return this.#startOver(answer, "the object changed while it was fetched");
    const isAsked = range?.start === length && range.size !== undefined && (size === null || range.size === size);
    if (!isAsked || range.end !== range.size) {
      const given = answer.headers.get("content-range") ?? "no Content-Range";
      return this.#startOver(answer, `asked for bytes from ${length}, the server answered ${given}`);
    }
    this.#expectSize(answer, range.size);
    this.#part.isResumed = true;
    return this.#stream(answer, range.size);
  }

  /** 416: there is no rest, which is fine if all of it is there. */
  async #takeNothing(answer: BodyAnswer): Promise<Outcome> {
    if (rangeOf(answer)?.size === this.#part.length) {
      return { kind: "complete", url: answer.url, isLengthKnown: true };
    }
    return this.#startOver(answer, `the server has no bytes from ${this.#part.length} on`);
  }

  async #startOver(answer: BodyAnswer, why: string): Promise<Outcome> {
    this.#context.onForgotten(this.#part.length);
    await this.#part.begin(NOTHING_KNOWN);
    return { kind: "again", error: this.#wrong(answer, why, true), retryAfter: "0", isSlow: false };
  }

  async #stream(answer: BodyAnswer, size: number | null): Promise<Outcome> {
    const limit = size ?? this.#file.size ?? Number.POSITIVE_INFINITY;
    for await (const piece of answer.body) {
      const room = limit - this.#part.length;
      if (piece.byteLength > room) throw this.#wrong(answer, `more than ${limit} bytes came`);
      await this.#part.append(piece);
      this.#context.onReceived(piece.byteLength);
      this.#context.signal?.throwIfAborted();
    }
    if (size !== null && this.#part.length < size) {
      throw this.#wrong(answer, `${this.#part.length} of ${size} bytes came`, true);
    }
    return { kind: "complete", url: answer.url, isLengthKnown: size !== null || this.#file.size !== null };
  }

  #expectPlain(answer: BodyAnswer): void {
    const encoding = answer.headers.get("content-encoding");
    if (encoding === undefined || encoding === "identity") return;
    throw this.#wrong(answer, `the body came as ${encoding} although no compression was accepted`);
  }

  /** The server's object is the one that the source lists. */
  #expectSize(answer: BodyAnswer, size: number | null): void {
    const etag = answer.headers.get("etag");
    const wanted = this.#file.digests.find(({ kind }) => kind === "etag");
    if (wanted !== undefined && etag !== undefined && etag !== wanted.value) {
      throw this.#wrong(answer, `its ETag is ${etag} and not ${wanted.value}`);
    }
    if (size === null || this.#file.size === null || size === this.#file.size) return;
    throw this.#wrong(answer, `the server has ${size} bytes, ${this.#file.size} were expected`);
  }

  #refused(answer: BodyAnswer): StoreError {
    const isDenied = answer.status === 401 || answer.status === 403;
    const hint = isDenied ? "the server wants an authorisation, or the address has expired" : undefined;
    const retryable = answer.status >= 500 || RETRYABLE_STATUSES.has(answer.status);
    const { url, status } = answer;
    return new StoreError(`could not fetch ${url}: HTTP status ${status}`, { url, status, retryable, hint });
  }

  #wrong(answer: BodyAnswer, what: string, retryable = false): StoreError {
    const { url, status } = answer;
    return new StoreError(`could not fetch ${url}: ${what}`, { url, status, retryable });
  }
}

function textOf(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : String(Math.ceil(seconds));
}

function rangeOf({ headers }: BodyAnswer) {
  return parseContentRange(headers.get("content-range") ?? "");
}

function validatorsOf({ headers }: BodyAnswer): { readonly etag: string | null; readonly lastModified: string | null } {
  return { etag: headers.get("etag") ?? null, lastModified: headers.get("last-modified") ?? null };
}

/** What to do where nothing is at an address. */
export const GONE_HINT = "check the address; a catalogue may be older than its server";

/** How the trust of a file follows from what was known of it. */
export function trustOf(known: readonly FileDigest[], isLengthKnown: boolean): "digest" | "length" | "none" {
  if (known.some(({ kind }) => kind !== "etag")) return "digest";
  return isLengthKnown ? "length" : "none";
}
