// Time and peak memory of opening the index tables of ONE with 1.2 million files, and of questions to them; then the same through a hub.
//
//   node bench/one-tables.mjs [--rounds <n>] [--tables <folder with sessions.pqt and datasets.pqt>] [--keep <folder>]
//
// Writes tables from a seed in two layouts, UUIDs as text and as pairs of integers, unless it is given a folder. Each reading is a
// process of its own. Linux only (peak memory is VmHWM: maxrss of a process begins with that of its parent). Fails above 2.5 s or
// 500 MB for opening and for listing sessions, 1 ms for the files of a session, 0.5 s for the sessions with a file.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { table } from "@crossprobe/core";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { createRandom } from "../scripts/random.mjs";

const SCRIPT = fileURLToPath(import.meta.url);
const FORM = { sessions: 12_000, filesOfSession: 100 };
const METADATA = new Map([["one_metadata", JSON.stringify({ date_created: "2026-01-15 12:00", origin: "bench" })]]);
const PATHS = [
  ...["spikes", "clusters", "channels", "templates", "drift"].flatMap((object) =>
    ["times", "clusters", "amps", "depths", "samples", "metrics", "channels", "uuids"].flatMap((attribute) =>
      ["", "#2024-05-06#/"].map((revision) => `alf/probe00/pykilosort/${revision}${object}.${attribute}.npy`),
    ),
  ),
  ...["intervals", "goCue_times", "choice", "feedback_times", "stimOn_times"].map(
    (name) => `alf/_ibl_trials.${name}.npy`,
  ),
  ...Array.from({ length: 95 }, (_, i) => `raw_video_data/extra/_iblrig_camera${String(i).padStart(3, "0")}.raw.mp4`),
];
const LIMITS = {
  ...{ openMs: 2500, peakMB: 500, filesOfSessionMs: 1, sessionsWithFileMs: 500 },
  ...{ hubSessionsMs: 2500, hubPeakMB: 500, hubFilesMs: 1 },
};

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    tables: { type: "string" },
    keep: { type: "string" },
    read: { type: "string" },
    list: { type: "string" },
  },
});

if (options.read !== undefined) await read(options.read);
else if (options.list !== undefined) await list(options.list);
else measure();

function measure() {
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), "crossprobe-bench-"));
  try {
    const given = options.tables;
    const folders = given === undefined ? ["text", "pairs"].map((layout) => join(folder, layout)) : [given];
    if (given === undefined) for (const path of folders) writeTables(path, basename(path));
    const layouts = folders.map((path) => [path, []]);
    for (let round = 0; round < Number(options.rounds); round++)
      for (const [path, runs] of layouts) runs.push(run(path));
    const report = {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
      command: `node bench/${basename(SCRIPT)} ${process.argv.slice(2).join(" ")}`.trim(),
      layouts: layouts.map(([path, runs]) => ({
        layout: basename(path),
        fileBytes: statSync(join(path, "datasets.pqt")).size,
        ...ranges(runs),
      })),
    };
    console.log(JSON.stringify(report, null, 2));
    const failures = report.layouts.flatMap((found) =>
      Object.entries(LIMITS).flatMap(([name, limit]) =>
        found[name].median > limit ? [`${found.layout}: ${name} ${found[name].median} > ${limit}`] : [],
      ),
    );
    if (failures.length > 0) {
      console.error(failures.join("\n"));
      process.exitCode = 1;
    }
  } finally {
    if (options.keep === undefined) rmSync(folder, { recursive: true });
  }
}

function run(path) {
  const child = (task) => JSON.parse(execFileSync(process.execPath, [SCRIPT, task, path], { encoding: "utf8" }));
  return { ...child("--read"), ...child("--list") };
}

/** The question of a user of the hub: every session, then the probes of a thousand of them, then what the folder answers for. */
async function list(path) {
  const { createHub } = await import("@crossprobe/core");
  const { ibl } = await import("@crossprobe/ibl-adapter");
  const { createStores, toFileUrl } = await import("@crossprobe/storage/node");
  const hub = createHub({ stores: createStores(), adapters: [ibl({ sources: [toFileUrl(`${path}/`)] })] });
  const started = performance.now();
  const refs = [];
  for await (const session of hub.sessions()) refs.push(session.ref);
  const hubSessionsMs = performance.now() - started;
  const hubPeakMB = peakMB();
  if (refs.length !== FORM.sessions) throw new Error(`${refs.length} sessions`);
  const times = [];
  for (const ref of refs.filter((_, i) => i % 12 === 0)) {
    const begun = performance.now();
    await hub.probes(ref);
    times.push(performance.now() - begun);
  }
  const begun = performance.now();
  await hub.describe("ibl");
  const hubDescribeMs = performance.now() - begun;
  hub.dispose();
  const figures = { hubSessionsMs, hubPeakMB, hubDescribeMs };
  console.log(
    JSON.stringify({ ...figures, hubFilesMs: percentile(times, 0.5), hubFilesMs99: percentile(times, 0.99) }),
  );
}

function peakMB() {
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1000;
}

