import { readFileSync } from "node:fs";
import { allen } from "@crossprobe/allen-adapter";
import { openProjectCache } from "@crossprobe/allen-adapter/cache";
import {
  ERRATA,
  type ErrataChoice,
  type ErrataReader,
  type ErratumId,
  listErrata,
} from "@crossprobe/allen-adapter/errata";
import { EVERY_UNIT, openSessionFile, readListedChannels } from "@crossprobe/allen-adapter/session";
import { type ByteStore, type Notice, type ReadOptions, ref } from "@crossprobe/core";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

/** Each known defect, in each reader that says it mends it: reported when on, silent when off, and another value either way. */

const CACHE = `${SHARED}/golden/allen/cache`;
const SESSIONS = [900000001, 900000002, 900000003, 900000004];

type Edit = (text: string) => string;

/** The golden cache with some of its text files changed. */
function cacheWith(edits: Readonly<Record<string, Edit | null>>): ByteStore {
  const local = new LocalStore(`${CACHE}/`);
  const bytesOf = (key: string) => {
    const edit = edits[key];
    if (edit === undefined) return undefined;
    return edit === null ? null : new TextEncoder().encode(edit(readFileSync(`${CACHE}/${key}`, "utf8")));
  };
  return {
    url: local.url,
    size: async (key, options) => {
      const bytes = bytesOf(key);
      return bytes === undefined ? local.size(key, options) : bytes?.byteLength;
    },
    read: async (key, options: ReadOptions = {}) => {
      const bytes = bytesOf(key);
      if (bytes === undefined) return local.read(key, options);
      if (bytes === null || options.range === undefined) return bytes ?? undefined;
      if ("suffix" in options.range) return bytes.subarray(-options.range.suffix);
      return bytes.subarray(options.range.offset, options.range.offset + options.range.length);
    },
  };
}

interface Reading {
  /** Everything that was given, as text. */
  readonly values: string;
  readonly notices: readonly Notice[];
}

const asText = (values: unknown): string =>
  JSON.stringify(values, (_, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, String);
    return typeof value === "number" ? String(value) : value;
  });

const settled = (reads: readonly (() => Promise<unknown>)[]) =>
  reads.reduce<Promise<unknown[]>>(async (known, read) => {
    const before = await known;
    return [...before, await read().catch((error: Error) => error.message)];
  }, Promise.resolve([]));

async function readCache(store: ByteStore, errata: ErrataChoice): Promise<Reading> {
  const cache = await openProjectCache(store, { errata });
  const tables = [
    await cache.readSessions(),
    await cache.readProbes({ suppress: [] }).catch(() => undefined),
    await cache.readChannels({ suppress: [] }).catch(() => undefined),
    await cache.readAnalysisMetrics({ sessionType: "brain_observatory_1.1" }, { annotate: false }),
  ].filter((table) => table !== undefined);
  for (const { notices, provenance } of tables) {
    const named = new Set(provenance.flatMap(({ errata: ids = [] }) => ids));
    for (const { code } of notices) if (code in ERRATA) expect(named, "provenance").toContain(code);
  }
  return { values: asText(tables.map(({ table }) => table)), notices: tables.flatMap(({ notices }) => notices) };
}

async function readSessions(store: ByteStore, errata: ErrataChoice): Promise<Reading> {
  const notices: Notice[] = [];
  const values: unknown[] = [];
  const channels = await readListedChannels(store);
  for (const id of SESSIONS) {
    for (const listed of [{}, { channels }]) {
      const key = `session_${id}/session_${id}.nwb`;
      const session = await openSessionFile(store, key, { ...listed, errata, filters: EVERY_UNIT });
      const units = Array.from((await session.units()).columns.get("id") as Float64Array);
      const [first = 0] = units;
      values.push(
        ...(await settled([
          () => session.probes(),
          () => session.channels(),
          () => session.stimulusPresentations(),
          () => Promise.all(units.map((unit) => session.spikeTimes(unit))),
          () => session.spikeAmplitudes(first),
          () => session.meanWaveform(first),
          () => session.runningSpeed(),
          () => session.lightPulses(),
        ])),
      );
      notices.push(...session.notices);
      await session.close();
    }
  }
  return { values: asText(values), notices };
}

async function readHub(store: ByteStore, errata: ErrataChoice): Promise<Reading> {
  const plugin = allen({ caches: [store.url], analysisMetrics: true, errata });
  const adapter = plugin.create({ stores: { open: () => store } });
  const given: { readonly notices: readonly Notice[] }[] = [await adapter.describe()];
  const values: unknown[] = [];
  for await (const session of adapter.sessions({})) {
    values.push(session.genotype);
    const tables: (() => Promise<{ readonly notices: readonly Notice[] }>)[] = [
      () => adapter.events(session.ref, {}),
      () => adapter.movement(session.ref),
    ];
    for (const { ref: probe } of await adapter.probes(session.ref)) {
      tables.push(
        () => adapter.channels(probe),
        () => adapter.units(probe),
        () => adapter.spikes(probe),
        () => adapter.waveforms(probe),
      );
    }
    for (const table of await settled(tables)) {
      if (typeof table === "string") continue;
      given.push(table as { readonly notices: readonly Notice[] });
      const { notices: _, provenance: __, ...value } = table as Record<string, unknown>;
      values.push(value);
    }
  }
  adapter.dispose?.();
  return { values: asText(values), notices: given.flatMap(({ notices }) => notices) };
}

