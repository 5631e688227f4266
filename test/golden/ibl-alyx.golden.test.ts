import { readFileSync } from "node:fs";
import {
  type AlyxClient,
  type AlyxDatasetFilter,
  type AlyxInsertionFilter,
  type AlyxSessionFilter,
  dataUrl,
  encodeDataUrl,
  localSessions,
  withDatasetId,
} from "@crossprobe/ibl-adapter/alyx";
import { openOneIndex } from "@crossprobe/ibl-adapter/one";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import type { PlannedAnswer } from "../alyx-server/alyx-server.js";
import { EID, EID_WITHOUT_PROBES, failureOf, PID, START, setUp } from "../alyx-server/helpers.js";
import { SHARED } from "./shared.js";

const FOLDER = `${SHARED}/golden/ibl/rest/`;

interface Answer {
  readonly file: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface Case {
  readonly call: string;
  readonly answers: readonly (string | Answer)[];
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly query: readonly [string, string][];
  }[];
  readonly returns?: unknown;
  readonly raises?: unknown;
  readonly waited_seconds?: readonly number[];
}

interface Expected {
  readonly requests: readonly Case[];
  readonly failures: readonly Case[];
  readonly cache: {
    readonly steps: readonly {
      readonly case: string;
      readonly clock_seconds: number;
      readonly requests: number;
      readonly answers: readonly string[];
      readonly raises?: unknown;
    }[];
  };
  readonly downloads: readonly { readonly opened: readonly { readonly url: string }[] }[];
  readonly names_on_the_server: readonly { readonly path: string; readonly with_uuid: string }[];
}

/** The ids that a shortened answer of the reference stands for, in whichever of its forms. */
function idsOf(returns: unknown): unknown[] {
  if (Array.isArray(returns))
    return returns.map((item) => (typeof item === "object" && item !== null ? Reflect.get(item, "record") : item));
  if (typeof returns === "object" && returns !== null && "values" in returns) return idsOf(returns.values);
  return idsOf([returns]);
}

function planOf(answer: string | Answer): PlannedAnswer {
  if (answer === "no connection") return { isLost: true };
  return typeof answer === "string" ? { file: answer } : answer.file === "nothing" ? { ...answer, text: "" } : answer;
}

/** Requests without the order of their parameters, which has no meaning. */
const asked = (requests: Case["requests"]) =>
  requests.map(({ method, path, query }) => [method, path, [...query].sort(([a], [b]) => (a < b ? -1 : 1))]);

type Run = (client: AlyxClient) => Promise<unknown>;

const sessions =
  (filter: AlyxSessionFilter, pageSize?: number): Run =>
  async (client) =>
    (await client.sessions(filter, { pageSize }).toArray()).map(({ id }) => id);
const insertions =
  (filter: AlyxInsertionFilter): Run =>
  async (client) =>
    (await client.insertions(filter).toArray()).map(({ id }) => id);
const datasets =
  (filter: AlyxDatasetFilter): Run =>
  async (client) =>
    (await client.datasets(filter).toArray()).map(({ id }) => id);
const itemAt =
  (...places: number[]): Run =>
  async (client) => {
    const list = client.sessions({ taskProtocol: "x" }, { pageSize: 12 });
    return Promise.all(places.map(async (place) => (await list.at(place))?.id));
  };

