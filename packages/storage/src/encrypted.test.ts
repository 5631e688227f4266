import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createPlainServer, type RequestListener, type Server } from "node:http";
import { createServer, globalAgent } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDataError, type RemoteFile, type StoreError } from "@crossprobe/core";
import { afterEach, describe, expect, it } from "vitest";
import { createDownloader } from "./download/create-downloader.js";
import { HttpStore } from "./http.js";
import { HttpBodies } from "./http-body.js";
import { JsonHttp } from "./http-json.js";

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url)), "utf8");
const [cert, key] = [read("localhost.cert.pem"), read("localhost.key.pem")];

const servers: Server[] = [];
const { ca: trusted } = globalAgent.options;
afterEach(() => {
  globalAgent.options.ca = trusted;
  globalAgent.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An encrypted server that signed for itself, and what it was asked. */
async function serveEncrypted(answer: RequestListener): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(request.url ?? "");
    answer(request, response);
  });
  return { url: `https://${await serve(server)}/`, asked };
}

async function failureOf(work: Promise<unknown>): Promise<StoreError> {
  const [result] = await Promise.allSettled([work]);
  if (result.status === "rejected" && isDataError(result.reason, "store")) return result.reason;
  throw new Error(`expected a StoreError, got ${JSON.stringify(result)}`);
}

/** Fetches one file; gives the error that it ended with. */
async function fetchOne(url: string): Promise<unknown> {
  const to = mkdtempSync(join(tmpdir(), "crossprobe-encrypted-"));
  try {
    const file: RemoteFile = { id: null, source: null, urls: [url], absent: null, path: "a", size: 1, digests: [] };
    const waits: number[] = [];
    const downloader = createDownloader({ pause: async (milliseconds) => void waits.push(milliseconds) });
    const options = { to, allowPrivate: true };
    for await (const { error } of downloader.run(await downloader.plan([file], options), options)) {
      expect(waits).toEqual([]);
      throw error;
    }
    return undefined;
  } finally {
    rmSync(to, { recursive: true });
  }
}

const READERS: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  "a store": (url) => new HttpStore(url).read("key"),
  "a web service": (url) => new JsonHttp().request({ method: "GET", url }),
  "a download": (url) => fetchOne(`${url}key`),
};

describe("a server that signed for itself", () => {
  it.each(Object.keys(READERS))("is not asked by %s", async (name) => {
    const { url, asked } = await serveEncrypted((_request, response) => response.end("x"));
    const error = await failureOf(READERS[name]?.(url) ?? Promise.reject(new Error(name)));
    expect(error.message).toContain("self-signed certificate");
    // Asking again would meet the same certificate.
    expect(error.retryable).toBe(false);
    expect(error.hint).toContain("NODE_EXTRA_CA_CERTS");
    expect(asked).toEqual([]);
  });
});

describe("a redirect from https to http", () => {
  it.each(["a store", "a web service", "a download"])("is not followed by %s", async (name) => {
    let isAsked = false;
    const plain = createPlainServer((_request, response) => {
      isAsked = true;
      response.end("x");
    });
    const target = `http://${await serve(plain)}/key`;
    const { url, asked } = await serveEncrypted((_request, response) =>
      response.writeHead(302, { location: target }).end(),
    );
    globalAgent.options.ca = cert;
    const error = await failureOf(name === "a download" ? withAuthority(url) : (READERS[name]?.(url) ?? fetchOne(url)));
    expect(error).toMatchObject({ retryable: false, hint: "ask for an address that stays encrypted" });
    expect(error.message).toContain("redirects from https to http");
    expect(asked.length).toBe(1);
    expect(isAsked).toBe(false);
  });

  /** What downloads ask with keeps connections of its own. */
  async function withAuthority(url: string): Promise<void> {
    const bodies = new HttpBodies({ stallSeconds: 5, ca: cert });
    const rules = { allowPrivate: true, hosts: undefined };
    try {
      (await bodies.request({ method: "GET", url, rules, signal: undefined })).cancel();
    } finally {
      bodies.close();
    }
  }
});
