// Holds what `crossprobe aggregate` writes to h5py and pandas, and what h5py adds to it to our reader.
//
//   PYTHON=venv/bin/python node scripts/interop-aggregates.mjs
//
// Needs a Python with h5py, pandas and pyarrow (python3 -m venv venv && venv/bin/pip install h5py pandas pyarrow), and a built checkout.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openUnitSpikes } from "../packages/formats/dist/unit-spikes.js";
import { LocalStore } from "../packages/storage/dist/node.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "crossprobe-interop-"));

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: folder, stdio: "inherit" });
  if (status !== 0) throw new Error(`${program} ${args[0]} failed${error ? `: ${error.message}` : ""}`);
}

try {
  const cli = join(ROOT, "packages/cli/dist/main.js");
  run(process.execPath, [cli, "aggregate", "--units", "units.parquet", "--spikes", "spikes.h5", "--amplitudes"]);
  run(process.env.PYTHON ?? "python3", [join(ROOT, "scripts/interop_aggregates.py"), join(ROOT, "samples"), folder]);
  const spikes = await openUnitSpikes(new LocalStore(folder), "spikes.h5");
  for (const key of await spikes.keys()) {
    const [all, kept] = [await spikes.times(key), await spikes.times(key, { withoutDuplicates: true })];
    const wanted = all.filter((_, i) => i % 10 !== 9);
    if (Buffer.compare(Buffer.from(kept.buffer), Buffer.from(wanted.buffer)) !== 0)
      throw new Error(`${key}: masked otherwise`);
  }
  console.log(`ours: ${(await spikes.keys()).length} units read with the masks that h5py added`);
  await spikes.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
