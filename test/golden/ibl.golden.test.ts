import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createHub, type Hub, type ProbeRef, parseRef, ref, type Session, type SessionRef } from "@crossprobe/core";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { type AlfFile, chooseFile } from "../../packages/ibl-adapter/src/alf-file.js";
import {
  attributeKey,
  isUuid,
  parseAlfName,
  parseAlfPath,
  parseSessionPath,
} from "../../packages/ibl-adapter/src/alf-name.js";
import { readOneTables } from "../../packages/ibl-adapter/src/one-tables.js";
import { SHARED } from "./shared.js";

const GOLDEN = `${SHARED}/golden/ibl`;
const stores = createStores();
const readJson = (path: string) => JSON.parse(readFileSync(`${GOLDEN}/${path}`, "utf8"));

function hubOf(...paths: string[]): Hub {
  return createHub({ stores, adapters: [ibl({ sources: paths.map((path) => toFileUrl(path)) })] });
}

async function collect(hub: Hub): Promise<Session[]> {
  const sessions: Session[] = [];
  for await (const session of hub.sessions()) sessions.push(session);
  return sessions;
}

interface Parts {
  readonly [part: string]: string | null;
}

describe.skipIf(!SHARED)("ALF names, as ONE parses them (needs ../shared/golden)", () => {
  const names = SHARED ? readJson("alf/expected/names.json") : { file_names: [], paths: [], uuid_strings: [] };

  it("agrees on every file name", () => {
    let checked = 0;
    for (const { name, valid, filename_parts: parts } of names.file_names as {
      name: string;
      valid: boolean;
      filename_parts: Parts;
    }[]) {
      if (name.endsWith("\n")) continue; // Python's `$` accepts it; no file is called so on purpose
      checked++;
      expect(parseAlfName(name), name).toEqual(valid ? parts : undefined);
    }
    expect(checked).toBeGreaterThan(150);
  });

  it("agrees on session folders and what follows them", () => {
    let checked = 0;
    for (const { path, session_path_parts: session, full_path_parts: full } of names.paths as {
      path: string;
      session_path_parts: Parts | null;
      full_path_parts: Parts | null;
    }[]) {
      const found = parseSessionPath(path);
      if (found === undefined || !session?.subject || session.subject !== found.subject) continue;
      checked++;
      expect([found.date, found.number], path).toEqual([session.date, Number(session.number)]);
      const rest = parseAlfPath(found.rest);
      if (!full?.object || rest === undefined || rest.uuid !== null || found.rest.includes("%23")) continue;
      expect([rest.collection || null, rest.revision || null, rest.name.object], path).toEqual([
        full.collection,
        full.revision,
        full.object,
      ]);
    }
    expect(checked).toBeGreaterThan(25);
  });

  it("agrees on which texts are UUIDs", () => {
    for (const { text, is_uuid_string: answer } of names.uuid_strings) expect(isUuid(text), text).toBe(answer.returns);
  });
});

