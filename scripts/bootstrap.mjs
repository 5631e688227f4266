// Makes a checkout ready: installs what the lockfile names and compiles the packages, each only when something changed.
//
//   node scripts/bootstrap.mjs [--quiet]
//
// Everything it says goes to stderr, so that a command run after it has stdout to itself. Nothing is installed globally.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnv, PNPM, runNpm } from "./npm.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STAMP = join(ROOT, "node_modules", ".crossprobe-setup.json");
const quiet = process.argv.includes("--quiet");

requireNode(20, 19);
const stamp = readStamp();
const installed = installState();
if (stamp.installed !== installed) {
  step("Installing dependencies", () =>
    runNpm("npx", ["--yes", PNPM, "install", "--frozen-lockfile"], {
      cwd: ROOT,
      env: cleanEnv({ CI: "true" }), // no questions, whatever it finds in node_modules
      stdio: output(),
    }),
  );
  writeStamp({ installed });
}
if (stamp.installed !== installed || stamp.built !== buildState()) {
  step("Compiling", () =>
    spawnSync(process.execPath, [join(ROOT, "node_modules", "typescript", "bin", "tsc"), "-b"], {
      cwd: ROOT,
      stdio: output(),
    }),
  );
  writeStamp({ installed, built: buildState() });
}

function requireNode(major, minor) {
  const [currentMajor = 0, currentMinor = 0] = process.versions.node.split(".").map(Number);
  if (currentMajor > major || (currentMajor === major && currentMinor >= minor)) return;
  fail(
    `crossprobe needs Node ${major}.${minor} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
  );
}

/** Changes when another install is due: dependencies, the platform, the ABI that native modules are built for. */
function installState() {
  const manifests = workspaceFolders().map((folder) => join(folder, "package.json"));
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests].filter((file) =>
    existsSync(join(ROOT, file)),
  );
  const hash = createHash("sha256").update(`${PNPM} ${process.platform} ${process.arch} ${process.versions.modules}`);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest("hex");
}

/** Changes when another compilation is due: names, sizes and times of the sources, and of what tsc wrote last. */
function buildState() {
  const files = ["tsconfig.json", "tsconfig.base.json"];
  for (const folder of packageFolders()) {
    files.push(join(folder, "tsconfig.json"), join(folder, "dist", ".tsbuildinfo"), ...sourcesIn(join(folder, "src")));
  }
  const hash = createHash("sha256");
  for (const file of files) {
    const found = statSync(join(ROOT, file), { throwIfNoEntry: false });
    hash.update(`${file}\0${found?.size}\0${found?.mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function sourcesIn(folder) {
  return list(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return /\.(ts|tsx|json)$/.test(entry.name) && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

function packageFolders() {
  return list("packages").flatMap((entry) => (entry.isDirectory() ? [join("packages", entry.name)] : []));
}

function workspaceFolders() {
  return [...packageFolders(), "test", "examples", "bench"];
}

function list(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, "utf8"));
  } catch {
    return {}; // none yet, or half written: everything is due
  }
}

function writeStamp(state) {
  writeFileSync(STAMP, `${JSON.stringify(state)}\n`);
}

/** Children write to stderr; a quiet run keeps their words for when they fail. */
function output() {
  return quiet ? ["ignore", "pipe", "pipe"] : ["ignore", 2, 2];
}

function step(title, run) {
  const start = Date.now();
  if (!quiet) process.stderr.write(`${title} …\n`);
  const result = run();
  if (result.status !== 0) {
    if (quiet) writeSync(2, `${result.stdout ?? ""}${result.stderr ?? ""}`);
    fail(`${title} failed${result.error ? `: ${result.error.message}` : ""}.`);
  }
  if (!quiet) process.stderr.write(`${title}: done in ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
}

function fail(message) {
  writeSync(2, `${message}\n`); // synchronous: the process ends here
  process.exit(1);
}
