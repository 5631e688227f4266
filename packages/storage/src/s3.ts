import type { GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import {
  type ByteStore,
  type CallOptions,
  ConfigError,
  type ObjectState,
  type ReadOptions,
  StoreError,
} from "@crossprobe/core";
import { parseContentRange } from "./http-answer.js";
import { checkKey, checkRange, isDirectoryKey, toSpan, urlOfKey } from "./keys.js";
import { rangeHeader, rangeMismatch } from "./range-request.js";
import { bodyOfStream } from "./s3-body.js";
import { type S3Failure, toS3Failure, toStoreError } from "./s3-error.js";
import { anonymous, withoutVersionWarning } from "./s3-settings.js";
import { parseS3Url, type S3Place } from "./s3-url.js";
import { StallWatch } from "./stall-watch.js";

type Sdk = typeof import("@aws-sdk/client-s3");

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface S3Options {
  /**
   * Signs requests; `"anonymous"` ones are what public buckets take. Not said, a store sends anonymous ones, and `createStores` of the
   * Node entry takes the standard variables of the environment.
   */
  readonly credentials?: S3Credentials | "anonymous" | undefined;
  /** Where requests are sent first (default `us-east-1`); a bucket elsewhere is found by one redirect. */
  readonly region?: string | undefined;
  /** Base URL of a service other than AWS. */
  readonly endpoint?: string | undefined;
  /** Whether the bucket stands in the path and not in the host name (default: where an `endpoint` is given). */
  readonly pathStyle?: boolean | undefined;
  /** How long nothing may come before a connection counts as lost, seconds (default 30). */
  readonly stallSeconds?: number | undefined;
}

const STALL_SECONDS = 30;

/**
 * The client of the SDK, which is loaded with the first request: it takes longer to load than all the rest. Stores that share it share
 * its connections.
 */
export class S3Connection {
  readonly stallSeconds: number;
  /** Which service; `undefined` for AWS. */
  readonly endpoint: string | undefined;
  readonly #options: S3Options;
  #loaded: Promise<{ readonly sdk: Sdk; readonly client: S3Client }> | undefined;

  constructor(options: S3Options = {}) {
    if (options.endpoint !== undefined && !/^https?:\/\/[^@?#]+$/i.test(options.endpoint)) {
      throw new ConfigError("the endpoint for s3: is no plain http(s) URL", {
        hint: "give scheme, host and port alone; credentials have options of their own",
      });
    }
    this.#options = options;
    this.endpoint = options.endpoint;
    this.stallSeconds = options.stallSeconds ?? STALL_SECONDS;
  }

  load(): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  async #load() {
    const sdk = await import("@aws-sdk/client-s3");
    const { credentials, endpoint, region = "us-east-1", pathStyle = endpoint !== undefined } = this.#options;
    const client = withoutVersionWarning(
      () =>
        new sdk.S3Client({
          region,
          forcePathStyle: pathStyle,
          followRegionRedirects: true,
          // Retrying is a layer's work, and only there does an abort end the wait.
          maxAttempts: 1,
          responseChecksumValidation: "WHEN_REQUIRED",
          ...(endpoint === undefined ? {} : { endpoint }),
          ...(credentials === undefined || credentials === "anonymous"
            ? anonymous()
            : { credentials: withoutAbsent(credentials) }),
        }),
    );
    return { sdk, client };
  }
}

/**
 * A byte store over a bucket, or the part of one below a prefix, through the S3 REST protocol. It does not retry and does not cache.
 *
 * `s3://bucket/prefix/`; the prefix is percent-encoded like the path of any URL (`%23` for `#`). The SDK is loaded with the first request.
 *
 * The first answer's entity tag goes with each later read of the key (`If-Match`), and every answer is compared with it: an object that
 * changes is an error, never a mixture. Ranges, lengths and sizes are checked against what was asked for.
 *
 * Absent: `NoSuchKey`. Keys of a bucket that are no relative paths (an empty part, `..`), and markers of folders (`dir/`), are not listed.
 *
 * @throws {@link StoreError} with `status` and `retryable` for everything else. Neither message nor cause holds requests or credentials
 * @example
 * const store = new S3Store("s3://ibl-brain-wide-map-public/aggregates/");
 * for await (const key of store.list("")) console.log(key, await store.size(key));
 */
export class S3Store implements ByteStore {
  readonly url: string;
  readonly #place: S3Place;
  readonly #connection: S3Connection;
  readonly #states = new Map<string, { etag: string | undefined; size: number | undefined }>();
  #isBucketKnown = false;

  constructor(url: string, connection: S3Connection | S3Options = {}) {
    this.#place = parseS3Url(url);
    this.url = this.#place.url;
    this.#connection = connection instanceof S3Connection ? connection : new S3Connection(connection);
  }

  async size(key: string, options: CallOptions = {}): Promise<number | undefined> {
    return (await this.stat(key, options))?.size;
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectState | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    if (isDirectoryKey(key)) return undefined;
    const found = await this.#ask(key, options, async ({ sdk, client }, signal) => {
      const command = new sdk.HeadObjectCommand({ ...this.#objectOf(key), IfMatch: this.#states.get(key)?.etag });
      return client.send(command, { abortSignal: signal });
    }).catch((error: unknown) => this.#explained(key, error, options));
    if (found === "absent") return this.#absence(key, options);
    if (found === "empty") return undefined;
    if (found.ContentLength === undefined) throw this.#wrong(key, "the answer states no length");
    this.#checkUnchanged(key, found.ETag, found.ContentLength);
    return { size: found.ContentLength, validator: this.#validatorFrom(found.ETag) };
  }

  async read(key: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key, this.url);
    checkRange(options.range, this.#urlOf(key));
    if (isDirectoryKey(key)) return undefined;
    const { range } = options;
    const wanted = range === undefined ? undefined : "suffix" in range ? range.suffix : range.length;
    // There is no range of zero bytes: only whether the key exists is left to ask.
    if (wanted === 0) return (await this.size(key, options)) === undefined ? undefined : new Uint8Array(0);
    const bytes = await this.#ask(key, options, async ({ sdk, client }, signal, watch) => {
      const command = new sdk.GetObjectCommand({
        ...this.#objectOf(key),
        Range: range && rangeHeader(range),
        IfMatch: this.#states.get(key)?.etag,
      });
      const answer = await client.send(command, { abortSignal: signal });
      return this.#take(key, answer, options, watch);
    });
    if (bytes === "empty") return new Uint8Array(0);
    return bytes === "absent" ? undefined : bytes;
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncIterable<string> {
    options.signal?.throwIfAborted();
    const { bucket, prefix: root } = this.#place;
    let token: string | undefined;
    do {
      const page = await this.#ask(prefix, options, async ({ sdk, client }, signal) => {
        const command = new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: root + prefix,
          ContinuationToken: token,
        });
        return client.send(command, { abortSignal: signal });
      });
      if (typeof page === "string") throw this.#wrong(prefix, "the bucket could not be listed");
      for (const { Key } of page.Contents ?? []) {
        options.signal?.throwIfAborted();
        const key = Key?.slice(root.length);
        if (key !== undefined && isListed(key)) yield key;
      }
      if (page.IsTruncated === true && (page.NextContinuationToken ?? token) === token) {
        throw this.#wrong(prefix, "the listing does not go on where it says there is more");
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** The body, once the answer was compared with the question. */
  async #take(key: string, answer: GetObjectCommandOutput, { range }: ReadOptions, watch: StallWatch) {
    const { ContentLength: announced, ContentRange: given, ETag: etag } = answer;
    const stated = given === undefined ? undefined : parseContentRange(given);
    if (range !== undefined && stated?.size === undefined && given !== undefined) {
      throw this.#wrong(key, `the range came back as ${JSON.stringify(given)}`);
    }
    // Without a Content-Range it is everything (a service that ignores ranges).
    const size = stated?.size ?? announced;
    this.#checkUnchanged(key, etag, given === undefined || stated !== undefined ? size : undefined);
    const stream = answer.Body?.transformToWebStream();
    const body = await bodyOfStream(stream, announced, watch);
    if (announced !== undefined && body.byteLength !== announced) {
      throw this.#wrong(key, `${announced} bytes were announced and ${body.byteLength} came`, true);
    }
    if (range === undefined) return body;
    const span = toSpan(range, size ?? body.byteLength);
    if (stated === undefined) return body.slice(span.start, span.end);
    const mismatch = rangeMismatch(span, stated, body);
    if (mismatch !== undefined) throw this.#wrong(key, mismatch);
    return body;
  }

  /** One request, and what its refusals mean: no such key, no bytes in that range, or an error. */
  async #ask<Result>(
    key: string,
    { signal }: CallOptions,
    work: (loaded: { sdk: Sdk; client: S3Client }, signal: AbortSignal, watch: StallWatch) => Promise<Result>,
  ): Promise<Result | "absent" | "empty"> {
    const loaded = await this.#connection.load();
    signal?.throwIfAborted();
    const watch = new StallWatch(this.#connection.stallSeconds, signal);
    try {
      const result = await work(loaded, watch.signal, watch);
      signal?.throwIfAborted();
      this.#isBucketKnown = true;
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StoreError) throw error;
      if (watch.problem !== undefined) throw this.#wrong(key, watch.problem, true);
      return this.#refusal(key, toS3Failure(error));
    } finally {
      watch.end();
    }
  }

  #refusal(key: string, failure: S3Failure): "absent" | "empty" {
    const { code, status } = failure;
    if (status === 412) throw this.#changed(key);
    if (status === 416) return "empty";
    if (status === 404 && code !== "NoSuchBucket") {
      if (code === "NoSuchKey") this.#isBucketKnown = true;
      return "absent";
    }
    throw toStoreError(failure, this.#urlOf(key));
  }

  /** The answer to HEAD does not say whether key or bucket is missing; the one to GET does. */
  async #absence(key: string, options: CallOptions): Promise<undefined> {
    if (!this.#isBucketKnown) await this.read(key, { ...options, range: { offset: 0, length: 1 } });
    return undefined;
  }

  /** A refusal of HEAD has no body that says why; that of GET does. */
  async #explained(key: string, error: unknown, options: CallOptions): Promise<never> {
    options.signal?.throwIfAborted();
    const status = error instanceof StoreError ? error.status : undefined;
    if (status === 400 || status === 403) await this.read(key, { ...options, range: { offset: 0, length: 1 } });
    throw error;
  }

  #checkUnchanged(key: string, etag: string | undefined, size: number | undefined): void {
    const known = this.#states.get(key);
    if (known === undefined) {
      this.#states.set(key, { etag, size });
      return;
    }
    const isOther = (before: unknown, now: unknown) => before !== undefined && now !== undefined && before !== now;
    if (isOther(known.etag, etag) || isOther(known.size, size)) throw this.#changed(key);
  }

  #changed(key: string): StoreError {
    const url = this.#urlOf(key);
    return new StoreError(`could not read ${url}: the object changed since it was first read`, {
      url,
      status: 412,
      hint: "open its source again to read the new version from the start",
    });
  }

  #wrong(key: string, what: string, retryable = false): StoreError {
    const url = this.#urlOf(key);
    return new StoreError(`could not read ${url}: ${what}`, { url, retryable });
  }

  /** Two services may have buckets of one name. A weak tag promises nothing of bytes. */
  #validatorFrom(etag: string | undefined): string | undefined {
    if (etag === undefined || etag.startsWith("W/")) return undefined;
    const { endpoint } = this.#connection;
    return endpoint === undefined ? etag : `${endpoint} ${etag}`;
  }

  #objectOf(key: string) {
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + key };
  }

  #urlOf(key: string): string {
    return urlOfKey(this.url, key);
  }
}

/** Whether a key of the bucket is one of ours. */
function isListed(key: string): boolean {
  return !isDirectoryKey(key) && !key.split("/").some((part) => part === "" || part === "." || part === "..");
}

function withoutAbsent({ accessKeyId, secretAccessKey, sessionToken }: S3Credentials) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
