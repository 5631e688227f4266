import { type Column, createHub, formatRef, type StoreResolver, table } from "@crossprobe/core";
import { memoryStores, recordingStores } from "@crossprobe/core/conformance";
import { encodeNpy } from "@crossprobe/formats/npy";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { ibl } from "@crossprobe/ibl-adapter";
import { describe, expect, it } from "vitest";

/** Which changes of a ONE folder change the fingerprints of which probes, and what telling costs. */

const EIDS = ["01e92a82-042d-3ee3-a53f-402446a1c5e4", "02e92a82-042d-3ee3-a53f-402446a1c5e4"] as const;
const METADATA = new Map([["one_metadata", '{"date_created": "2026-01-15 12:00"}']]);
const folderOf = (session: number) => `lab/Subjects/XP_${session}/2024-05-0${session + 1}/001/`;
const sorting = (probe: string) => `alf/${probe}/pykilosort/`;

const floats = (...values: number[]) => encodeNpy(Float64Array.from(values), [values.length]);
const rowsOfTwo = (width: number) => encodeNpy(new Float64Array(2 * width), [2, width]);

/** Two channels and one cluster of a probe; `spikes.times` belongs to no table. */
const probeFiles = (probe: string): Record<string, Uint8Array> => ({
  [`${sorting(probe)}channels.localCoordinates.npy`]: rowsOfTwo(2),
  [`${sorting(probe)}channels.mlapdv.npy`]: rowsOfTwo(3),
  [`${sorting(probe)}channels.brainLocationIds_ccf_2017.npy`]: encodeNpy(Int32Array.of(385, 385), [2]),
  [`${sorting(probe)}channels.rawInd.npy`]: encodeNpy(Int32Array.of(0, 1), [2]),
  [`${sorting(probe)}clusters.channels.npy`]: encodeNpy(Int32Array.of(0), [1]),
  [`${sorting(probe)}clusters.depths.npy`]: floats(20),
  [`${sorting(probe)}clusters.uuids.csv`]: new TextEncoder().encode("uuids\na\n"),
  [`${sorting(probe)}clusters.metrics.pqt`]: encodeParquet(
    table([
      ["cluster_id", Int32Array.of(0)],
      ["label", Float64Array.of(1)],
    ]),
  ),
  [`${sorting(probe)}spikes.times.npy`]: floats(1, 2),
});

/** Session 0 with two probes, session 1 with one. */
const PROBES = [["probe00", "probe01"], ["probe00"]] as const;

interface Listed {
  readonly protocols?: readonly string[];
  readonly sessions?: number;
  /** Further files, by session. */
  readonly extra?: readonly (readonly [session: number, path: string])[];
}

/** The index tables, written anew at each call. */
function index({ protocols = ["task", "task"], sessions = 2, extra = [] }: Listed = {}) {
  const paths = [
    ...PROBES.flatMap((probes, session) =>
      probes.flatMap((probe) => Object.keys(probeFiles(probe)).map((path) => [session, path] as const)),
    ),
    ...extra,
  ];
  const each = <Value>(of: (session: number) => Value) => Array.from({ length: sessions }, (_, i) => of(i));
  const encoded = (columns: readonly (readonly [string, Column])[]) => encodeParquet(table(columns), METADATA);
  return {
    "sessions.pqt": encoded([
      ["id", each((i) => EIDS[i] ?? `0${i + 1}e92a82-042d-3ee3-a53f-402446a1c5e4`)],
      ["lab", each(() => "lab")],
      ["subject", each((i) => `XP_${i}`)],
      ["date", each((i) => `2024-05-0${i + 1}`)],
      ["number", Int32Array.from(each(() => 1))],
      ["task_protocol", each((i) => protocols[i] ?? "")],
    ]),
    "datasets.pqt": encoded([
      ["eid", paths.map(([session]) => EIDS[session] ?? "")],
      ["id", paths.map((_, i) => `${String(i).padStart(8, "0")}-042d-3ee3-a53f-402446a1c5e4`)],
      ["rel_path", paths.map(([, path]) => path)],
    ]),
  };
}

const FILES: ReadonlyMap<string, Uint8Array> = new Map([
  ...Object.entries(index()),
  ...PROBES.flatMap((probes, session) =>
    probes.flatMap((probe) =>
      Object.entries(probeFiles(probe)).map(([path, bytes]) => [folderOf(session) + path, bytes] as const),
    ),
  ),
]);

/** The folder with some files written again, added, or (null) left out. */
function changed(changes: Record<string, Uint8Array | null>): ReadonlyMap<string, Uint8Array> {
  const files = new Map(FILES);
  for (const [key, bytes] of Object.entries(changes)) {
    if (bytes === null) files.delete(key);
    else files.set(key, bytes);
  }
  return files;
}

