import { listErrata } from "@crossprobe/allen-adapter/errata";
import { afterAll, describe, expect, it } from "vitest";
import { removeFolders, run, runJson } from "./run.js";

afterAll(removeFolders);

interface Document {
  readonly rows: readonly Record<string, unknown>[];
  readonly counts: Readonly<Record<string, number>>;
}

describe("crossprobe allen errata", () => {
  it("prints every known defect within 80 columns, and how many there are", async () => {
    const { code, out, err } = await run(["allen", "errata"]);
    expect(code).toBe(0);
    for (const { id } of listErrata()) expect(out).toMatch(new RegExp(`^${id} `, "m"));
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(err).toMatch(/^28 known defects, 1 of them/);
  });

  it("gives all that an entry says as a document", async () => {
    const { rows, counts } = await runJson<Document>(["allen", "errata", "--id", "duplicate-spikes"]);
    const entry = listErrata().find(({ id }) => id === "duplicate-spikes");
    expect(rows).toEqual([{ ...entry, appliedBy: "hub, session" }]);
    expect(counts).toEqual({ errata: 1, off: 1 });
  });

  it("refuses a name that no entry has", async () => {
    const { code, err } = await run(["allen", "errata", "--id", "duplicates"]);
    expect(code).toBe(2);
    expect(err).toMatch(/no known defect is called "duplicates"; list them without --id/);
  });
});
