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
});