/** The reference's calls, and how they are asked here. */
const CALLS: Readonly<Record<string, Run>> = {
  "alyx.rest('sessions', 'list', subject='XP_001')": sessions({ subject: "XP_001" }),
  "alyx.rest('sessions', 'list', subject='XP_001', date_range=['2022-01-01', '2022-12-31'])": sessions({
    subject: "XP_001",
    dates: { from: "2022-01-01", to: "2022-12-31" },
  }),
  "alyx.rest('sessions', 'list', dataset_types=['spikes.times', 'clusters.channels'], number=1)": sessions({
    datasetTypes: ["spikes.times", "clusters.channels"],
    number: 1,
  }),
  "alyx.rest('sessions', 'list', subject='a b&c=d#e/f+g')": sessions({ subject: "a b&c=d#e/f+g" }),
  "alyx.rest('sessions', 'list', histology=True)": sessions({ hasHistology: true }),
  "alyx.rest('sessions', 'list', django='project__name__icontains,brainwide,qc__lt,50,~json__qc,CRITICAL')": sessions({
    django: "project__name__icontains,brainwide,qc__lt,50,~json__qc,CRITICAL",
  }),
  "alyx.rest('sessions', 'list', django=['qc__lt,50', '~json__qc,CRITICAL'])": sessions({
    django: ["qc__lt,50", "~json__qc,CRITICAL"],
  }),
  "alyx.rest('sessions', 'list', django=None, subject='XP_001')": sessions({ django: undefined, subject: "XP_001" }),
  [`alyx.rest('sessions', 'list', id='${EID}')`]: sessions({ id: EID }),
  [`alyx.rest('sessions', 'list', id='${EID}', django='qc__lt,50')`]: sessions({ id: EID, django: "qc__lt,50" }),
  "alyx.rest('sessions', 'list', nonsense='x')": sessions({ other: { nonsense: "x" } }),
  "alyx.rest('sessions', 'list')": sessions({}),
  "alyx.rest('sessions', 'list', limit=12, task_protocol='x')[25]": itemAt(25),
  "alyx.rest('sessions', 'list', limit=12, task_protocol='x')[-1]": itemAt(-1),
  "paginated list whose count grows between pages, item 13": itemAt(13),
  "answer that is a plain list": sessions({ subject: "XP_002" }),
  "answer with a detail message beside the results": sessions({ other: { project: "x" } }),
  [`alyx.rest('sessions', 'read', id='${EID}')`]: async (client) => (await client.session(EID))?.id,
  "alyx.rest('insertions', 'list', session=UUID, name='probe00')": insertions({ session: EID, name: "probe00" }),
  "alyx.rest('trajectories', 'list', probe_insertion=pid, provenance='Ephys aligned histology track')": async (
    client,
  ) => {
    const provenance = "Ephys aligned histology track";
    return (await client.trajectories({ insertion: PID, provenance }).toArray()).map(({ id }) => id);
  },
  "alyx.rest('channels', 'list', trajectory_estimate=id)": async (client) => {
    const trajectory = "fee43032-f998-31db-9f89-03b4f2be3b36";
    return (await client.channels({ trajectory }).toArray()).map(({ id }) => id);
  },
  "alyx.rest('datasets', 'list', exists=True, django=\"id__in,['a', 'b']\")": datasets({
    exists: true,
    ids: ["7e419700-efd2-3dc0-bedd-3ca8491ecb05", "f960c728-bd48-3974-b600-67847a7eba2a"],
  }),
  "one.search(subject='XP_001')": sessions({ subject: "XP_001" }),
  "one.search(lab='examplelab', date_range='2022-03-14')": sessions({ lab: "examplelab", dates: "2022-03-14" }),
  "one.search(laboratory=['examplelab', 'otherlab'], number=[1, 2])": sessions({
    lab: ["examplelab", "otherlab"],
    number: [1, 2],
  }),
  "one.search(date_range=['2022-03-14', None])": sessions({ dates: { from: "2022-03-14" } }),
  "one.search(date_range=[None, '2022-03-14'])": sessions({ dates: { to: "2022-03-14" } }),
  "one.search(datasets=['spikes.times.npy', '_ibl_wheel.position.npy'])": sessions({
    datasets: ["spikes.times.npy", "_ibl_wheel.position.npy"],
  }),
  "one.search(task='ephysChoiceWorld', projects=['xp_brainwide', 'xp_passive'])": sessions({
    taskProtocol: "ephysChoiceWorld",
    project: ["xp_brainwide", "xp_passive"],
  }),
  "one.search(dataset_qc_lte='WARNING', datasets='spikes.times.npy')": sessions({
    datasetQcAtMost: "WARNING",
    datasets: "spikes.times.npy",
  }),
  "one.search(atlas_acronym=['VISp', 'CA1'], performance_gte=70, tag='2026_Q1_example')": sessions({
    atlasAcronym: ["VISp", "CA1"],
    performanceAtLeast: 70,
    tag: "2026_Q1_example",
  }),
  "one.search(django='qc__lt,50', subject='XP_001')": sessions({ django: "qc__lt,50", subject: "XP_001" }),
  "one.search(subject='nobody')": sessions({ subject: "nobody" }),
  "one.search(task='x', limit=12): every id of three pages": sessions({ taskProtocol: "x" }, 12),
  "one.search_insertions(subject='XP_001', name='probe00')": insertions({ subject: "XP_001", name: "probe00" }),
  "one.search_insertions(dataset='wheel.position', number=1, lab='examplelab')": insertions({
    datasetContains: "wheel.position",
    number: 1,
    lab: "examplelab",
  }),
  "one.search_insertions(django='session__qc__lt,50', dataset='spikes')": insertions({
    django: "session__qc__lt,50",
    datasetContains: "spikes",
  }),
  "one.search_insertions(datasets=['spikes.times.npy'], atlas_acronym='CA1')": insertions({
    datasets: ["spikes.times.npy"],
    atlasAcronym: "CA1",
  }),
  "one.search_insertions(subject='nobody')": insertions({ subject: "nobody" }),
};

