import type { ByteStore } from "@crossprobe/core";
import { encodeNpy } from "@crossprobe/formats/npy";
import { describe, expect, it } from "vitest";
import { openProjectCache } from "./ecephys-project-cache.js";
import { encodeProjectCache } from "./encode-project-cache.js";
import { NO_UNIT_FILTERS } from "./unit-filters.js";

const SESSIONS = `id,date_of_acquisition,specimen_id,session_type,age_in_days,sex,genotype,structure_acronyms
1,2019-01-19T08:54:18Z,9,brain_observatory_1.1,118.0,M,wt/wt,"['VISp', nan, 'LP']"
`;
const PROBES = `id,ecephys_session_id,lfp_sampling_rate,lfp_temporal_subsampling_factor,name,phase,sampling_rate,has_lfp_data
20,1,2500.0,2.0,probeA,3a,30000.0,True
21,1,0.0,,probeB,3a,0.0,False
22,99,2500.0,2.0,probeC,3a,30000.0,True
`;
const CHANNELS = `id,ecephys_probe_id,local_index,probe_horizontal_position,probe_vertical_position,anterior_posterior_ccf_coordinate,dorsal_ventral_ccf_coordinate,left_right_ccf_coordinate,ecephys_structure_id,ecephys_structure_acronym
300,20,0,43,20,8165.0,3314.0,6862.0,385.0,VISp
301,21,1,11,20,-1000.0,-1000.0,-1000.0,,
302,22,2,11,20,8165.0,3314.0,6862.0,385.0,VISp
`;
const UNITS = `id,ecephys_channel_id,amplitude_cutoff,presence_ratio,isi_violations,PT_ratio
4000,300,0.05,0.99,0.1,0.5
4001,301,0.05,0.99,0.1,[1. 2.]
4002,777,0.05,0.99,0.1,0.7
`;

