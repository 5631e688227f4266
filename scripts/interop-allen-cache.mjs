// Holds project caches that we write to AllenSDK, and tables that it returns to ours.
//
//   PYTHON=venv/bin/python node scripts/interop-allen-cache.mjs [<project cache>]
//
// Writes the tables of a cache (the sample one, unless another is given) as a cache of its own, lets EcephysProjectCache open both where no
// network answers, and compares every table it returns with the other cache's and with ours. Needs a Python with AllenSDK 2.16 and a built
// checkout: python3.10 -m venv venv && venv/bin/pip install allensdk==2.16.2 pynwb==2.3.3 hdmf==3.9.0
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  encodeProjectCache,
  encodeProjectTable,
  openProjectCache,
} from "../packages/allen-adapter/dist/cache/index.js";
import { isDataError } from "../packages/core/dist/index.js";
import { LocalStore } from "../packages/storage/dist/node.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const source = resolve(process.argv[2] ?? join(ROOT, "samples/allen"));
const folder = mkdtempSync(join(tmpdir(), "crossprobe-interop-"));

function write(key, text) {
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  writeFileSync(join(folder, key), text);
}

try {
  // What AllenSDK 2.16 with pandas 1.5 gives: its order, its sentinels.
  const cache = await openProjectCache(new LocalStore(source), { sentinels: "kept", order: "grouped" });
  const names = ["sessions", "probes", "channels", "units"];
  const tables = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await cache.readTable(name)])));
  const metrics = new Map();
  for (const sessionType of await cache.readSessionTypes()) {
    try {
      metrics.set(sessionType, await cache.readAnalysisMetrics({ sessionType }, { annotate: false }));
      write(`ours/${sessionType}.csv`, encodeProjectTable(await cache.readAnalysisMetrics({ sessionType })));
    } catch (error) {
      if (!isDataError(error, "not-found")) throw error;
    }
  }
  for (const { key, text } of encodeProjectCache({ tables, metrics })) write(`cache/${key}`, text);
  const returned = {
    ...{ sessions: await cache.readSessions(), probes: await cache.readProbes() },
    ...{ channels: await cache.readChannels(), units: await cache.readUnits() },
  };
  for (const [name, table] of Object.entries(returned)) {
    const columns = new Map([...table.table.columns].map(([column, values]) => [column, plain(values)]));
    write(`ours/${name}.csv`, encodeProjectTable({ ...table, table: { ...table.table, columns } }));
  }
  const script = join(ROOT, "scripts/interop_allen_cache.py");
  const args = [script, source, join(folder, "cache"), join(folder, "ours"), ...metrics.keys()];
  const { status, error } = spawnSync(process.env.PYTHON ?? "python3", args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`the comparison failed${error ? `: ${error.message}` : ""}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Lists of labels in cells, as one text. */
function plain(values) {
  return Array.isArray(values)
    ? values.map((value) => (Array.isArray(value) ? value.map((label) => label ?? "-").join(" ") : value))
    : values;
}