/** Calls that end in an answer, whose form differs: what is compared is said beside each. */
const CONVERSIONS: Readonly<Record<string, { readonly run: Run; readonly gives: unknown }>> = {
  "one.eid2pid(eid of a session without probes)": { run: (client) => client.probesOf(EID_WITHOUT_PROBES), gives: [] },
  "one.pid2eid(pid)": { run: (client) => client.sessionOf(PID), gives: { id: EID, name: "probe00" } },
  "one.pid2eid(unknown)": {
    run: (client) => client.sessionOf("11111111-2222-4333-8444-555555555555"),
    gives: undefined,
  },
};

/** Calls that a test of their own below holds. */
const HELD_BELOW: readonly string[] = [
  "204 no content",
  "400 with a field message",
  "403 invalid token, password stored",
  "403 without permission",
  "404",
  "429 for ever",
  "429 once, Retry-After in seconds",
  "429 once, no Retry-After",
  "429 three times",
  "429 with a wait longer than 300 s",
  "429 with an HTTP date",
  "503 then success",
  "HTML page with status 500",
  "HTML page with status 502",
  "JSON detail with status 500",
  "NaN in the answer",
  "answer cut in the middle",
  "deprecation headers",
  "login on a server in trouble",
  "login refused",
  "login with a password",
  "login without connection",
  "no connection",
  "notice header",
  "one.eid2pid(eid)",
  "one.list_datasets(eid)",
  "one.path2url(file)",
  "token refused",
];

