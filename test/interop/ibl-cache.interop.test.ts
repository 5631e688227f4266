import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHub, parseRef } from "@crossprobe/core";
import { ibl } from "@crossprobe/ibl-adapter";
import { createDownloader, createStores, toFileUrl } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDataServer } from "../data-server/data-server.js";
import { filesOnServer, folderOfTables, SAMPLE_ONE } from "../data-server/ibl-files.js";

const PYTHON = process.env.CROSSPROBE_PYTHON ?? "python3";
const SESSION = parseRef("ibl:session:e9930bb9-2950-34c9-847e-46a5d438b5c6", "session");
const ACCOUNT = "Basic cmVhZGVyOnNlY3JldA==";

interface Described {
  readonly default: readonly string[];
  readonly loaded: Readonly<Record<string, string>>;
  readonly trials: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly dateType: string;
  readonly tables: Readonly<Record<string, unknown>> & { readonly qc: unknown };
  readonly [name: string]: unknown;
}

describe("a cache downloaded by crossprobe, opened by ONE", () => {
  const folders = [mkdtempSync(join(tmpdir(), "crossprobe-interop-")), folderOfTables()];
  let [original, copy]: (Described | undefined)[] = [];

  beforeAll(async () => {
    const [to = "", tables = ""] = folders;
    const server = await startDataServer({ files: await filesOnServer(), authorization: ACCOUNT });
    try {
      const hub = createHub({
        stores: createStores(),
        adapters: [ibl({ sources: [`${toFileUrl(tables)}/`], dataServer: `${server.url}/public` })],
        downloader: createDownloader({ authorize: () => ACCOUNT, retry: { firstWaitSeconds: 0 } }),
      });
      // In two pieces, and not without trouble on the way.
      server.plan(
        { method: "GET", cutAfter: 30_000 },
        { status: 503, headers: { "Retry-After": "0" } },
        { resetAfter: 10 },
      );
      for (const selection of [{ object: "wheel" }, {}]) {
        const download = await hub.download({ refs: [SESSION], ...selection }, { to, allowPrivate: true });
        for await (const { status, error } of download.results()) expect([status, error]).not.toContain("failed");
      }
      const script = fileURLToPath(new URL("compare_one_caches.py", import.meta.url));
      const answer = execFileSync(PYTHON, [script, SAMPLE_ONE, to, SESSION.id], {
        encoding: "utf8",
        maxBuffer: 2 ** 26,
      });
      [original, copy] = JSON.parse(answer);
    } finally {
      await server.close();
    }
  }, 120_000);
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it("lists the same session and files", () => {
    expect(copy?.default.length).toBeGreaterThan(40);
    for (const name of ["session", "search", "default", "passing", "collections", "revisions"]) {
      expect(copy?.[name], name).toEqual(original?.[name]);
    }
    expect(copy?.dateType).toBe("date");
  });

  it("loads the same values, without a warning", () => {
    expect(Object.keys(copy?.loaded ?? {}).length).toBe(copy?.default.length);
    expect(copy?.loaded).toEqual(original?.loaded);
    expect(copy?.trials).toEqual(original?.trials);
    expect(copy?.warnings).toEqual([]);
  });

  it("has tables of the types that ONE's have", () => {
    expect(copy?.tables.qc).toEqual([["NOT_SET", "PASS", "WARNING", "FAIL", "CRITICAL"], true]);
    expect(copy?.tables).toEqual(original?.tables);
  });
});
