import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Column, isDataError, table } from "@crossprobe/core";
import { encodeNpy } from "@crossprobe/formats/npy";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { type FindMode, loadAggregate, SessionFinder } from "@crossprobe/ibl-adapter/alyx";
import {
  changeDatasetPath,
  findMovements,
  loadDataset,
  loadObject,
  loadPose,
  loadPupil,
  loadReactionTimes,
  loadSpikeSorting,
  loadTrials,
  loadWheel,
  onsetsOfEvents,
  openSession,
  type SessionFiles,
  smoothPupilDiameter,
  tidyTrials,
  toAlfName,
} from "@crossprobe/ibl-adapter/loaders";
import {
  chooseCollection,
  chooseDataset,
  chooseDatasets,
  chooseObject,
  eidToPids,
  filterDatasets,
  findSession,
  listDatasets,
  type OneDataset,
  openOneIndex,
  searchSessions,
  sessionDetails,
  toQcName,
} from "@crossprobe/ibl-adapter/one";
import { openRawRecording } from "@crossprobe/ibl-adapter/raw";
import { JsonHttp, MemoryStore } from "@crossprobe/storage";
import { createStores, LocalStore } from "@crossprobe/storage/node";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { clientOf, setUp } from "../alyx-server/helpers.js";
import { rawFixture, rawStore } from "./raw-files.js";

/** Every row of the page of errors is provoked; every error of the reference programs is in one of its tables. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(`${root}packages/ibl-adapter/docs/errors.md`, "utf8");
const raises = JSON.parse(readFileSync(`${root}test/fixtures/ibl-errors/raises.json`, "utf8")) as {
  readonly classes: Record<string, string[]>;
  readonly raises: Record<string, string[]>;
};
const [, typed = "", others = ""] = /^## Typed counterparts\n(.*?)^## (.*)/ms.exec(page) ?? [];
const rowsOf = (text: string): string[][] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, -1));
const quoted = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);

const SESSION = "XP_001/2026-01-15/001";
const EID = "e9930bb9-2950-34c9-847e-46a5d438b5c6";
const SAMPLE = new LocalStore(`${root}samples/ibl/`);
const sample = (): Promise<SessionFiles> => openSession(SAMPLE, EID);
const index = () => openOneIndex(SAMPLE);
const integerIds = () => openOneIndex(new LocalStore(`${root}test/fixtures/ibl-one/int-ids/`));

const floats = (...values: number[]): Uint8Array => encodeNpy(Float64Array.from(values), [values.length]);
const parquet = (columns: Record<string, number[]>): Uint8Array =>
  encodeParquet(
    table(Object.entries(columns).map(([name, values]): [string, Column] => [name, Float64Array.from(values)])),
  );
/** A session of a few files in memory, below `alf/` unless a folder is given. */
function memory(files: Record<string, Uint8Array>): Promise<SessionFiles> {
  const keys = Object.entries(files).map(([name, bytes]) => [
    `${SESSION}/${name.includes("/") ? name : `alf/${name}`}`,
    bytes,
  ]);
  return openSession(new MemoryStore("memory://one/", Object.fromEntries(keys)), SESSION);
}
const row = (path: string, isDefault: boolean | null = null): OneDataset => ({
  id: "",
  eid: EID,
  path,
  isDefault,
  size: null,
  md5: null,
  exists: true,
  qc: "PASS",
});

/** A pupil of a diameter that changes from frame to frame. */
function pupil(): Record<string, number[]> {
  const count = 100;
  const spread = Array.from({ length: count }, (_, i) => 10 + ((i * 7919) % 13));
  const still = Array.from({ length: count }, () => 0);
  const point = (name: string, x: number[], y: number[]) => ({
    [`pupil_${name}_r_x`]: x,
    [`pupil_${name}_r_y`]: y,
    [`pupil_${name}_r_likelihood`]: Array.from({ length: count }, () => 1),
  });
  const negative = spread.map((value) => -value);
  return {
    ...point("top", still, negative),
    ...point("bottom", still, spread),
    ...point("left", negative, still),
    ...point("right", spread, still),
  };
}
const withPupil = () =>
  memory({
    "_ibl_leftCamera.times.npy": floats(...Array.from({ length: 100 }, (_, i) => i / 60)),
    "_ibl_leftCamera.dlc.pqt": parquet(pupil()),
  });

