// Holds what crossprobe writes to the reference programs in Python.
//
//   npm run interop
//
// Makes a virtual environment in .interop/ (once) with ONE-api, moto, polars and DuckDB from the package index, or uses the Python that CROSSPROBE_PYTHON names, and
// runs test/interop. Needs Python 3.10 or newer with venv, and a package index.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(ROOT, ".interop");
const PACKAGES = ["ONE-api==3.6.1", "h5py", "lfpack", "moto[server]==5.2.1", "boto3", "polars", "duckdb"];

const python = process.env.CROSSPROBE_PYTHON ?? environment();
if (python !== undefined) {
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const env = { ...process.env, CROSSPROBE_PYTHON: python };
  process.exitCode = run(process.execPath, [vitest, "run", "--config", "vitest.interop.config.ts"], env) ? 0 : 1;
} else process.exitCode = 1;

/** The environment's Python; undefined, with a message, where it cannot be made. */
function environment() {
  const bin = process.platform === "win32" ? join("Scripts", "python.exe") : join("bin", "python");
  const made = join(FOLDER, bin);
  const complete = join(FOLDER, "complete");
  const isCurrent = existsSync(complete) && readFileSync(complete, "utf8") === PACKAGES.join(" ");
  if (isCurrent && existsSync(made)) return made;
  rmSync(FOLDER, { recursive: true, force: true });
  const base = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (base === undefined) {
    console.error("no Python found: install Python 3.10 or newer, or name one in CROSSPROBE_PYTHON");
    return undefined;
  }
  console.log(`making .interop/ with ${PACKAGES.join(", ")}`);
  const isMade =
    run(base, ["-m", "venv", FOLDER]) &&
    run(made, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES]) &&
    run(made, ["-c", `open(${JSON.stringify(complete)}, "w").write("${PACKAGES.join(" ")}")`]);
  if (isMade) return made;
  console.error("the environment could not be made: see above");
  return undefined;
}

function run(program, args, env = process.env) {
  return spawnSync(program, args, { cwd: ROOT, stdio: "inherit", env }).status === 0;
}
