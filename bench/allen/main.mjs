// Time and peak memory of what people ask of an Allen session file of real size; beside h5py and AllenSDK where a Python has them.
//
//   npm run bench -- allen [--rounds <n>] [--python <python with h5py, numpy and allensdk>] [--file <written before>]
//
// Writes a synthetic session (600 units, 30 million spikes, 70 450 presentations, waveforms of 384 sites; 677 MB, everything cached by the
// system), then does each job in a process of its own, ours and Python's in turn. Times begin after imports. Linux only.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { REAL, writeSessionFile } from "./session-file.mjs";

const OURS = fileURLToPath(new URL("ours.mjs", import.meta.url));
const REFERENCE = fileURLToPath(new URL("reference.py", import.meta.url));
const JOBS = ["units", "spikes", "presentations", "counts-1", "counts-25"];

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, python: { type: "string" }, file: { type: "string" } },
});

const folder = options.file === undefined ? mkdtempSync(join(tmpdir(), "crossprobe-bench-")) : undefined;
try {
  const path = options.file ?? join(folder, "session_700000001.nwb");
  if (folder !== undefined) writeSessionFile(path);
  process.stdout.write(`${JSON.stringify(report(path), null, 2)}\n`);
} finally {
  if (folder !== undefined) rmSync(folder, { recursive: true });
}

function report(path) {
  const [machine] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${machine.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
    load: loadavg()[0].toFixed(1),
    fileBytes: statSync(path).size,
    jobs: Object.fromEntries(JOBS.map((job) => [job, compare(path, job)])),
  };
}

function compare(path, job) {
  const request = JSON.stringify({ path, job, form: REAL });
  const [ours, theirs] = [[], []];
  for (let round = 0; round < Number(options.rounds); round++) {
    ours.push(run(process.execPath, [OURS, request]));
    if (options.python !== undefined) theirs.push(run(options.python, [REFERENCE, request]));
  }
  const [mine, other] = [summarize(ours), summarize(theirs)];
  if (other === undefined) return { ours: mine };
  const ratio = Object.fromEntries(
    Object.keys(mine.ms).flatMap((part) =>
      other.ms[part] ? [[part, +(other.ms[part] / mine.ms[part]).toFixed(2)]] : [],
    ),
  );
  return { ours: mine, python: other, ratio, sameAnswer: JSON.stringify(mine.answer) === JSON.stringify(other.answer) };
}

function run(command, args) {
  return JSON.parse(execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
}

function summarize(runs) {
  const [first] = runs;
  if (first === undefined) return undefined;
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const ms = Object.keys(first.parts).map((part) => [part, +median(runs.map(({ parts }) => parts[part])).toFixed(1)]);
  const peakMB = Math.round(median(runs.map(({ peakBytes }) => peakBytes)) / 1e6);
  return { ms: Object.fromEntries(ms), peakMB, answer: first.answer };
}
