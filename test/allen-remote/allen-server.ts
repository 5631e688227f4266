import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export const FIXTURES = fileURLToPath(new URL("../fixtures/allen-rest", import.meta.url));

/** An exchange that AllenSDK had: the address it built, and what it was answered. */
export interface Exchange {
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface GoldenCase {
  readonly name: string;
  readonly call: string;
  readonly pageSize?: number;
  readonly exchange: readonly Exchange[];
  readonly result: { readonly value?: unknown; readonly raises?: { readonly type: string; readonly message: string } };
}

export function readCases(folder = FIXTURES): readonly GoldenCase[] {
  return JSON.parse(readFileSync(`${folder}/requests.json`, "utf8")).cases;
}

/** An answer in place of the server's own. */
export interface Planned {
  readonly status?: number;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection off after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Breaks the connection off before anything is said. */
  readonly isLost?: boolean;
  readonly delayMs?: number;
}

export interface AllenServer {
  /** Without a `/` at the end. */
  readonly url: string;
  /** Addresses asked for, decoded, in order. */
  readonly seen: string[];
  /** The next requests get these, one each. */
  plan(...answers: Planned[]): void;
  /** What an address (path and parameters, decoded) gets from now on. */
  set(address: string, answer: Planned): void;
  close(): Promise<void>;
}

const GOLDEN_HOST = "http://api.brain-map.org";

/**
 * A stand-in for the warehouse, the bucket and the archive: real HTTP on a free port. Questions that AllenSDK asked get the answers that it
 * got; other questions for files have no rows; anything else is 404, until it is set.
 */
export async function startAllenServer(cases = readCases(), folder = FIXTURES): Promise<AllenServer> {
  const seen: string[] = [];
  const plans: Planned[] = [];
  const routes = new Map<string, Planned>();
  for (const { exchange } of [...cases].reverse()) {
    for (const { url, status, contentType, body } of exchange) {
      const bytes = readFileSync(`${folder}/${body}`);
      routes.set(url.slice(GOLDEN_HOST.length), { status, body: bytes, headers: { "Content-Type": contentType } });
    }
  }
  const server = createServer((request, response) => {
    const address = decodeURIComponent(request.url ?? "");
    seen.push(request.method === "GET" ? address : `${request.method} ${address}`);
    send(request, response, plans.shift() ?? routes.get(address) ?? otherwise(address));
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    plan: (...answers) => void plans.push(...answers),
    set: (address, answer) => void routes.set(address, answer),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const NO_ROWS = JSON.stringify({ success: true, id: 0, start_row: 0, num_rows: 0, total_rows: 0, msg: [] });

function otherwise(address: string): Planned {
  const isQuestion = address.startsWith("/api/v2/data/query.json?");
  return isQuestion ? { body: NO_ROWS } : { status: 404, body: "no such thing" };
}

async function listen(server: Server): Promise<void> {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
}

function send(request: IncomingMessage, response: ServerResponse, planned: Planned): void {
  const { status = 200, body = "", headers, cutAfter, isLost, delayMs = 0 } = planned;
  setTimeout(() => {
    if (isLost === true) return void response.socket?.destroy();
    const bytes = Buffer.from(body as string);
    response.writeHead(status, { "Content-Length": bytes.byteLength, ...headers });
    if (request.method === "HEAD") return void response.end();
    if (cutAfter === undefined) return void response.end(bytes);
    response.write(bytes.subarray(0, cutAfter), () => response.socket?.destroy());
  }, delayMs);
}
