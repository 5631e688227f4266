import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The script that begins an adapter, in a copy of the checkout that shares its installed libraries. Nothing is fetched. */

const root = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = "packages/some-lab-adapter";
let copy = "";

interface Outcome {
  readonly code: number;
  readonly output: string;
}

const run = (script: string, ...args: string[]): Promise<Outcome> =>
  promisify(execFile)(process.execPath, [join(copy, script), ...args], { cwd: copy }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, output: `${stdout}${stderr}` }),
  );
const read = (file: string) => readFile(join(copy, file), "utf8");

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "crossprobe-new-adapter-"));
  const part = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true };
  const parts = ["packages", "scripts", "test/architecture", "test/architecture.test.ts", "test/node_modules"];
  const settings = ["package.json", "tsconfig.json", "tsconfig.base.json", "biome.json", "vitest.config.ts"];
  for (const name of [...parts, ...settings]) await cp(join(root, name), join(copy, name), part);
  await mkdir(join(copy, "node_modules"));
  for (const name of await readdir(join(root, "node_modules"))) {
    if (!/^\.(?!pnpm$)/.test(name)) await symlink(join(root, "node_modules", name), join(copy, "node_modules", name));
  }
}, 60_000);
afterAll(() => rm(copy, { recursive: true, force: true }));

describe("new-adapter", () => {
  it("refuses what is no name, and says how to call it", async () => {
    for (const args of [[], ["Some Lab"], ["../x"], ["new"], ["a", "b"]]) {
      const { code, output } = await run("scripts/new-adapter.mjs", ...args);
      expect([code, output.includes("usage: node scripts/new-adapter.mjs <name>")], args.join(" ")).toEqual([2, true]);
    }
  });

  it("leaves a package that exists alone", async () => {
    const before = await read("tsconfig.json");
    const { code, output } = await run("scripts/new-adapter.mjs", "allen");
    expect([code, output.trim()]).toEqual([1, expect.stringContaining("packages/allen-adapter exists already")]);
    expect(await read("tsconfig.json")).toBe(before);
  });

  it("writes a package that compiles, is in order, and whose conformance test runs", async () => {
    expect(await run("scripts/new-adapter.mjs", "some-lab")).toMatchObject({ code: 0 });
    // What `npm run lock` and `npm run build` would link.
    await mkdir(join(copy, FOLDER, "node_modules", "@crossprobe"), { recursive: true });
    await symlink(join("..", "..", "..", "core"), join(copy, FOLDER, "node_modules", "@crossprobe", "core"));

    expect(await run("node_modules/typescript/bin/tsc", "-b", FOLDER)).toEqual({ code: 0, output: "" });
    expect(await readdir(join(copy, FOLDER, "dist"))).toContain("index.js");
    const order = await run("node_modules/@biomejs/biome/bin/biome", "check", FOLDER, "tsconfig.json", "test");
    expect(order, order.output).toMatchObject({ code: 0 });
    const tests = await run("node_modules/vitest/vitest.mjs", "run", FOLDER, "test/architecture.test.ts", "--no-color");
    expect(tests, tests.output).toMatchObject({ code: 0 });
    expect(tests.output).toMatch(/Test Files +2 passed/);
    const [, passing, skipped] =
      /(\d+) checks pass, (\d+) are skipped/.exec(await readFile(join(root, "CONTRIBUTING.md"), "utf8")) ?? [];
    expect(tests.output).toMatch(new RegExp(`\\(${Number(passing) + Number(skipped)} tests \\| ${skipped} skipped\\)`));
  }, 120_000);
});
