import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, StoreError, UnsupportedError } from "@crossprobe/core";
import {
  type AlyxSessionFilter,
  type AnswerCache,
  type FindMode,
  localSessions,
  MemoryAnswerCache,
  SessionFinder,
} from "@crossprobe/ibl-adapter/alyx";
import { DirectoryCache } from "@crossprobe/storage/node";
import { afterEach, describe, expect, it } from "vitest";
import { TOKEN } from "./alyx-server.js";
import { clientOf, EID, failureOf, START, setUp } from "./helpers.js";
import { LISTS } from "./records.js";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "alyx-cache-"));
  folders.push(folder);
  return folder;
}

describe("stored answers", () => {
  it("are used for 300 s, and asked for again at the end of them", async () => {
    const { client, server, clock } = await setUp();
    const counts: number[] = [];
    for (const seconds of [0, 299, 300, 599]) {
      clock.time = START + seconds * 1000;
      expect((await client.session(EID))?.subject).toBe("XP_001");
      counts.push(server.seen.length);
    }
    expect(counts).toEqual([1, 1, 2, 2]);
  });

  it("keep the life that they were stored with; a fresh answer is always asked for", async () => {
    const { client, server, clock } = await setUp();
    await client.session(EID, { cacheSeconds: 3600 });
    clock.time += 3_599_000;
    await client.session(EID, { cacheSeconds: 1 });
    expect(server.seen).toHaveLength(1);
    await client.session(EID, { isFresh: true });
    expect(server.seen).toHaveLength(2);
  });

  it("are one for a question, whatever the order of its conditions", async () => {
    const { client, server } = await setUp();
    await client.sessions({ subject: "XP_001", lab: "examplelab" }).toArray();
    await client.sessions({ lab: "examplelab", subject: "XP_001" }).toArray();
    await client.sessions({ subject: "nobody" }).toArray();
    await client.sessions({ subject: "nobody" }).toArray();
    expect(server.seen).toHaveLength(2);
  });

  it("replace a lost connection when too old, with a notice, but not a fresh answer", async () => {
    const { client, server, clock, notices } = await setUp();
    await client.session(EID);
    clock.time += 9_000_000;
    server.plan({ isLost: true });
    expect((await client.session(EID))?.id).toBe(EID);
    expect(notices).toMatchObject([
      { code: "stored-answer-used", message: expect.stringContaining("2026-01-20T12:05:00") },
    ]);
    server.plan({ isLost: true });
    expect(await failureOf(client.session(EID, { isFresh: true }))).toBeInstanceOf(StoreError);
    server.plan({ status: 500, file: "error_500" });
    expect(await failureOf(client.session(EID))).toMatchObject({ status: 500 });
  });

  it("are not made of errors, of absent records, and of what is no data", async () => {
    const { client, server } = await setUp();
    for (const status of [500, 404, 200]) {
      server.plan({ status, file: "error_500" });
      await failureOf(client.session(EID));
    }
    expect((await client.session(EID))?.id).toBe(EID);
    expect(server.seen).toHaveLength(4);
  });

  it("last in a directory, without credentials, and a damaged file is asked for again", async () => {
    const folder = await newFolder();
    const cache = new DirectoryCache(folder);
    const { client, server, clock } = await setUp({ cache });
    await client.session(EID);
    const again = () => clientOf(server, { cache, clock }).session(EID);
    expect((await again())?.id).toBe(EID);
    expect(server.seen).toHaveLength(1);
    const [file = ""] = await readdir(folder);
    const stored = await readFile(join(folder, file), "utf8");
    expect(stored + file).not.toContain(TOKEN);
    for (const damage of ["{", stored.slice(0, -20), JSON.stringify({ expires: "2999-01-01T00:00:00Z", text: "{}" })]) {
      const before = server.seen.length;
      await writeFile(join(folder, file), damage);
      expect((await again())?.id).toBe(EID);
      expect(server.seen).toHaveLength(before + 1);
    }
    await writeFile(join(folder, file), "{");
    server.plan({ isLost: true });
    expect(await failureOf(again())).toBeInstanceOf(StoreError);
    expect(await readdir(folder)).toEqual([]);
  });

  it("that cannot be written cost a notice, not the answer", async () => {
    const cache: AnswerCache = {
      read: async () => undefined,
      write: async () => {
        throw new Error("disk full");
      },
      delete: async () => {},
    };
    const { client, notices } = await setUp({ cache });
    expect((await client.session(EID))?.id).toBe(EID);
    expect(notices).toMatchObject([{ code: "answer-not-kept", message: expect.stringContaining("disk full") }]);
  });

  it("that cannot be read cost a notice and a request, not the answer", async () => {
    const cache: AnswerCache = {
      read: async () => {
        throw new Error("no permission");
      },
      write: async () => {},
      delete: async () => {},
    };
    const { client, server, notices } = await setUp({ cache });
    expect((await client.session(EID))?.id).toBe(EID);
    expect(server.seen).toHaveLength(1);
    expect(notices).toMatchObject([
      { code: "answer-not-recalled", message: expect.stringContaining("no permission"), count: 1 },
    ]);
  });

  it("in memory stay within their limit, the last used longest", async () => {
    const memory = new MemoryAnswerCache(10);
    await memory.write("a", "1234");
    await memory.write("b", "1234");
    await memory.read("a");
    await memory.write("c", "1234");
    expect(await Promise.all(["a", "b", "c"].map((key) => memory.read(key)))).toEqual(["1234", undefined, "1234"]);
    await memory.write("a", "12345678901");
    expect(await memory.read("a")).toBeUndefined();
  });
});

