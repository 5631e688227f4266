import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { table } from "@crossprobe/core";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { listAggregates, loadAggregate } from "@crossprobe/ibl-adapter/alyx";
import { MemoryStore } from "@crossprobe/storage";
import { describe, expect, it } from "vitest";
import { setUp } from "./helpers.js";

interface Fixture {
  readonly records: { readonly results: unknown[] };
  readonly calls: {
    readonly arguments: [string, string?, (string | null)?, string?];
    readonly returns: [path: string, identifier: string][];
  }[];
}
const file = fileURLToPath(new URL("../fixtures/ibl-aggregates/aggregates.json", import.meta.url));
const fixture = JSON.parse(readFileSync(file, "utf8")) as Fixture;
const setting = async () => {
  const { server, client } = await setUp();
  server.plan({ text: JSON.stringify(fixture.records) });
  return { server, client };
};

describe("aggregates, as ONE lists them", () => {
  it.each(fixture.calls)("$arguments", async ({ arguments: [relation, identifier, dataset, revision], returns }) => {
    const { server, client } = await setting();
    const filter = { identifier, dataset: dataset ?? undefined, revision };
    const { rows, notices } = await listAggregates(client, relation, filter);
    expect(rows.map((row) => [row.path, row.identifier])).toEqual([...returns].sort());
    expect(notices).toContainEqual(expect.objectContaining({ code: "aggregates-left-out", count: 1 }));
    expect(decodeURIComponent(server.seen[0]?.url ?? "")).toBe("/datasets?django=session__isnull,True");
  });

  it("are read from where they are", async () => {
    const opened: string[] = [];
    const stores = {
      open: (url: string) => {
        opened.push(url);
        const key = `_ibl_subjectTraining.table.${"1a7e1a70-3a1e-5a5f-8c8f-2b4c54d35b3f"}.pqt`;
        const [wanted = key] = names;
        return new MemoryStore(url, { [wanted]: encodeParquet(table([["date", Float64Array.of(1, 2)]])) });
      },
    };
    const { client, server } = await setting();
    const { rows } = await listAggregates(client, "subjects", { identifier: "XP_002" });
    const names = rows.map(({ url }) => url.slice(url.lastIndexOf("/") + 1));
    server.plan({ text: JSON.stringify(fixture.records) });
    const elsewhere = { identifier: "XP_002", dataset: "_ibl_subjectTraining.table" };
    await expect(loadAggregate(client, stores, "Subjects", elsewhere)).rejects.toMatchObject({
      code: "store",
      retryable: false,
      hint: "name its server as dataServer if it is meant",
    });
    expect(opened).toEqual([]);
    const filter = { ...elsewhere, dataServer: server.dataUrl };
    server.plan({ text: JSON.stringify(fixture.records) });
    const { aggregate, content } = await loadAggregate(client, stores, "Subjects", filter);
    expect(aggregate).toMatchObject({ relation: "Subjects", identifier: "otherlab/XP_002" });
    expect(opened).toEqual([`${server.dataUrl}/public/aggregates/Subjects/otherlab/XP_002/`]);
    expect(content.kind === "table" ? content.table.columns.get("date") : content).toEqual(Float64Array.of(1, 2));
  });

  it("of a bad or an unknown verdict are left out and counted", async () => {
    const { server, client } = await setUp();
    const [first, second, ...others] = fixture.records.results as Record<string, unknown>[];
    const judged = [{ ...first, qc: "CRITICAL" }, { ...second, qc: "SPLENDID" }, ...others];
    const count = async (results: readonly unknown[]) => {
      server.plan({ text: JSON.stringify({ ...fixture.records, results }) });
      return listAggregates(client, "subjects", {}, { isFresh: true });
    };
    const [all, fewer] = [await count(fixture.records.results), await count(judged)];
    const said = fewer.notices.find(({ code }) => code === "critical-files-left-out")?.count ?? 0;
    expect(all.notices.map(({ code }) => code)).not.toContain("critical-files-left-out");
    expect(said).toBe(2);
    expect(fewer.rows.length).toBeLessThan(all.rows.length);
  });

  it("say when there is none, or several", async () => {
    const { client, server } = await setting();
    const stores = { open: () => new MemoryStore("memory://x/", {}) };
    const load = (identifier: string) =>
      loadAggregate(client, stores, "subjects", { identifier, dataServer: server.dataUrl });
    await expect(load("XP_003")).rejects.toMatchObject({ code: "not-found" });
    await expect(load("XP_001")).rejects.toMatchObject({ code: "query" });
    await expect(load("XP_002")).rejects.toMatchObject({ code: "not-found" });
  });
});
