// Runs a benchmark by its name:  npm run bench -- <name> [options]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPTS = {
  "allen-lfp": "allen/lfp.mjs",
  "allen-tables": "allen-tables.mjs",
  allen: "allen/main.mjs",
  catalogue: "catalogue/main.mjs",
  "csv-read": "csv-read.mjs",
  "hdf5-window-memory": "hdf5-window-memory.mjs",
  lfpack: "lfpack/main.mjs",
  "lfpack-big": "lfpack/large.mjs",
  "lfpack-kernels": "lfpack-kernels.mjs",
  "parquet-typed": "parquet-typed.mjs",
  "remote-hdf5": "remote-hdf5/main.mjs",
  storage: "storage/main.mjs",
};

const [name, ...options] = process.argv.slice(2);
const script = SCRIPTS[name];
if (script === undefined) {
  console.error(`no benchmark ${name ?? "was named"}; there are: ${Object.keys(SCRIPTS).join(", ")}`);
  process.exitCode = 2;
} else {
  const path = fileURLToPath(new URL(script, import.meta.url));
  process.exitCode = spawnSync(process.execPath, [path, ...options], { stdio: "inherit" }).status ?? 1;
}
