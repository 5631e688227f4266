import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createHub, type Hub } from "@crossprobe/core";
import { ibl } from "@crossprobe/ibl-adapter";
import { MemoryStore } from "@crossprobe/storage";
import { describe, expect, it } from "vitest";

const SAMPLE = fileURLToPath(new URL("../../samples/ibl/", import.meta.url));

/** The sample's ONE folder, LFPack archive and release table included, without some of its files. */
function hubWithout(left: RegExp): Hub {
  const files = readdirSync(SAMPLE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const kept = files
    .map(({ parentPath, name }) => `${parentPath}/${name}`.replaceAll("\\", "/").replaceAll("//", "/"))
    .map((path) => ({ path, key: path.slice(SAMPLE.replaceAll("\\", "/").length) }))
    .filter(({ key }) => !left.test(key));
  const store = new MemoryStore(
    "memory://one/",
    Object.fromEntries(kept.map(({ path, key }) => [key, new Uint8Array(readFileSync(path))])),
  );
  return createHub({ stores: { open: () => store }, adapters: [ibl({ sources: ["memory://one/"] })] });
}

async function contents(hub: Hub) {
  const sessions = [];
  for await (const { ref } of hub.sessions()) sessions.push(ref);
  const probes = await Promise.all(sessions.map((ref) => hub.probes(ref)));
  return {
    sessions: sessions.map(({ id }) => id),
    probes: probes.flat().map(({ ref, label, unitCount, hasLfp }) => [ref.id, label, unitCount, hasLfp]),
    notices: (await hub.describe("ibl")).notices.map(({ code }) => code),
  };
}

/** Source: bwm_release.csv of the sample; 53 and 55 clusters in the folders. */
const [EID, A, B] = [
  "e9930bb9-2950-34c9-847e-46a5d438b5c6",
  "86837375-7ea9-5afd-ba45-aab8e32f369a",
  "350dd8d5-a453-599f-bf9c-0667c31c9646",
];
const WHOLE = {
  sessions: [EID],
  probes: [
    [A, "probe00", 53, true],
    [B, "probe01", 55, true],
  ],
  notices: [],
};

describe("the sample's ONE folder", () => {
  it.each([
    ["any table", /^(sessions|datasets|insertions)\.pqt$/],
    ["sessions.pqt", /^sessions\.pqt$/],
    ["insertions.pqt", /^insertions\.pqt$/],
    ["its release table", /^bwm_release\.csv$/],
  ])("puts recordings and probes together without %s", async (_name, left) => {
    const hub = hubWithout(left);
    expect(await contents(hub)).toEqual(WHOLE);
    await hub.dispose();
  });

  it("says that recordings count as probes of their own where nothing names their probe", async () => {
    const hub = hubWithout(/^(insertions\.pqt|bwm_release\.csv)$/);
    const { sessions, probes, notices } = await contents(hub);
    expect(sessions).toEqual([EID, `lfpack/${B}`, `lfpack/${A}`]);
    expect(probes.map(([id]) => id)).toEqual([`${EID}/probe00`, `${EID}/probe01`, B, A]);
    expect(notices).toEqual(["recording-without-insertion", "recording-without-insertion"]);
    await hub.dispose();
  });
});
