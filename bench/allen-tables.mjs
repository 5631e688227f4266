// Time and peak memory of the tables of a full Visual Coding project cache: through a hub, and as AllenSDK's five tables.
//
//   node bench/allen-tables.mjs [--rounds <n>] [--units <n>] [--folder <project cache>] [--keep <folder>] [--python <python with allensdk>]
//
// Writes tables of the release's size from a seed, unless it is given a folder. Each reading is a process of its own. Linux only
// (peak memory is VmHWM). Fails above 1.5 s of processor time or 300 MB for every channel and unit through the hub.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { encodeManifest } from "@crossprobe/allen-adapter/cache";
import { createRandom } from "../scripts/random.mjs";

const SCRIPT = fileURLToPath(import.meta.url);
const FORM = { sessions: 58, probes: 332, channels: 125_000, units: 40_010 };
const LIMITS = { hubCpuMs: 1500, hubPeakMB: 300 };
const METRICS = [
  ...["PT_ratio", "amplitude", "amplitude_cutoff", "cumulative_drift", "d_prime", "duration"],
  ...["firing_rate", "halfwidth", "isi_violations", "isolation_distance", "l_ratio", "max_drift", "nn_hit_rate"],
  ...["nn_miss_rate", "presence_ratio", "recovery_slope", "repolarization_slope", "silhouette_score", "snr", "spread"],
  ...["velocity_above", "velocity_below"],
];
const STRUCTURES = [
  [385, "VISp"],
  [382, "CA1"],
  [218, "LP"],
  [170, "LGd"],
  [726, "DG"],
  [215, "APN"],
  [394, "VISam"],
  [409, "VISl"],
  [null, ""],
];

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    units: { type: "string", default: String(FORM.units) },
    folder: { type: "string" },
    keep: { type: "string" },
    python: { type: "string" },
    hub: { type: "string" },
    cache: { type: "string" },
  },
});

if (options.hub !== undefined) await readThroughHub(options.hub);
else if (options.cache !== undefined) await readAsCache(options.cache);
else measure();

function measure() {
  const folder = options.folder ?? options.keep ?? mkdtempSync(join(tmpdir(), "crossprobe-bench-"));
  try {
    if (options.folder === undefined) writeTables(folder, Number(options.units));
    if (options.folder === undefined) writeFileSync(join(folder, "manifest.json"), encodeManifest());
    const runs = Array.from({ length: Number(options.rounds) }, () => ({
      ...child("--hub", folder),
      ...child("--cache", folder),
      ...(options.python !== undefined && allenSdk(options.python, folder)),
    }));
    const found = ranges(runs);
    const report = {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
      command: `node bench/${basename(SCRIPT)} ${process.argv.slice(2).join(" ")}`.trim(),
      bytes: Object.fromEntries(["channels.csv", "units.csv"].map((name) => [name, statSync(join(folder, name)).size])),
      ...found,
    };
    console.log(JSON.stringify(report, null, 2));
    for (const [name, limit] of Object.entries(LIMITS)) {
      if (found[name].median <= limit) continue;
      console.error(`${name} ${found[name].median} > ${limit}`);
      process.exitCode = 1;
    }
  } finally {
    if (options.folder === undefined && options.keep === undefined) rmSync(folder, { recursive: true });
  }
}

function child(task, folder) {
  return JSON.parse(execFileSync(process.execPath, [SCRIPT, task, folder], { encoding: "utf8" }));
}

/** Every channel and every unit of every probe, as the listing commands ask for them. */
async function readThroughHub(folder) {
  const { createHub } = await import("@crossprobe/core");
  const { allen } = await import("@crossprobe/allen-adapter");
  const { createStores, toFileUrl } = await import("@crossprobe/storage/node");
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const hub = createHub({ stores: createStores(), adapters: [allen({ caches: [toFileUrl(`${folder}/`)] })] });
  let [channels, units, passing] = [0, 0, 0];
  for await (const { ref } of hub.sessions()) {
    for (const probe of await hub.probes(ref)) {
      channels += (await hub.channels(probe.ref)).rows.length;
      const { rows } = await hub.unitTable(probe.ref);
      units += rows.length;
      for (const { quality } of rows) if (quality["allen-default@2019"]) passing++;
    }
  }
  const hubMs = performance.now() - started;
  const hubCpuMs = cpuMs(cpu);
  hub.dispose();
  if (channels !== FORM.channels) throw new Error(`${channels} channels, ${units} units`);
  console.log(JSON.stringify({ hubMs, hubCpuMs, hubPeakMB: peakMB(), units, passing }));
}

/** The tables of `get_units` and `get_channels`. */
async function readAsCache(folder) {
  const { openProjectCache } = await import("@crossprobe/allen-adapter/cache");
  const { LocalStore } = await import("@crossprobe/storage/node");
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const cache = await openProjectCache(new LocalStore(`${folder}/`));
  const units = await cache.readUnits();
  const unitsMs = performance.now() - started;
  const channels = await cache.readChannels();
  const cacheMs = performance.now() - started;
  if (channels.table.rowCount !== FORM.channels) throw new Error(`${channels.table.rowCount} channels`);
  console.log(
    JSON.stringify({ unitsMs, cacheMs, cacheCpuMs: cpuMs(cpu), cachePeakMB: peakMB(), kept: units.table.rowCount }),
  );
}

