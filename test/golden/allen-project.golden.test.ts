import { readFileSync } from "node:fs";
import { allen } from "@crossprobe/allen-adapter";
import {
  type EcephysProjectCache,
  encodeManifest,
  encodeProjectTable,
  NO_UNIT_FILTERS,
  openProjectCache,
  type ProjectCacheOptions,
  type ProjectTable,
  type UnitFilters,
} from "@crossprobe/allen-adapter/cache";
import { isDataError, ref } from "@crossprobe/core";
import { createStores, LocalStore, toFileUrl } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { type Answer, AS_ALLENSDK, type Frame, frameOf, readAnswers, sha256Of } from "./allen-project-expected.js";
import { SHARED } from "./shared.js";

const GOLDEN = `${SHARED}/golden/allen`;
const CACHE = `${GOLDEN}/cache/`;
const REAL = `${SHARED}/data/real/allen-cache/`;

type Value = unknown;
/** What AllenSDK answers, what we answer, and why not the same where that is meant. */
interface Topic {
  readonly name: string;
  readonly theirs: Value;
  readonly ours: () => Promise<Value>;
  /** Given where the answers must differ. */
  readonly deviates?: string;
}

const ERROR = "an error";

async function answer(ours: () => Promise<Value>): Promise<Value> {
  try {
    return await ours();
  } catch (error) {
    if (isDataError(error)) return ERROR;
    throw error;
  }
}

/** The value that the reference program gave, or that it raised. */
function given(found: Answer<Value> | undefined): Value {
  if (found === undefined) throw new Error("no such answer");
  return "raises" in found ? ERROR : found.value;
}

async function topics(): Promise<ReadonlyMap<string, readonly Topic[]>> {
  const open = (settings: ProjectCacheOptions = {}) => openProjectCache(new LocalStore(CACHE), settings);
  const same = await open(AS_ALLENSDK);
  const plain = await open();
  return new Map([
    ["manifest and paths", manifestTopics(same, open)],
    ["sessions", sessionTopics(same)],
    ["probes and channels", probeAndChannelTopics(same, plain)],
    ["order of rows", orderTopics(same, plain)],
    ["units", unitTopics(same)],
    ["analysis metrics", metricsTopics(same)],
    ["templates", templateTopics(same)],
    ["files", fileTopics(same)],
  ]);
}

function manifestTopics(
  cache: EcephysProjectCache,
  open: (settings: ProjectCacheOptions) => Promise<EcephysProjectCache>,
): readonly Topic[] {
  const file = readAnswers<Value>(GOLDEN, "manifest");
  const frame = given(file.manifest_dataframe) as Frame;
  const paths = file.paths as unknown as Readonly<Record<string, string>>;
  const at = (key: string) => `<cache>/${key}`;
  const path = (name: string, ours: () => string, deviates?: string): Topic => ({
    ...{ name: `path of ${name}`, theirs: paths[name], ours: async () => ours() },
    ...(deviates !== undefined && { deviates }),
  });
  const version = (expectedVersion: string, order: RegExp): Topic => ({
    name: `manifest, when version ${expectedVersion} is expected`,
    theirs: order.test(JSON.stringify(file[`expected version ${expectedVersion}`])),
    ours: async () => {
      const error: unknown = await open({ expectedVersion }).catch((found: unknown) => found);
      return (
        isDataError(error, "schema") &&
        /older|newer/.exec(error.hint ?? "")?.[0] === (/newer/.test(order.source) ? "newer" : "older")
      );
    },
  });
  const { manifest } = cache;
  return [
    {
      name: "manifest_dataframe()",
      theirs: [frame.index.values, frame.data.type, frame.data.spec],
      ours: async () => [
        manifest.paths.map(({ key }) => key),
        manifest.paths.map(({ type }) => type),
        manifest.paths.map(({ template }) => (template === "" ? "<cache>" : at(template))),
      ],
    },
    path("sessions", () => at(manifest.keyOf("sessions"))),
    path("session_nwb 900000001", () => at(cache.keyOf({ kind: "session-nwb", session: 900000001 }))),
    path("session_analysis_metrics 900000002", () => at(cache.keyOf({ kind: "session-metrics", session: 900000002 }))),
    path("probe_lfp_nwb 900000001 910000001", () =>
      at(cache.keyOf({ kind: "lfp-nwb", session: 900000001, probe: 910000001 })),
    ),
    path("typewise_analysis_metrics", () =>
      at(cache.keyOf({ kind: "type-metrics", sessionType: "functional_connectivity" })),
    ),
    path("natural_movie 3", () => at(cache.keyOf({ kind: "natural-movie", number: 3 }))),
    path("natural_scene 117", () => at(cache.keyOf({ kind: "natural-scene", number: 117 }))),
    path(
      "session_nwb without arguments",
      () => at(manifest.keyOf("session_nwb")),
      "refused; templates with their placeholders are in `manifest.paths`",
    ),
    {
      name: "get_cache_path of an unknown key",
      theirs: given(file["unknown key"]),
      ours: async () => manifest.keyOf("nothing" as "sessions"),
    },
    version("0.2.1", /newer version/),
    version("0.4.0", /out of date/),
    {
      name: "fixed()",
      theirs: given(file["fixed()"]),
      ours: async () => (await cache.readSessions()).table.rowCount,
      deviates: "works: no table is ever asked from a network",
    },
    {
      name: "MANIFEST_VERSION",
      theirs: (file.defaults as unknown as { readonly MANIFEST_VERSION: string }).MANIFEST_VERSION,
      ours: async () => manifest.version,
    },
  ];
}

