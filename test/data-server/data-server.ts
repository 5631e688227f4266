import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** What one answer does in place of the right one. */
export interface Fault {
  /** Only requests for this path and of this method; any otherwise. */
  readonly path?: string;
  readonly method?: "GET" | "HEAD";
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Breaks the connection off after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Resets the connection after so many bytes, of which some may be lost on the way. */
  readonly resetAfter?: number;
  /** Sends so many bytes of the body and then nothing, and does not hang up. */
  readonly stallAfter?: number;
  /** Sends so many bytes of the body and then one every few milliseconds. */
  readonly trickleAfter?: number;
  /** Ends the answer in order after so many bytes, with their number as its length. */
  readonly shortenTo?: number;
  /** States no length. */
  readonly isChunked?: boolean;
  /** Answers a range with everything. */
  readonly ignoresRange?: boolean;
  readonly contentRange?: string;
  readonly isGzip?: boolean;
  /** Hangs up before an answer. */
  readonly isLost?: boolean;
  /** Called when the answer begins. */
  readonly onServe?: () => void;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
  readonly status: number;
}

export interface DataServer {
  readonly url: string;
  /** Contents by path, which begins with a slash. May be changed; an entity tag follows the content. */
  readonly files: Map<string, Uint8Array>;
  readonly seen: SeenRequest[];
  /** Bytes of bodies that were written. */
  sent: number;
  /** The next matching requests get these, one each. */
  plan(...faults: Fault[]): void;
  close(): Promise<void>;
}

export interface DataServerOptions {
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Value of the `Authorization` header that every request must carry. */
  readonly authorization?: string;
  /** How entity tags are stated. */
  readonly etags?: "strong" | "weak" | "none";
  readonly lastModified?: string;
}

/** A server of files over real HTTP on a free port: ranges, entity tags, `If-Range`, an account, and faults on demand. */
export async function startDataServer(options: DataServerOptions = {}): Promise<DataServer> {
  const faults: Fault[] = [];
  const server = createServer((request, response) => answer(request, response));
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const self: DataServer = {
    url: urlOf(server),
    files: new Map(Object.entries(options.files ?? {})),
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
    const path = decodeURIComponent((request.url ?? "").replace(/\?.*$/, ""));
    const at = faults.findIndex(
      (fault) => (fault.path ?? path) === path && (fault.method ?? request.method) === request.method,
    );
    const fault = at < 0 ? {} : (faults.splice(at, 1)[0] ?? {});
    fault.onServe?.();
    const note = (status: number) => {
      const { range, authorization } = request.headers;
      const ifRange = request.headers["if-range"];
      self.seen.push({
        method: request.method ?? "",
        path,
        range,
        ifRange: ifRange?.toString(),
        authorization,
        status,
      });
    };
    if (fault.isLost === true) {
      note(0);
      request.socket.destroy();
      return;
    }
    const made =
      fault.status === undefined
        ? own(request, path, fault)
        : { status: fault.status, headers: {}, body: fault.body ?? new Uint8Array() };
    note(made.status);
    send(response, request.method === "HEAD", { ...made, headers: { ...made.headers, ...fault.headers } }, fault);
  }

  function own(request: IncomingMessage, path: string, fault: Fault) {
    if (options.authorization !== undefined && request.headers.authorization !== options.authorization) {
      return { status: 401, headers: { "WWW-Authenticate": "Basic" }, body: new Uint8Array() };
    }
    const content = fault.body ?? self.files.get(path);
    if (content === undefined) return { status: 404, headers: {}, body: new Uint8Array() };
    const tag = `"${createHash("sha1").update(content).digest("hex").slice(0, 12)}"`;
    const etag = options.etags === "weak" ? `W/${tag}` : tag;
    const headers: Record<string, string> = options.etags === "none" ? {} : { ETag: etag };
    if (options.lastModified !== undefined) headers["Last-Modified"] = options.lastModified;
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? Number.NaN);
    const validator = request.headers["if-range"];
    const isFresh = validator === undefined || validator === headers.ETag || validator === headers["Last-Modified"];
    if (Number.isNaN(first) || !isFresh || fault.ignoresRange === true) return { status: 200, headers, body: content };
    if (first >= content.byteLength) {
      return { status: 416, headers: { "Content-Range": `bytes */${content.byteLength}` }, body: new Uint8Array() };
    }
    const range = fault.contentRange ?? `bytes ${first}-${content.byteLength - 1}/${content.byteLength}`;
    return { status: 206, headers: { ...headers, "Content-Range": range }, body: content.subarray(first) };
  }

  function send(
    response: ServerResponse,
    isHead: boolean,
    made: { status: number; headers: Readonly<Record<string, string>>; body: Uint8Array },
    fault: Fault,
  ): void {
    const whole = fault.isGzip === true ? gzipSync(made.body) : made.body;
    const body = fault.shortenTo === undefined ? whole : whole.subarray(0, fault.shortenTo);
    const length = fault.isChunked === true ? {} : { "Content-Length": String(body.byteLength) };
    const encoding = fault.isGzip === true ? { "Content-Encoding": "gzip" } : {};
    response.writeHead(made.status, { ...length, ...encoding, ...made.headers });
    if (isHead) return void response.end();
    if (fault.trickleAfter !== undefined) return void trickle(response, body, fault.trickleAfter);
    const stop = fault.cutAfter ?? fault.resetAfter ?? fault.stallAfter;
    if (stop === undefined) {
      self.sent += body.byteLength;
      return void response.end(body);
    }
    self.sent += Math.min(stop, body.byteLength);
    response.flushHeaders();
    response.write(body.subarray(0, stop), () => {
      if (fault.cutAfter !== undefined) response.socket?.end();
      if (fault.resetAfter !== undefined) response.socket?.resetAndDestroy();
    });
  }
}

const TRICKLE_MS = 5;

function trickle(response: ServerResponse, body: Uint8Array, from: number): void {
  response.flushHeaders();
  if (from > 0) response.write(body.subarray(0, from));
  let at = from;
  const timer = setInterval(() => response.write(body.subarray(at, ++at)), TRICKLE_MS);
  response.on("close", () => clearInterval(timer));
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
