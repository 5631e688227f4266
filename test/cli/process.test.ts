import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { removeFolders, temporaryFolder } from "./run.js";

/** The command as a process of its own, from `dist`: streams, signals, what is read from disk. */

afterAll(removeFolders);

const MAIN = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

function start(args: readonly string[], { cwd = temporaryFolder() } = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

async function finish(child: ChildProcess) {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    err += chunk;
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once("close", (...outcome) => resolve(outcome));
  });
  return { code, signal, out, err };
}

describe("the process", () => {
  it("exits with the code of the command, answer on one stream and the rest on the other", async () => {
    const listing = await finish(start(["probes", "--json"]));
    expect(listing).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(listing.out).counts.probes).toBe(4);
    expect(await finish(start(["probes", "--ibl", "gone"]))).toMatchObject({ code: 1, out: "" });
    expect(await finish(start(["probes", "--sped"]))).toMatchObject({ code: 2, out: "" });
  });

  it("is content when its reader goes away", async () => {
    const child = start(["channels", "--json"]);
    child.stdout?.once("data", () => child.stdout?.destroy());
    expect(await finish(child)).toMatchObject({ code: 0, err: "" });
  });

  it("takes paths from where the user stands when npm runs it at the root", async () => {
    const [root, place] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(join(place, "here"));
    const env = { ...process.env, npm_lifecycle_event: "crossprobe", INIT_CWD: place };
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    const child = spawn(process.execPath, [MAIN, "inspect", "here", "--json"], { cwd: root, env, stdio });
    expect(JSON.parse((await finish(child)).out)).toMatchObject({ format: "folder" });
  });
});

describe("an interruption", () => {
  it("ends a comparison at once, with exit code 1 and no files", async () => {
    const cwd = temporaryFolder();
    const child = start(["compare", "--out", "report"], { cwd });
    const ended = finish(child);
    // Long enough to be inside the comparison, short enough not to be through it: reading both samples takes seconds.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(child.exitCode).toBeNull();
    const before = Date.now();
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    // A tenth of a second on an idle machine; a busy one gets more.
    expect(Date.now() - before).toBeLessThan(2500);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^crossprobe: interrupted$/m);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe("what is read before a command is known", () => {
  /** Packages that a module of `dist` reaches through imports at its top, not those inside a function. */
  function staticImports(file: string, seen = new Set<string>()): Set<string> {
    if (seen.has(file)) return new Set();
    seen.add(file);
    const found = new Set<string>();
    for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|export)\b[^;"]*"([^"]+)";/gm)) {
      if (!specifier.startsWith(".")) found.add(specifier);
      else for (const name of staticImports(join(dirname(file), specifier), seen)) found.add(name);
    }
    return found;
  }

  it("is commander and nothing else, so that help comes at once", () => {
    const outside = [...staticImports(MAIN)].filter((name) => !name.startsWith("node:"));
    expect(outside).toEqual(["commander"]);
  });

  it("the walk sees what a command brings", () => {
    expect([...staticImports(join(dirname(MAIN), "compose.js"))]).toContain("@crossprobe/storage/node");
  });
});