function sessionTopics(cache: EcephysProjectCache): readonly Topic[] {
  const file = readAnswers<Frame>(GOLDEN, "sessions");
  const of = (name: string, ours: () => Promise<Value>): Topic => ({ name, theirs: given(file[name]), ours });
  const table = (name: string, suppress?: readonly string[]) =>
    of(name, async () => frameOf(await cache.readSessions({ suppress })));
  return [
    table("get_session_table()"),
    table("get_session_table(suppress=[])", []),
    table("get_session_table(suppress=['genotype','no_such_column'])", ["genotype", "no_such_column"]),
    of("get_all_session_types()", () => cache.readSessionTypes()),
    of("get_all_full_genotypes()", () => cache.readGenotypes()),
    of("get_all_ages()", () => cache.readAges()),
    of("get_all_sexes()", () => cache.readSexes()),
    of("get_structure_acronyms()", () => cache.readStructureAcronyms()),
    of("channel counts by acronym", async () => {
      const labels = (await cache.readChannels()).table.columns.get("ecephys_structure_acronym") ?? [];
      const counts: Record<string, number> = {};
      for (const label of labels) counts[String(label ?? "nan")] = (counts[String(label ?? "nan")] ?? 0) + 1;
      return counts;
    }),
  ];
}

function probeAndChannelTopics(cache: EcephysProjectCache, plain: EcephysProjectCache): readonly Topic[] {
  const probes = readAnswers<Frame>(GOLDEN, "probes");
  const channels = readAnswers<Frame>(GOLDEN, "channels");
  const theirs = given(probes["get_probes()"]);
  return [
    { name: "get_probes()", theirs, ours: async () => frameOf(await cache.readProbes()) },
    {
      name: "get_probes(suppress=[])",
      theirs: given(probes["get_probes(suppress=[])"]),
      ours: async () => frameOf(await cache.readProbes({ suppress: [] })),
    },
    {
      name: "get_probes(), default settings",
      theirs,
      ours: async () => frameOf(await plain.readProbes()),
      deviates: "rows by identifier; a sampling rate of 0 is absent",
    },
    {
      name: "get_channels()",
      theirs: given(channels["get_channels()"]),
      ours: async () => frameOf(await cache.readChannels()),
    },
    {
      name: "columns of get_channels(suppress=[])",
      theirs: given(channels["columns of get_channels(suppress=[])"]),
      ours: async () => frameOf(await cache.readChannels({ suppress: [] })).columns,
    },
    {
      name: "get_channels(), default settings",
      theirs: given(channels["get_channels()"]),
      ours: async () => frameOf(await plain.readChannels()),
      deviates: "coordinates of -1000, -1 and 0 and sampling rates of 0 are absent",
    },
  ];
}

