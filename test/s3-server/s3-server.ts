import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What one answer does in place of the right one. */
export interface S3Fault {
  /** Only requests of this method, or listings; any otherwise. */
  readonly on?: "GET" | "HEAD" | "LIST";
  /** Refuses with this status and code, as `503` and `SlowDown`. */
  readonly status?: number;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection off after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Resets the connection after so many bytes of the body. */
  readonly resetAfter?: number;
  /** Sends so many bytes of the body and then nothing, and does not hang up. */
  readonly stallAfter?: number;
  /** Answers nothing at all. */
  readonly isSilent?: boolean;
  /** Ends the answer in order after so many bytes, with their number as its length. */
  readonly shortenTo?: number;
  /** Does not look at `If-Match`. */
  readonly ignoresMatch?: boolean;
  /** Answers a range with everything. */
  readonly ignoresRange?: boolean;
  readonly contentRange?: string;
}

export interface S3Request {
  readonly method: string;
  /** `bucket/key`, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly range: string | undefined;
  readonly ifMatch: string | undefined;
  readonly authorization: string | undefined;
  readonly status: number;
  /** Whether the client ended the request before its answer was complete. */
  isAborted: boolean;
}

export interface S3Server {
  /** For the client's `endpoint`, path style. */
  readonly endpoint: string;
  /** Contents by `bucket/key`. May be changed; an entity tag follows the content. */
  readonly objects: Map<string, Uint8Array>;
  readonly seen: S3Request[];
  /** Bytes of bodies that were handed to connections. */
  sent: number;
  /** The next matching requests get these, one each. */
  plan(...faults: S3Fault[]): void;
  close(): Promise<void>;
}

export interface S3ServerOptions {
  readonly objects?: Readonly<Record<string, Uint8Array>> | ReadonlyMap<string, Uint8Array>;
  /** Buckets that only requests signed by this access key may read. */
  readonly isPrivate?: boolean;
  readonly accessKeyId?: string;
  /** Keys a page of a listing (default 1000). */
  readonly pageSize?: number;
  /** Milliseconds before each answer. */
  readonly latencyMs?: number;
}