const READERS: Readonly<Record<ErrataReader, (store: ByteStore, errata: ErrataChoice) => Promise<Reading>>> = {
  hub: readHub,
  cache: readCache,
  session: readSessions,
};

/** The first row's cells of some columns, changed. */
function withCells(columns: Readonly<Record<string, string>>): Edit {
  return (text) => {
    const [header = "", first = "", ...rest] = text.split("\n");
    const names = header.split(",");
    const cells = first.split(",").map((cell, i) => columns[names[i] ?? ""] ?? cell);
    return [header, cells.join(","), ...rest].join("\n");
  };
}

const POINT = ["anterior_posterior", "dorsal_ventral", "left_right"].map((axis) => `${axis}_ccf_coordinate`);
const pointOf = (value: string) => withCells(Object.fromEntries(POINT.map((name) => [name, value])));
const METRICS = "brain_observatory_1.1_analysis_metrics.csv";

/** One more column, with the same text in every row. */
const withColumn =
  (name: string, cell: string): Edit =>
  (text) =>
    text
      .trimEnd()
      .split("\n")
      .map((line, i) => `${line},${i === 0 ? name : cell}`)
      .join("\n");

/** The header with a column under another name. */
const renamed =
  (from: string, to: string): Edit =>
  (text) =>
    text.replace(from, to);

/** Defects that the golden cache does not have in its tables. */
const PLANTED: Readonly<Partial<Record<ErratumId, Readonly<Record<string, Edit | null>>>>> = {
  "minus-1000-grey": { "channels.csv": pointOf("-1000") },
  "zero-coordinates": { "channels.csv": pointOf("0") },
  "swapped-rf": {
    [METRICS]: (text) =>
      renamed("\0", "p_value_rf")(renamed("p_value_rf", "on_screen_rf")(renamed("on_screen_rf", "\0")(text))),
  },
  "numpy-text-cells": { [METRICS]: withColumn("centre_rf", "[1. 2.5 nan]") },
  "structure-acronyms-literal": {
    "sessions.csv": withColumn("structure_acronyms", "\"['VISp', nan]\""),
    ...{ "channels.csv": null, "units.csv": null },
  },
};

const PAIRS = listErrata().flatMap(({ id, appliedBy }) => appliedBy.map((reader) => ({ id, reader })));

describe.skipIf(!SHARED)("known defects, reader by reader (run where ../shared lies beside the checkout)", () => {
  it.each(PAIRS)("$id: $reader mends and reports it, or leaves it", async ({ id, reader }) => {
    const store = cacheWith(PLANTED[id] ?? {});
    const read = READERS[reader];
    const [on, off] = [await read(store, { [id]: true }), await read(store, { [id]: false })];
    expect(on.notices.some(({ code }) => code === id)).toBe(true);
    expect(off.notices.some(({ code }) => code === id)).toBe(false);
    expect(on.values === off.values, "the values are the same").toBe(false);
  });

  it("names no reader for the defects that none mends", () => {
    const byName = listErrata().filter(({ appliedBy }) => appliedBy.length === 0);
    expect(byName.map(({ id }) => id)).toEqual([
      ...["pref-image-condition", "ones-become-true", "index-overflow", "lfp-flag"],
      ...["movie-is-npy", "donor-or-specimen", "eye-flag-negated"],
    ]);
  });

  it("refuses ids that there are not, before anything is opened", async () => {
    const errata = { "no-such-defect": true } as ErrataChoice;
    const store = cacheWith({});
    await expect(openProjectCache(store, { errata })).rejects.toMatchObject({ code: "config" });
    await expect(openSessionFile(store, "no-such-file.nwb", { errata })).rejects.toMatchObject({ code: "config" });
    expect(() => allen({ caches: [store.url], errata })).toThrow(/no-such-defect/);
  });

  it("agrees on units and spikes between hub and session file", async () => {
    const store = cacheWith({});
    const adapter = allen({ caches: [store.url] }).create({ stores: { open: () => store } });
    let compared = 0;
    for (const id of SESSIONS) {
      const session = await openSessionFile(store, `session_${id}/session_${id}.nwb`, { filters: EVERY_UNIT });
      let leftOut = 0;
      const inFile = new Set(Array.from((await session.units()).columns.get("id") as Float64Array));
      for (const { ref: probe } of await adapter.probes(ref("allen", "session", String(id)))) {
        const spikes = await adapter.spikes(probe);
        for (const [i, unit] of spikes.units.entries()) {
          expect(inFile.delete(Number(unit.id)), unit.id).toBe(true);
          const own = spikes.times.subarray(spikes.offsets[i], spikes.offsets[i + 1]);
          expect(own).toEqual(await session.spikeTimes(Number(unit.id)));
          compared += own.length;
        }
        for (const { code, count } of spikes.notices) if (code.endsWith("units-left-out")) leftOut += count;
      }
      expect(inFile.size, `units of ${id} that the hub gives no spikes of`).toBe(leftOut);
      await session.close();
    }
    expect(compared).toBeGreaterThan(1000);
    adapter.dispose?.();
  });
});