const LF = "np1geom_g0_t0.imec0.lf";
const lfp = (changes: Record<string, Uint8Array> = {}) => rawStore([`${LF}.cbin`, `${LF}.ch`, `${LF}.meta`], changes);
const opened = async (changes: Record<string, Uint8Array> = {}) => openRawRecording(lfp(changes), `${LF}.cbin`, {});

type Provoked = () => unknown;
const CASES: Readonly<Record<string, Provoked>> = {
  "no-default-revisions": async () => {
    const found = await integerIds();
    return listDatasets(found, found.datasets?.sessionIds[0], { defaultRevisionsOnly: true });
  },
  "no-collection": () => chooseCollection([row("alf/a.b.npy")], "raw"),
  "no-session": async () => sessionDetails(await index(), "11111111-2222-4333-8444-555555555555"),
  "no-session-folder": () => openSession(SAMPLE, "XP_001/2026-01-15/002"),
  "session-twice": async () => {
    const found = await index();
    return sessionDetails({ ...found, sessions: [...found.sessions, ...found.sessions] }, EID);
  },
  "no-object": async () => loadObject(await sample(), "camera"),
  "no-attribute": async () => loadObject(await sample(), "wheel", { attributes: ["speed"] }),
  "no-dataset": async () => loadDataset(await sample(), "wheel.position.npy"),
  "not-on-disk": async () => {
    const session = await sample();
    const files = session.files.map((file) => ({ ...file, isPresent: false }));
    return loadDataset({ ...session, files }, "*wheel.position*");
  },
  "no-aggregate": async () => {
    const { server, client } = await setUp();
    server.plan({ text: '{"count": 0, "next": null, "previous": null, "results": []}' });
    return loadAggregate(client, createStores(), "subjects", { identifier: "XP_001" });
  },
  "several-objects": () => chooseObject([row("alf/a.b.npy"), row("alf/c.b.npy")], ["a", "c"]),
  "several-collections": async () => loadDataset(await sample(), "spikes.times.npy"),
  "several-default-revisions": () =>
    chooseDataset([row("alf/#1#/a.b.npy", true), row("alf/#2#/a.b.npy", true)], "a.b.npy"),
  "several-revisions": () =>
    filterDatasets([row("alf/#1#/a.b.npy"), row("alf/#2#/a.b.npy")], {}, { revisionLastBefore: false }),
  "file-id-twice": async () => {
    const ids = ["4a1d1d3c-2f0a-4ac4-8b8f-1f8a45b58e8c", "4a1d1d3c-2f0a-4ac4-8b8f-1f8a45b58e8c"];
    const paths = ["alf/a.b.npy", "alf/c.d.npy"];
    const found = await openOneIndex(indexOf({ eid: [EID, EID], id: ids, rel_path: paths }));
    return found.datasets?.find(ids[0] ?? "");
  },
  "path-with-collection": () => chooseDataset([row("alf/a.b.npy")], "alf/a.b.npy", { collection: "alf" }),
  "unequal-lists": () => chooseDatasets([row("alf/a.b.npy")], ["a.b.npy"], { collections: ["alf", "raw"] }),
  "unknown-term": async () => searchSessions(await index(), { mood: "good" } as never),
  "ambiguous-term": async () => searchSessions(await index(), { d: "x" } as never),
  "no-date": async () => searchSessions(await index(), { date_range: "yesterday" }),
  "no-identifier": async () => findSession(await index(), "somewhere"),
  "no-insertion-table": async () => eidToPids(await integerIds(), EID),
  "no-mode": () => new SessionFinder({ mode: "online" as FindMode }),
  "no-qc": () => toQcName("FINE"),
  "unknown-part": () => filterDatasets([row("alf/a.b.npy")], { filename: { colour: "red" } as never }),
  "no-alf-name": () => toAlfName({ object: "a.b", attribute: "c", extension: "npy" } as never),
  "change-invalid-path": () => changeDatasetPath("somewhere", { revision: "2024" }),
  "change-invalid-part": () => changeDatasetPath(`${SESSION}/alf/a.b.npy`, { subject: "a/b" }),
  "no-index-ids": () => openOneIndex(indexOf({ rel_path: ["alf/a.b.npy"] })),
  "other-lengths": async () => loadObject(await memory({ "a.x.npy": floats(1, 2), "a.y.npy": floats(1, 2, 3) }), "a"),
  "attribute-twice": async () =>
    loadObject(await memory({ "_ibl_a.x.npy": floats(1, 2), "a.x.npy": floats(1, 2) }), "a"),
  "no-timestamps": async () => loadWheel(await memory({ "_ibl_wheel.position.npy": floats(1, 2) })),
  "odd-timestamps": async () =>
    loadWheel(
      await memory({
        "_ibl_wheel.position.npy": floats(1, 2),
        "_ibl_wheel.timestamps.npy": encodeNpy(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
      }),
    ),
  "broken-file": async () => loadObject(await memory({ "a.x.npy": Uint8Array.of(1, 2, 3) }), "a"),
  "service-refuses": async () => {
    const { server, client } = await setUp();
    server.plan({ status: 500, file: "error_500_detail" });
    return client.sessions().toArray();
  },
  "service-lost": async () => {
    const { server, client } = await setUp();
    await server.close();
    return client.sessions().toArray();
  },
  "login-refused": async () => {
    const { server } = await setUp();
    return clientOf(server, { credentials: { username: "somebody", password: "wrong" } })
      .sessions()
      .toArray();
  },
  "token-refused": async () => {
    const { server, client } = await setUp();
    server.renewToken();
    return client.sessions().toArray();
  },
  "no-token": async () => {
    const { server } = await setUp();
    server.plan({ text: "{}" });
    return clientOf(server, { credentials: { username: "example", password: "secret" } })
      .sessions()
      .toArray();
  },
  "no-credentials": async () => {
    const { server } = await setUp();
    return clientOf(server, { credentials: undefined }).sessions().toArray();
  },
  "no-service-url": async () => {
    const { server } = await setUp();
    return clientOf(server, { url: "alyx", http: new JsonHttp() });
  },
  "web-page": async () => {
    const { server, client } = await setUp();
    server.plan({ text: "<html><title>Down</title></html>" });
    return client.sessions().toArray();
  },
  "no-trials": async () => loadReactionTimes(await memory({ "a.x.npy": floats(1) })),
  "no-cue": async () => loadReactionTimes(await memory({ "_ibl_trials.table.pqt": parquet({ feedback_times: [1] }) })),
  "trials-in-several-folders": async () => {
    const trials = parquet({ goCue_times: [1] });
    return loadTrials(
      await memory({ "alf/task_00/_ibl_trials.table.pqt": trials, "alf/task_01/_ibl_trials.table.pqt": trials }),
    );
  },
  "wheel-lengths": async () =>
    loadWheel(await memory({ "_ibl_wheel.position.npy": floats(1, 2), "_ibl_wheel.timestamps.npy": floats(1) })),
  "no-probability": async () => {
    const trials = await loadTrials(await sample());
    const columns = new Map(trials.table.columns).set("probabilityLeft", new Float64Array(120).fill(Number.NaN));
    return tidyTrials({ ...trials, table: table([...columns]) });
  },
  "fewer-camera-times": async () =>
    loadPose(
      await memory({
        "_ibl_leftCamera.times.npy": floats(1),
        "_ibl_leftCamera.dlc.pqt": parquet({ p_x: [1, 2], p_y: [1, 2], p_likelihood: [1, 1] }),
      }),
      "left",
    ),
  "noisy-pupil": async () => loadPupil(await withPupil(), { minSignalToNoise: 1000 }),
  "unknown-pupil": () => smoothPupilDiameter(new Float64Array(100).fill(Number.NaN), "left"),
  "no-sorting": async () => loadSpikeSorting(await sample(), "probe07"),
  "events-not-sorted": () => onsetsOfEvents([0, 1], [2, 1]),
  "uneven-wheel": () => findMovements({ times: Float64Array.of(0, 1, 3), position: new Float64Array(3) }),
  "raw-without-meta": () => openRawRecording(rawStore([`${LF}.cbin`, `${LF}.ch`]), `${LF}.cbin`, {}),
  "raw-closed": async () => {
    const recording = await opened();
    recording.close();
    return recording.read({ samples: [0, 1] });
  },
  "raw-cut": () => opened({ [`${LF}.cbin`]: rawFixture(`${LF}.cbin`).subarray(0, 100) }),
  "raw-chunk-damaged": async () => {
    const bytes = rawFixture(`${LF}.cbin`).slice();
    bytes.fill(255, 50, 90);
    return (await opened({ [`${LF}.cbin`]: bytes })).read({ samples: [0, 40] });
  },
  "raw-beyond": async () => (await opened()).read({ samples: [0, 1e6] }),
};

/** An index of a table of files alone. */
function indexOf(columns: Record<string, string[]>): MemoryStore {
  const bytes = encodeParquet(
    table(Object.entries(columns)),
    new Map([["one_metadata", '{"date_created": "2026-01-15 12:00"}']]),
  );
  return new MemoryStore("memory://one/", { "datasets.pqt": bytes });
}

const CLASSES: Readonly<Record<string, string>> = {
  QueryError: "query",
  UnsupportedError: "unsupported",
  NotFoundError: "not-found",
  SchemaError: "schema",
  FormatError: "format",
  StoreError: "store",
  ConfigError: "config",
};

describe("the page of errors", () => {
  const rows = rowsOf(typed);

  it("has a case for every row, and a row for every case", () => {
    expect(rows.map(([name]) => quoted(name)[0])).toEqual(Object.keys(CASES));
  });

  it.each(
    rows.map(([name, when, , here]) => ({
      name: quoted(name)[0] ?? "",
      when: when?.trim(),
      here: quoted(here)[0] ?? "",
    })),
  )("$here: $when", async ({ name, here }) => {
    const error = await (async () => CASES[name]?.())().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error, "nothing was thrown").toBeInstanceOf(Error);
    expect(isDataError(error) ? [error.code, error.name] : error).toEqual([CLASSES[here], here]);
    expect(isDataError(error) && (error.hint ?? "").length > 0, `no next step: ${error}`).toBe(true);
  });

  it("names every error that the reference programs raise, and none that they do not", () => {
    const named = [
      ...rows.flatMap(([, , there]) => quoted(there)),
      ...rowsOf(others).flatMap(([there]) => quoted(there)),
    ];
    const sites = [
      ...Object.entries(raises.raises).flatMap(([module, list]) => list.map((site) => `${module}.${site}`)),
      ...Object.entries(raises.classes).flatMap(([module, list]) => list.map((name) => `${module}.${name}`)),
    ];
    const patterns = named.map((text) => new RegExp(`^${text.replace(/[.()]/g, "\\$&").replaceAll("*", ".*")}$`));
    expect(sites.filter((site) => !patterns.some((pattern) => pattern.test(site)))).toEqual([]);
    expect(named.filter((_, i) => !sites.some((site) => patterns[i]?.test(site)))).toEqual([]);
  });

  it("gives a reason for every other", () => {
    for (const [, reason] of rowsOf(others)) expect(reason?.trim().length).toBeGreaterThan(15);
  });
});

describe("the messages of the IBL adapter", () => {
  it("state the next step wherever an error is made", () => {
    const folder = `${root}packages/ibl-adapter/src/`;
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const without = files
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .flatMap((file) => errorsWithoutHint(folder + file).map((error) => `${file}: ${error}`));
    expect(without).toEqual([]);
  });
});

/** Errors that a source makes with details spelled out, or with none, and without a `hint`. */
function errorsWithoutHint(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() in CLASSES && !hasHint(node.arguments?.[1])) {
      found.push(node.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function hasHint(details: ts.Expression | undefined): boolean {
  if (details === undefined || !ts.isObjectLiteralExpression(details)) return details !== undefined;
  return details.properties.some((each) => ts.isSpreadAssignment(each) || each.name?.getText() === "hint");
}