/** Calls that nothing here answers to, each with its reason. */
const WITHOUT_COUNTERPART: Readonly<Record<string, string>> = {
  "alyx.rest('sessions', 'list', limit=12, task_protocol='x')[10:14]": "lists have no slices: `at` and iteration",
  "alyx.rest('sessions?subject=XP_001')": "endpoints are methods: there are no paths to give",
  "alyx.rest('/sessions?subject=XP_001', 'read')": "the same",
  "alyx.rest('sessions', 'read', id=UUID)": "ids are texts",
  "alyx.rest('sessions', 'read', id='https://alyx.example.org/sessions/8028d4ce-a7dd-361e-9f24-20404d184288')":
    "an address is no id",
  "alyx.rest('sessions', 'read')": "a record is asked for by its id",
  "alyx.rest('nope', 'list')": "endpoints are methods",
  "alyx.rest('sessions', 'fly')": "actions are methods",
  "alyx.rest('brain-regions', 'list', acronym='VISp')": "regions are those of @crossprobe/atlas",
  "alyx.rest('brain-regions', 'read', id=385)": "the same",
  "alyx.rest('weighings', 'create', data={...})": "nothing is written",
  "alyx.rest('weighings', 'partial_update', id='abc', data={...})": "nothing is written",
  "alyx.rest('weighings', 'delete', id='abc')": "nothing is written",
  "alyx.get('cache/info')": "`cacheInfo`, in test/ibl/cache-zip.test.ts",
  "one.search(subject='XP_001', details=True)": "lists give records in any case",
  "one.search(dataset='spikes.times.npy')": "`datasets` alone: `dataset` is another spelling of it",
  "one.search(project='xp_brainwide')": "always `projects`",
  "one.search(nonsense=1)": "an unknown filter is refused: test/alyx-server/client.test.ts",
  "one.search(subject='XP_001', query_type='local') after the remote searches": "answers are not added to tables",
  "one.search_insertions(dataset=['a'])": "`datasetContains` is one text by its type",
  "one.eid2pid(eid, details=True, name='probe00')": "`insertions` give records in any case",
  "one.list_datasets(eid, filename='*spikes.times*', collection='alf/probe00*', details=True)":
    "files of a session come whole; patterns are those of `filterDatasets`",
  "one.list_datasets(eid of a session without datasets)": "an empty list",
  "one.list_collections(eid)": "collections are those of the session's files",
  "one.path2url(file with a revision)": "`datasets({ revision })` and `dataUrl`: fails there",
  "one.load_dataset(eid, 'notThere.times.npy')": "`datasets({ name })` gives an empty list; loading asks tables",
  "403 invalid token, client is silent and has no password":
    "a token that is given is never asked for again: `token refused`",
  "login with a token": "a token is sent as it is: every call above",
  "login with a token that belongs to someone else": "a token is sent without its owner's name",
  "no user name anywhere, then a request": "without credentials a client is refused: test/ibl/errors.test.ts",
};

/** The reference's steps, and the options that ask the same here. Left out are those listed as deviations in the package's README. */
const STEPS: Readonly<Record<string, { readonly isFresh?: boolean; readonly cacheSeconds?: number }>> = {
  "first request is sent and stored for 300 s": {},
  "second request within the lifetime is answered from the file": {},
  "at exactly the expiry it is sent again": {},
  "no_cache=True is always sent; the stored answer expires at once": { isFresh: true },
  "expires=one hour": { cacheSeconds: 3600 },
  "the stored lifetime, not the asked one, decides": { cacheSeconds: 1 },
  "no connection while the stored answer is valid: not noticed": {},
  "no connection after the expiry: old answer and a warning": {},
  "no connection with no_cache=True: error": { isFresh: true },
  "an error answer is not stored": {},
};