async function fingerprints(stores: StoreResolver): Promise<ReadonlyMap<string, string | null>> {
  const hub = createHub({ stores, adapters: [ibl({ sources: ["memory://one/"] })] });
  const found = new Map<string, string | null>();
  for await (const row of hub.fingerprints("ibl") ?? []) found.set(formatRef(row.probe), row.fingerprint);
  hub.dispose();
  return found;
}

const NAMES = PROBES.flatMap((probes, session) => probes.map((probe) => `${session} ${probe}`));

/** Probes (session and label) whose fingerprint is another one than that of the folder as it was. */
async function changedBy(changes: Record<string, Uint8Array | null>): Promise<readonly string[]> {
  const before = [...(await fingerprints(memoryStores(FILES)))];
  const after = await fingerprints(memoryStores(changed(changes)));
  return NAMES.filter((_, i) => after.get(before[i]?.[0] ?? "") !== before[i]?.[1]);
}

const again = (key: string) => ({ [key]: Uint8Array.from(FILES.get(key) ?? expect.fail(key)) });

describe("fingerprints of a ONE folder", () => {
  it("are one for each probe, all different, the same when asked again", async () => {
    const found = await fingerprints(memoryStores(FILES));
    expect(found.size).toBe(3);
    expect(new Set(found.values()).size).toBe(3);
    for (const text of found.values()) expect(text).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprints(memoryStores(FILES))).toEqual(found);
  });

  it.each(Object.keys(probeFiles("probe01")))(
    "%s written again is another table, unless it is in none",
    async (path) => {
      const key = `${folderOf(0)}${path}`;
      expect(await changedBy(again(key))).toEqual(path.includes("spikes.") ? [] : ["0 probe01"]);
    },
  );

  it("do not change with the index where the rows did not", async () => {
    expect(await changedBy(index())).toEqual([]);
    expect(await changedBy(index({ sessions: 3 }))).toEqual([]);
    expect(await changedBy(index({ protocols: ["task", "another"] }))).toEqual(["1 probe00"]);
  });

  it("change with files that come: of the probe, or of the session's own row", async () => {
    const labels = `${sorting("probe00")}channels.labels.npy`;
    const added = { ...index({ extra: [[1, labels]] }), [folderOf(1) + labels]: encodeNpy(Int32Array.of(0, 0), [2]) };
    expect(await changedBy(added)).toEqual(["1 probe00"]);
    expect(await changedBy(index({ extra: [[0, "alf/_ibl_leftCamera.features.pqt"]] }))).toEqual([
      "0 probe00",
      "0 probe01",
    ]);
    const other = `alf/probe01/iblsorter/clusters.channels.npy`;
    expect(await changedBy(index({ extra: [[0, other]] }))).toEqual(["0 probe01"]);
  });

  it("change when a file goes that is still listed", async () => {
    expect(await changedBy({ [`${folderOf(0)}${sorting("probe00")}clusters.depths.npy`]: null })).toEqual([
      "0 probe00",
    ]);
  });

  it("are null where the store tells no versions, and where two names contradict each other", async () => {
    const silent: StoreResolver = {
      open: (url) => {
        const { size, read } = memoryStores(FILES).open(url);
        return { url, size, read };
      },
    };
    expect([...(await fingerprints(silent)).values()]).toEqual([null, null, null]);
    const twice = `${sorting("probe01")}_ibl_clusters.depths.npy`;
    const found = await fingerprints(memoryStores(changed(index({ extra: [[0, twice]] }))));
    expect([...found.values()].map((text) => text === null)).toEqual([false, true, false]);
  });

  it("look once at exactly the files that the tables are read from, and read the index alone", async () => {
    const stores = recordingStores(memoryStores(FILES));
    await fingerprints(stores);
    const read = new Set(stores.calls.filter(({ bytes }) => bytes > 0).map(({ key }) => key));
    expect([...read]).toEqual(["sessions.pqt", "datasets.pqt"]);
    const looked = stores.calls.filter(({ operation, key }) => operation === "stat" && !read.has(key));
    const tables = [...FILES.keys()].filter((key) => key.startsWith("lab/") && !key.includes("spikes."));
    expect(looked.map(({ key }) => key).sort()).toEqual(tables.sort());

    const whole = recordingStores(memoryStores(FILES));
    const hub = createHub({ stores: whole, adapters: [ibl({ sources: ["memory://one/"] })] });
    for await (const { ref } of hub.sessions()) {
      for (const probe of await hub.probes(ref)) {
        await hub.channels(probe.ref);
        await hub.unitTable(probe.ref);
      }
    }
    hub.dispose();
    const used = whole.calls.filter(({ bytes, key }) => bytes > 0 && !read.has(key)).map(({ key }) => key);
    expect([...new Set(used)].sort()).toEqual(tables.sort());
  });
});
