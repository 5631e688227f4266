import { inspect } from "node:util";
import { ConfigError, FormatError, type Notice, SchemaError, StoreError } from "@crossprobe/core";
import { alyxFromEnvironment } from "@crossprobe/ibl-adapter/alyx";
import { JsonHttp } from "@crossprobe/storage";
import { describe, expect, it } from "vitest";
import { ACCOUNT, TOKEN } from "./alyx-server.js";
import { clientOf, EID, EID_WITHOUT_PROBES, failureOf, PID, setUp } from "./helpers.js";
import { answerText } from "./records.js";

const codesOf = (notices: readonly Notice[]): string[] => notices.map(({ code }) => code);

describe("refusals", () => {
  it.each([
    [401, { text: '{"detail": "No."}' }, "No", false],
    [403, { file: "error_403" }, "You do not have permission", false],
    [404, { file: "error_404" }, "no list", false],
    [400, { file: "error_400_field" }, "subject: This field is required", false],
    [500, { file: "error_500_detail" }, "Cannot resolve keyword nope into field", true],
    [500, { file: "error_500" }, "a web page (Server Error (500))", true],
    [502, { file: "error_502" }, "a web page (502 Bad Gateway)", true],
  ])("with status %i name the address and what the service says (%j)", async (status, answer, said, retryable) => {
    const { client, server } = await setUp();
    server.plan({ ...answer, status });
    const error = await failureOf(client.sessions({ subject: "XP_001" }).toArray());
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ url: `${server.url}/sessions?subject=XP_001`, status, retryable });
    expect(String(error)).toContain(said);
    expect(String(error)).not.toContain("<");
    expect(server.seen).toHaveLength(1);
  });

  it("quote no secret that the service repeats", async () => {
    const { client, server } = await setUp();
    server.plan({ status: 400, text: JSON.stringify({ detail: `You sent ${TOKEN}.` }) });
    const error = await failureOf(client.session(EID));
    expect(String(error)).toContain("You sent *****");
    expect(inspect([error, client], { depth: 12, showHidden: true })).not.toContain(TOKEN);
  });
});

