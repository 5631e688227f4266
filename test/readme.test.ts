import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ADAPTER_CHECKS } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";
import { PLANTED_BUGS } from "../packages/core/src/conformance/planted-bugs.js";

/** Numbers that the documents quote are those of the code. */

const root = fileURLToPath(new URL("..", import.meta.url));
const text = (file: string) => readFile(root + file, "utf8");
const numbersIn = async (file: string, pattern: RegExp) =>
  [...(await text(file)).matchAll(pattern)].map(([, number]) => Number(number));

describe("the documents", () => {
  it("count the conformance checks", async () => {
    expect(await numbersIn("README.md", /(\d+) checks/g)).toEqual([ADAPTER_CHECKS.length]);
  });

  it.each(["README.md", "packages/core/README.md"])("%s counts the planted bugs", async (file) => {
    expect(await numbersIn(file, /(\d+)\s+(?:planted )?bugs/g)).toEqual([PLANTED_BUGS.length]);
  });

  it("name the programs that wrote the reference files, each with the files that it wrote", async () => {
    const [, list = ""] =
      /\*\*Reference files\*\* written by ([^;]*?), sound and broken/.exec(await text("README.md")) ?? [];
    const programs = list.split(/,\s+|\s+and\s+/);
    expect(programs.length).toBeGreaterThan(1);
    const folders = (await readdir(`${root}test/fixtures`)).map((name) => `test/fixtures/${name}/README.md`);
    const origins = (await Promise.all([...folders, "samples/README.md"].map(text))).join("\n");
    expect(programs.filter((program) => !origins.includes(program))).toEqual([]);
  });

  it("take rates over the length of the sample session", async () => {
    const truth = JSON.parse(await text("test/fixtures/rosetta/truth/truth.json")) as {
      sessionDurationSeconds: number;
    };
    expect(await numbersIn("README.md", /stop: (\d+) \}/g)).toEqual([truth.sessionDurationSeconds]);
    expect(await numbersIn("README.md", /`(\d+)` is how many/g)).toEqual([truth.sessionDurationSeconds]);
  });

  it("list every caveat, and every column of the table of a comparison", async () => {
    const names = (found: string, pattern: RegExp) => [...found.matchAll(pattern)].map(([, name]) => name).sort();
    const readme = await text("packages/cli/README.md");
    const [, columns = "", caveats = ""] = /## report\.csv\n(.*?)## Caveats\n(.*?)## Exit codes/s.exec(readme) ?? [];
    const source = await text("packages/analysis/src/comparability.ts");
    expect(names(caveats, /^\| `([a-z-]+)`/gm)).toEqual(names(source, /\bid: "([a-z-]+)"/g));
    const listed = columns.split("\n").flatMap((line) => names(line.split("|")[1] ?? "", /`([A-Za-z0-9]+)`/g));
    const written = await text("packages/cli/src/report/csv.ts");
    expect(listed.sort()).toEqual(names(written, /column\("(\w+)"/g));
    expect(columns.includes("`<band>MeanOverProbesUv2`")).toBe(written.includes("}MeanOverProbesUv2`"));
  });
});
