import { Readable } from "node:stream";
import { type FileDigest, isDataError } from "@crossprobe/core";
import type { Bodies, BodyAnswer, BodyRequest } from "./body.js";
import { BodyQueue } from "./body-queue.js";
import { checkAddress } from "./download/address-guard.js";
import type { S3Connection } from "./s3.js";
import { type S3Failure, toS3Failure, toStoreError } from "./s3-error.js";
import { parseS3Object, type S3Object } from "./s3-url.js";
import { type MinimumRate, StallWatch } from "./stall-watch.js";

/** What of the SDK's answers is looked at. */
interface ObjectAnswer {
  readonly ETag?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ContentRange?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly Body?: unknown;
}

/** Refusals that mean something to a download, by status; everything else is an error. */
const ANSWERS: ReadonlySet<number> = new Set([404, 412, 416]);

/** Bodies of objects through the S3 REST protocol, signed or anonymous as the connection is. It follows no redirects to other hosts. */
export class S3Bodies implements Bodies {
  readonly #connection: S3Connection;
  readonly #stallSeconds: number;
  readonly #minimumRate: MinimumRate | undefined;

  constructor(connection: S3Connection, stallSeconds: number, minimumRate?: MinimumRate) {
    this.#connection = connection;
    this.#stallSeconds = stallSeconds;
    this.#minimumRate = minimumRate;
  }

  async request(request: BodyRequest): Promise<BodyAnswer> {
    const { signal } = request;
    signal?.throwIfAborted();
    checkAddress(request.url, request.rules);
    const object = parseS3Object(request.url);
    const { sdk, client } = await this.#connection.load();
    signal?.throwIfAborted();
    const watch = new StallWatch(this.#stallSeconds, signal, this.#minimumRate);
    const abort = { abortSignal: watch.signal };
    const input = { Bucket: object.bucket, Key: object.key, ...conditionsOf(request) };
    try {
      const isHead = request.method === "HEAD";
      const answer: ObjectAnswer = isHead
        ? await client.send(new sdk.HeadObjectCommand(input), abort)
        : await client.send(new sdk.GetObjectCommand(input), abort);
      return toAnswer(answer, object, watch, signal);
    } catch (error) {
      watch.end();
      signal?.throwIfAborted();
      const failure = toS3Failure(error);
      if (isAnswer(failure)) return emptyAnswer(failure.status, object.url);
      throw failureOf(failure, object.url, watch);
    }
  }
}

/** `If-Range` as S3 has it: the rest of this object, or a refusal (412). */
function conditionsOf({ headers = {} }: BodyRequest) {
  const { Range, "If-Range": validator } = headers;
  if (Range === undefined) return {};
  if (validator === undefined) return { Range };
  return validator.startsWith('"') ? { Range, IfMatch: validator } : { Range, IfUnmodifiedSince: new Date(validator) };
}

function toAnswer(
  answer: ObjectAnswer,
  { url }: S3Object,
  watch: StallWatch,
  signal: AbortSignal | undefined,
): BodyAnswer {
  const { ETag, ContentLength, ContentRange, LastModified, Body } = answer;
  const headers = new Map<string, string>();
  if (ETag !== undefined) headers.set("etag", ETag);
  if (ContentLength !== undefined) headers.set("content-length", String(ContentLength));
  if (ContentRange !== undefined) headers.set("content-range", ContentRange);
  if (LastModified !== undefined) headers.set("last-modified", LastModified.toUTCString());
  const queue = new BodyQueue(Body instanceof Readable ? Body : Readable.from([]), watch);
  const toFailure = (error: unknown) => {
    signal?.throwIfAborted();
    return isDataError(error) ? error : failureOf(toS3Failure(error), url, watch);
  };
  return {
    ...{ status: ContentRange === undefined ? 200 : 206, headers, url, digests: digestsOf(answer) },
    ...{ body: queue.pieces(toFailure), isSlow: () => watch.isSlow, cancel: () => queue.cancel() },
  };
}

/**
 * The entity tag as the MD5 that it is, where it is one: of objects that were put in one piece (others' end in `-` and the number of parts) and
 * are not encrypted with a key of the key service or the customer.
 *
 * Source: Amazon S3 API reference, data type "Object", `ETag`.
 */
export function digestsOf(answer: ObjectAnswer): readonly FileDigest[] {
  const md5 = /^"([0-9a-f]{32})"$/.exec(answer.ETag ?? "")?.[1];
  const isPlain = [undefined, "AES256"].includes(answer.ServerSideEncryption) && !answer.SSECustomerAlgorithm;
  return md5 !== undefined && isPlain ? [{ kind: "md5", value: md5 }] : [];
}

function isAnswer(failure: S3Failure): failure is S3Failure & { readonly status: number } {
  return failure.status !== undefined && ANSWERS.has(failure.status) && failure.code !== "NoSuchBucket";
}

function emptyAnswer(status: number, url: string): BodyAnswer {
  const nothing = { headers: new Map<string, string>(), digests: [], body: Readable.from([]) };
  return { ...nothing, status, url, isSlow: () => false, cancel: () => undefined };
}

function failureOf(failure: S3Failure, url: string, watch: StallWatch): Error {
  const { problem } = watch;
  const said = problem === undefined ? failure : { ...failure, status: undefined, detail: problem };
  return toStoreError(said, url, "fetch");
}
