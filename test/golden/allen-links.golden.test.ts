import { readFileSync } from "node:fs";
import { allen } from "@crossprobe/allen-adapter";
import { warehouseRemote } from "@crossprobe/allen-adapter/remote";
import { lfpLinks, linkLine, RMA, RmaClient, sessionLinks, Warehouse } from "@crossprobe/allen-adapter/warehouse";
import { createHub, type RemoteFile, type SessionRef } from "@crossprobe/core";
import { createStores, JsonHttp, toFileUrl } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AllenServer, startAllenServer } from "../allen-remote/allen-server.js";
import { SHARED } from "./shared.js";

interface Listed {
  readonly kind: string;
  readonly entity: string;
  readonly session: string;
  readonly file: string;
}

/** The release's files of 2019 in the order that its tutorial prints them. Absent ones have no file. */
function readIndex(): readonly Listed[] {
  const lines = readFileSync(`${SHARED}/reference/allen-well-known-files-index.tsv`, "utf8").trimEnd().split("\n");
  return lines.slice(1).map((line) => {
    const [kind = "", , entity = "", session = "", , , , , file = ""] = line.split("\t");
    return { kind, entity, session, file };
  });
}

describe.skipIf(!SHARED)("download links of the whole release (../shared)", () => {
  const index = SHARED ? readIndex() : [];
  const sessions = index.filter(({ kind }) => kind === "session_nwb");
  const probes = index.filter(({ kind }) => kind === "probe_lfp_nwb");
  let server: AllenServer;
  let warehouse: Warehouse;

  beforeAll(async () => {
    server = await startAllenServer([]);
    warehouse = new Warehouse({ http: new JsonHttp(), url: server.url });
    const client = new RmaClient({ http: new JsonHttp(), url: server.url });
    for (const { kind, entity, file } of index) {
      if (!/^\d+$/.test(file)) continue;
      const query = kind === "session_nwb" ? RMA.sessionFile(entity) : RMA.lfpFile(entity);
      const row = { id: Number(file), download_link: `/api/v2/well_known_file_download/${file}` };
      const body = JSON.stringify({ success: true, start_row: 0, num_rows: 1, total_rows: 1, msg: [row] });
      server.set(decodeURIComponent(client.pageUrl(query).slice(server.url.length)), { body });
    }
  });
  afterAll(() => server.close());

  it("are the lines that the tutorial prints", async () => {
    const lines: string[] = [];
    for await (const link of sessionLinks(
      warehouse,
      sessions.map(({ entity }) => entity),
    ))
      lines.push(linkLine(link));
    const owned = probes.map(({ entity, session }) => ({ probe: entity, session }));
    const absent: string[] = [];
    for await (const link of lfpLinks(warehouse, owned)) {
      lines.push(linkLine(link));
      if (link.url === null) absent.push(`${link.session} ${link.probe}`);
    }
    const text = readFileSync(`${SHARED}/tutorials/allen-visual-coding-access.txt`, "utf8");
    const printed = text.split("\n").filter((line) => /^http\S+\/\d+$|^file for probe \d+ not found$/.test(line));
    expect(printed).toHaveLength(390);
    expect(lines.map((line) => line.replace(server.url, "http://api.brain-map.org"))).toEqual(printed);
    expect(absent).toEqual([
      "763673393 773463023",
      "831882777 832810584",
      ...[28, 30, 34, 38, 41].map((ending) => `839557629 8464018${ending}`),
    ]);
  });

  it("are the files of the hub, about 855 GB with the tables", async () => {
    const remote = warehouseRemote({ http: new JsonHttp(), url: server.url });
    const plugin = allen({ caches: [toFileUrl(`${SHARED}/data/real/allen-cache/`)], remote });
    const hub = createHub({ stores: createStores(), adapters: [plugin] });
    const refs: SessionRef[] = [];
    for await (const { ref } of hub.sessions()) refs.push(ref);
    const files: RemoteFile[] = [];
    for await (const file of hub.files({ refs })) files.push(file);
    expect(files).toHaveLength(58 + 332);
    const there = files.filter(({ absent }) => absent === null);
    expect(there).toHaveLength(58 + 325);
    expect(new Set(there.map(({ id }) => id)).size).toBe(383);
    const bytes = there.reduce((sum, { expectedSize = 0 }) => sum + expectedSize, 0);
    expect(bytes / 1e9).toBeCloseTo(146.5 + 707, 3);
    hub.dispose();
  });
});
