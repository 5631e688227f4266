import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { copySample, expectFailure, removeFolders, run, runJson, SAMPLE, temporaryFolder } from "./run.js";

/** Metrics and rules over the embedded samples, against the ground truth that the samples were made from. */

afterAll(removeFolders);

interface TrueUnit {
  readonly allenQuality: string;
  readonly isGoodByIbl: boolean;
  readonly allenMetrics: Readonly<Record<"presence_ratio" | "isi_violations" | "amplitude_cutoff", number>>;
}

const truth = new URL("../fixtures/rosetta/truth/units.json", import.meta.url);
const { units } = JSON.parse(readFileSync(truth, "utf8")) as { units: TrueUnit[] };
const ofDataset = (dataset: string) => units.filter(({ allenQuality }) => dataset === "ibl" || allenQuality === "good");
const passesAllen = ({ allenMetrics: { presence_ratio, isi_violations, amplitude_cutoff } }: TrueUnit) =>
  presence_ratio >= 0.95 && isi_violations <= 0.5 && amplitude_cutoff <= 0.1;

interface Counts {
  readonly dataset: string;
  readonly metrics: string;
  readonly units: number;
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
  readonly unknown: number;
}
interface Document {
  readonly rules: readonly string[];
  readonly rows: readonly (Counts & { readonly first: string; readonly second: string })[];
  readonly stated: readonly (Counts & { readonly rule: string })[];
  readonly counts: { readonly probes: number; readonly units: number };
}

/** What the truth says of two rules on the units of a dataset. */
function confusionOf(dataset: string, first: (unit: TrueUnit) => boolean, second: (unit: TrueUnit) => boolean) {
  const all = ofDataset(dataset);
  const count = (a: boolean, b: boolean) => all.filter((unit) => first(unit) === a && second(unit) === b).length;
  return {
    ...{ units: all.length, both: count(true, true), onlyFirst: count(true, false), onlySecond: count(false, true) },
    ...{ neither: count(false, false), unknown: 0 },
  };
}

