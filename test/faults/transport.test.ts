import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { Agent, createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import type { DownloadResult, RemoteFile } from "@crossprobe/core";
import { createDownloader, HttpStore, retried } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { CONTENT, cleanups, newFolder, serve } from "./served-file.js";

const fileAt = (url: string): RemoteFile => ({
  ...{ id: "1", source: null, urls: [url], absent: null, path: "a.npy", size: CONTENT.byteLength },
  digests: [{ kind: "md5", value: createHash("md5").update(CONTENT).digest("hex") }],
});

async function download(url: string, to: string): Promise<DownloadResult | undefined> {
  const downloader = createDownloader({ pause: async () => undefined, stallSeconds: 5 });
  const options = { to, allowPrivate: true };
  const results: DownloadResult[] = [];
  for await (const result of downloader.run(await downloader.plan([fileAt(url)], options), options))
    results.push(result);
  return results[0];
}

async function listen(server: Server, host = "127.0.0.1", port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** What a connection asks of a name service. */
type Lookup = (
  name: string,
  options: { readonly all?: boolean },
  done: (error: Error | null, addresses?: unknown, family?: number) => void,
) => void;

const agentOf = (lookup: Lookup) => new Agent({ lookup: lookup as never });

describe("a connection that is cut", () => {
  // Boundaries of packets and of the queue of pieces lie anywhere: each step of a file of 60 000 bytes, and its last byte.
  const cuts = [...Array.from({ length: 20 }, (_, i) => i * 2999 + 1), 59_999];

  it("at every k-th byte goes on from there, and each byte comes once", async () => {
    for (const cutAfter of cuts) {
      const server = await serve();
      server.plan({ cutAfter });
      const to = newFolder();
      expect(await download(`${server.url}/a.npy`, to), `cut after ${cutAfter}`).toMatchObject({ status: "fetched" });
      expect(Buffer.compare(readFileSync(join(to, "a.npy")), CONTENT)).toBe(0);
      expect([cutAfter, server.sent]).toEqual([cutAfter, CONTENT.byteLength]);
    }
  });

  it("at every k-th byte of a read is an error that may pass, never a short read", async () => {
    for (const cutAfter of cuts) {
      const server = await serve();
      server.plan({ cutAfter }, { cutAfter });
      const store = new HttpStore(server.url);
      await expect(store.read("a.npy")).rejects.toMatchObject({ code: "store", retryable: true });
      expect(await retried(store, { firstWaitSeconds: 0.001 }).read("a.npy")).toEqual(CONTENT);
    }
  });
});

describe("an address with a signature", () => {
  it("that expires in the middle leaves the part, which goes on with a new signature", async () => {
    const server = await serve();
    const to = newFolder();
    server.plan({ cutAfter: 40_000 }, { status: 403 });
    const expired = await download(`${server.url}/a.npy?X-Amz-Signature=first`, to);
    expect(expired).toMatchObject({ status: "failed", error: { code: "store", status: 403 } });
    expect(expired?.error?.message).not.toContain("first");
    expect(existsSync(join(to, "a.npy"))).toBe(false);
    expect(await download(`${server.url}/a.npy?X-Amz-Signature=second`, to)).toMatchObject({ status: "fetched" });
    expect(Buffer.compare(readFileSync(join(to, "a.npy")), CONTENT)).toBe(0);
    expect(server.seen.at(-1)).toMatchObject({ range: "bytes=40000-", status: 206 });
    expect(server.sent).toBe(CONTENT.byteLength);
  });
});

describe("a range", () => {
  it("at the very end is refused by the server, and is no bytes", async () => {
    const server = await serve();
    const store = new HttpStore(server.url);
    const nothing = { range: { offset: CONTENT.byteLength, length: 10 } };
    let status = 0;
    const strict = createServer((_, response) => {
      status = 416;
      response.writeHead(416, { "Content-Range": `bytes */${CONTENT.byteLength}` }).end();
    });
    const port = await listen(strict);
    expect(await new HttpStore(`http://127.0.0.1:${port}/`).read("a.npy", nothing)).toEqual(new Uint8Array());
    expect(status).toBe(416);
    expect(await store.read("a.npy", { range: { offset: CONTENT.byteLength - 1, length: 10 } })).toHaveLength(1);
  });
});

describe("a name", () => {
  it("that is not known is an error that may pass, with the name", async () => {
    const lookup: Lookup = (name, _options, done) => {
      done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" }));
    };
    const store = new HttpStore("http://data.example.invalid/", { httpAgent: agentOf(lookup) });
    await expect(store.read("a.npy")).rejects.toMatchObject({
      code: "store",
      retryable: true,
      message: expect.stringMatching(/data\.example\.invalid\/a\.npy: .*ENOTFOUND/),
    });
  });

  it.skipIf(process.platform !== "linux")("whose first address never answers is reached by the second", async () => {
    const server = createServer((_, response) => response.end(Buffer.from(CONTENT)));
    const port = await listen(server);
    const silent = await silentListener(port);
    const lookup: Lookup = (_name, _options, done) => {
      done(null, [
        { address: silent, family: silent.includes(":") ? 6 : 4 },
        { address: "127.0.0.1", family: 4 },
      ]);
    };
    const store = new HttpStore(`http://data.example.invalid:${port}/`, { httpAgent: agentOf(lookup) });
    expect(await store.read("a.npy")).toEqual(CONTENT);
  });
});

/** A listener on another address that takes no connection: it is stopped, and its queue is full. */
async function silentListener(port: number): Promise<string> {
  const script = `
    const server = require("node:net").createServer();
    const listen = (host) => server.listen({ port: ${port}, host, backlog: 1 }, () => {
      process.stdout.write(host + "\\n", () => process.kill(process.pid, "SIGSTOP"));
    });
    server.once("error", () => listen("127.0.0.2"));
    listen("::1");`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  cleanups.push(() => child.kill("SIGKILL"));
  const host = await new Promise<string>((resolve) =>
    child.stdout.once("data", (text) => resolve(String(text).trim())),
  );
  const waiting: Socket[] = Array.from({ length: 6 }, () => connect({ host, port }).on("error", () => undefined));
  cleanups.push(() => {
    for (const socket of waiting) socket.destroy();
  });
  await new Promise((resolve) => waiting[0]?.once("connect", resolve));
  return host;
}

describe("a proxy that closes idle connections", () => {
  it("costs another connection, and no error after a retry", async () => {
    let connections = 0;
    const server = createServer((request, response) => {
      response.writeHead(200, { "Content-Length": CONTENT.byteLength, Connection: "keep-alive" });
      // Closed without a word once the answer is out, as if it had been idle for too long.
      response.end(Buffer.from(CONTENT), () => request.socket.destroySoon());
    });
    server.on("connection", () => connections++);
    const port = await listen(server);
    const agent = new Agent({ keepAlive: true });
    cleanups.push(() => agent.destroy());
    const store = new HttpStore(`http://127.0.0.1:${port}/`, { httpAgent: agent });
    const patient = retried(store, { firstWaitSeconds: 0.001 });
    for (let i = 0; i < 8; i++) expect(await patient.read("a.npy")).toEqual(CONTENT);
    expect(connections).toBeGreaterThanOrEqual(8);
  });
});
