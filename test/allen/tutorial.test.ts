import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RMA, RmaClient } from "@crossprobe/allen-adapter/warehouse";
import { JsonHttp } from "@crossprobe/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../packages/cli/src/commands/catalogue.js";
import { type AllenServer, startAllenServer } from "../allen-remote/allen-server.js";
import { readBlocks, runPage, typeErrors } from "../ibl/document-blocks.js";

/** The blocks of the page of the tutorial run, one after the other, and print what they say. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const blocks = readBlocks(join(root, "packages/allen-adapter/docs/tutorial.md"));
const SERVICE = "http://api.brain-map.org";
const SAMPLE = join(root, "samples/allen");
const SESSION = "session_910000101";

/** The warehouse of the golden answers, which has the sample's session file and the LFP file of its first probe besides. */
async function startWarehouse(): Promise<AllenServer> {
  const server = await startAllenServer();
  const client = new RmaClient({ http: new JsonHttp(), url: server.url });
  const files = [
    { query: RMA.sessionFile(910000101), id: 970000901, file: `${SESSION}.nwb` },
    { query: RMA.lfpFile(910000201), id: 970000902, file: "probe_910000201_lfp.nwb" },
  ];
  for (const { query, id, file } of files) {
    const link = `/api/v2/well_known_file_download/${id}`;
    const msg = [{ id, download_link: link }];
    const body = JSON.stringify({ success: true, start_row: 0, num_rows: 1, total_rows: 1, msg });
    server.set(decodeURIComponent(client.pageUrl(query ?? "").slice(server.url.length)), { body });
    server.set(`/${link}`, { body: await readFile(join(SAMPLE, SESSION, file)) });
  }
  return server;
}

describe("the page of the tutorial", () => {
  let folder = "";
  let server: AllenServer | undefined;
  let printed: string[][] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "crossprobe-tutorial-"));
    await cp(SAMPLE, folder, { recursive: true, filter: (name) => !name.endsWith(".nwb") });
    server = await startWarehouse();
    const { url } = server;
    printed = await runPage(blocks, {
      '{ to: "/data/ecephys-cache/" }': `{ to: "${folder}/", allowPrivate: true }`,
      "/data/ecephys-cache/": `${folder}/`,
      [SERVICE]: url,
    });
    printed = printed.map((lines) => lines.map((line) => line.replace(url, SERVICE)));
  });
  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true });
  });

  it("is sound TypeScript", () => {
    expect(typeErrors(blocks, join(root, "test/allen"))).toEqual([]);
  });

  it.each(blocks.map(({ heading }, i) => ({ heading, i })))("prints what it says: $heading", ({ i }) => {
    expect(printed[i]).toEqual(blocks[i]?.printed);
  });

  it("fetched the files as they are", async () => {
    for (const file of [`${SESSION}.nwb`, "probe_910000201_lfp.nwb"]) {
      const fetched = await readFile(join(folder, SESSION, file));
      expect(fetched.equals(await readFile(join(SAMPLE, SESSION, file))), file).toBe(true);
    }
  });
});

describe("the table of the tutorial", () => {
  const readme = readFileSync(join(root, "packages/allen-adapter/README.md"), "utf8");
  const [, section = ""] = /^## The tutorial\n(.*?)^## /ms.exec(readme) ?? [];
  const rows = section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) => line.split(/(?<!\\)\|/).map((text) => text.trim()));

  it("has every cell once, with its answer", () => {
    const cells = rows.flatMap(([, cell = ""]) => cell.match(/\d+|loop|AWS/g) ?? []);
    const numbered = Array.from({ length: 19 }, (_, i) => String(i + 1));
    expect([...cells].sort()).toEqual([...numbered, "loop", "AWS"].sort());
    for (const row of rows) expect(row.at(-2), row.join("|")).not.toBe("");
  });

  it("links to headings of the page, and misses none of them", () => {
    const anchors = blocks.map(({ heading }) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-"),
    );
    const links = [...section.matchAll(/docs\/tutorial\.md#([\w-]+)/g)].map(([, anchor]) => anchor);
    expect(new Set(links)).toEqual(new Set(anchors));
  });

  it("names commands that there are", () => {
    const names = COMMANDS.map(({ name }) => name);
    const named = [...section.matchAll(/`crossprobe ([a-z]+)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(names).toEqual(expect.arrayContaining(named));
  });
});