describe("modes", () => {
  const idsOf = async (ids: AsyncIterable<string>): Promise<string[]> => {
    const all: string[] = [];
    for await (const id of ids) all.push(id);
    return all;
  };
  const local = { find: async (filter: object) => ("atlasAcronym" in filter ? undefined : ["from-the-tables"]) };

  it("give the same sessions in the same order from tables and from the service", async () => {
    const { client } = await setUp();
    const rows = (LISTS.get("sessions") ?? []).map((record) => ({
      eid: String(record.id),
      lab: String(record.lab),
      subject: String(record.subject),
      date: String(record.start_time).slice(0, 10),
      number: Number(record.number),
      taskProtocol: String(record.task_protocol),
      projects: String(record.projects),
    }));
    const index = {
      url: "memory://tables/",
      sessions: rows,
      datasets: undefined,
      insertions: undefined,
      origins: new Map(),
      notices: [],
    };
    const tables = localSessions(index);
    const filters: AlyxSessionFilter[] = [
      {},
      { subject: "xp_001" },
      { lab: ["ExampleLab", "third_lab2"], number: [1, 2] },
      { project: "BRAINWIDE", dates: { from: "2021-12-31", to: "2022-03-14" } },
      { taskProtocol: "choiceworld", dates: "2022-03-14" },
      { id: EID },
      { subject: "nobody" },
    ];
    for (const filter of filters) {
      const remote = (await client.sessions(filter).toArray()).map(({ id }) => id);
      const found = await tables.find(filter, {});
      // The order within a day is each one's own: by time of day there, by subject here.
      expect([filter, [...(found ?? [])].sort()]).toEqual([filter, [...remote].sort()]);
      const dateOf = (id: string) => rows.find(({ eid }) => eid === id)?.date;
      expect(found?.map(dateOf)).toEqual(remote.map(dateOf));
    }
    for (const filter of [{ tag: "x" }, { django: "qc__lt,50" }, { datasets: "spikes.times.npy" }]) {
      expect(await tables.find(filter, {})).toBeUndefined();
    }
    expect(await failureOf(tables.find({ dates: "soon" }, {}))).toMatchObject({ code: "query" });
  });

  it("offline: answers of any age, and nothing is sent", async () => {
    const cache = new DirectoryCache(await newFolder());
    const { client, server, clock, notices } = await setUp({ cache });
    await client.session(EID);
    clock.time += 9_000_000;
    const onNotice = notices.push.bind(notices);
    const offline = clientOf(server, {
      cache,
      clock,
      isOffline: true,
      credentials: undefined,
      onNotice: (notice) => void onNotice(notice),
    });
    expect((await offline.session(EID))?.id).toBe(EID);
    expect(notices).toMatchObject([{ code: "stored-answer-used" }]);
    expect(await failureOf(offline.sessions().toArray())).toBeInstanceOf(StoreError);
    expect(server.seen).toHaveLength(1);
  });

  it("ask the tables, the service, or both", async () => {
    const { client, server } = await setUp();
    const find = (mode: FindMode, filter: object) =>
      idsOf(new SessionFinder({ mode, local, alyx: client }).find(filter));
    expect(await find("local", { subject: "XP_001" })).toEqual(["from-the-tables"]);
    expect(await find("auto", { subject: "XP_001" })).toEqual(["from-the-tables"]);
    expect(await failureOf(find("local", { atlasAcronym: "CA1" }))).toBeInstanceOf(UnsupportedError);
    expect(server.seen).toEqual([]);
    expect(await find("auto", { atlasAcronym: "CA1" })).toEqual([EID]);
    expect(await find("remote", { subject: "XP_001" })).toHaveLength(6);
    expect(() => new SessionFinder({ mode: "offline", local, alyx: client })).toThrow(ConfigError);
    expect(() => new SessionFinder({ mode: "local", alyx: client })).toThrow(ConfigError);
    expect(() => new SessionFinder({ mode: "remote", local })).toThrow(ConfigError);
    const offline = clientOf(server, { isOffline: true });
    const finder = new SessionFinder({ mode: "offline", local, alyx: offline });
    expect(await idsOf(finder.find({ subject: "x" }))).toEqual(["from-the-tables"]);
    expect(await failureOf(idsOf(finder.find({ atlasAcronym: "CA1" })))).toBeInstanceOf(StoreError);
  });
});