describe("rules confusion", () => {
  it("applies both rules to the units of both datasets by metrics computed from spikes", async () => {
    const { rows, stated, counts } = await runJson<Document>(["rules", "confusion", "--recompute"]);
    expect(counts).toEqual({ probes: 4, units: ofDataset("ibl").length + ofDataset("allen").length });
    for (const dataset of ["ibl", "allen"]) {
      const computed = rows.find((row) => row.dataset === dataset && row.metrics === "recomputed");
      expect(computed).toMatchObject({ first: "allen-default@2019", second: "ibl-good@2023" });
      expect(computed).toMatchObject(confusionOf(dataset, passesAllen, ({ isGoodByIbl }) => isGoodByIbl));
      const native = rows.find((row) => row.dataset === dataset && row.metrics === "native");
      expect(native, "no dataset states the metrics of the other's rule").toMatchObject({ unknown: native?.units });
    }
    for (const { rule, metrics, onlyFirst, onlySecond, unknown } of stated) {
      expect([onlyFirst, onlySecond, unknown], `${rule} over ${metrics} metrics`).toEqual([0, 0, 0]);
    }
    expect(stated.map(({ rule, dataset, metrics }) => `${rule} ${dataset} ${metrics}`)).toEqual([
      "allen-default@2019 allen native",
      "allen-default@2019 allen recomputed",
      "ibl-good@2023 ibl native",
      "ibl-good@2023 ibl recomputed",
    ]);
  });

  it("takes rules of one's own, in the form that rules are printed in", async () => {
    const published = await runJson<object[]>(["rules"]);
    const strict = {
      ...published[0],
      ...{ id: "present@2026", criteria: [{ metric: "allen.presence_ratio", op: ">", bound: 0.98 }] },
    };
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "mine.json"), JSON.stringify(strict));
    const args = [
      "rules",
      "confusion",
      "--allen",
      SAMPLE.allen,
      "--file",
      "mine.json",
      "--rules",
      "present@2026,allen-default@2019",
    ];
    const { rows } = await runJson<Document>(args, { cwd });
    const present = ({ allenMetrics }: TrueUnit) => allenMetrics.presence_ratio > 0.98;
    expect(rows).toEqual([
      {
        ...{ first: "present@2026", second: "allen-default@2019", dataset: "allen", metrics: "native" },
        ...confusionOf("allen", present, passesAllen),
      },
    ]);
    expect((await run(["rules", "--file", "mine.json"], { cwd })).out).toMatch(
      /present@2026.*\n {4}allen\.presence_ratio > 0\.98/,
    );
  });

  it("shows units whose stated verdict their metrics do not bear out", async () => {
    const allen = copySample("allen");
    const table = readFileSync(join(allen, "units.csv"), "utf8");
    const [head = "", ...lines] = table.split("\n");
    const column = head.split(",").indexOf("presence_ratio");
    const absent = lines.map((line) =>
      line
        .split(",")
        .map((cell, i) => (i === column ? "" : cell))
        .join(","),
    );
    writeFileSync(join(allen, "units.csv"), [head, ...absent].join("\n"));
    const { stated } = await runJson<Document>(["rules", "confusion", "--allen", allen, "--recompute"]);
    // Without a presence ratio every unit fails by the table, and passes or not by its spikes.
    const passing = ofDataset("allen").filter(passesAllen).length;
    expect(stated).toMatchObject([
      { metrics: "native", both: 0, neither: ofDataset("allen").length },
      { metrics: "recomputed", onlyFirst: 0, onlySecond: passing },
    ]);
  });

  it("fits 80 columns, and says what would make a rule known", async () => {
    const { code, out, err } = await run(["rules", "confusion"]);
    expect(code).toBe(0);
    expect(Math.max(...`${out}${err}`.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(err.replace(/\s+/g, " ")).toMatch(/--recompute computes/);
  });

  it("refuses files that hold no rules", async () => {
    const cwd = temporaryFolder();
    const [rule] = await runJson<Record<string, unknown>[]>(["rules"]);
    const write = (name: string, content: unknown) =>
      writeFileSync(join(cwd, name), typeof content === "string" ? content : JSON.stringify(content));
    write("broken.json", "{");
    write("strange.json", [{ ...rule, id: "mine@1", missing: "passes" }]);
    write("same.json", rule);
    write("undefined.json", { ...rule, id: "mine@1", criteria: [{ metric: "lab.beauty", op: ">", bound: 1 }] });
    write("empty.json", []);
    const list = (name: string) => run(["rules", "--file", name], { cwd });
    expectFailure(await list("none.json"), /none\.json/, /check the path/);
    expectFailure(await list("broken.json"), /no JSON/);
    expectFailure(await list("strange.json"), /missing/);
    expectFailure(await list("same.json"), /there is one of that id/);
    expectFailure(await list("undefined.json"), /no definition of a metric lab\.beauty/);
    expectFailure(await list("empty.json"), /holds no rules/);
    expectFailure(await run(["rules", "confusion", "--rules", "a@1,b@1"]), /there is no rule a@1/, /ibl-good@2023/);
    expect(await run(["rules", "confusion", "--rules", "ibl-good@2023"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("two rules"),
    });
  });
});

describe("metrics", () => {
  it("lists every definition, and all of one", async () => {
    const { rows, counts } = await runJson(["metrics"]);
    expect(counts).toEqual({ metrics: rows.length });
    const one = await runJson<Record<string, unknown>>(["metrics", "show", "ibl.noise_cutoff"]);
    expect(rows).toContainEqual(one);
    const { out } = await run(["metrics", "show", "ibl.noise_cutoff"]);
    expect(out).toMatch(/^metric +ibl\.noise_cutoff\n/);
    expect(out.replace(/\s+/g, " ")).toContain("not to compare with allen.amplitude_cutoff: that is a share of spikes");
  });

  it("lists those whose id or title holds a text", async () => {
    const { rows } = await runJson(["metrics", "Presence"]);
    expect(rows.map(({ id }) => id).sort()).toEqual([
      "allen.presence_ratio",
      "ibl.presence_ratio",
      "ibl.presence_ratio_std",
    ]);
  });

  it("covers every metric of the sample's units", async () => {
    const ids = (await runJson(["metrics"])).rows.map(({ id }) => id);
    const { rows } = await runJson<{ rows: { metrics: object }[] }>(["units"]);
    expect(ids).toEqual(expect.arrayContaining([...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))]));
  });

  it("fits 80 columns, and names those alike for one that is not there", async () => {
    const { out, err } = await run(["metrics"]);
    expect(Math.max(...`${out}${err}`.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
    expectFailure(await run(["metrics", "show", "ibl.snr"]), /did you mean allen\.snr/);
    expectFailure(await run(["metrics", "show", "nothing"]), /no definition/);
  });
});
