// The native HDF5 reader against h5wasm, on files as large as real ones.
//
//   node bench/hdf5-native.mjs [--recordings 699] [--chunks 515] [--megabytes 200] [--keep] [--folder <path>]
//
// Writes an archive of many recordings (groups of old-style symbol tables, as h5py writes them) and an array of float32 in chunks with
// gzip into the temporary folder, then lists, describes and reads both with each reader, each in a process of its own.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const SCRIPT = fileURLToPath(import.meta.url);
const MIB = 1 << 20;
const CHUNK = [4096, 16];
const COLUMNS = 96;

const { values: options } = parseArgs({
  options: {
    recordings: { type: "string", default: "699" },
    chunks: { type: "string", default: "515" },
    megabytes: { type: "string", default: "200" },
    rounds: { type: "string", default: "5" },
    folder: { type: "string" },
    keep: { type: "boolean", default: false },
    reader: { type: "string" },
    task: { type: "string" },
  },
});

if (options.task !== undefined)
  console.log(JSON.stringify(await measure(options.task, options.reader, options.folder)));
else await compare();

async function compare() {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "crossprobe-bench-"));
  try {
    if (!existsSync(join(folder, "archive.h5"))) await writeArchive(join(folder, "archive.h5"));
    if (!existsSync(join(folder, "array.h5"))) await writeArray(join(folder, "array.h5"));
    const tasks = ["open-and-list", "facts", "few-attributes", "one-recording", "many-members", "array", "window"];
    const results = Object.fromEntries(tasks.map((task) => [task, {}]));
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const task of tasks) {
        for (const reader of round % 2 === 0 ? ["native", "h5wasm"] : ["h5wasm", "native"]) {
          const output = execFileSync(process.execPath, [
            SCRIPT,
            "--task",
            task,
            "--reader",
            reader,
            "--folder",
            folder,
          ]);
          for (const [name, value] of Object.entries(JSON.parse(output))) {
            results[task][`${reader} ${name}`] ??= [];
            results[task][`${reader} ${name}`].push(value);
          }
        }
      }
    }
    for (const [task, values] of Object.entries(results)) {
      for (const [name, list] of Object.entries(values)) results[task][name] = summary(list);
    }
    console.log(
      JSON.stringify(
        {
          date: new Date().toISOString().slice(0, 10),
          machine: `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
          archiveBytes: statSync(join(folder, "archive.h5")).size,
          arrayBytes: statSync(join(folder, "array.h5")).size,
          results,
        },
        null,
        2,
      ),
    );
  } finally {
    if (!options.keep && options.folder === undefined) rmSync(folder, { recursive: true });
    else console.error(`the files are in ${folder}`);
  }
}

/** Median and range. */
function summary(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)].map((value) => Math.round(value * 10) / 10);
}

async function measure(task, reader, folder) {
  const { LocalStore } = await import("@crossprobe/storage/node");
  const { openHdf5 } = await import("@crossprobe/formats/hdf5");
  const store = new LocalStore(pathToFileURL(`${folder}/`).href);
  const counts = { reads: 0, bytes: 0 };
  const counted = {
    url: store.url,
    size: (key, call) => store.size(key, call),
    read: async (key, call) => {
      const bytes = await store.read(key, call);
      counts.reads += 1;
      counts.bytes += bytes?.length ?? 0;
      return bytes;
    },
  };
  const key = task === "array" || task === "window" ? "array.h5" : "archive.h5";
  const cpu = process.cpuUsage();
  const started = performance.now();
  const file = reader === "native" ? await openHdf5(counted, key) : await openWithH5wasm(counted, key);
  const found = {};
  if (task === "open-and-list") await file.list("/");
  if (task === "facts") {
    const names = (await file.list("/")).filter(({ name }) => name !== "flat");
    found.listMs = performance.now() - started;
    const from = performance.now();
    await inTurn(names, 8, async ({ name }) => {
      await file.attributes(`/${name}/meta`);
      await file.find(`/${name}/meta/channels`);
    });
    found.factsMs = performance.now() - from;
  }
  if (task === "few-attributes") {
    const names = (await file.list("/")).filter(({ name }) => name !== "flat");
    await inTurn(names, 8, async ({ name }) => {
      await file.attributes(`/${name}/meta`, { names: ["fs", "ns", "nc", "format_version"] });
    });
  }
  if (task === "one-recording") {
    const path = `/${recordingName(Math.floor(Number(options.recordings) / 2))}`;
    await file.attributes(`${path}/meta`);
    await file.list(`${path}/chunks`);
    await file.read(`${path}/chunks/7/values`);
  }
  if (task === "many-members") await file.find("/flat/00300000/");
  if (task === "array") await readArray(file);
  if (task === "window") await readWindows(file);
  found.totalMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  found.cpuMs = (user + system) / 1000;
  found.reads = counts.reads;
  found.mib = counts.bytes / MIB;
  found.rssMib = process.resourceUsage().maxRSS / 1024;
  await file.close();
  return found;
}

async function readArray(file) {
  const { shape } = await file.find("/data");
  const rows = CHUNK[0] * 16;
  for (let row = 0; row < shape[0]; row += rows) {
    const slices = [
      [row, Math.min(shape[0], row + rows)],
      [0, COLUMNS],
    ];
    await file.read("/data", { slices });
  }
}

async function readWindows(file) {
  const { shape } = await file.find("/data");
  for (let i = 0; i < 40; i++) {
    const row = Math.floor((i / 40) * (shape[0] - 1000));
    const slices = [
      [row, row + 1000],
      [0, COLUMNS],
    ];
    await file.read("/data", { slices });
  }
}

async function inTurn(items, lanes, work) {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** The fallback alone, as `openHdf5` opened every file before. */
async function openWithH5wasm(store, key) {
  const index = import.meta.resolve("@crossprobe/formats/hdf5");
  const { H5wasmFile } = await import(new URL("./h5wasm-file.js", index).href);
  const size = await store.size(key);
  const head = await store.read(key, { range: { offset: 0, length: Math.min(size, MIB) } });
  const file = new H5wasmFile({ store, key, url: store.url + key, size, head, cacheBytes: 48 * MIB });
  await file.open();
  return file;
}

function recordingName(i) {
  const digits = Math.imul(i + 1, 0x9e3779b1) >>> 0;
  return `${digits.toString(16).padStart(8, "0")}-${String(i).padStart(4, "0")}-4000-8000-000000000000`;
}

/** Groups as lfpack has them: `<recording>/meta` with attributes and one array, `<recording>/chunks/<i>` with an array each. */
async function writeArchive(path) {
  const { default: h5wasm } = await import("h5wasm/node");
  await h5wasm.ready;
  const file = new h5wasm.File(path, "w");
  const values = Float32Array.from({ length: 40 }, (_, i) => i);
  for (let i = 0; i < Number(options.recordings); i++) {
    const recording = file.create_group(recordingName(i));
    const meta = recording.create_group("meta");
    for (const name of ["fs", "ns", "nc", "alpha", "epsilon", "format_version"]) meta.create_attribute(name, i);
    meta.create_attribute("processing", `{"steps":["destripe","decimate"],"number":${i}}`);
    meta.create_attribute(
      "acronyms",
      Array.from({ length: 384 }, (_, channel) => `VISp${channel % 7}`),
    );
    meta.create_dataset({ name: "channels", data: values, shape: [40] });
    const chunks = recording.create_group("chunks");
    for (let chunk = 0; chunk < Number(options.chunks); chunk++) {
      const group = chunks.create_group(String(chunk));
      group.create_attribute("rank", chunk % 64);
      group.create_dataset({ name: "values", data: values, shape: [40] });
    }
    if (process.stderr.isTTY) process.stderr.write(`\rrecording ${i} `);
  }
  const flat = file.create_group("flat");
  for (let i = 0; i < Number(options.recordings) * Number(options.chunks); i++) {
    flat.create_group(String(i).padStart(8, "0"));
  }
  file.close();
}

async function writeArray(path) {
  const { default: h5wasm } = await import("h5wasm/node");
  await h5wasm.ready;
  const file = new h5wasm.File(path, "w");
  const rows = Math.ceil((Number(options.megabytes) * 1e6) / (4 * COLUMNS * CHUNK[0])) * CHUNK[0];
  const data = file.create_dataset({
    name: "data",
    data: new Float32Array(0),
    dtype: "<f",
    shape: [0, COLUMNS],
    maxshape: [null, COLUMNS],
    chunks: CHUNK,
    compression: "gzip",
    compression_opts: [4],
  });
  void data;
  const array = file.get("data");
  const block = new Float32Array(CHUNK[0] * COLUMNS);
  for (let row = 0; row < rows; row += CHUNK[0]) {
    for (let i = 0; i < block.length; i++) {
      const hash = Math.imul(Math.imul(row + i, 0x9e3779b1) ^ (i << 7), 0x85ebca6b) >>> 24;
      block[i] = Math.round(300 * Math.sin((row * COLUMNS + i) / 9947) + (hash & 63)) * 0.195;
    }
    array.resize([row + CHUNK[0], COLUMNS]);
    array.write_slice(
      [
        [row, row + CHUNK[0]],
        [0, COLUMNS],
      ],
      block,
    );
  }
  file.close();
}