function store(files: Readonly<Record<string, string | Uint8Array>>): ByteStore {
  const bytes = (key: string) => {
    const content = files[key];
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  return {
    url: "memory://cache/",
    size: async (key) => bytes(key)?.length,
    read: async (key) => bytes(key),
  };
}

const FILES = { "sessions.csv": SESSIONS, "probes.csv": PROBES, "channels.csv": CHANNELS, "units.csv": UNITS };
const codes = ({ notices }: { readonly notices: readonly { readonly code: string; readonly count: number }[] }) =>
  notices.map(({ code, count }) => `${code} ${count}`);

describe("openProjectCache", () => {
  it("joins tables, and counts what has no owner, no factor, no rate, no point", async () => {
    const cache = await openProjectCache(store(FILES));
    const probes = await cache.readProbes();
    expect(Array.from(probes.table.columns.get("id") ?? [])).toEqual([20, 21]);
    expect(probes.table.columns.get("lfp_sampling_rate")).toEqual(Float64Array.of(1250, Number.NaN));
    expect(probes.table.columns.get("sampling_rate")).toEqual(Float64Array.of(30000, Number.NaN));
    expect(probes.table.columns.get("ecephys_structure_acronyms")).toEqual([["VISp"], [null]]);
    expect(codes(probes)).toEqual([
      "raw-lfp-rate 2",
      "no-effective-rate 1",
      "zero-rate-probe 1",
      "rows-without-owner 1",
    ]);
    const channels = await cache.readChannels();
    expect(channels.table.columns.get("left_right_ccf_coordinate")).toEqual(Float64Array.of(6862, Number.NaN));
    expect(codes(channels)).toEqual(expect.arrayContaining(["minus-1000-grey 1", "rows-without-owner 1"]));
    const [session] = (await cache.readSessions()).table.columns.get("ecephys_structure_acronyms") ?? [];
    expect(session).toEqual(["VISp", null]);
  });

  it("drops units of unlisted channels with a count, or keeps them without a place", async () => {
    const cache = await openProjectCache(store(FILES));
    const units = await cache.readUnits();
    expect(Array.from(units.table.columns.get("id") ?? [])).toEqual([4000, 4001]);
    expect(codes(units)).toEqual(expect.arrayContaining(["units-dropped-listed-channel 1", "cell-unreadable 1"]));
    expect(units.table.columns.get("waveform_PT_ratio")).toEqual(Float64Array.of(0.5, Number.NaN));
    const all = await cache.readUnits({ filters: NO_UNIT_FILTERS });
    expect(Array.from(all.table.columns.get("id") ?? [])).toEqual([4000, 4001, 4002]);
    expect([all.table.columns.get("name")?.[2], all.table.columns.get("local_index")?.[2]]).toEqual([null, Number.NaN]);
    expect([all.dtypes.get("local_index"), units.dtypes.get("local_index")]).toEqual(["float64", "int64"]);
  });

  it("keeps sentinels where it is told to", async () => {
    const cache = await openProjectCache(store(FILES), { sentinels: "kept" });
    expect((await cache.readChannels()).table.columns.get("left_right_ccf_coordinate")).toEqual(
      Float64Array.of(6862, -1000),
    );
    expect((await cache.readProbes()).table.columns.get("sampling_rate")).toEqual(Float64Array.of(30000, 0));
  });

  it("reads tables with a byte order mark and lines that end with two characters", async () => {
    const files = Object.entries(FILES).map(([key, text]) => [key, `\uFEFF${text.replaceAll("\n", "\r\n")}`]);
    const cache = await openProjectCache(store(Object.fromEntries(files)));
    const plain = await openProjectCache(store(FILES));
    expect((await cache.readUnits()).table).toEqual((await plain.readUnits()).table);
    expect((await cache.readSessions()).table).toEqual((await plain.readSessions()).table);
  });

  it("gives sessions without the other tables: counts absent, structures from the old column", async () => {
    const sessions = await (await openProjectCache(store({ "sessions.csv": SESSIONS }))).readSessions();
    expect(sessions.table.columns.get("ecephys_structure_acronyms")).toEqual([["VISp", null, "LP"]]);
    expect(sessions.table.columns.get("unit_count")).toEqual(Float64Array.of(Number.NaN));
    expect(codes(sessions)).toEqual([...Array(3).fill("count-without-table 1"), "structure-acronyms-literal 1"]);
  });

  it("says which table is missing, which column, which id stands twice", async () => {
    const without = await openProjectCache(store({ "sessions.csv": SESSIONS, "probes.csv": PROBES }));
    await expect(without.readUnits()).rejects.toThrow("There is no table of channels at memory://cache/channels.csv.");
    const damaged = await openProjectCache(store({ ...FILES, "probes.csv": PROBES.replace("phase", "phrase") }));
    await expect(damaged.readProbes()).rejects.toThrow(/lacks the column "phase"/);
    const twice = await openProjectCache(store({ ...FILES, "units.csv": UNITS.replace("4001", "4000") }));
    await expect(twice.readUnits()).rejects.toThrow(/id 4000 stands in rows 1 and 2 of memory:\/\/cache\/units\.csv/);
    const cut = await openProjectCache(store({ ...FILES, "units.csv": UNITS.slice(0, -20) }));
    await expect(cut.readUnits()).rejects.toMatchObject({ code: "format" });
    await expect(openProjectCache(store({}))).rejects.toThrow(/is no project cache/);
  });

  it("refuses a session or session type that there is not, and says where metrics are missing", async () => {
    const cache = await openProjectCache(store(FILES));
    await expect(cache.readAnalysisMetrics({ sessionType: "x" })).rejects.toMatchObject({
      code: "query",
      hint: "Available types: brain_observatory_1.1.",
    });
    await expect(cache.readAnalysisMetrics({ session: 7 })).rejects.toMatchObject({ code: "query" });
    await expect(cache.readAnalysisMetrics({ session: 1 })).rejects.toThrow(
      /session_1\/session_1_analysis_metrics\.csv/,
    );
  });

  it("joins metrics to units that pass, and counts those without", async () => {
    const metrics = "ecephys_unit_id,g_osi_dg,pref_ori_multi_dg\n4000,0.25,True\n4002,0.5,False\n";
    const cache = await openProjectCache(store({ ...FILES, "brain_observatory_1.1_analysis_metrics.csv": metrics }));
    const found = await cache.readAnalysisMetrics({ sessionType: "brain_observatory_1.1" });
    expect([found.index, found.table.rowCount, found.table.columns.get("g_osi_dg")]).toEqual([
      "ecephys_unit_id",
      1,
      Float64Array.of(0.25),
    ]);
    expect(found.dtypes.get("pref_ori_multi_dg")).toBe("bool");
    expect(codes(found)).toEqual(expect.arrayContaining(["units-without-metrics 1"]));
    const plain = await cache.readAnalysisMetrics({ sessionType: "brain_observatory_1.1" }, { annotate: false });
    expect(plain.table.rowCount).toBe(2);
  });

  it("reads a movie whatever the file is called, and refuses what is none", async () => {
    const movie = encodeNpy(Uint8Array.of(1, 2, 3, 4), [1, 2, 2]);
    const at = (number: number) => `natural_movie_templates/natural_movie_${number}.h5`;
    const hdf5 = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
    const flat = encodeNpy(Uint8Array.of(1, 2), [2]);
    const cache = await openProjectCache(store({ ...FILES, [at(1)]: movie, [at(3)]: hdf5, [at(4)]: flat }));
    expect(await cache.readNaturalMovie(1)).toEqual({ data: Uint8Array.of(1, 2, 3, 4), shape: [1, 2, 2], unit: "" });
    await expect(cache.readNaturalMovie(2)).rejects.toMatchObject({ code: "not-found" });
    await expect(cache.readNaturalMovie(3)).rejects.toMatchObject({ code: "unsupported" });
    await expect(cache.readNaturalMovie(4)).rejects.toMatchObject({ code: "schema" });
  });

  it("writes a cache that reads as it did", async () => {
    const cache = await openProjectCache(store(FILES));
    const names = ["sessions", "probes", "channels", "units"] as const;
    const [sessions, probes, channels, units] = await Promise.all(names.map((name) => cache.readTable(name)));
    if (!sessions || !probes || !channels || !units) throw new Error("a table is missing");
    const written = encodeProjectCache({ tables: { sessions, probes, channels, units } });
    const again = await openProjectCache(store(Object.fromEntries(written.map(({ key, text }) => [key, text]))));
    expect(again.manifest.version).toBe("0.3.0");
    expect((await again.readUnits()).table).toEqual((await cache.readUnits()).table);
    expect(() =>
      encodeProjectCache({ tables: { sessions, probes, channels, units: { ...units, index: "x" } } }),
    ).toThrow(/begins with the column id/);
  });
});