function orderTopics(grouped: EcephysProjectCache, byId: EcephysProjectCache): readonly Topic[] {
  const file = JSON.parse(readFileSync(`${GOLDEN}/expected/project/row_order.json`, "utf8")) as Record<string, unknown>;
  const filters = { ...NO_UNIT_FILTERS, requireListedChannel: true };
  const orders = async (cache: EcephysProjectCache) => ({
    probes: frameOf(await cache.readProbes()).index.values,
    channels: frameOf(await cache.readChannels()).index.values,
    units: frameOf(await cache.readUnits({ filters })).index.values,
  });
  return [
    {
      name: 'order of rows, pandas 1.5.3 (`order: "grouped"`)',
      theirs: file["pandas 1.5.3"],
      ours: () => orders(grouped),
    },
    { name: 'order of rows, pandas 2.3.3 (`order: "id"`)', theirs: file["pandas 2.3.3"], ours: () => orders(byId) },
  ];
}

const UNBOUNDED: UnitFilters = { amplitudeCutoffMaximum: null, presenceRatioMinimum: null, isiViolationsMaximum: null };

function unitTopics(cache: EcephysProjectCache): readonly Topic[] {
  const file = readAnswers<Frame>(GOLDEN, "units");
  const cases = file["rows kept by filters"] as unknown as Record<string, Answer<{ readonly ids: readonly number[] }>>;
  const kept = (name: string, filters: UnitFilters, deviates?: string): Topic => ({
    name: `get_units(), ${name}`,
    theirs: (given(cases[name]) as { readonly ids: readonly number[] }).ids,
    ours: async () => frameOf(await cache.readUnits({ filters })).index.values,
    ...(deviates !== undefined && { deviates }),
  });
  return [
    { name: "get_units()", theirs: given(file["get_units()"]), ours: async () => frameOf(await cache.readUnits()) },
    {
      name: "columns of get_units(suppress=[])",
      theirs: given(file["suppress=[]"]),
      ours: async () => frameOf(await cache.readUnits({ suppress: [] })).columns,
    },
    kept("amplitude_cutoff_maximum=None", { amplitudeCutoffMaximum: null }),
    kept("presence_ratio_minimum=None", { presenceRatioMinimum: null }),
    kept("isi_violations_maximum=None", { isiViolationsMaximum: null }),
    kept("all three None", UNBOUNDED),
    kept("all three infinite", {
      amplitudeCutoffMaximum: Number.POSITIVE_INFINITY,
      presenceRatioMinimum: Number.NEGATIVE_INFINITY,
      isiViolationsMaximum: Number.POSITIVE_INFINITY,
    }),
    kept("presence_ratio_minimum=0.9", { presenceRatioMinimum: 0.9 }),
    kept("amplitude_cutoff_maximum=0", { amplitudeCutoffMaximum: 0 }),
    kept("isi_violations_maximum=0", { isiViolationsMaximum: 0 }),
    kept("filter_by_validity=False", { requireGoodQuality: false }),
    kept(
      "filter_out_of_brain_units=False",
      { filterOutOfBrainUnits: false } as UnitFilters,
      "no such filter here, where it does nothing in AllenSDK",
    ),
    kept("an unknown keyword", { snrMinimum: 5 } as UnitFilters, "refused, not passed over"),
    {
      name: "every row of units.csv",
      theirs: file["rows of units.csv"],
      ours: async () => (await cache.readUnits({ filters: NO_UNIT_FILTERS })).table.rowCount,
    },
  ];
}

