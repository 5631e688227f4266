import { readFileSync } from "node:fs";
import { allen } from "@crossprobe/allen-adapter";
import { type DatasetAdapter, isDataError, ref, type StoreResolver } from "@crossprobe/core";
import { MemoryStore } from "@crossprobe/storage";
import { describe, expect, it } from "vitest";

const SAMPLES = new URL("../../samples/allen/", import.meta.url);
const FOLDER = "memory://cache/";
const SESSION = ref("allen", "session", "910000101");
const PROBE = ref("allen", "probe", "910000201");
const SESSION_KEY = "session_910000101/session_910000101.nwb";
const LFP_KEY = "session_910000101/probe_910000201_lfp.nwb";
const TABLES = ["sessions.csv", "probes.csv", "channels.csv", "units.csv"];

type Files = Record<string, Uint8Array>;

function files(keys: readonly string[]): Files {
  return Object.fromEntries(keys.map((key) => [key, new Uint8Array(readFileSync(new URL(key, SAMPLES)))]));
}

function edited(key: string, change: (text: string) => string): Files {
  return { [key]: new TextEncoder().encode(change(readFileSync(new URL(key, SAMPLES), "utf8"))) };
}

function storesOf(folders: Readonly<Record<string, Files>>): StoreResolver {
  return { open: (url) => new MemoryStore(url, folders[url] ?? {}) };
}

function over(entries: Files, url = FOLDER): DatasetAdapter {
  return allen({ caches: [url] }).create({ stores: storesOf({ [FOLDER]: entries }) });
}

async function list<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => new Error("it was not refused"),
    (thrown: unknown) => thrown,
  );
  if (!isDataError(error)) throw error;
  return { code: error.code, text: `${error.message} ${error.hint ?? ""}` };
}

describe("a manifest", () => {
  const manifest = (change: (text: string) => string) => over({ ...files(TABLES), ...edited("manifest.json", change) });

  it("of another version is refused with both versions and the way out", async () => {
    const { code, text } = await refusal(list(manifest((text) => text.replace("0.3.0", "0.2.0")).sessions({})));
    expect(code).toBe("schema");
    expect(text).toMatch(/memory:\/\/cache\/manifest\.json is of version 0\.2\.0; version 0\.3\.0 is expected/);
    expect(text).toMatch(/older AllenSDK.*remove the manifest/);
    const newer = await refusal(list(manifest((text) => text.replace("0.3.0", "0.4.0")).sessions({})));
    expect(newer.text).toMatch(/newer AllenSDK/);
  });

  it("that is no manifest, or leaves its folder, is refused", async () => {
    expect((await refusal(list(manifest(() => "{}").sessions({})))).code).toBe("schema");
    expect((await refusal(list(manifest(() => "{ no json").sessions({})))).code).toMatch(/format|schema/);
    const outside = await refusal(
      list(manifest((text) => text.replace('"sessions.csv"', '"../sessions.csv"')).sessions({})),
    );
    expect([outside.code, /entry sessions .* leaves the folder/.test(outside.text)]).toEqual(["schema", true]);
    const absolute = await refusal(
      list(manifest((text) => text.replace('"spec": "."', '"spec": "/data"')).sessions({})),
    );
    expect(absolute.text).toMatch(/entry BASEDIR .* leaves the folder/);
  });

  it("may have another name, and other names for its tables", async () => {
    const { "sessions.csv": sessions, ...others } = files(TABLES);
    const entries: Files = { ...others, "tables/all sessions.csv": sessions ?? new Uint8Array() };
    const [renamed] = Object.values(
      edited("manifest.json", (text) => text.replace('"sessions.csv"', '"tables/all sessions.csv"')),
    );
    const adapter = over({ ...entries, "mine.json": renamed ?? new Uint8Array() }, `${FOLDER}mine.json`);
    expect((await list(adapter.sessions({}))).map(({ ref }) => ref)).toEqual([SESSION]);
  });

  it("may be absent where the tables have their default names, with a notice", async () => {
    const adapter = over(files(TABLES));
    expect((await list(adapter.sessions({}))).length).toBe(1);
    expect((await adapter.describe()).notices.map(({ code }) => code)).toEqual(["manifest-absent"]);
  });

  it("is missed, by name, in a folder that is no cache", async () => {
    const { code, text } = await refusal(list(over({ "some.nwb": new Uint8Array(8) }).sessions({})));
    expect(code).toBe("schema");
    expect(text).toMatch(/memory:\/\/cache\/ is no project cache: neither manifest\.json nor sessions\.csv/);
    expect(text).toMatch(/crossprobe inspect/);
  });
});

