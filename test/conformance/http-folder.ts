import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServedFolder {
  /** Address of the folder, with a `/` at the end. */
  readonly url: string;
  /** Requests so far, as `METHOD path [Range]`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Answers a request itself instead of the folder; `false` leaves it to the folder. */
export type Interceptor = (request: IncomingMessage, response: ServerResponse, key: string) => boolean;

/**
 * Serves entries as a folder over HTTP, on a free port of this machine, with what static servers commonly do: HEAD, single
 * ranges, ETags, 404, a redirect from a directory to its page, and 416.
 */
export async function serveFolder(
  entries: ReadonlyMap<string, Uint8Array>,
  intercept: Interceptor = () => false,
): Promise<ServedFolder> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    requests.push([request.method, path, request.headers.range].filter((part) => part !== undefined).join(" "));
    const key = decodeURIComponent(path.replace(/^\/data\//, ""));
    if (!intercept(request, response, key)) answer(entries, request, response, key);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/data/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  entries: ReadonlyMap<string, Uint8Array>,
  request: IncomingMessage,
  response: ServerResponse,
  key: string,
): void {
  const bytes = entries.get(key);
  if (bytes !== undefined) {
    sendEntry(request, response, bytes);
    return;
  }
  const isDirectory = [...entries.keys()].some((other) =>
    other.startsWith(key === "" ? "" : `${key.replace(/\/$/, "")}/`),
  );
  if (!isDirectory) response.writeHead(404).end("no such file");
  else if (key === "" || key.endsWith("/"))
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>Index</h1>");
  else response.writeHead(301, { location: `${request.url}/` }).end();
}

function sendEntry(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const etag = `"${bytes.length}-${bytes[0] ?? 0}"`;
  if (request.headers["if-match"] !== undefined && request.headers["if-match"] !== etag) {
    response.writeHead(412).end();
    return;
  }
  const range = rangeOf(request.headers.range, bytes.length);
  if (range === "none") {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: bytes.length };
  response.writeHead(range === undefined ? 200 : 206, {
    etag,
    "accept-ranges": "bytes",
    "content-length": end - start,
    ...(range && { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` }),
  });
  response.end(request.method === "HEAD" ? undefined : bytes.subarray(start, end));
}

/** Source: RFC 9110 §14.1.2. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | "none" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  return start >= size || end <= start ? "none" : { start, end };
}
