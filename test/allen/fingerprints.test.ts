import { readFileSync } from "node:fs";
import { type AllenConfig, allen } from "@crossprobe/allen-adapter";
import { createHub, formatRef } from "@crossprobe/core";
import { memoryStores, recordingStores } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";

/** Which changes of a project cache change the fingerprints of which probes, and what telling costs. */

const sample = (name: string) => Uint8Array.from(readFileSync(new URL(`../../samples/allen/${name}`, import.meta.url)));
const SESSION_FILE = "session_910000101/session_910000101.nwb";

/** The tables of the sample cache, whose session file is not there. */
const FILES: ReadonlyMap<string, Uint8Array> = new Map(
  ["manifest.json", "sessions.csv", "probes.csv", "channels.csv", "units.csv"].map((name) => [name, sample(name)]),
);

async function fingerprints(files = FILES, config: Partial<AllenConfig> = {}) {
  const stores = recordingStores(memoryStores(files));
  const hub = createHub({ stores, adapters: [allen({ caches: ["memory://cache/"], ...config })] });
  const found = new Map<string, string | null>();
  for await (const row of hub.fingerprints("allen") ?? []) found.set(formatRef(row.probe), row.fingerprint);
  hub.dispose();
  return { found, calls: stores.calls };
}

describe("fingerprints of a project cache", () => {
  it("are one for each probe of the tables, all different", async () => {
    const { found } = await fingerprints();
    expect([...found.keys()].sort()).toEqual(["allen:probe:910000201", "allen:probe:910000202"]);
    expect(new Set(found.values()).size).toBe(2);
    expect((await fingerprints()).found).toEqual(found);
  });

  it.each(["sessions.csv", "probes.csv", "channels.csv", "units.csv"])("all change with %s", async (name) => {
    const { found } = await fingerprints();
    const after = (await fingerprints(new Map([...FILES, [name, sample(name)]]))).found;
    for (const [probe, text] of found) expect(after.get(probe)).not.toBe(text);
  });

  it("change with the session's file, which places units whose channel is in no table", async () => {
    const { found } = await fingerprints();
    const after = (await fingerprints(new Map([...FILES, [SESSION_FILE, new Uint8Array(1)]]))).found;
    for (const [probe, text] of found) expect(after.get(probe)).not.toBe(text);
  });

  it("change with what is mended and with the metrics that units carry", async () => {
    const plain = [...(await fingerprints()).found.values()];
    const others: Partial<AllenConfig>[] = [{ errata: { "genotype-null": false } }, { analysisMetrics: true }];
    const seen = new Set(plain);
    for (const config of others) for (const text of (await fingerprints(FILES, config)).found.values()) seen.add(text);
    expect(seen.size).toBe(6);
    expect([...(await fingerprints(FILES, { errata: { "genotype-null": true } })).found.values()]).toEqual(plain);
  });

  it("look at four tables and a file a session, and read the lists of sessions and probes", async () => {
    const { calls } = await fingerprints();
    const read = calls.filter(({ bytes }) => bytes > 0).map(({ key }) => key);
    expect([...new Set(read)].sort()).toEqual(["manifest.json", "probes.csv", "sessions.csv"]);
    const looked = calls.filter(({ operation }) => operation === "stat").map(({ key }) => key);
    expect(looked.sort()).toEqual(["channels.csv", "probes.csv", SESSION_FILE, "sessions.csv", "units.csv"]);
  });
});
