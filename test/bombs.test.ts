import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BOMBS } from "./bombs/bombs.js";

const OPENER = fileURLToPath(new URL("bombs/open-bombs.mjs", import.meta.url));
/** Far below what any of them claims or stands for; what the readers need to refuse them is a few MB each. */
const MAX_GROWTH_MIB = 160;

interface Outcome {
  readonly key: string;
  readonly name: string;
  readonly message: string;
  readonly hint?: string;
  readonly url?: string;
  /** By how much the process grew. */
  readonly mebibytes: number;
}

/** A server whose bodies are small and stand for 512 MiB, by pieces that repeat. */
async function serveBombs(): Promise<Server> {
  const zeros = new Uint8Array(64 * 2 ** 20);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
  const bodies = {
    gzip: Buffer.concat(Array(8).fill(gzipSync(zeros))),
    br: brotliCompressSync(Buffer.alloc(2 ** 28), quality),
  };
  const server = createServer((request, response) => {
    const encoding = request.url === "/br" ? "br" : "gzip";
    response.writeHead(200, { "Content-Encoding": encoding, "Content-Type": "application/json" });
    response.end(bodies[encoding]);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return server;
}

describe("files and answers that stand for far more than they are", () => {
  const outcomes = new Map<string, Outcome>();
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "crossprobe-bombs-"));
    const server = await serveBombs();
    const { port } = server.address() as AddressInfo;
    const list = BOMBS.map(({ kind }, i) => ({ key: `bomb-${i}`, kind }));
    await Promise.all(BOMBS.map(({ bytes }, i) => writeFile(join(folder, `bomb-${i}`), bytes())));
    const urls = ["gzip", "br"].map((key) => ({ key: `http://127.0.0.1:${port}/${key}`, kind: "url" }));
    await writeFile(join(folder, "bombs.json"), JSON.stringify([...list, ...urls]));
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ["--max-old-space-size=256", OPENER, folder]);
      for (const line of stdout.trim().split("\n")) {
        const outcome = JSON.parse(line) as Outcome;
        outcomes.set(outcome.key.replace(/^http.*\//, ""), outcome);
      }
    } finally {
      server.close();
    }
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(BOMBS.map((bomb, i) => ({ ...bomb, key: `bomb-${i}` })))("$kind: $name", ({ key, kind, says }) => {
    const outcome = outcomes.get(key);
    expect(outcome?.message).toMatch(says);
    expect(outcome?.mebibytes).toBeLessThan(MAX_GROWTH_MIB);
    if (kind === "inflate") return;
    expect(outcome).toMatchObject({ name: "FormatError", hint: expect.stringMatching(/./) });
    expect(outcome?.message).toContain(key);
  });

  it.each(["gzip", "br"])("an answer of a web service, compressed as %s", (key) => {
    const outcome = outcomes.get(key);
    expect(outcome).toMatchObject({ name: "StoreError", hint: expect.stringMatching(/./) });
    expect(outcome?.message).toMatch(/67108864/);
    expect(outcome?.mebibytes).toBeLessThan(MAX_GROWTH_MIB + 64);
  });
});