function allenSdk(python, folder) {
  const code = `
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
from allensdk.brain_observatory.ecephys.ecephys_project_cache import EcephysProjectCache
started = time.perf_counter()
cache = EcephysProjectCache.from_warehouse(manifest=sys.argv[1] + "/manifest.json")
units = cache.get_units()
sdk_units = time.perf_counter() - started
cache.get_channels()
print(json.dumps({"sdkUnitsMs": 1000 * sdk_units, "sdkMs": 1000 * (time.perf_counter() - started),
  "sdkKept": len(units), "sdkPeakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}))`;
  return JSON.parse(execFileSync(python, ["-c", code, folder], { encoding: "utf8" }));
}

/** Processor time since a point: also what garbage collection does beside, and nothing of what else the machine does. */
function cpuMs(since) {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function peakMB() {
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1000;
}

function ranges(runs) {
  return Object.fromEntries(
    Object.keys(runs[0]).map((name) => {
      const values = runs.map((found) => found[name]).sort((a, b) => a - b);
      const round = (value) => Math.round(value * 10) / 10;
      return [name, { min: round(values[0]), median: round(values[values.length >> 1]), max: round(values.at(-1)) }];
    }),
  );
}

function writeTables(folder, unitCount) {
  mkdirSync(folder, { recursive: true });
  const { uniform: random } = createRandom(58);
  const write = (name, header, rows) => writeFileSync(join(folder, name), `${[header, ...rows].join("\n")}\n`);
  const each = (count, row) => Array.from({ length: count }, (_, i) => row(i).join(","));
  const ids = { session: (i) => 700_000_000 + i, probe: (i) => 730_000_000 + i, channel: (i) => 850_000_000 + i };
  const sessionOf = (probe) => Math.floor((probe * FORM.sessions) / FORM.probes);
  const probeOf = (channel) => Math.floor((channel * FORM.probes) / FORM.channels);
  write(
    "sessions.csv",
    "id,date_of_acquisition,isi_experiment_id,published_at,specimen_id,session_type,age_in_days,sex,genotype,has_nwb",
    each(FORM.sessions, (i) => [
      ...[ids.session(i), "2019-01-19T08:54:18Z", 705_000_000 + i, "2019-10-03T00:00:00Z", 699_000_000 + i],
      ...[i < 32 ? "brain_observatory_1.1" : "functional_connectivity", "118.0", i % 4 ? "M" : "F", "wt/wt", "True"],
    ]),
  );
  write(
    "probes.csv",
    "id,air_channel_index,ecephys_session_id,lfp_sampling_rate,lfp_temporal_subsampling_factor,name,phase,sampling_rate,surface_channel_index,has_lfp_data",
    each(FORM.probes, (i) => [
      ...[ids.probe(i), 380, ids.session(sessionOf(i)), "2499.997284", "2.0", `probe${"ABCDEF"[i % 6]}`, "3a"],
      ...["29999.954846", 370, "True"],
    ]),
  );
  let [previous, site] = [-1, 0];
  write(
    "channels.csv",
    "id,ecephys_probe_id,local_index,probe_horizontal_position,probe_vertical_position,anterior_posterior_ccf_coordinate,dorsal_ventral_ccf_coordinate,left_right_ccf_coordinate,ecephys_structure_id,ecephys_structure_acronym",
    each(FORM.channels, (i) => {
      const probe = probeOf(i);
      site = probe === previous ? site + 1 : 0;
      previous = probe;
      const [number, acronym] = STRUCTURES[Math.floor((site * STRUCTURES.length) / 384)] ?? [null, ""];
      return [
        ...[ids.channel(i), ids.probe(probe), site, [43, 11, 59, 27][site % 4], 20 * (1 + (site >> 1))],
        ...[
          `${8165 - site}.0`,
          `${6314 - 9 * site}.0`,
          `${6862 + site}.0`,
          number === null ? "" : `${number}.0`,
          acronym,
        ],
      ];
    }),
  );
  const names = METRICS.toSpliced(
    6,
    0,
    "ecephys_channel_id",
    "epoch_name_quality_metrics",
    "epoch_name_waveform_metrics",
  );
  write(
    "units.csv",
    ["id", ...names].join(","),
    each(unitCount, (i) => [
      950_000_000 + i,
      ...names.map((name) => {
        if (name === "ecephys_channel_id") return ids.channel(Math.floor(random() * FORM.channels));
        if (name.startsWith("epoch_name")) return "complete_session";
        if (random() < 0.01) return "";
        return String(random() * (name === "amplitude_cutoff" || name === "isi_violations" ? 0.12 : 1));
      }),
    ]),
  );
}
