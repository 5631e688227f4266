import { readFileSync } from "node:fs";
import { RmaClient, Warehouse, type WarehouseOptions } from "@crossprobe/allen-adapter/warehouse";
import { type Notice, QueryError } from "@crossprobe/core";
import { JsonHttp } from "@crossprobe/storage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AllenServer, FIXTURES, readCases, startAllenServer } from "./allen-server.js";
import { QUESTIONS, TABLES } from "./golden-questions.js";
import { expectTable } from "./golden-table.js";

let server: AllenServer;
const waits: number[] = [];
beforeEach(async () => {
  waits.length = 0;
  server = await startAllenServer();
});
afterEach(() => server.close());

const pause: NonNullable<WarehouseOptions["pause"]> = async (milliseconds, signal) => {
  signal?.throwIfAborted();
  waits.push(milliseconds);
};

function warehouse(options: Partial<WarehouseOptions> = {}): Warehouse {
  return new Warehouse({ http: new JsonHttp(), url: server.url, pause, ...options });
}

describe("questions", () => {
  const client = new RmaClient({ http: new JsonHttp() });
  const asked = readCases().filter(({ name, pageSize }) => name in QUESTIONS && pageSize === undefined);
  it.each(asked.map(({ name, exchange }) => [name, exchange[0]?.url] as const))(
    "%s: AllenSDK's address",
    (name, url) => {
      const query = QUESTIONS[name] ?? "";
      expect(client.pageUrl(query)).toBe(url?.replaceAll(" ", "%20"));
    },
  );

  it("asks nothing for an empty list, where AllenSDK asks and fails", async () => {
    expect(await warehouse().probes({ probes: [] })).toMatchObject({ rowCount: 0, text: "id\n" });
    expect(server.seen).toEqual([]);
  });

  it.each([{ probes: ["1]"] }, { probes: ["-1"] }, { sessions: [1.5] }])("refuses %j", async (rows) => {
    await expect(warehouse().probes(rows)).rejects.toThrow(QueryError);
  });

  it("refuses a name that could end the filter", async () => {
    await expect(warehouse().metrics({ sessionTypes: ["a'],x"] })).rejects.toThrow(/is no name/);
  });
});

describe("tables", () => {
  const cases = readCases().filter(({ name }) => name in TABLES && name !== "metrics as text");
  it.each(cases.map((each) => [each.name, each] as const))("%s: AllenSDK's rows", async (name, { result }) => {
    const table = await TABLES[name]?.(warehouse());
    expectTable(table, result.value, !name.startsWith("metrics with swapped"));
  });

  it.each(["sessions", "probes"] as const)("%s.csv is AllenSDK's file", async (name) => {
    expect((await warehouse()[name]()).text).toBe(readFileSync(`${FIXTURES}/${name}.csv`, "utf8"));
  });

  it("says that p_value_rf and on_screen_rf were exchanged", async () => {
    const { notices } = await warehouse().metrics({ units: [950001000, 950001017, 950001034] });
    expect(notices).toMatchObject([{ code: "rf-columns-exchanged", count: 3 }]);
  });

  it("leaves metrics that are texts as they are", async () => {
    const { text } = await warehouse().metrics({ units: [950001000, 950001017] });
    expect(text).toBe(
      "ecephys_unit_id,numeric_text,boolean_text,json_boolean_text,list_text,mixed,nan_text,none\n" +
        '950001000,1.5,True,true,"[1.0, 2.0]",abc,nan,\n950001017,1.5,True,true,"[1.0, 2.0]",1.0,nan,\n',
    );
  });

  it("takes bare NaN as absent, and such a column as floats", async () => {
    const rows = [
      { id: 1, a: 1 },
      { id: 2, a: "N" },
    ];
    const body = JSON.stringify({ success: true, start_row: 0, num_rows: 2, total_rows: 2, msg: rows });
    server.plan({ body: body.replace('"N"', "NaN") });
    expect((await warehouse().units()).text).toBe("id,a\n1,1.0\n2,\n");
  });
});