describe.skipIf(!SHARED)("ONE index tables, as ONE loads them (needs ../shared/golden)", () => {
  it.each(["current", "int-ids", "range-index"])("%s", async (layout) => {
    const expected = readJson("one/expected/tables.json")[layout];
    const {
      sessions = [],
      datasets,
      strangers,
    } = await readOneTables(stores.open(toFileUrl(`${GOLDEN}/one/${layout}/`)), {});
    expect(strangers).toEqual([]);
    expect([sessions.length, datasets?.rowCount]).toEqual([
      expected.tables.sessions.rows,
      expected.tables.datasets.rows,
    ]);
    const byId = new Map(sessions.map((row) => [row.id, row]));
    for (const [index, row] of [
      ["first_index", "first_row"],
      ["last_index", "last_row"],
    ] as const) {
      const { lab, subject, date, number } = expected.tables.sessions[row];
      expect(byId.get(expected.tables.sessions[index][0]), index).toMatchObject({
        lab: lab || null,
        subject,
        date,
        number,
      });
      const [eid] = expected.tables.datasets[index][0];
      const { rel_path: path, file_size: size, qc = null } = expected.tables.datasets[row];
      const found = datasets?.rowsOf(eid).find((candidate) => candidate.path === path);
      expect(found, path).toMatchObject({ size, qc: qc === "NOT_SET" && found?.qc === null ? null : qc });
    }
    const total = sessions
      .flatMap(({ id }) => datasets?.rowsOf(id) ?? [])
      .reduce((sum, { size }) => sum + (size ?? 0), 0);
    expect(total).toBe(expected.file_size_sum);
  });

  it("gives the same rows in every layout", async () => {
    const read = async (layout: string) =>
      (await readOneTables(stores.open(toFileUrl(`${GOLDEN}/one/${layout}/`)), {})).sessions;
    const key = (rows: Awaited<ReturnType<typeof read>>) =>
      rows?.map(({ id, subject, date, number }) => `${id} ${subject} ${date} ${number}`).sort();
    const current = key(await read("current"));
    expect(key(await read("int-ids"))).toEqual(current);
    expect(key(await read("range-index"))).toEqual(current);
  });

  it("leaves a table aside that is none of ONE's", async () => {
    const { sessions, strangers } = await readOneTables(stores.open(toFileUrl(`${GOLDEN}/one/not-a-table/`)), {});
    expect([sessions, strangers]).toEqual([undefined, expect.arrayContaining(["sessions.pqt"])]);
  });

  it("chooses the file that ONE chooses when no revision is asked for", async () => {
    const { sessions = [], datasets } = await readOneTables(stores.open(toFileUrl(`${GOLDEN}/one/current/`)), {});
    let checked = 0;
    for (const { method, args, kwargs, returns } of readJson("one/expected/choosing.json").calls) {
      if (method !== "load_dataset" || kwargs.revision || typeof returns !== "string") continue;
      if (typeof args[0] !== "string" || /[*/]|^_ns_/.test(args[0])) continue;
      const session = parseSessionPath(returns);
      const path = session && parseAlfPath(session.rest);
      const row = sessions.find(
        ({ lab, subject, date, number }) =>
          session?.lab === lab && subject === session?.subject && date === session?.date && number === session?.number,
      );
      if (path === undefined || row === undefined || path.name.extension !== "npy") continue;
      const files = (datasets?.rowsOf(row.id) ?? []).flatMap((listed): AlfFile[] => {
        const parsed = parseAlfPath(listed.path);
        if (parsed?.name.extension !== "npy" || parsed.name.namespace === "ns") return [];
        return [
          { ...parsed, ...listed, store: stores.open(toFileUrl(`${GOLDEN}/one/`)), key: listed.path, isPresent: true },
        ];
      });
      const choice = chooseFile(files, path.collection, {
        object: path.name.object,
        attribute: attributeKey(path.name),
      });
      expect(choice?.file?.canonical, JSON.stringify(args)).toBe(path.canonical);
      checked++;
    }
    expect(checked).toBeGreaterThan(10);
  });
});

interface Listed {
  readonly shape: readonly number[];
  readonly values?: readonly (number | string | null)[];
  readonly sha256?: string;
}

