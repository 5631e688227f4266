import { createHash, randomBytes } from "node:crypto";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isReused, WideAgent } from "./wide-agent.js";

const BODY = randomBytes(12_000_000);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const server = createServer((request, response) => {
  if (request.url === "/chunked") response.write(BODY.subarray(0, 1));
  response.end(request.url === "/chunked" ? BODY.subarray(1) : BODY);
});
let agent: WideAgent;
beforeEach(async () => {
  agent = new WideAgent({ keepAlive: true, maxSockets: 1 });
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  agent.destroy();
  server.close();
  server.closeAllConnections();
});

function ask(path: string): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => get({ host: "127.0.0.1", port, path, agent }, resolve).once("error", reject));
}

it.each(["/plain", "/chunked"])("gives bodies in large pieces, in memory of their own: %s", async (path) => {
  for (let i = 0; i < 2; i++) {
    const pieces: Uint8Array[] = [];
    for await (const piece of await ask(path)) pieces.push(piece);
    // The second answer comes over the same connection.
    expect(sha256(Buffer.concat(pieces))).toBe(sha256(BODY));
    expect(pieces.some(isReused)).toBe(false);
    expect(Math.max(...pieces.map(({ byteLength }) => byteLength))).toBeGreaterThan(65_536);
  }
});

it("overwrites nothing that a slow reader has not taken", async () => {
  const answer = await ask("/plain");
  const pieces: Uint8Array[] = [];
  answer.on("data", (piece) => {
    pieces.push(piece);
    answer.pause();
    void wait(5).then(() => answer.resume());
  });
  await new Promise((resolve) => answer.once("end", resolve));
  expect(sha256(Buffer.concat(pieces))).toBe(sha256(BODY));
});
