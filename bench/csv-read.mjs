// Time and peak memory of parsing a CSV table of 100 000 rows × 26 columns.
//
//   node bench/csv-read.mjs [--rounds <n>] [--against <path of another build's csv.js>]
//
// Each reading is a process of its own; with --against the two builds take turns, and ratios are of medians.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const SCRIPT = fileURLToPath(import.meta.url);
const FORM = { rows: 100_000, columns: 26 };

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    against: { type: "string" },
    read: { type: "string", multiple: true },
  },
});

if (options.read !== undefined) await read(...options.read);
else measure();

function measure() {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-bench-"));
  const path = join(folder, "units.csv");
  try {
    writeTable(path);
    const here = import.meta.resolve("@crossprobe/formats/csv");
    const builds = options.against === undefined ? [here] : [here, pathToFileURL(resolve(options.against)).href];
    const runs = builds.map(() => []);
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const [i, build] of builds.entries()) runs[i].push(run(build, path));
    }
    const [now, before] = runs.map(medians);
    const report = {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
      command: `node bench/${basename(SCRIPT)} ${process.argv.slice(2).join(" ")}`.trim(),
      fileBytes: statSync(path).size,
      ...FORM,
      now,
      ...(before && { before, ratio: mapValues(now, (name, { median }) => round2(median / before[name].median)) }),
    };
    console.log(JSON.stringify(report, null, 2));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(build, path) {
  return JSON.parse(execFileSync(process.execPath, [SCRIPT, "--read", build, "--read", path], { encoding: "utf8" }));
}

/** Processor time beside the time on the clock: the second also counts what else the machine does. */
async function read(build, path) {
  const { parseCsv } = await import(build);
  const bytes = readFileSync(path);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const table = parseCsv(new TextDecoder().decode(bytes), path);
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - started;
  const peakRssMb = process.resourceUsage().maxRSS / 1000;
  check(table);
  console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, peakRssMb }));
}

function medians(runs) {
  return mapValues(runs[0], (name) => {
    const sorted = runs.map((values) => Math.round(values[name])).sort((a, b) => a - b);
    return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted.at(-1) };
  });
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(name, value)]));
}

function round2(value) {
  return Math.round(value * 100) / 100;
}

/** Like units.csv of the Allen release: an id, metrics with all their digits, some missing, and a text, some in quotes. */
function writeTable(path) {
  const lines = [["id", ...Array.from({ length: FORM.columns - 2 }, (_, i) => `metric_${i}`), "region"].join(",")];
  for (let row = 0; row < FORM.rows; row++) {
    const values = Array.from({ length: FORM.columns }, (_, column) => valueAt(row, column));
    lines.push(values.map((value) => (value.includes(",") ? `"${value.replaceAll('"', '""')}"` : value)).join(","));
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
}

/** The values are those that were written. */
function check({ columns, rowCount }) {
  if (rowCount !== FORM.rows || columns.size !== FORM.columns) throw new Error(`${rowCount} × ${columns.size}`);
  for (const [column, values] of [...columns.values()].entries()) {
    for (let row = column; row < FORM.rows; row += 997) {
      if (values[row] !== valueAt(row, column)) throw new Error(`row ${row}, column ${column}: ${values[row]}`);
    }
  }
}

function valueAt(row, column) {
  if (column === 0) return String(950_000_000 + row);
  if (column === FORM.columns - 1) return row % 50 === 0 ? 'VISp, layer "2/3"' : "VISp";
  const hash = Math.imul(row ^ Math.imul(column + 1, 0x9e3779b1), 0x85ebca6b);
  const noise = (Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) >>> 0) / 2 ** 32;
  return noise < 0.03 ? "" : String((noise - 0.5) * 1000 * Math.PI);
}
