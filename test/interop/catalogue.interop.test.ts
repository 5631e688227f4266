import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildCatalogue } from "@crossprobe/catalogue";
import { saveCatalogue } from "@crossprobe/catalogue/node";
import { parseQuestion } from "@crossprobe/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DrawnSource, drawAll } from "../catalogue/drawn-source.js";
import { naiveAnswer } from "../catalogue/naive-answer.js";

const PYTHON = process.env.CROSSPROBE_PYTHON ?? "python3";

interface Found {
  readonly kinds: Readonly<Record<string, number>>;
  readonly ca1: readonly string[];
  readonly median: number;
}

describe("a catalogue file, read by others", () => {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-interop-"));
  const datasets = drawAll(12);
  let answer: Readonly<Record<string, Found>>;

  beforeAll(async () => {
    const { path } = await saveCatalogue(await buildCatalogue(new DrawnSource(datasets)), join(folder, "all.parquet"));
    const script = fileURLToPath(new URL("read_catalogue.py", import.meta.url));
    answer = JSON.parse(execFileSync(PYTHON, [script, path], { maxBuffer: 2 ** 28 }).toString());
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["pyarrow", "pandas", "polars", "duckdb"])(
    "rows of each table, units of a region and their median rate by %s",
    (reader) => {
      const found = answer[reader];
      const kinds = (["session", "probe", "channel", "unit"] as const).flatMap((kind) => {
        const { coverage } = naiveAnswer(parseQuestion({ kind: `${kind}s` }), datasets);
        return [...coverage].map(([dataset, { rowCount }]) => [`${kind} ${dataset}`, rowCount] as const);
      });
      expect(found?.kinds).toEqual(Object.fromEntries(kinds.filter(([, count]) => count > 0)));
      const { rows } = naiveAnswer(parseQuestion({ kind: "units" }), datasets);
      const units = rows.filter((row) => row.cell("region") === "CA1");
      expect(units.length).toBeGreaterThan(2);
      const idOf = (ref: unknown) => String(ref).split(":").slice(2).join(":");
      expect([...(found?.ca1 ?? [])].sort()).toEqual(
        units.map((row) => decodeURIComponent(idOf(row.cell("unit")))).sort(),
      );
      const rates = units
        .flatMap((row) => row.cell("firingRate") ?? [])
        .map(Number)
        .sort((a, b) => a - b);
      const [low, high] = [rates[(rates.length - 1) >> 1] ?? 0, rates[rates.length >> 1] ?? 0];
      expect(found?.median).toBeCloseTo((low + high) / 2, 12);
    },
  );
});
