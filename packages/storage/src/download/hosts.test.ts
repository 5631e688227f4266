import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DownloadResult, RemoteFile } from "@crossprobe/core";
import { afterEach, describe, expect, it } from "vitest";
import { type DataServer, startDataServer } from "../../../../test/data-server/data-server.js";
import { createDownloader } from "./create-downloader.js";
import { isAmong, toHosts } from "./hosts.js";

const CONTENT = new Uint8Array(1000).fill(7);
const servers: DataServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function serve(): Promise<DataServer> {
  const server = await startDataServer({ files: { "/a": CONTENT } });
  servers.push(server);
  return server;
}

/** @param hosts of the dataset. @param allowHosts of the download */
async function fetchOne(url: string, hosts: readonly string[], allowHosts: readonly string[] = []) {
  const to = mkdtempSync(join(tmpdir(), "crossprobe-hosts-"));
  folders.push(to);
  const downloader = createDownloader();
  const known = { id: null, source: null, absent: null, path: "a", size: 1000, digests: [] };
  const file: RemoteFile = { ...known, urls: [url], hosts };
  const options = { to, allowPrivate: true, allowHosts };
  const results: DownloadResult[] = [];
  for await (const result of downloader.run(await downloader.plan([file], options), options)) results.push(result);
  return results[0];
}

describe("places of a dataset's files", () => {
  it.each([
    ["https://a.org", "https://a.org/x?y", true],
    ["https://A.org:443/", "https://a.org/x", true],
    ["https://a.org", "http://a.org/x", false],
    ["http://a.org", "https://a.org/x", true],
    ["https://a.org", "https://b.a.org/x", false],
    ["https://a.org", "https://a.org.evil.org/x", false],
    ["https://a.org", "https://a.org:8443/x", false],
    ["http://a.org:8080", "http://a.org:8080/x", true],
    ["https://a.org", "https://evil.org/https://a.org/", false],
    ["s3://bucket", "s3://bucket/key", true],
    ["s3://bucket", "s3://bucket2/key", false],
    ["https://bucket", "s3://bucket/key", false],
  ])("%s stands for %s: %s", (host, url, isAllowed) => {
    expect(isAmong(new URL(url), toHosts([host]))).toBe(isAllowed);
  });

  it.each(["a.org", "https://a.org/path", "ftp://a.org", "https://", "https://me@a.org", "*", "s3://bucket/key"])(
    "%j is none",
    (place) => {
      expect(() => toHosts([place])).toThrow(/is no place that files come from/);
    },
  );

  it("are the only ones that are asked, unless the download allows others", async () => {
    const server = await serve();
    const work = fetchOne(`${server.url}/a`, ["https://data.example.org"]);
    await expect(work).rejects.toMatchObject({
      code: "query",
      message: `${server.url} was refused: files of this dataset come from https://data.example.org`,
      hint: `allow it if it is meant (--allow-host ${server.url})`,
    });
    await expect(fetchOne(`${server.url}/a`, [])).rejects.toThrow("files of this dataset come from nowhere");
    expect(server.seen).toEqual([]);
    expect(await fetchOne(`${server.url}/a`, ["https://data.example.org"], [server.url])).toMatchObject({
      status: "fetched",
    });
  });

  it("are the only ones that redirects lead to", async () => {
    const [own, other] = [await serve(), await serve()];
    const lead = () => own.plan({ status: 302, headers: { Location: `${other.url}/a` } });
    lead();
    const refused = await fetchOne(`${own.url}/a`, [own.url]);
    expect(refused).toMatchObject({ status: "failed", error: { code: "query" } });
    expect(refused?.error?.message).toContain(`${other.url} was refused`);
    expect(other.seen).toEqual([]);
    lead();
    expect(await fetchOne(`${own.url}/a`, [own.url, other.url])).toMatchObject({ status: "fetched" });
  });

  it.each(["file:///etc/passwd", "ftp://data.example.org/a", "gopher://x/", "data:text/plain,x"])(
    "do not make %s an address",
    async (url) => {
      await expect(fetchOne(url, ["https://data.example.org"])).rejects.toMatchObject({ code: "query" });
      const own = await serve();
      own.plan({ status: 302, headers: { Location: url } });
      const led = await fetchOne(`${own.url}/a`, [own.url]);
      expect(led).toMatchObject({ status: "failed", error: { code: "query" } });
    },
  );
});
