import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openZip } from "@crossprobe/formats/zip";
import { isNewerThan, type OneIndex, openOneIndex, readCacheInfo, searchSessions } from "@crossprobe/ibl-adapter/one";
import { MemoryStore } from "@crossprobe/storage";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { setUp } from "../alyx-server/helpers.js";
import { zipOf } from "../helpers/zip-of.js";

const CURRENT = fileURLToPath(new URL("../fixtures/ibl-one/current/", import.meta.url));
/** As the service writes it. Source: the `cache_info.json` of a golden index. */
const INFO = {
  date_created: "2026-01-15 12:00",
  origin: "alyx",
  min_api_version: "2.7.0",
  database_tags: ["2026_Q1_example"],
  tables: { sessions: { nrecs: 30, size: 6882 }, datasets: { nrecs: 784, size: 70333 } },
  location: "https://alyx.example.org/cache.zip",
};
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const origins = (dateCreated: string, databaseTags: string[] = []): Pick<OneIndex, "origins"> => ({
  origins: new Map([
    ["sessions", { dateCreated, databaseTags }],
    ["datasets", { dateCreated: "2026-01-15 12:00", databaseTags }],
  ]),
});

describe("cache.zip", () => {
  it("is opened as an index without being unpacked", async () => {
    const files = ["sessions.pqt", "datasets.pqt", "insertions.pqt"].map((name): [string, Uint8Array] => [
      name,
      new Uint8Array(readFileSync(CURRENT + name)),
    ]);
    const zip = zipOf(new Map([...files, ["cache_info.json", text(INFO)], ["QC.json", text({})]]));
    const store = await openZip(new MemoryStore("memory://one/", { "cache.zip": zip }), "cache.zip");
    const [index, loose] = [await openOneIndex(store), await openOneIndex(new LocalStore(CURRENT))];
    expect(index.url).toBe("memory://one/cache.zip/");
    expect(index.sessions).toEqual(loose.sessions);
    expect(searchSessions(index, { subject: "XP" })).toEqual(searchSessions(loose, { subject: "XP" }));
    expect(index.datasets?.rowCount).toBe(loose.datasets?.rowCount);
    expect(await readCacheInfo(store)).toEqual({
      dateCreated: "2026-01-15 12:00",
      origin: "alyx",
      minApiVersion: "2.7.0",
      databaseTags: ["2026_Q1_example"],
      tables: { sessions: { rowCount: 30, size: 6882 }, datasets: { rowCount: 784, size: 70333 } },
      locations: ["https://alyx.example.org/cache.zip"],
    });
  });

  it("says what its cache_info.json lacks, and where there is none", async () => {
    const store = new MemoryStore("memory://one/", { "cache_info.json": text({ origin: "alyx" }) });
    await expect(readCacheInfo(store)).rejects.toThrow("memory://one/cache_info.json: date_created:");
    await expect(readCacheInfo(new MemoryStore("memory://none/", {}))).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("newer tables", () => {
  it("are a minute newer than the oldest of the folder, or of other tags", async () => {
    const info = await readCacheInfo(
      new MemoryStore("memory://one/", { "cache_info.json": text({ ...INFO, database_tags: null }) }),
    );
    expect(isNewerThan(info, origins("2026-01-15 12:00"))).toBe(false);
    expect(isNewerThan(info, origins("2026-01-15T11:59:30"))).toBe(false);
    expect(isNewerThan(info, origins("2026-01-15 11:59"))).toBe(true);
    expect(isNewerThan(info, origins("2026-01-15 12:00", ["2026_Q1_example"]))).toBe(true);
    expect(isNewerThan(info, { origins: new Map() })).toBe(true);
  });

  it("are asked of the service, for a tag too", async () => {
    const { server, client } = await setUp();
    server.plan({ text: JSON.stringify(INFO) }, { text: JSON.stringify({ date_created: "2026-01-15 12:00" }) });
    expect((await client.cacheInfo())?.locations).toEqual([`${server.url}/cache.zip`]);
    expect(await client.cacheInfo("2026_Q1_example")).toMatchObject({ origin: null, databaseTags: [], locations: [] });
    expect(server.seen.map(({ url }) => url)).toEqual(["/cache/info", "/cache/info/2026_Q1_example"]);
    expect(await client.cacheInfo("none")).toBeUndefined();
  });
});