function metricsTopics(cache: EcephysProjectCache): readonly Topic[] {
  const file = readAnswers<never>(GOLDEN, "analysis_metrics") as unknown as Record<
    string,
    Record<string, Answer<Value>>
  >;
  const annotated = (table: ProjectTable) => {
    const { columns, index } = frameOf(table);
    return { columns, index: index.values, indexName: index.name };
  };
  const ofType = (sessionType: string): readonly Topic[] => {
    const found = file[sessionType];
    const name = `get_unit_analysis_metrics_by_session_type(${sessionType}`;
    return [
      {
        name: `${name}, annotate=False)`,
        theirs: given(found?.["annotate=False"]),
        ours: async () => frameOf(await cache.readAnalysisMetrics({ sessionType }, { annotate: false })),
      },
      {
        name: `${name})`,
        theirs: given(found?.["annotate=True"]),
        ours: async () => annotated(await cache.readAnalysisMetrics({ sessionType })),
      },
      {
        name: `${name}, thresholds None)`,
        theirs: given(found?.["annotate=True, thresholds None"]),
        ours: async () =>
          frameOf(await cache.readAnalysisMetrics({ sessionType }, { filters: UNBOUNDED })).index.values,
      },
      {
        name: `${name}, annotate=False) with a filter`,
        theirs: given(found?.["annotate=False ignores filters"]),
        ours: async () => {
          const options = { annotate: false, filters: { amplitudeCutoffMaximum: 0 } };
          return (await cache.readAnalysisMetrics({ sessionType }, options)).table.rowCount;
        },
      },
    ];
  };
  const ofSession = (session: number): readonly Topic[] => {
    const found = file[`session ${session}`];
    const name = `get_unit_analysis_metrics_for_session(${session}`;
    return [
      {
        name: `${name}, annotate=False)`,
        theirs: given(found?.["annotate=False"]),
        ours: async () => {
          const { columns, index } = frameOf(await cache.readAnalysisMetrics({ session }, { annotate: false }));
          return { columns, index: index.values };
        },
      },
      {
        name: `${name})`,
        theirs: given(found?.["annotate=True"]),
        ours: async () => annotated(await cache.readAnalysisMetrics({ session })),
      },
    ];
  };
  return [
    ...ofType("brain_observatory_1.1"),
    ...ofType("functional_connectivity"),
    {
      name: "get_unit_analysis_metrics_by_session_type of an unknown type",
      theirs: given(file["unknown type"] as never),
      ours: async () => frameOf(await cache.readAnalysisMetrics({ sessionType: "nothing" })),
    },
    ...ofSession(900000001),
    ...ofSession(900000002),
  ];
}

function templateTopics(cache: EcephysProjectCache): readonly Topic[] {
  const file = readAnswers<{ readonly shape: readonly number[]; readonly sha256: string }>(GOLDEN, "templates");
  const facts = (name: string) => {
    const found = given(file[name]);
    return found === ERROR ? ERROR : [(found as { shape: Value }).shape, (found as { sha256: Value }).sha256];
  };
  const movie = (number: number): Topic => ({
    name: `get_natural_movie_template(${number})`,
    theirs: facts(`movie ${number}`),
    ours: async () => {
      const { shape, data } = await cache.readNaturalMovie(number);
      return [shape, sha256Of(data)];
    },
  });
  const scene = (number: number): Topic => ({
    name: `get_natural_scene_template(${number})`,
    theirs: facts(`scene ${number}`),
    ours: async () => {
      const { shape, data } = await cache.readNaturalScene(number);
      return [shape, sha256Of(data)];
    },
  });
  return [...[1, 3, 2].map(movie), ...[0, 1, 117, 5].map(scene)];
}

function fileTopics(cache: EcephysProjectCache): readonly Topic[] {
  const text = (name: string) => readFileSync(CACHE + name, "utf8");
  const metrics = (sessionType: string): Topic => ({
    name: `${sessionType}_analysis_metrics.csv, read and written`,
    theirs: text(`${sessionType}_analysis_metrics.csv`),
    ours: async () => encodeProjectTable(await cache.readAnalysisMetrics({ sessionType }, { annotate: false })),
  });
  return [
    { name: "manifest.json, written", theirs: text("manifest.json"), ours: async () => encodeManifest() },
    ...(["sessions", "probes", "channels", "units"] as const).map(
      (name): Topic => ({
        name: `${name}.csv, read and written`,
        theirs: text(`${name}.csv`),
        ours: async () => encodeProjectTable(await cache.readTable(name)),
        ...(name === "channels" && {
          deviates: "whole numbers of a column with gaps get `.0`, as when pandas reads and writes it",
        }),
      }),
    ),
    metrics("brain_observatory_1.1"),
    metrics("functional_connectivity"),
    {
      name: "get_session_data(1)",
      theirs: given(readAnswers<Value>(GOLDEN, "errors")["get_session_data(1)"]),
      ours: async () => {
        const adapter = allen({ caches: [toFileUrl(CACHE)] }).create({ stores: createStores() });
        try {
          return await adapter.events(ref("allen", "session", "1"), {});
        } finally {
          adapter.dispose?.();
        }
      },
    },
  ];
}

function byReason(members: readonly Topic[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { name, deviates } of members) {
    if (deviates !== undefined) found.set(deviates, [...(found.get(deviates) ?? []), name]);
  }
  return found;
}