describe.skipIf(SHARED === undefined)("Alyx as ONE-api asks it (needs ../shared/golden)", () => {
  const expected: Expected =
    SHARED === undefined
      ? { requests: [], failures: [], cache: { steps: [] }, downloads: [], names_on_the_server: [] }
      : JSON.parse(readFileSync(`${FOLDER}expected.json`, "utf8"));
  const caseOf = (call: string): Case => {
    const found = [...expected.requests, ...expected.failures].find((each) => each.call === call);
    if (found === undefined) throw new Error(`no such case: ${call}`);
    return found;
  };
  const play = async (call: string, run: Run, options: Parameters<typeof setUp>[0] = {}) => {
    const setting = await setUp(options, { answers: `${FOLDER}answers/` });
    const wanted = caseOf(call);
    setting.server.plan(...wanted.answers.map(planOf));
    const result = await run(setting.client).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const requests = setting.server.seen.map(({ method, url }) => {
      const { pathname: path, searchParams } = new URL(url, setting.server.url);
      return { method, path, query: [...searchParams] as [string, string][] };
    });
    return { ...setting, wanted, result, requests };
  };

  it("every call of the reference is held, or listed with its reason", () => {
    const held = [CALLS, CONVERSIONS, WITHOUT_COUNTERPART].flatMap(Object.keys);
    const all = [...expected.requests, ...expected.failures].map(({ call }) => call);
    expect([...held, ...HELD_BELOW].sort()).toEqual([...new Set(all)].sort());
  });

  it.each(Object.keys(CALLS))("%s", async (call) => {
    const { wanted, result, requests } = await play(call, CALLS[call] ?? (async () => undefined));
    expect(asked(requests)).toEqual(asked(wanted.requests));
    expect(["value" in result ? result.value : [result.error]].flat()).toEqual(idsOf(wanted.returns));
  });

  it.each(Object.keys(CONVERSIONS))("%s", async (call) => {
    const { run, gives } = CONVERSIONS[call] ?? { run: async () => undefined, gives: null };
    const { wanted, result, requests } = await play(call, run);
    expect(asked(requests)).toEqual(asked(wanted.requests));
    expect(result).toEqual({ value: gives });
  });

  it("one.eid2pid(eid)", async () => {
    const { wanted, result } = await play("one.eid2pid(eid)", (client) => client.probesOf(EID));
    const [ids, names] = wanted.returns as [string[], string[]];
    expect(result).toEqual({ value: ids.map((id, index) => ({ id, name: names[index] })) });
  });

  it("one.list_datasets(eid): every file that the reference lists, and no other", async () => {
    const { wanted, result } = await play(
      "one.list_datasets(eid)",
      async (client) => (await client.session(EID))?.datasets,
    );
    const paths = "value" in result ? (result.value as { relativePath: string; qc: string }[]) : [];
    // The reference leaves out what is worse than FAIL.
    expect(
      paths
        .filter(({ qc }) => qc !== "CRITICAL")
        .map(({ relativePath }) => relativePath)
        .sort(),
    ).toEqual([...(wanted.returns as string[])].sort());
  });

  it.each([
    "429 once, Retry-After in seconds",
    "429 once, no Retry-After",
    "429 with an HTTP date",
    "429 three times",
    "429 for ever",
    "429 with a wait longer than 300 s",
    "503 then success",
  ])("%s", async (call) => {
    const { wanted, result, requests, clock } = await play(call, sessions({ subject: "XP_001" }));
    expect([clock.waited, requests.length]).toEqual([wanted.waited_seconds ?? [], wanted.requests.length]);
    expect("error" in result).toBe(wanted.raises !== undefined);
  });

  it.each([
    ["HTML page with status 500", 500],
    ["JSON detail with status 500", 500],
    ["HTML page with status 502", 502],
    ["403 without permission", 403],
    ["400 with a field message", 400],
    ["404", 404],
    ["no connection", undefined],
    ["answer cut in the middle", undefined],
  ])("%s", async (call, status) => {
    const { wanted, result, requests } = await play(call, sessions({ subject: "XP_001" }));
    expect(requests).toHaveLength(wanted.requests.length);
    expect(result).toMatchObject({ error: status === undefined ? { url: expect.any(String) } : { status } });
  });

  it("NaN in the answer", async () => {
    const { wanted, result } = await play(
      "NaN in the answer",
      async (client) => (await client.session(EID_WITHOUT_PROBES))?.extendedQc,
    );
    expect(result).toEqual({ value: wanted.returns });
  });

  it("403 invalid token, password stored", async () => {
    const credentials = { username: "example", password: "secret" };
    const { server, client, wanted } = await play("login with a password", (each) => each.owner(), { credentials });
    server.seen.length = 0;
    server.plan(...caseOf("403 invalid token, password stored").answers.map(planOf));
    const ids = (await client.sessions({ subject: "XP_001" }).toArray()).map(({ id }) => id);
    expect(server.seen.map(({ method }) => method)).toEqual(["GET", "POST", "GET"]);
    expect(ids).toEqual(idsOf(caseOf("403 invalid token, password stored").returns));
    expect(server.seen.at(-1)?.authorization).toBe(Reflect.get(Object(wanted.returns), "authorization"));
  });

  it("stored answers, step by step on the reference's clock", async () => {
    const { client, server, clock } = await setUp();
    const held: string[] = [];
    for (const step of expected.cache.steps) {
      const ask = STEPS[step.case];
      if (ask === undefined) continue;
      clock.time = START + step.clock_seconds * 1000;
      const before = server.seen.length;
      // A plan that nobody asks for would meet the next step.
      if (step.answers.includes("no connection") && step.requests > 0) server.plan({ isLost: true });
      if (step.answers.some((name) => name.includes("error_500"))) server.plan({ status: 500, file: "error_500" });
      const failed = (await failureOf(client.sessions({ subject: "XP_001" }, ask).count())) !== undefined;
      expect([step.case, server.seen.length - before, failed]).toEqual([
        step.case,
        step.requests,
        step.raises !== undefined,
      ]);
      held.push(step.case);
    }
    expect(held).toEqual(Object.keys(STEPS));
  });

  it("login, refused and in trouble", async () => {
    const credentials = { username: "example", password: "wrong" };
    const codes: unknown[] = [];
    for (const call of ["login refused", "login on a server in trouble", "login without connection"]) {
      const { result, requests, wanted } = await play(call, (client) => client.owner(), { credentials });
      expect(asked(requests)).toEqual(asked(wanted.requests));
      codes.push("error" in result ? Reflect.get(Object(result.error), "code") : undefined);
    }
    expect(codes).toEqual(["config", "store", "store"]);
  });

  it("token refused, no content, headers with announcements", async () => {
    expect((await play("token refused", (client) => client.owner())).result).toMatchObject({ error: { status: 401 } });
    expect((await play("204 no content", (client) => client.session(EID))).result).toEqual({ value: undefined });
    const codes: string[] = [];
    for (const call of ["deprecation headers", "notice header"]) {
      codes.push(...(await play(call, sessions({ subject: "XP_001" }))).notices.map(({ code }) => code));
    }
    expect(codes).toEqual(["service-deprecation", "service-notice"]);
  });

  it("one.path2url(file): the same address", async () => {
    const { server, client } = await setUp({}, { answers: `${FOLDER}answers/` });
    const wanted = caseOf("one.path2url(file)");
    server.plan({ file: "dataset_of_licks" });
    const [dataset] = await client.datasets({ name: "licks.times.npy", session: EID }).toArray();
    expect(asked(wanted.requests).at(-1)?.at(-1)).toEqual([
      ["name", "licks.times.npy"],
      ["session", EID],
    ]);
    const url = dataset && dataUrl(dataset);
    expect(url?.replace(server.dataUrl, "https://data.example.org")).toBe(wanted.returns);
  });

  it("tables of the same sessions: the sessions that have files", async () => {
    const local = localSessions(await openOneIndex(new LocalStore(`${SHARED}/golden/ibl/one/current/`)));
    const found = await local.find(
      { datasets: ["spikes.times.npy", "_ibl_wheel.position.npy"], subject: "xp_001" },
      {},
    );
    expect(found).toContain(EID);
    expect(found).not.toContain(EID_WITHOUT_PROBES);
    expect(await local.find({ datasets: ["spikes.times"] }, {})).toEqual([]);
  });

  it("addresses opened for files", () => {
    const [relative, full] = expected.downloads;
    const stored =
      "https://data.example.org/public/examplelab/Subjects/XP_001/2022-03-14/001/alf/#2025-03-03#/_ibl_wheel.position.npy";
    expect([encodeDataUrl(stored), encodeDataUrl(stored)]).toEqual([relative?.opened[0]?.url, full?.opened[0]?.url]);
  });

  it("names on the data server", () => {
    for (const { path, with_uuid: named } of expected.names_on_the_server) {
      expect(withDatasetId(path, "7e419700-efd2-3dc0-bedd-3ca8491ecb05")).toBe(named);
    }
  });
});