interface Made {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * A read-only stand-in for S3 over real HTTP on a free port: GET with ranges, HEAD, ListObjectsV2 in pages, `If-Match`, the service's
 * errors in XML, and faults on demand. Path style.
 *
 * Source: Amazon S3 API reference (GetObject, HeadObject, ListObjectsV2, error responses).
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const faults: S3Fault[] = [];
  const { objects: given = {} } = options;
  const objects = new Map(given instanceof Map ? given : Object.entries(given));
  const server = createServer((request, response) => {
    setTimeout(() => answer(request, response), options.latencyMs ?? 0);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const self: S3Server = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    seen: [],
    sent: 0,
    plan: (...more) => void faults.push(...more),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", self.endpoint);
    const path = decodeURIComponent(url.pathname.slice(1));
    const method = request.method ?? "";
    const isList = url.searchParams.get("list-type") === "2";
    const kind = isList ? "LIST" : method;
    const at = faults.findIndex(({ on }) => on === undefined || on === kind);
    const fault = at < 0 ? {} : (faults.splice(at, 1)[0] ?? {});
    const made =
      fault.status === undefined
        ? own(request, path, url, isList, fault)
        : refusal(fault.status, fault.code ?? "InternalError");
    const { range, authorization } = request.headers;
    const note: S3Request = {
      method,
      path,
      query: url.searchParams,
      range,
      ifMatch: request.headers["if-match"],
      authorization,
      status: made.status,
      isAborted: false,
    };
    self.seen.push(note);
    response.on("close", () => {
      note.isAborted = !response.writableFinished;
    });
    if (fault.isSilent !== true) send(response, method === "HEAD", made, fault);
  }

  function own(request: IncomingMessage, path: string, url: URL, isList: boolean, fault: S3Fault): Made {
    const { authorization } = request.headers;
    if (authorization !== undefined && !authorization.includes(`Credential=${options.accessKeyId}/`)) {
      return refusal(403, "InvalidAccessKeyId");
    }
    if (options.isPrivate === true && authorization === undefined) return refusal(403, "AccessDenied");
    const bucket = path.split("/")[0] ?? "";
    if (![...objects.keys()].some((name) => name.startsWith(`${bucket}/`))) return refusal(404, "NoSuchBucket");
    if (isList) return listing(bucket, url.searchParams);
    const content = objects.get(path);
    return content === undefined ? refusal(404, "NoSuchKey") : object(request, content, fault);
  }

  function object(request: IncomingMessage, content: Uint8Array, fault: S3Fault): Made {
    const etag = etagOf(content);
    const wanted = request.headers["if-match"];
    if (wanted !== undefined && wanted !== etag && fault.ignoresMatch !== true)
      return refusal(412, "PreconditionFailed");
    const headers = { ETag: etag, "Accept-Ranges": "bytes", "Content-Type": "binary/octet-stream" };
    const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    if ((first === "" && last === "") || fault.ignoresRange === true) return { status: 200, headers, body: content };
    const size = content.byteLength;
    const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
    const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
    if (start >= size || end <= start) return refusal(416, "InvalidRange");
    const range = fault.contentRange ?? `bytes ${start}-${end - 1}/${size}`;
    return { status: 206, headers: { ...headers, "Content-Range": range }, body: content.subarray(start, end) };
  }

  function listing(bucket: string, query: URLSearchParams): Made {
    const prefix = query.get("prefix") ?? "";
    const token = query.get("continuation-token");
    const after = token === null ? undefined : Buffer.from(token, "base64url");
    const keys = [...objects.keys()]
      .filter((name) => name.startsWith(`${bucket}/${prefix}`))
      .map((name) => name.slice(bucket.length + 1))
      // By the bytes of UTF-8, as the service does.
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .filter((key) => after === undefined || Buffer.compare(Buffer.from(key), after) > 0);
    const page = keys.slice(0, Math.min(options.pageSize ?? 1000, Number(query.get("max-keys") ?? 1000)));
    const next = Buffer.from(page.at(-1) ?? "").toString("base64url");
    const contents = page.map((key) => {
      const content = objects.get(`${bucket}/${key}`) ?? new Uint8Array();
      const etag = escaped(etagOf(content));
      return `<Contents><Key>${escaped(key)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>${etag}</ETag><Size>${content.byteLength}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const isTruncated = page.length < keys.length;
    const more = isTruncated ? `<NextContinuationToken>${next}</NextContinuationToken>` : "";
    return xml(
      200,
      `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${escaped(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${more}${contents.join("")}</ListBucketResult>`,
    );
  }

  function send(response: ServerResponse, isHead: boolean, made: Made, fault: S3Fault): void {
    const body = fault.shortenTo === undefined ? made.body : made.body.subarray(0, fault.shortenTo);
    response.writeHead(made.status, {
      "Content-Length": String(body.byteLength),
      "x-amz-request-id": "0000000000000000",
      ...made.headers,
      ...fault.headers,
    });
    if (isHead) return void response.end();
    const stop = fault.cutAfter ?? fault.resetAfter ?? fault.stallAfter;
    self.sent += Math.min(stop ?? body.byteLength, body.byteLength);
    if (stop === undefined) return void response.end(body);
    response.flushHeaders();
    response.write(body.subarray(0, stop), () => {
      if (fault.cutAfter !== undefined) response.socket?.end();
      if (fault.resetAfter !== undefined) response.socket?.resetAndDestroy();
    });
  }
}

function refusal(status: number, code: string): Made {
  return xml(status, `<Error><Code>${code}</Code><Message>${code}</Message><RequestId>0</RequestId></Error>`);
}

function xml(status: number, text: string): Made {
  const body = new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
  return { status, headers: { "Content-Type": "application/xml" }, body };
}

/** Source: the tag of an object that was put in one piece is the MD5 of its content. */
function etagOf(content: Uint8Array): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