describe.skipIf(!SHARED)("sessions, as ibllib's loaders read them (needs ../shared/golden)", () => {
  const hub = SHARED ? hubOf(`${GOLDEN}/alf/cache/`) : undefined;
  const paths: Record<string, { eid: string; path: string }> = SHARED
    ? readJson("alf/expected/one_loading.json").sessions
    : {};
  const sessionAt = (path: string): SessionRef =>
    ref("ibl", "session", Object.values(paths).find((entry) => entry.path === path)?.eid ?? "");
  const cases = SHARED ? readJson("alf/expected/spike_sorting.json").calls : [];
  const read = (): Hub => hub ?? expect.fail("no golden files");

  async function probeOf(path: string, label: string): Promise<ProbeRef> {
    const found = (await read().probes(sessionAt(path))).find((probe) => probe.label === label);
    return found?.ref ?? expect.fail(`${path} has no ${label}`);
  }

  it.each([0, 6, 13, 16, 17, 20])("channels and spikes of spike sorting case %i", async (id) => {
    const { session, pname, spikes: expected, channels } = cases[id];
    const probe = await probeOf(session, pname);
    const table = await read().channels(probe);
    const acronyms: Listed | undefined = channels.values.acronym;
    if (acronyms?.values !== undefined) {
      expect(table.rows.map(({ region, regionAbsent }) => region?.acronym ?? regionAbsent)).toEqual(
        acronyms.values.map((acronym) => (acronym === "root" || acronym === "void" ? "outsideBrain" : acronym)),
      );
    } else {
      expect(new Set(table.rows.map(({ regionAbsent }) => regionAbsent))).toEqual(new Set(["notRegistered"]));
    }
    checkNumbers(
      channels.values.lateral_um,
      table.rows.map(({ lateralUm }) => lateralUm),
    );
    checkNumbers(
      channels.values.x,
      table.rows.map(({ ccf }) => (ccf ? (ccf.ml - 5739) / 1e6 : null)),
    );
    checkNumbers(
      channels.values.z,
      table.rows.map(({ ccf }) => (ccf ? (332 - ccf.dv) / 1e6 : null)),
    );
    const spikes = await read().spikes(probe);
    expect(spikes.times).toHaveLength(expected.values.times.shape[0]);
    // The release has them in time order over all units: sorted, they must be the file's own bytes.
    const digest = createHash("sha256")
      .update(Buffer.from(Float64Array.from(spikes.times).sort().buffer))
      .digest("hex");
    expect(digest).toBe(expected.values.times.sha256);
  });

  it.each([0, 17])("units of spike sorting case %i stand on their channels, with the released label", async (id) => {
    const { session, pname, merged } = cases[id];
    const { rows } = await read().unitTable(await probeOf(session, pname));
    const columns: Record<string, Listed> = merged.returns.values;
    expect(rows).toHaveLength(columns.acronym?.shape[0] ?? -1);
    expect(rows.map(({ region }) => region?.acronym ?? "none")).toEqual(
      columns.acronym?.values?.map((acronym) => (acronym === "root" || acronym === "void" ? "none" : acronym)),
    );
    checkNumbers(
      columns.axial_um,
      rows.map(({ distanceFromTipUm }) => distanceFromTipUm),
    );
    if (id !== 0) return;
    checkNumbers(
      columns.label,
      rows.map(({ metrics }) => metrics["ibl.label"] ?? null),
    );
    checkNumbers(
      columns.firing_rate,
      rows.map(({ firingRate }) => firingRate),
    );
    expect(rows.map(({ quality }) => quality["ibl-good@2023"])).toEqual(
      columns.label?.values?.map((label) => label === 1),
    );
  });

  it("joins metrics that lack rows by cluster id, where ibllib computes all of them again", async () => {
    const { rows, notices } = await read().unitTable(
      await probeOf("examplelab/Subjects/XP_001/2022-03-14/001", "probe01"),
    );
    expect(rows.filter(({ quality }) => quality["ibl-good@2023"] === null)).toHaveLength(2);
    expect(notices).toMatchObject([{ code: "units-without-metrics", count: 2 }]);
  });

  it("refuses waveforms of an earlier sort", async () => {
    const probe = await probeOf("examplelab/Subjects/XP_001/2022-03-14/001", "probe00");
    await expect(read().waveforms(probe)).rejects.toMatchObject({ code: "format" });
  });

  it("reads the trials of session A as the loader does", async () => {
    const [call] = readJson("alf/expected/session_loader.json").calls;
    const columns: Record<string, { values: (number | null)[] }> = call.returns.columns;
    const { rows, excluded } = await read().events(sessionAt(call.session), { types: ["stimulus.visual.onset"] });
    const value = (name: string, row: number) => columns[name]?.values[row] ?? null;
    const trials = Array.from({ length: call.returns.rows }, (_unused, row) => ({
      time: value("stimOn_times", row),
      left: value("contrastLeft", row),
      right: value("contrastRight", row),
      row,
    }));
    const shown = trials.filter(({ time, left, right }) => time !== null && (left ?? right) !== 0);
    expect(rows.map(({ time, contrast, side, nativeRow }) => [time, contrast, side, nativeRow])).toEqual(
      shown.map(({ time, left, right, row }) => [time, left ?? right, left === null ? "right" : "left", row]),
    );
    expect(excluded.reduce((sum, { count }) => sum + count, rows.length)).toBe(call.returns.rows);
  });

  it("takes the wheel's revision with the right sign", async () => {
    const { provenance, notices } = await read().movement(sessionAt("examplelab/Subjects/XP_001/2022-03-14/001"));
    expect(provenance.map(({ url }) => url.includes("#2025-03-03#"))).toContain(true);
    expect(notices.map(({ code }) => code)).toEqual(["mixed-revisions"]);
  });

  it("refuses a wheel whose arrays differ in length, and reads a session of several tasks", async () => {
    await expect(read().movement(sessionAt("otherlab/Subjects/XQ-07.b/2021-11-02/001"))).rejects.toMatchObject({
      code: "format",
    });
    const events = await read().events(sessionAt("examplelab/Subjects/XP_001/2022-03-15/002"), {});
    expect(events.notices.map(({ code }) => code)).toContain("several-tasks");
  });

  it("finds files that carry UUIDs in their names", async () => {
    const description = await read().describe("ibl");
    expect(description.notices).toMatchObject([{ code: "listed-files-not-on-disk", count: 1 }]);
  });
});