async function read(path) {
  const { openOneIndex, searchSessions } = await import("@crossprobe/ibl-adapter/one");
  const { LocalStore } = await import("@crossprobe/storage/node");
  const cpu = process.cpuUsage();
  const started = performance.now();
  const index = await openOneIndex(new LocalStore(`${path}/`));
  const openMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const peak = peakMB();
  if (index.datasets.rowCount !== FORM.sessions * FORM.filesOfSession)
    throw new Error(`${index.datasets.rowCount} files`);
  const times = index.sessions.map(({ eid }) => {
    const { ms, result } = timed(() => index.datasets.ofSession(eid));
    if (result.length !== FORM.filesOfSession) throw new Error(`${eid} has ${result.length} files`);
    return ms;
  });
  const having = timed(() => searchSessions(index, { datasets: "spikes.times.npy" }));
  const subject = timed(() => searchSessions(index, { subject: "XP_0042", datasets: "spikes.times.npy" }));
  const terms = { lab: "lab03", date_range: ["2020-01-01", "2022-01-01"], task_protocol: "ephys" };
  const fields = timed(() => searchSessions(index, terms));
  console.log(
    JSON.stringify({
      openMs,
      openCpuMs: (user + system) / 1000,
      peakMB: peak,
      filesOfSessionMs: percentile(times, 0.5),
      filesOfSessionMs99: percentile(times, 0.99),
      sessionsWithFileMs: having.ms,
      found: having.result.length,
      subjectWithFileMs: subject.ms,
      fieldsMs: fields.ms,
    }),
  );
}

function timed(act) {
  const started = performance.now();
  const result = act();
  return { ms: performance.now() - started, result };
}

function percentile(values, part) {
  return values.toSorted((a, b) => a - b)[Math.floor(part * (values.length - 1))];
}

function ranges(runs) {
  return Object.fromEntries(
    Object.keys(runs[0]).map((name) => {
      const values = runs.map((found) => found[name]).sort((a, b) => a - b);
      const round = (value) => Math.round(value * 1000) / 1000;
      return [name, { min: round(values[0]), median: round(percentile(values, 0.5)), max: round(values.at(-1)) }];
    }),
  );
}

function writeTables(folder, layout) {
  const { uniform: random } = createRandom(1_200_000);
  mkdirSync(folder, { recursive: true });
  const eids = Array.from({ length: FORM.sessions }, () => uuidBytes(random)).sort((a, b) => Buffer.compare(a, b));
  const pick = (values) => values[Math.floor(random() * values.length)];
  const sessions = table([
    ...idColumns(layout, "id", eids),
    ["lab", eids.map(() => `lab${String(Math.floor(random() * 14)).padStart(2, "0")}`)],
    ["subject", eids.map(() => `XP_${String(Math.floor(random() * 900)).padStart(4, "0")}`)],
    [
      "date",
      eids.map(() =>
        new Date(Date.UTC(2018, 0, 1) + Math.floor(random() * 2800) * 86_400_000).toISOString().slice(0, 10),
      ),
    ],
    ["number", eids.map(() => pick([1, 1, 1, 1, 2, 3]))],
    [
      "task_protocol",
      eids.map(() => pick(["_iblrig_tasks_ephysChoiceWorld6.4.2", "_iblrig_tasks_biasedChoiceWorld7.1.0", ""])),
    ],
    ["projects", eids.map(() => pick(["xp_brainwide", "xp_brainwide,xp_passive", "xp_behavior"]))],
  ]);
  writeFileSync(join(folder, "sessions.pqt"), encodeParquet(sessions, METADATA));
  writeDatasets(join(folder, "datasets.pqt"), layout, eids, random);
}

function writeDatasets(path, layout, eids, random) {
  const rows = eids.flatMap((eid) => {
    const own = Array.from({ length: FORM.filesOfSession }, () => uuidBytes(random)).sort((a, b) =>
      Buffer.compare(a, b),
    );
    const start = Math.floor(random() * PATHS.length);
    return own.map((id, i) => ({ eid, id, path: PATHS[(start + i) % PATHS.length] }));
  });
  const levels = ["NOT_SET", "NOT_SET", "PASS", "PASS", "WARNING", "FAIL", "CRITICAL"];
  const columns = table([
    ...idColumns(
      layout,
      "eid",
      rows.map(({ eid }) => eid),
    ),
    ...idColumns(
      layout,
      "id",
      rows.map(({ id }) => id),
    ),
    ["rel_path", rows.map(({ path }) => path)],
    ["file_size", rows.map(() => (random() < 0.02 ? null : BigInt(100 + Math.floor(random() * 2 ** 33))))],
    ["hash", rows.map(() => uuidBytes(random).toString("hex"))],
    ["exists", rows.map(() => random() < 0.97)],
    ["qc", rows.map(() => levels[Math.floor(random() ** 2 * levels.length)])],
    ["default_revision", rows.map(() => random() < 0.9)],
  ]);
  writeFileSync(path, encodeParquet(columns, METADATA));
}

function uuidBytes(random) {
  const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes;
}

function idColumns(layout, name, ids) {
  if (layout === "text") {
    return [[name, ids.map((id) => id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"))]];
  }
  return [0, 1].map((half) => [`${name}_${half}`, ids.map((id) => id.readBigInt64LE(half * 8))]);
}
