import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { copySample, expectFailure, removeFolders, run, runJson, SAMPLE, temporaryFolder } from "./run.js";

/** Catalogues of the sample cohort as files: what query finds in them is what it finds in the sources. */

afterAll(removeFolders);

interface Built {
  readonly sha256: string;
  readonly columns: string;
  readonly datasets: readonly Readonly<Record<string, unknown>>[];
}

async function build(path: string, ...more: readonly string[]): Promise<Built> {
  const { code, out } = await run(["catalogue", "build", "--out", path, "--json", ...more]);
  expect(code).toBe(0);
  return JSON.parse(out) as Built;
}

describe("catalogue build", () => {
  it("writes a file that answers as the sources do", async () => {
    const path = join(temporaryFolder(), "new/all.parquet");
    const { datasets, columns, sha256 } = await build(path);
    expect(datasets).toMatchObject([
      { id: "ibl", sessions: 1, probes: 2, channels: 768, units: 108, reusedProbes: 0 },
      { id: "allen", sessions: 1, probes: 2, units: 106, reusedProbes: 0 },
    ]);
    expect(existsSync(columns)).toBe(true);
    for (const args of [
      ["units", "--region", "HPF", "--policy", "possible", "--quality", "default"],
      ["channels", "--region", "VISp", "--mapping", "beryl", "--group-by", "dataset,region"],
      ["probes", "--region", "CA3"],
      ["sessions"],
    ]) {
      const [saved, direct] = [
        await runJson(["query", ...args, "--catalogue", path]),
        await runJson(["query", ...args]),
      ];
      expect(saved).toEqual(direct);
    }
    expect(await runJson(["catalogue", "verify", path])).toMatchObject({ file: path, sha256 });
    expect(await runJson(["catalogue", "info", path])).toMatchObject({
      datasets: datasets.map(({ reusedProbes: _, ...facts }) => facts),
    });
  });

  it("--update takes over what has not changed, and reads what has", async () => {
    const path = join(temporaryFolder(), "all.parquet");
    const sources = ["--ibl", SAMPLE.ibl, "--allen", copySample("allen")];
    await build(path, ...sources);
    const { datasets } = await build(path, "--update", ...sources);
    expect(datasets).toMatchObject([{ reusedProbes: 2 }, { reusedProbes: 2 }]);
    const units = join(sources[3] ?? "", "units.csv");
    const lines = readFileSync(units, "utf8").trimEnd().split("\n");
    writeFileSync(units, `${lines.slice(0, -1).join("\n")}\n`);
    const changed = await build(path, "--update", ...sources);
    expect(changed.datasets).toMatchObject([
      { id: "ibl", reusedProbes: 2 },
      { id: "allen", reusedProbes: 0 },
    ]);
    expect(Number(changed.datasets[1]?.units)).toBe(Number(datasets[1]?.units) - 1);
  });

  it("--update of what is no catalogue reads everything, and says so", async () => {
    const path = join(temporaryFolder(), "all.parquet");
    writeFileSync(path, "nonsense that is longer than a footer");
    const { code, out, err } = await run(["catalogue", "build", "--out", path, "--update", "--json"]);
    expect({ code, datasets: (JSON.parse(out) as Built).datasets.length }).toEqual({ code: 0, datasets: 2 });
    expect(err).toContain("everything is read anew");
  });

  it("needs a place, and leaves nothing where it cannot write", async () => {
    expect(await run(["catalogue", "build"])).toMatchObject({ code: 2, err: expect.stringContaining("--out") });
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    expectFailure(await run(["catalogue", "build", "--out", join(folder, "file/all.parquet")]), /cannot write/);
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  it("prints what it made in 80 columns", async () => {
    const path = join(temporaryFolder(), "all.parquet");
    const built = await run(["catalogue", "build", "--out", path]);
    expect(built.out).toMatch(/^ibl +1 +2 +768 +108$/m);
    const { code, out } = await run(["catalogue", "info", path]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ontology /m);
  });
});

describe("catalogue verify", () => {
  it("finds a byte that has changed", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "all.parquet");
    await build(path);
    const damaged = join(folder, "damaged.parquet");
    copyFileSync(path, damaged);
    const bytes = readFileSync(damaged);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(damaged, bytes);
    expectFailure(await run(["catalogue", "verify", damaged]), /damaged/, /build the catalogue again/);
  });

  it.each([
    ["another Parquet file", /no catalogue/],
    ["a text", /x\.parquet/],
    ["nothing", /no catalogue at/],
  ])("refuses %s", async (what, says) => {
    const path = join(temporaryFolder(), "x.parquet");
    if (what === "a text") writeFileSync(path, "no table at all, but a text");
    if (what === "another Parquet file") await run(["query", "units", "--limit", "1", "--out", path]);
    for (const command of ["verify", "info"]) expectFailure(await run(["catalogue", command, path]), says);
    expectFailure(await run(["query", "units", "--catalogue", path]), says);
  });
});
