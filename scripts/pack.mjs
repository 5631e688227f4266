// Packs every package as it would be published, and with --verify installs the tarballs in an empty project and uses them.
//
//   node scripts/pack.mjs [folder] [--verify]     folder: packed/ by default
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { prepare, restore } from "./manifest.mjs";
import { runNpm } from "./npm.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const folder = resolve(process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? join(ROOT, "packed"));

const tarballs = packages().map((path) => pack(path));
console.log(`Packed ${tarballs.length} packages into ${folder}`);
if (process.argv.includes("--verify")) verify(tarballs);

function packages() {
  return readdirSync(join(ROOT, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(ROOT, "packages", entry.name));
}

function pack(path) {
  mkdirSync(folder, { recursive: true });
  prepare(path);
  try {
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const { stdout } = must("npm", args, path, ["ignore", "pipe", "inherit"]);
    // An array of one, or an object by name, as npm's version has it.
    const [{ filename }] = Object.values(JSON.parse(stdout));
    return join(folder, filename.replace("@", "").replace("/", "-"));
  } finally {
    restore(path);
  }
}

function verify(tarballs) {
  const project = mkdtempSync(join(tmpdir(), "crossprobe-pack-"));
  try {
    // As a script, the command is found as a user's shell would find it, and never looked up in a registry.
    const manifest = {
      name: "empty",
      private: true,
      type: "module",
      scripts: { "show-version": "crossprobe --version", "count-units": "crossprobe units --json" },
    };
    writeFileSync(join(project, "package.json"), `${JSON.stringify(manifest)}\n`);
    must("npm", ["install", "--no-audit", "--no-fund", ...tarballs], project, "inherit");
    const entries = packages().flatMap(entryPoints);
    writeFileSync(join(project, "import-all.mjs"), entries.map((entry) => `await import("${entry}");\n`).join(""));
    if (spawnSync(process.execPath, ["import-all.mjs"], { cwd: project, stdio: "inherit" }).status !== 0) {
      throw new Error("An entry point of an installed package cannot be imported.");
    }
    console.log(`Imported ${entries.length} entry points on Node ${process.versions.node}`);
    const { stdout } = must("npm", ["run", "--silent", "show-version"], project, ["ignore", "pipe", "inherit"]);
    console.log(`crossprobe --version: ${String(stdout).trim()}`);
    const units = must("npm", ["run", "--silent", "count-units"], project, ["ignore", "pipe", "inherit"]).stdout;
    console.log(`crossprobe units, of the embedded samples: ${JSON.parse(String(units)).counts.units}`);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** What a package offers to import; the conformance suites need vitest, which an empty project does not have. */
function entryPoints(path) {
  const { name, exports } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  return Object.keys(exports)
    .map((subpath) => name + subpath.slice(1))
    .filter((entry) => !entry.endsWith("/conformance"));
}

function must(program, args, cwd, stdio) {
  const result = runNpm(program, args, { cwd, stdio, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${program} ${args.join(" ")} failed in ${cwd}`);
  return result;
}
