// Peak memory while ten 10-second windows are read from an LFP NWB file of 2 GB.
//
//   node bench/hdf5-window-memory.mjs [--size <bytes>] [--keep] [--file <path>]
//
// Writes the file first (minutes) into the temporary folder and removes it afterwards; --keep leaves it there, --file uses one that
// is there. Linux only: memory is read from /proc.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const SCRIPT = fileURLToPath(import.meta.url);
const LIMIT_BYTES = 400e6;
const PROBE = 1;
const SERIES = `/acquisition/probe_${PROBE}_lfp/probe_${PROBE}_lfp_data`;
/** Those of a file of the Allen release: LFP after decimation, one channel of about 38 seconds a chunk. */
const FORM = { rate: 1250, channels: 95, chunkRows: 47208, timeChunkRows: 11802, voltsPerBit: 0.195e-6, gzip: 4 };

const { values: options } = parseArgs({
  options: {
    size: { type: "string", default: "2000000000" },
    file: { type: "string" },
    keep: { type: "boolean", default: false },
    write: { type: "string" },
    read: { type: "string" },
  },
});

if (options.write !== undefined) await writeFile(options.write, Number(options.size));
else if (options.read !== undefined) await readWindows(options.read);
else await measure();

async function measure() {
  const folder = options.file === undefined ? mkdtempSync(join(tmpdir(), "crossprobe-bench-")) : undefined;
  const path = options.file ?? join(folder, `probe_${PROBE}_lfp.nwb`);
  try {
    if (folder !== undefined) await run(["--write", path, "--size", options.size]);
    const { output, reader, tree } = await run(["--read", path]);
    const report = {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
      command: `node bench/${basename(SCRIPT)} ${process.argv.slice(2).join(" ")}`.trim(),
      fileBytes: statSync(path).size,
      ...JSON.parse(output),
      peakRssMb: { reader: toMb(reader), processTree: toMb(tree), limit: toMb(LIMIT_BYTES) },
    };
    console.log(JSON.stringify(report, null, 2));
    if (tree > LIMIT_BYTES) process.exitCode = 1;
  } finally {
    if (folder !== undefined && !options.keep) rmSync(folder, { recursive: true });
    else console.error(`the file is ${path}`);
  }
}

/** Runs this script as a child; gives what it printed, its peak memory, and that of the whole tree from here on. */
function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    const peaks = { reader: 0, tree: 0 };
    const sampling = setInterval(() => {
      peaks.reader = Math.max(peaks.reader, memoryOf(child.pid));
      peaks.tree = Math.max(peaks.tree, memoryOf(process.pid));
    }, 20);
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(sampling);
      if (code === 0) resolve({ output, ...peaks });
      else reject(new Error(`${args[0]} ended with ${code}`));
    });
  });
}

/** Resident bytes of a process and all below it. */
function memoryOf(pid) {
  try {
    const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
    );
    return children.reduce((sum, child) => sum + memoryOf(Number(child)), resident);
  } catch {
    return 0; // it ended between two looks
  }
}

function toMb(bytes) {
  return Math.round(bytes / 1e6);
}

async function readWindows(path) {
  const { openHdf5 } = await import("@crossprobe/formats/hdf5");
  const { openElectricalSeries } = await import("@crossprobe/nwb");
  const { LocalStore } = await import("@crossprobe/storage/node");
  const started = performance.now();
  const file = await openHdf5(new LocalStore(pathToFileURL(`${dirname(path)}/`).href), basename(path));
  const series = await openElectricalSeries(file, SERIES);
  const openedMs = performance.now() - started;
  const duration = series.sampleCount / FORM.rate;
  const windowMs = [];
  for (let i = 0; i < 10; i++) {
    const start = ((i + 0.5) / 10) * duration;
    const from = performance.now();
    const samples = await series.toSampleRange({ start, stop: start + 10 });
    const block = await series.read({ samples });
    windowMs.push(Math.round(performance.now() - from));
    check(block, samples[0]);
  }
  await file.close();
  const rounded = { openMs: Math.round(openedMs), windowMs, totalMs: Math.round(performance.now() - started) };
  console.log(JSON.stringify({ seconds: Math.round(duration), channels: series.channelCount, ...rounded }));
}

/** The values are those that were written. */
function check({ data, shape }, firstSample) {
  if (shape[1] !== FORM.channels || shape[0] < 10 * FORM.rate - 1) throw new Error(`unexpected shape ${shape}`);
  for (const [row, channel] of [
    [0, 0],
    [shape[0] - 1, 94],
    [777, 42],
  ]) {
    const expected = voltsAt(firstSample + row, channel);
    const got = data[row * FORM.channels + channel];
    if (got !== expected) throw new Error(`sample ${firstSample + row} of channel ${channel}: ${got}, not ${expected}`);
  }
}