describe("pages", () => {
  it("reads as many rows as any page announces, and says that the list changed", async () => {
    const notices: Notice[] = [];
    const { columns } = await warehouse({ pageSize: 4, onNotice: (notice) => notices.push(notice) }).probes();
    expect(columns.get("id")).toEqual(readCases().find(({ name }) => name.startsWith("total_rows"))?.result.value);
    expect(notices.map(({ code, count }) => [code, count])).toEqual([
      ["list-changed", 5],
      ["list-changed", 5],
    ]);
  });

  const page = (start: number, ids: readonly number[], total: number) => ({
    body: JSON.stringify({
      ...{ success: true, start_row: start, num_rows: ids.length, total_rows: total },
      msg: ids.map((id) => ({ id })),
    }),
  });

  it("reads on where the list grows", async () => {
    server.plan(page(0, [1, 2], 2 + 1), page(2, [3, 4], 5), page(4, [5], 5));
    expect((await warehouse().units()).columns.get("id")).toEqual([1, 2, 3, 4, 5]);
  });

  it("leaves rows out that come twice, and counts them", async () => {
    const notices: Notice[] = [];
    server.plan(page(0, [1, 2], 4), page(2, [2, 3], 4));
    const { columns } = await warehouse({ onNotice: (notice) => notices.push(notice) }).units();
    expect(columns.get("id")).toEqual([1, 2, 3]);
    expect(notices).toMatchObject([{ code: "list-rows-repeated", count: 1 }]);
  });

  it("ends with an error where a page is empty and more are announced, which AllenSDK asks for ever", async () => {
    server.plan(page(0, [1, 2], 4), page(2, [], 4));
    await expect(warehouse().units()).rejects.toMatchObject({ code: "schema", message: /2 of 4 are still to come/ });
    expect(server.seen).toHaveLength(2);
  });

  it("refuses a page that holds less than it says, and one from another place", async () => {
    server.plan({ body: '{"success":true,"start_row":0,"num_rows":3,"total_rows":3,"msg":[{"id":1}]}' });
    await expect(warehouse().units()).rejects.toMatchObject({ code: "schema", message: /3 rows from 0, and 1 rows/ });
    server.plan(page(2, [1], 1));
    await expect(warehouse().units()).rejects.toMatchObject({ code: "schema" });
  });
});