describe("answers that are none", () => {
  it("are a FormatError when cut, when a web page, and when no JSON", async () => {
    const { client, server } = await setUp();
    for (const plan of [{ file: "broken" }, { file: "error_500" }, { text: "hello" }, { text: "" }]) {
      server.plan({ ...plan, status: 200 });
      const error = await failureOf(client.sessions().toArray());
      expect(error).toBeInstanceOf(FormatError);
      expect(error).toMatchObject({ url: `${server.url}/sessions` });
    }
    server.plan({ text: " <!DOCTYPE html><title>Sign in</title>" });
    expect(String(await failureOf(client.sessions().toArray()))).toContain("Sign in");
  });

  it("are a SchemaError that names address and field when of another shape", async () => {
    const { client, server } = await setUp();
    server.plan({ text: '{"count": NaN, "next": null, "results": []}' });
    expect(String(await failureOf(client.channels().toArray()))).toContain("count");
    server.plan({ text: answerText("channels").replace('"axial": 40.0', '"axial": "40"') });
    const error = await failureOf(client.channels().toArray());
    expect(error).toBeInstanceOf(SchemaError);
    expect(String(error)).toContain("results.1.axial");
    expect(error).toMatchObject({ url: `${server.url}/channels` });
    server.plan({ text: '{"count": 1, "next": null}' });
    expect(String(await failureOf(client.channels().toArray()))).toContain("results");
    server.plan({ text: answerText("trajectories").replace(/"id": "fee43032[^"]*"/, '"id": "x"') });
    expect(String(await failureOf(client.trajectories().toArray()))).toContain("results.0.id");
  });

  it("are StoreErrors that may pass when the connection breaks", async () => {
    const { client, server } = await setUp();
    server.plan({ file: "sessions_page_0", cutAfter: 100 }, { isLost: true });
    for (let i = 0; i < 2; i++) {
      const error = await failureOf(client.sessions().toArray());
      expect(error).toMatchObject({ code: "store", retryable: true, url: `${server.url}/sessions` });
    }
  });

  it("have null for NaN, with a notice that names the fields", async () => {
    const { client, notices, server } = await setUp();
    const session = await client.session(EID_WITHOUT_PROBES);
    expect(session?.extendedQc).toEqual({ task: "PASS", _task_stimOn_goCue_delays: null, behavior: 1 });
    expect(session?.taskProtocol).toBeNull();
    expect(notices).toEqual([
      {
        code: "numbers-not-finite",
        message: expect.stringContaining("extended_qc._task_stimOn_goCue_delays"),
        count: 1,
        where: `${server.url}/sessions/${EID_WITHOUT_PROBES}`,
      },
    ]);
  });

  it("end a list whose pages contradict its count, and do not send its token elsewhere", async () => {
    const { client, server } = await setUp();
    const next = "https://elsewhere.example.com/other?limit=1&offset=1&lab=x";
    server.plan({ text: JSON.stringify({ count: 9, next, results: [] }) });
    expect(await failureOf(client.sessions().toArray())).toBeInstanceOf(SchemaError);
    const [first, second, third] = JSON.parse(answerText("sessions_page_0")).results;
    const pages = [
      { count: 9, next: "?limit=2&offset=2", results: [first, second] },
      { count: 9, next: "?limit=2&offset=4", results: [third] },
    ];
    server.plan(...pages.map((page) => ({ text: JSON.stringify(page) })));
    expect(await failureOf(client.sessions({ subject: "short" }).toArray())).toBeInstanceOf(SchemaError);
    server.plan({ text: JSON.stringify({ count: 1, next, results: [first] }) });
    await client.sessions({}, { isFresh: true }).toArray();
    expect(server.seen.at(-1)?.url).toBe("/sessions?lab=x&limit=1&offset=1");
  });

  it("give an item that comes twice once, with a notice that the list changed", async () => {
    const { client, notices, server } = await setUp();
    const { results } = JSON.parse(answerText("sessions_page_0"));
    const page = (items: unknown[], count: number, next: string | null) => ({
      text: JSON.stringify({ count, next, results: items }),
    });
    server.plan(
      page(results.slice(0, 2), 4, "https://x/y?limit=2&offset=2"),
      page(results.slice(1, 3), 5, "https://x/y?limit=2&offset=4"),
      page(results.slice(3, 4), 5, null),
    );
    const ids = (await client.sessions().toArray()).map(({ id }) => id);
    expect(ids).toEqual(results.slice(0, 4).map(({ id }: { id: string }) => id));
    expect(codesOf(notices)).toEqual(["list-changed", "list-items-repeated"]);
  });
});

describe("requests that are put off", () => {
  it.each([
    ["seconds", "12", [12.5]],
    ["a date", "Tue, 20 Jan 2026 12:00:30 GMT", [30.5]],
    ["nothing", undefined, [0.5]],
    ["nonsense", "soon", [0.5]],
    ["a date that has passed", "Tue, 20 Jan 2026 11:00:00 GMT", [0.5]],
  ])("are sent again after the wait that Retry-After states as %s", async (_, value, waited) => {
    const { client, server, clock, notices } = await setUp();
    server.plan({
      file: "error_429",
      status: 429,
      ...(value === undefined ? {} : { headers: { "Retry-After": value } }),
    });
    expect(await client.sessions({ subject: "XP_001" }).count()).toBe(6);
    expect([clock.waited, codesOf(notices), server.seen.length]).toEqual([waited, ["request-put-off"], 2]);
  });

  it("fail after eight more, and at once when the wait would be 300 s", async () => {
    const { client, server, clock } = await setUp();
    server.plan(...Array.from({ length: 9 }, () => ({ file: "error_429", status: 429 })));
    expect(await failureOf(client.sessions().toArray())).toMatchObject({ status: 429, retryable: true });
    expect(clock.waited).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30]);
    server.plan({ file: "error_429", status: 429, headers: { "Retry-After": "301" } });
    expect(await failureOf(client.sessions().toArray())).toMatchObject({ status: 429 });
    expect(server.seen).toHaveLength(10);
  });

  it("hold the client's other requests back too", async () => {
    const { client, server, clock } = await setUp();
    server.plan({ status: 429, text: "", headers: { "Retry-After": "20" } });
    await client.sessions().count();
    expect(clock.waited).toEqual([20.5]);
  });

  it("stop waiting on an abort, with the signal's own reason", async () => {
    const { server } = await setUp();
    const client = clientOf(server, {});
    server.plan({ file: "error_429", status: 429, headers: { "Retry-After": "250" } });
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 50);
    expect(await failureOf(client.sessions({}, { signal: controller.signal }).toArray())).toBe(reason);
    server.plan({ delayMs: 5000 });
    const during = new AbortController();
    setTimeout(() => during.abort(reason), 50);
    expect(await failureOf(client.session(EID, { signal: during.signal }))).toBe(reason);
  });

  it("start no faster than the pace allows", async () => {
    const { client, clock } = await setUp({ requestsPerMinute: 2 });
    for (const id of [EID, PID, EID_WITHOUT_PROBES]) await client.session(id);
    expect(clock.waited).toEqual([60]);
  });

  it("run four at a time, and an aborted one leaves its place in the row", async () => {
    const { client, server } = await setUp();
    server.plan(...Array.from({ length: 4 }, () => ({ delayMs: 200 })));
    const controller = new AbortController();
    const reason = new Error("enough");
    const lists = Array.from({ length: 4 }, (_, index) => client.sessions({ number: index }).count());
    const { signal } = controller;
    const waiting = Array.from({ length: 4 }, () => failureOf(client.sessions({ number: 8 }, { signal }).count()));
    const last = client.sessions({ number: 1, lab: "examplelab" }).count();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.seen).toHaveLength(4);
    controller.abort(reason);
    expect(await Promise.all(waiting)).toEqual([reason, reason, reason, reason]);
    await Promise.all([...lists, last]);
    expect(server.seen.map(({ url }) => url)).not.toContain("/sessions?number=8");
    expect(server.seen).toHaveLength(5);
  });

  it("give up on a slow service after the time limit", async () => {
    const { server } = await setUp();
    const client = clientOf(server, { http: new JsonHttp({ timeoutSeconds: 0.05 }) });
    server.plan({ delayMs: 1000 });
    expect(await failureOf(client.session(EID))).toMatchObject({ code: "store", retryable: true });
  });
});