describe("tables", () => {
  it.each([
    ["sessions.csv", "specimen_id"],
    ["probes.csv", "ecephys_session_id"],
    ["channels.csv", "ecephys_structure_acronym"],
    ["units.csv", "ecephys_channel_id"],
  ])("%s without %s is refused with both names", async (key, column) => {
    const adapter = over({ ...files(TABLES), ...edited(key, (text) => text.replace(column, "renamed")) });
    const work = async () => {
      await list(adapter.sessions({}));
      await adapter.units(PROBE);
    };
    const { code, text } = await refusal(work());
    expect(code).toBe("schema");
    expect(text).toContain(`memory://cache/${key}`);
    expect(text).toContain(column);
  });

  it("with a cell that is no number are refused with file, row and column", async () => {
    const adapter = over({ ...files(TABLES), ...edited("channels.csv", (text) => text.replace("8013.0", "far")) });
    const { code, text } = await refusal(adapter.channels(PROBE));
    expect(code).toBe("schema");
    expect(text).toMatch(
      /Row 1 of memory:\/\/cache\/channels\.csv holds "far" in column anterior_posterior_ccf_coordinate/,
    );
  });

  it("alone answer what they hold, and say which file the rest needs", async () => {
    const adapter = over(files(["sessions.csv", "probes.csv", "manifest.json"]));
    const probes = await adapter.probes(SESSION);
    expect(probes.map(({ channelCount, unitCount }) => [channelCount, unitCount])).toEqual([
      [null, null],
      [null, null],
    ]);
    const { answers, sources } = await adapter.describe();
    expect(sources[0]?.kind).toMatch(/session and probe tables only/);
    expect(answers.channels).toMatch(/holds no channels\.csv/);
    expect(answers.events).toMatch(/no session file/);
    expect(answers.lfp).toMatch(/no LFP file .* of its 2 probes/);
    expect(await refusal(adapter.channels(PROBE))).toMatchObject({
      code: "unsupported",
      text: expect.stringContaining("channels.csv"),
    });
    expect(await refusal(adapter.units(PROBE))).toMatchObject({
      code: "unsupported",
      text: expect.stringContaining("channels.csv"),
    });
    expect(await refusal(adapter.events(SESSION, {}))).toMatchObject({
      code: "not-found",
      text: expect.stringContaining(`${SESSION_KEY} is not in the cache ${FOLDER}`),
    });
    expect(await refusal(adapter.lfp(PROBE))).toMatchObject({
      code: "not-found",
      text: expect.stringContaining(`${LFP_KEY} is not in the cache ${FOLDER}`),
    });
  });

  it("without a column of the published rule pass no unit, and fail those that another bound fails", async () => {
    const adapter = over({
      ...files(TABLES),
      ...edited("units.csv", (text) => text.replace("presence_ratio", "presence")),
    });
    const { rows } = await adapter.units(PROBE);
    for (const { quality, metrics } of rows) {
      const [cutoff, violations] = [metrics["allen.amplitude_cutoff"], metrics["allen.isi_violations"]];
      const fails = !((cutoff ?? Number.NaN) <= 0.1) || !((violations ?? Number.NaN) <= 0.5);
      expect(quality["allen-default@2019"]).toBe(fails ? false : null);
    }
    expect(new Set(rows.map(({ quality }) => quality["allen-default@2019"]))).toEqual(new Set([null, false]));
  });
});