describe("failures", () => {
  const body = (name: string) => readFileSync(`${FIXTURES}/${name}`, "utf8");

  it("gives the service's words where it refuses under status 200", async () => {
    server.plan({ body: body("37-failure-success-false.json") });
    await expect(warehouse().probes()).rejects.toMatchObject({
      ...{ code: "store", retryable: false },
      message: expect.stringContaining("undefined method `no_such_field' for EcephysProbe"),
    });
  });

  it("says that no reason was given where there is none", async () => {
    server.plan({ body: '{"success":false,"msg":""}' });
    await expect(warehouse().probes()).rejects.toMatchObject({ code: "store", message: /without a reason/ });
  });

  it("asks again after 503, and gives up with the page's title", async () => {
    const busy = { status: 503, body: body("38-failure-503-with-an-html-page.html") };
    server.plan(busy, busy);
    expect((await warehouse().probes()).rowCount).toBe(11);
    expect(waits).toHaveLength(2);
    server.plan(busy, busy, busy, busy);
    await expect(warehouse().probes()).rejects.toMatchObject({
      ...{ code: "store", status: 503, retryable: true },
      message: expect.stringContaining("a web page (503 Service Unavailable)"),
    });
  });

  it("waits as long as the server asks, and not for minutes", async () => {
    server.plan({ status: 503, headers: { "Retry-After": "7" } });
    await warehouse().probes();
    expect(waits).toEqual([7000]);
    server.plan({ status: 503, headers: { "Retry-After": "600" } });
    await expect(warehouse().probes()).rejects.toMatchObject({ code: "store", status: 503 });
  });

  it("takes a web page under status 200 for what it is, once", async () => {
    server.plan({ body: body("38-failure-503-with-an-html-page.html") });
    await expect(warehouse().probes()).rejects.toMatchObject({ code: "format", message: /web page \(503 Serv/ });
    expect(server.seen).toHaveLength(1);
  });

  it("does not take an answer without its success for one", async () => {
    server.plan({ body: body("39-failure-no-success-field.json") });
    await expect(warehouse().probes()).rejects.toMatchObject({ code: "schema", message: /success/ });
  });

  it("asks again where the answer breaks off or never comes", async () => {
    server.plan({ body: body("03-probes.json"), cutAfter: 900 }, { isLost: true });
    expect((await warehouse().probes()).rowCount).toBe(11);
    expect(waits).toHaveLength(2);
  });

  it("follows the service to another address, and not for ever", async () => {
    server.plan({ status: 301, headers: { Location: `${server.url}/moved` } }, { body: body("03-probes.json") });
    expect((await warehouse().probes()).rowCount).toBe(11);
    server.set("/moved", { status: 302, headers: { Location: `${server.url}/moved` } });
    server.plan({ status: 302, headers: { Location: `${server.url}/moved` } });
    await expect(warehouse({ retries: 0 }).probes()).rejects.toMatchObject({ code: "store" });
  });

  it("does not ask again after 404", async () => {
    server.plan({ status: 404, body: "no" });
    await expect(warehouse().probes()).rejects.toMatchObject({ code: "store", status: 404, retryable: false });
    expect(server.seen).toHaveLength(1);
  });

  it("ends with the caller's own reason", async () => {
    const reason = new Error("enough");
    await expect(warehouse().probes({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    server.plan({ body: "{}", delayMs: 5000 });
    const answer = warehouse().probes({}, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    await expect(answer).rejects.toBe(reason);
  });
});

describe("files", () => {
  it("are found as AllenSDK finds them, two slashes included", async () => {
    const link = { url: `${server.url}//api/v2/well_known_file_download/980000001`, id: "980000001", absent: null };
    server.plan({ body: readFileSync(`${FIXTURES}/29-session-file.json`) });
    expect(await warehouse().sessionFile(900000001)).toEqual(link);
    expect((await warehouse().lfpFile(910000001)).url).toMatch(/\/\/api\/v2\/well_known_file_download\/981000001$/);
  });

  it("say where there is none, and refuse to choose among two", async () => {
    expect(await warehouse().lfpFile(910000005)).toEqual({
      ...{ url: null, id: null },
      absent: "the warehouse has no LFP file of probe 910000005",
    });
    server.plan({ body: readFileSync(`${FIXTURES}/33-session-file-two-answers.json`) });
    await expect(warehouse().sessionFile(900000001)).rejects.toMatchObject({ code: "schema", message: /2 files/ });
  });

  const linkTo = (link: string) => ({
    body: JSON.stringify({
      ...{ success: true, start_row: 0, num_rows: 1, total_rows: 1 },
      msg: [{ id: 5, download_link: link, path: null }],
    }),
  });

  it.each(["http://elsewhere.example.org/x", "//elsewhere.example.org/x", "file:///etc/passwd", "ftp://a/b"])(
    "are not fetched from %s",
    async (link) => {
      server.plan(linkTo(link));
      expect(await warehouse().sessionFile(1)).toMatchObject({ url: null, absent: /another server/ });
    },
  );

  it("are fetched from another host that was allowed", async () => {
    server.plan(linkTo("https://files.example.org/x"));
    const found = await warehouse({ hosts: ["files.example.org"] }).sessionFile(1);
    expect(found.url).toBe("https://files.example.org/x");
  });

  it("templates have their numbers; what is none is counted", async () => {
    const { templates, notices } = await warehouse().templates();
    expect(templates.map(({ kind, number }) => [kind, number])).toEqual([
      ["natural-scene", 0],
      ["natural-scene", 1],
      ["natural-scene", 117],
      ["natural-movie", 1],
      ["natural-movie", 3],
    ]);
    expect(notices).toEqual([]);
    server.plan({ body: readFileSync(`${FIXTURES}/36-templates-a-file-that-is-neither-scene-nor-movie.json`) });
    expect(await warehouse().templates()).toMatchObject({ templates: [], notices: [{ count: 1 }] });
  });
});