describe.skipIf(!SHARED)("the project cache against AllenSDK 2.16.2 (needs ../shared)", () => {
  it("answers every topic as AllenSDK does, or as the README says why not", async () => {
    const rows: string[] = [];
    for (const [group, members] of await topics()) {
      for (const { name, theirs, ours, deviates } of members) {
        const found = await answer(ours);
        if (deviates === undefined) expect(found, name).toEqual(theirs);
        else expect(found, `${name} deviates`).not.toEqual(theirs);
      }
      const equal = members.filter(({ deviates }) => deviates === undefined).map(({ name }) => name);
      rows.push(`| ${group} | ${equal.join("; ")} | equal |`);
      for (const [reason, names] of byReason(members))
        rows.push(`| ${group} | ${names.join("; ")} | deviates: ${reason} |`);
    }
    const readme = readFileSync(new URL("../../packages/allen-adapter/README.md", import.meta.url), "utf8");
    const [, section = ""] = /## The project cache beside AllenSDK\n(.*?)\n## /s.exec(readme) ?? [];
    const table = section.split("\n").filter((line) => line.startsWith("|") && !/^\| (about|---)/.test(line));
    expect(table).toEqual(rows);
  });

  it("reads and writes the tables of the release, and makes its manifest, byte for byte", async () => {
    const cache = await openProjectCache(new LocalStore(REAL));
    for (const name of ["sessions", "probes"] as const) {
      expect(encodeProjectTable(await cache.readTable(name))).toBe(readFileSync(`${REAL}${name}.csv`, "utf8"));
    }
    expect(encodeManifest()).toBe(readFileSync(`${REAL}manifest.json`, "utf8"));
  });

  it("gives sessions and probes of the release without the other tables, counts absent", async () => {
    const cache = await openProjectCache(new LocalStore(REAL));
    const sessions = await cache.readSessions();
    expect(sessions.table.rowCount).toBe(58);
    expect(sessions.table.columns.get("probe_count")?.slice(0, 3)).toEqual(Float64Array.of(6, 6, 6));
    expect(sessions.table.columns.get("unit_count")?.every((count) => Number.isNaN(count))).toBe(true);
    expect(sessions.notices.map(({ code }) => code)).toEqual(["count-without-table", "count-without-table"]);
    const probes = await cache.readProbes();
    expect(probes.table.rowCount).toBe(332);
    expect(probes.notices).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: "no-effective-rate", count: 5 }),
        expect.objectContaining({ code: "zero-rate-probe", count: 1 }),
      ]),
    );
    await expect(cache.readUnits()).rejects.toMatchObject({ code: "not-found" });
  });

  it("gives a unit its analysis metrics through the hub, where they are asked for", async () => {
    const answers = readAnswers<never>(GOLDEN, "analysis_metrics") as unknown as Record<
      string,
      Record<string, Answer<Frame>>
    >;
    const frame = given(answers["brain_observatory_1.1"]?.["annotate=False"]) as Frame;
    const adapter = allen({ caches: [toFileUrl(CACHE)], analysisMetrics: true }).create({ stores: createStores() });
    const { rows } = await adapter.units(ref("allen", "probe", "910000001"));
    const row = new Map(frame.index.values.map((id, i) => [String(id), i]));
    let compared = 0;
    for (const unit of rows) {
      for (const name of frame.columns) {
        const value = frame.data[name]?.[row.get(unit.ref.id) ?? -1] ?? null;
        expect(unit.metrics[`allen.${name}`], `${name} of ${unit.ref.id}`).toBe(value === null ? null : Number(value));
        if (value !== null) compared++;
      }
      expect(unit.metrics).toHaveProperty(["allen.snr"]);
    }
    expect(compared).toBeGreaterThan(500);
    adapter.dispose?.();
  });

  it.each([["control"], ["defect"]])(
    "exchanges the receptive-field columns of the %s file where they are swapped",
    async (form) => {
      const { index } = await import("./allen-project-expected.js").then(({ swappedCache }) =>
        swappedCache(GOLDEN, form),
      );
      const { table, notices } = await index.readAnalysisMetrics({ sessionType: "swapped" }, { annotate: false });
      expect(table.columns.get("p_value_rf")).toEqual(Float64Array.of(0.367339599, 0.505083871, 0.242587979));
      expect(table.columns.get("on_screen_rf")).toEqual([false, false, false]);
      expect(notices.map(({ code }) => code)).toEqual(form === "defect" ? ["swapped-rf"] : []);
    },
  );
});