describe("credentials", () => {
  it("are exchanged for a token once, in a form, by all that ask at the same time", async () => {
    const { client, server } = await setUp({ credentials: ACCOUNT });
    await Promise.all([client.session(EID), client.insertion(PID), client.owner()]);
    const logins = server.seen.filter(({ method }) => method === "POST");
    expect(logins).toEqual([
      { method: "POST", url: "/auth-token", authorization: undefined, body: "username=example&password=secret" },
    ]);
    expect(server.seen.map(({ url }) => url).join(" ")).not.toMatch(/secret|token0/);
    expect(await client.owner()).toBe("example");
  });

  it("are sent again when the token is not known any more, but a given token is not replaced", async () => {
    const { client, server } = await setUp({ credentials: ACCOUNT });
    await client.session(EID);
    server.renewToken();
    await Promise.all([client.insertion(PID), client.session(EID_WITHOUT_PROBES)]);
    expect(server.seen.filter(({ method }) => method === "POST")).toHaveLength(2);
    const before = server.seen.length;
    const error = await failureOf(clientOf(server, {}).session(EID));
    expect(server.seen).toHaveLength(before + 1);
    expect(error).toMatchObject({ status: 403, hint: expect.stringContaining("token") });
  });

  it("that are refused are a ConfigError without them", async () => {
    const { client } = await setUp({ credentials: { username: "example", password: "wr0ng&word" } });
    const error = await failureOf(client.session(EID));
    expect(error).toBeInstanceOf(ConfigError);
    expect(inspect([error, client], { depth: 12, showHidden: true })).not.toMatch(/wr0ng/);
  });

  it("do not leak from a broken login answer", async () => {
    const { client, server } = await setUp({ credentials: ACCOUNT });
    server.plan({ text: `{"token": "${TOKEN}"` });
    const error = await failureOf(client.session(EID));
    expect(error).toBeInstanceOf(SchemaError);
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(TOKEN);
  });

  it("are asked for by name when there are none, before anything is sent", async () => {
    const { client, server } = await setUp({ credentials: undefined });
    expect(await failureOf(client.session(EID))).toMatchObject({
      code: "config",
      hint: expect.stringContaining("ALYX_TOKEN"),
    });
    expect(server.seen).toEqual([]);
  });

  it("do not go over plain http to another machine, nor into addresses", async () => {
    const { server } = await setUp();
    expect(() => clientOf(server, { url: "http://alyx.example.org" })).toThrow(ConfigError);
    const withPassword = () => clientOf(server, { url: "https://me:hidden@alyx.example.org" });
    expect(withPassword).toThrow(ConfigError);
    expect(withPassword).not.toThrow(/hidden/);
  });

  it("come from environment variables", () => {
    expect(alyxFromEnvironment({})).toEqual({ url: undefined, credentials: undefined });
    expect(alyxFromEnvironment({ ALYX_URL: "https://a", ALYX_TOKEN: "t", ALYX_LOGIN: "x" })).toEqual({
      url: "https://a",
      credentials: { token: "t" },
    });
    expect(alyxFromEnvironment({ ALYX_LOGIN: "u", ALYX_PWD: "p", ALYX_TOKEN: "" }).credentials).toEqual({
      username: "u",
      password: "p",
    });
    expect(() => alyxFromEnvironment({ ALYX_PWD: "p" })).toThrow(ConfigError);
  });
});

describe("announcements", () => {
  it("of the service become notices", async () => {
    const { client, server, notices } = await setUp();
    const headers = {
      "Alyx-API-Notice": "!!!Maintenance on Friday",
      Deprecation: "@1688169599",
      Sunset: "Thu, 31 Dec 2026 23:59:59 GMT",
    };
    server.plan({
      text: '{"count": 0, "next": null, "results": [], "detail": "The field project is deprecated"}',
      headers,
    });
    await client.sessions().toArray();
    expect(codesOf(notices)).toEqual(["service-notice", "service-deprecation", "service-notice"]);
    expect(notices.map(({ message }) => message).join(" ")).toMatch(
      /^Maintenance on Friday.*31 Dec 2026.*project is deprecated/,
    );
  });
});