/** A slow wave with noise on the grid of the amplifier, from the place alone. */
function voltsAt(sample, channel) {
  let hash = Math.imul(sample ^ Math.imul(channel + 1, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  const noise = ((hash >>> 24) & 63) + ((hash >>> 16) & 63) - 63;
  return Math.fround(Math.round(300 * Math.sin((sample % 6250) / 994.7 + channel / 10) + noise) * FORM.voltsPerBit);
}

async function writeFile(path, size) {
  const { default: h5wasm } = await import("h5wasm/node");
  await h5wasm.ready;
  const file = new h5wasm.File(path, "w");
  writeFrame(file);
  const { channels, chunkRows, timeChunkRows, gzip } = FORM;
  const gzipped = { compression: "gzip", compression_opts: [gzip], dtype: "<f", data: new Float32Array(0) };
  const group = file.get(SERIES);
  const data = group.create_dataset({
    ...gzipped,
    name: "data",
    shape: [0, channels],
    maxshape: [null, channels],
    chunks: [chunkRows, 1],
  });
  const times = {
    ...gzipped,
    dtype: "<d",
    data: new Float64Array(0),
    name: "timestamps",
    shape: [0],
    maxshape: [null],
    chunks: [timeChunkRows],
  };
  const timestamps = group.create_dataset(times);
  data.create_attribute("conversion", 1, [], "<d");
  data.create_attribute("unit", "volts");
  timestamps.create_attribute("interval", 1, [], "<i");
  timestamps.create_attribute("unit", "seconds");
  const block = new Float32Array(chunkRows * channels);
  for (let rows = 0; statSync(path).size < size; rows += chunkRows) {
    for (let row = 0; row < chunkRows; row++) {
      for (let channel = 0; channel < channels; channel++)
        block[row * channels + channel] = voltsAt(rows + row, channel);
    }
    data.resize([rows + chunkRows, channels]);
    data.write_slice(
      [
        [rows, rows + chunkRows],
        [0, channels],
      ],
      block,
    );
    timestamps.resize([rows + chunkRows]);
    timestamps.write_slice(
      [[rows, rows + chunkRows]],
      Float64Array.from({ length: chunkRows }, (_, i) => (rows + i) / FORM.rate),
    );
    file.flush();
    if (process.stderr.isTTY) process.stderr.write(`\rwriting: ${Math.round(statSync(path).size / 1e6)} MB `);
  }
  file.close();
}

/** What makes it an NWB file: types, an electrodes table, and links to it. */
function writeFrame(file) {
  const typed = (object, namespace, type) => {
    object.create_attribute("namespace", namespace);
    object.create_attribute("neurodata_type", type);
    return object;
  };
  const text = (parent, name, value) => parent.create_dataset({ name, data: value, shape: [] });
  typed(file, "core", "NWBFile").create_attribute("nwb_version", "2.2.2");
  text(file, "identifier", String(PROBE));
  text(file, "session_description", "LFP as large as real files, made up");
  text(file, "session_start_time", "2020-01-01T00:00:00+00:00");
  text(file, "timestamps_reference_time", "2020-01-01T00:00:00+00:00");
  const ephys = file.create_group("general").create_group("extracellular_ephys");
  const probe = typed(ephys.create_group("probeA"), "core", "ElectrodeGroup");
  const electrodes = typed(ephys.create_group("electrodes"), "hdmf-common", "DynamicTable");
  electrodes.create_attribute("colnames", ["location", "group", "group_name"]);
  electrodes.create_attribute("description", "channels");
  const { channels } = FORM;
  const column = (name, data, type = "VectorData", dtype = undefined) =>
    typed(electrodes.create_dataset({ name, data, shape: [channels], dtype }), "hdmf-common", type);
  const fill = (value) => Array.from({ length: channels }, () => value);
  column(
    "id",
    BigInt64Array.from({ length: channels }, (_, i) => BigInt(i)),
    "ElementIdentifiers",
    "<q",
  );
  column("location", fill("VISp"));
  column("group", fill(probe.create_reference()), "VectorData", "Reference");
  column("group_name", fill("probeA"));
  const lfp = typed(file.create_group("acquisition").create_group(`probe_${PROBE}_lfp`), "core", "LFP");
  const series = typed(lfp.create_group(`probe_${PROBE}_lfp_data`), "core", "ElectricalSeries");
  series.create_attribute("description", "LFP");
  const rows = BigInt64Array.from({ length: channels }, (_, i) => BigInt(i));
  const region = typed(
    series.create_dataset({ name: "electrodes", data: rows, shape: [channels], dtype: "<q" }),
    "hdmf-common",
    "DynamicTableRegion",
  );
  region.create_attribute("table", electrodes.create_reference(), [], "Reference");
  file.flush();
}
