import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DownloadOptions, DownloadResult, FileDigest, RemoteFile } from "@crossprobe/core";
import { afterEach, describe, expect, it } from "vitest";
import { type DataServer, startDataServer } from "../../../../test/data-server/data-server.js";
import { createDownloader } from "./create-downloader.js";

/** Long enough for digests to come from a thread that reads after the writer. */
const CONTENT = Buffer.alloc(
  40_000_000,
  Uint8Array.from({ length: 8191 }, (_, i) => (i * 31 + (i >> 8)) & 255),
);
const OTHER = Buffer.alloc(
  40_000_000,
  Uint8Array.from({ length: 8101 }, (_, i) => (i * 7) & 255),
);
const PATH = "lab/lf.cbin";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function setUp(): Promise<{ server: DataServer; to: string }> {
  const server = await startDataServer({ files: { "/lf.cbin": CONTENT } });
  const to = mkdtempSync(join(tmpdir(), "crossprobe-long-"));
  cleanups.push(
    () => server.close(),
    () => rmSync(to, { recursive: true, force: true }),
  );
  return { server, to };
}

function digest(kind: "md5" | "sha256", bytes: Uint8Array): FileDigest {
  return { kind, value: createHash(kind).update(bytes).digest("hex") };
}

async function download(
  { server, to }: { server: DataServer; to: string },
  digests: readonly FileDigest[],
  more: Partial<DownloadOptions> = {},
): Promise<DownloadResult | undefined> {
  const urls = [`${server.url}/lf.cbin`];
  const file: RemoteFile = { id: "1", source: null, urls, absent: null, path: PATH, size: 40_000_000, digests };
  const options = { to, allowPrivate: true, ...more };
  const downloader = createDownloader({ pause: async () => undefined });
  for await (const result of downloader.run(await downloader.plan([file], options), options)) return result;
  return undefined;
}

function expectFile(to: string, result: DownloadResult | undefined, content: Uint8Array): void {
  expect(result?.error).toBeNull();
  expect(Buffer.compare(readFileSync(join(to, PATH)), content)).toBe(0);
}

describe("a long file", () => {
  it("is compared by every digest that is known, and has SHA-256 otherwise", async () => {
    for (const known of [[digest("md5", CONTENT)], [digest("md5", CONTENT), digest("sha256", CONTENT)], []]) {
      const place = await setUp();
      const result = await download(place, known);
      expectFile(place.to, result, CONTENT);
      expect(result?.digests).toEqual(known.length > 0 ? known : [digest("sha256", CONTENT)]);
    }
  });

  it("does not pass with another digest", async () => {
    const place = await setUp();
    const result = await download(place, [digest("md5", OTHER)]);
    expect(result).toMatchObject({ status: "quarantined" });
    expect(result?.error?.message).toContain(digest("md5", CONTENT).value);
  });

  it("goes on after a lost connection", async () => {
    const place = await setUp();
    place.server.plan({ cutAfter: 30_000_000 });
    const result = await download(place, [digest("md5", CONTENT)]);
    expectFile(place.to, result, CONTENT);
    expect(place.server.seen.map(({ range }) => range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=(2\d{7}|30000000)-$/),
    ]);
  });

  it.each([
    ["the rest of it", CONTENT, 206],
    ["another in its place", OTHER, 200],
  ])("goes on in another run: %s", async (_, content, status) => {
    const place = await setUp();
    const stop = new AbortController();
    place.server.plan({ stallAfter: 30_000_000 });
    const onProgress = ({ bytesDone }: { bytesDone: number }) => {
      if (bytesDone >= 30_000_000) stop.abort();
    };
    const stopped = download(place, [], { signal: stop.signal, onProgress });
    setTimeout(() => stop.abort(), 5000).unref();
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    place.server.files.set("/lf.cbin", content);
    const result = await download(place, []);
    expectFile(place.to, result, content);
    expect(result?.digests).toEqual([digest("sha256", content)]);
    expect(place.server.seen.at(-1)?.status).toBe(status);
  });
});