/** Equal to the listed numbers within the rounding of a change of unit; null is NaN. */
function checkNumbers(expected: Listed | undefined, found: readonly (number | null)[]): void {
  if (expected?.values === undefined) return;
  expect(found).toHaveLength(expected.values.length);
  for (const [i, value] of expected.values.entries()) {
    if (value === null) expect(found[i]).toBeNull();
    else
      expect(Math.abs((found[i] ?? Number.NaN) - Number(value)), `row ${i}`).toBeLessThanOrEqual(
        1e-12 * Math.max(1, Math.abs(Number(value))),
      );
  }
}

describe.skipIf(!SHARED)("the real release tables (needs ../shared/data)", () => {
  it.each([
    ["2023_12_bwm_release", 699, 459, 139],
    ["2022_10_bwm_release", 547, 354, 115],
  ])("%s has its counts and says what it cannot answer", async (freeze, probes, sessions, subjects) => {
    const hub = hubOf(`${SHARED}/data/real/ibl-bwm/${freeze}.csv`);
    const { release, answers } = await hub.describe("ibl");
    expect(release).toBe(freeze);
    expect(answers.spikes).toMatch(/release table lists sessions and probes only/);
    const found = await collect(hub);
    expect(found).toHaveLength(sessions);
    expect(new Set(found.map(({ subject }) => subject)).size).toBe(subjects);
    expect(new Set(found.map(({ lab }) => lab)).size).toBe(12);
    expect(found.reduce((sum, { probeCount }) => sum + (probeCount ?? 0), 0)).toBe(probes);
    const [probe] = await hub.probes(parseRef("ibl:session:6713a4a7-faed-4df2-acab-ee4e63326f8d", "session"));
    expect(probe).toMatchObject({ channelCount: null, unitCount: null, hasLfp: null });
    await expect(hub.spikes(probe?.ref ?? expect.fail("no probe"))).rejects.toMatchObject({ code: "unsupported" });
    hub.dispose();
  });
});