describe("files", () => {
  it("that are truncated are refused with their place", async () => {
    const whole = files([...TABLES, SESSION_KEY, LFP_KEY]);
    const cut = (key: string) => whole[key]?.slice(0, Math.floor((whole[key]?.length ?? 0) * 0.6)) ?? new Uint8Array();
    const adapter = over({ ...whole, [SESSION_KEY]: cut(SESSION_KEY), [LFP_KEY]: cut(LFP_KEY) });
    for (const work of [adapter.spikes(PROBE), adapter.events(SESSION, {})]) {
      expect(await refusal(work)).toMatchObject({
        code: "format",
        text: expect.stringContaining(FOLDER + SESSION_KEY),
      });
    }
    expect(await refusal(adapter.lfp(PROBE))).toMatchObject({
      code: "format",
      text: expect.stringContaining(FOLDER + LFP_KEY),
    });
    expect((await adapter.units(PROBE)).rows.length, "tables still answer").toBeGreaterThan(0);
    adapter.dispose?.();
  });

  it("of another session or probe under the wanted name are refused", async () => {
    const whole = files([...TABLES, LFP_KEY, "session_910000101/probe_910000202_lfp.nwb"]);
    const other = whole["session_910000101/probe_910000202_lfp.nwb"] ?? new Uint8Array();
    const adapter = over({ ...whole, [LFP_KEY]: other, [SESSION_KEY]: other });
    expect(await refusal(adapter.lfp(PROBE))).toMatchObject({
      code: "schema",
      text: expect.stringContaining("identifier 910000202 where 910000201"),
    });
    expect(await refusal(adapter.events(SESSION, {}))).toMatchObject({
      code: "schema",
      text: expect.stringContaining("910000101"),
    });
    adapter.dispose?.();
  });

  it("of LFP that probes.csv denies are read, with a notice; one that it promises and that is not there is named", async () => {
    const denied = (text: string) => text.replaceAll("True", "False");
    const adapter = over({ ...files([...TABLES, LFP_KEY]), ...edited("probes.csv", denied) });
    const lfp = await adapter.lfp(PROBE);
    const flagged = lfp.notices.filter(({ code }) => code === "lfp-flag-false");
    expect(flagged).toMatchObject([{ message: expect.stringContaining("no LFP"), count: 1 }]);
    lfp.close();
    const other = ref("allen", "probe", "910000202");
    expect(await refusal(adapter.lfp(other))).toMatchObject({
      code: "not-found",
      text: expect.stringContaining("has_lfp_data is false"),
    });
    expect(await refusal(over(files(TABLES)).lfp(PROBE))).toMatchObject({
      code: "not-found",
      text: expect.stringContaining(`${LFP_KEY} is not in the cache ${FOLDER}`),
    });
    adapter.dispose?.();
  });

  it("without a session file beside them still give LFP, and say that invalid spans are unknown", async () => {
    const adapter = over(files([...TABLES, LFP_KEY]));
    const lfp = await adapter.lfp(PROBE);
    expect(lfp.notices.map(({ code }) => code)).toEqual(["invalid-times-unknown"]);
    expect(await lfp.invalidIntervals()).toEqual([]);
    expect((await lfp.read({ samples: [0, 3], channels: [0] })).data.shape).toEqual([3, 1]);
    adapter.dispose?.();
    expect(await refusal(lfp.read({ samples: [0, 3] }))).toMatchObject({ code: "query" });
  });
});

describe("several caches", () => {
  it("answer together: the second where the first cannot", async () => {
    const folders = {
      "memory://tables/": files(["sessions.csv", "probes.csv"]),
      "memory://more/": files(["manifest.json", ...TABLES, LFP_KEY]),
    };
    const adapter = allen({ caches: Object.keys(folders) }).create({ stores: storesOf(folders) });
    expect((await list(adapter.sessions({}))).length).toBe(1);
    expect((await adapter.probes(SESSION)).map(({ channelCount, unitCount }) => [channelCount, unitCount])).toEqual([
      [374, 52],
      [374, 54],
    ]);
    expect((await adapter.channels(PROBE)).rows.length).toBe(374);
    const lfp = await adapter.lfp(PROBE);
    expect(lfp.channels.length).toBe(70);
    lfp.close();
    expect((await adapter.describe()).answers).toMatchObject({
      channels: true,
      units: true,
      lfp: true,
      spikes: expect.any(String),
    });
    adapter.dispose?.();
  });

  it("must be at least one", () => {
    expect(() => allen({ caches: [] })).toThrow(/given no cache/);
  });
});
