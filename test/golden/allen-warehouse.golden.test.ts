import { readFileSync } from "node:fs";
import { openProjectCache } from "@crossprobe/allen-adapter/cache";
import { RmaClient, Warehouse, WarehouseStore } from "@crossprobe/allen-adapter/warehouse";
import { JsonHttp } from "@crossprobe/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AllenServer, type GoldenCase, readCases, startAllenServer } from "../allen-remote/allen-server.js";
import { QUESTIONS } from "../allen-remote/golden-questions.js";
import { SHARED } from "./shared.js";

const REST = `${SHARED}/golden/allen/rest`;
const CACHE = `${SHARED}/golden/allen/cache`;

describe.skipIf(!SHARED)("warehouse beside AllenSDK (../shared)", () => {
  const cases = SHARED ? readCases(REST) : [];
  let server: AllenServer;
  beforeAll(async () => {
    server = await startAllenServer(cases, REST);
  });
  afterAll(() => server.close());

  /** AllenSDK's own retries, and failures, ask questions that are among the others. */
  it("builds every address that AllenSDK builds", () => {
    const built = new Set<string>();
    for (const { name, pageSize, exchange } of cases) {
      const client = new RmaClient({ http: new JsonHttp(), pageSize });
      const query = QUESTIONS[name] ?? null;
      for (const start of exchange.map((_, page) => page * (pageSize ?? 0))) {
        if (query !== null) built.add(client.pageUrl(query, start));
      }
    }
    const questions = cases
      .flatMap(({ exchange }) => exchange.map(({ url }) => url))
      .filter((url) => url.includes("?"));
    const escaped = new Set(questions.map((url) => url.replaceAll(" ", "%20")));
    const others = [...escaped].filter((url) => !built.has(url));
    // An empty list is not asked for here; pages of four are read below.
    expect(others.map((url) => url.slice(url.indexOf("Ecephys")))).toEqual([
      "EcephysProbe[id$in],rma::options[start_row$eq0][num_rows$eq5000][order$eq'id']",
      ...[0, 4, 8].map((row) => `EcephysProbe,rma::options[start_row$eq${row}][num_rows$eq4][order$eq'id']`),
    ]);
  });

  const pageSizeOf = (name: string) => cases.find((each: GoldenCase) => each.name === name)?.pageSize;
  const warehouse = (pageSize?: number) => new Warehouse({ http: new JsonHttp(), url: server.url, pageSize });

  it.each([
    ["sessions.csv", "sessions"],
    ["probes.csv", "probes"],
    ["channels.csv", "channels, pages of 100"],
    ["units.csv", "units, pages of 40"],
    ["functional_connectivity_analysis_metrics.csv", "metrics of a type, pages of 10"],
  ])("%s is the file that AllenSDK wrote from the same answers", async (file, name) => {
    const store = new WarehouseStore(warehouse(pageSizeOf(name)));
    const bytes = await store.read(file);
    expect(new TextDecoder().decode(bytes)).toBe(readFileSync(`${CACHE}/${file}`, "utf8"));
  });

  it("metrics of a session are those of its type's file", async () => {
    const { text, rowCount } = await warehouse().metrics({ sessions: [900000002] });
    expect(rowCount).toBeGreaterThan(0);
    const lines = new Set(
      readFileSync(`${CACHE}/functional_connectivity_analysis_metrics.csv`, "utf8").trimEnd().split("\n"),
    );
    expect(
      text
        .trimEnd()
        .split("\n")
        .filter((line) => !lines.has(line)),
    ).toEqual([]);
  });

  it("is read as a project cache", async () => {
    const cache = await openProjectCache(new WarehouseStore(warehouse()));
    expect(cache.manifest.version).toBe("0.3.0");
  });
});
