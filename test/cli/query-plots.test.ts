import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { carriedBy, expected, identity } from "../rosetta/truth.js";
import { expectFailure, removeFolders, run, runJson, temporaryFolder } from "./run.js";

/** Pictures of answers over the sample cohort: what they show is counted in the truth behind it. */

afterAll(removeFolders);

async function draw(option: "--plot" | "--plot-depth", ...args: readonly string[]) {
  const path = join(temporaryFolder(), "picture.svg");
  const { code, out, err } = await run(["query", ...args, option, path]);
  expect(code, err).toBe(0);
  expect(err).toContain(`Drawn in ${path}`);
  const svg = readFileSync(path, "utf8");
  return { svg, out, notes: [...svg.matchAll(/<g><title>([^<]*)<\/title>/g)].map(([, note]) => note ?? "") };
}

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? "");

describe("--plot", () => {
  it("has a bar for each region and dataset, in the order of the ontology, zeros too", async () => {
    const { notes, svg } = await draw("--plot", "units", "--mapping", "beryl");
    const { ibl, allen } = expected.unitCounts;
    const count = (dataset: typeof ibl, region: string) => dataset.beryl?.regions[region]?.total ?? 0;
    const regions = ["VISl", "VISp", "CA1", "CA3", "DG", "VPM", "LGd", "LP"];
    const drawn = notes.filter((note) => regions.includes(note.split(" ")[0] ?? ""));
    expect(drawn.map((note) => [note.split(" ")[0], note.slice(note.indexOf(": ") + 2)])).toEqual(
      regions.map((region) => [region, `ibl: ${count(ibl, region)}; allen: ${count(allen, region)}`]),
    );
    expect(count(allen, "VPM")).toBe(0);
    // What has no region of the mapping has bars of its own, by its label.
    expect(notes).toContain("grey label that the mapping lacks: ibl: 0; allen: 3");
    expect(notes).toContain("TH label that the mapping lacks: ibl: 0; allen: 8");
    expect(notes).toContain("(notRegistered) no label: ibl: 0; allen: 4");
    expect(textsOf(svg)).toContain("number of units");
  });

  it("says the question, the rules, the releases, and what is not drawn", async () => {
    const { svg, notes } = await draw(
      ...(["--plot", "units", "--region", "LP", "--policy", "possible", "--quality", "default"] as const),
    );
    const text = textsOf(svg).join(" ");
    expect(text).toContain("Units in LP");
    expect(text).toContain("ibl-good@2023 in ibl, allen-default@2019 in allen");
    expect(text).toContain("allen: published 2026-02-01");
    expect(text).toMatch(/allen: 5 in, 6 may be \(label coarser than the question\), 3 without registration/);
    expect(notes).toContain("LP Lateral posterior nucleus of the thalamus: ibl: 4; allen: 5");
    expect(notes).toContain("TH Thalamus: ibl: 0; allen: 0 and 3 that may be");
    expect(svg).toContain('fill="url(#may-1)"');
  });

  it("names regions asked for that have no row, and draws an answer without any", async () => {
    const { svg } = await draw("--plot", "channels", "--region", "CB", "--mapping", "beryl");
    const text = textsOf(svg).join(" ");
    expect(text).toContain("no rows");
    expect(text).toContain("without a row in any dataset: LING,");
  });

  it("writes PNG, and lists the picture in the document", async () => {
    const path = join(temporaryFolder(), "bars.png");
    const document = await runJson<{ plots: string[]; rows: unknown[] }>([
      ...["query", "units", "--region", "CA1", "--plot", path],
    ]);
    expect(document.plots).toEqual([path]);
    expect(document.rows).toHaveLength(34);
    expect([...readFileSync(path).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  it("refuses rows that have no one region, and other files", async () => {
    const path = join(temporaryFolder(), "x.svg");
    expectFailure(await run(["query", "probes", "--plot", path]), /probes lie in many regions/);
    expect(existsSync(path)).toBe(false);
    expect((await run(["query", "units", "--plot", "x.pdf"])).code).toBe(2);
  });
});

describe("--plot-depth", () => {
  it("counts the units of a probe in bins, those of the answer filled", async () => {
    const probe = identity.probe("ibl", "A");
    const { notes, svg } = await draw("--plot-depth", "units", "--probe", probe, "--quality", "default");
    const wanted = new Map<number, { all: number; good: number }>();
    for (const unit of carriedBy.units("ibl", "A")) {
      const bin = Math.floor(unit.distanceFromTipUm / 100) * 100;
      const own = wanted.get(bin) ?? { all: 0, good: 0 };
      wanted.set(bin, own);
      own.all++;
      if (carriedBy.isPassing("ibl", unit)) own.good++;
    }
    const found = notes.map((note) => /^(\d+) to (\d+) um: (\d+) of (\d+)/.exec(note)?.slice(1).map(Number));
    const bins = [...wanted].sort(([a], [b]) => a - b).map(([bin, { all, good }]) => [bin, bin + 100, good, all]);
    expect(found).toEqual(bins);
    const texts = textsOf(svg);
    for (const region of ["LP", "CA1", "VISp5", "outside brain"]) expect(texts).toContain(region);
    expect(texts.join(" ")).toContain(`${probe}: 21 of 53 units`);
  });

  it("needs one probe, and rows with a depth", async () => {
    const path = join(temporaryFolder(), "x.svg");
    expectFailure(await run(["query", "units", "--plot-depth", path]), /one probe/, /--probe/);
    expectFailure(
      await run(["query", "sessions", "--session", identity.session("ibl"), "--plot-depth", path]),
      /sessions have no depth/,
    );
    expect(existsSync(path)).toBe(false);
  });
});
