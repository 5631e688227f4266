// Time and peak memory of writing a table of 721 000 units × 41 typed columns as Parquet, and of reading it back.
//
//   node bench/parquet-typed.mjs [--rounds <n>] [--rows <n>] [--group <rows of a row group>] [--keep <file>]
//
// 25 columns of doubles (one in three with gaps), 10 of codes (2 to 1400 texts), 3 of flags, 3 of texts of 40 bytes. Writing and
// reading are processes of their own; the file is in the cache. Fails where values do not come back.
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createTypedParquetWriter, openTypedParquet, readTypedParquet } from "@crossprobe/formats/parquet";
import { LocalStore } from "@crossprobe/storage/node";

const SCRIPT = fileURLToPath(import.meta.url);
const TEXT_COUNTS = [2, 3, 5, 12, 40, 139, 300, 700, 1031, 1400];

const SAME = {
  number: (a, b) => isSameBytes(a.values, b.values),
  flag: (a, b) => isSameBytes(a.values, b.values),
  text: (a, b) => isSameBytes(a.offsets, b.offsets) && isSameBytes(a.bytes, b.bytes),
  code: (a, b) =>
    a.codes.every((code, row) => (code === 0 ? b.codes[row] === 0 : a.texts[code] === b.texts[b.codes[row]])),
};

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    rows: { type: "string", default: "721000" },
    group: { type: "string", default: "32768" },
    keep: { type: "string" },
    write: { type: "string" },
    read: { type: "string" },
  },
});
const [rows, group] = [Number(options.rows), Number(options.group)];

if (options.write !== undefined) await write(options.write);
else if (options.read !== undefined) await read(options.read);
else measure();

function measure() {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-bench-"));
  const path = options.keep ?? join(folder, "units.parquet");
  try {
    const form = ["--rows", options.rows, "--group", options.group];
    const once = (step) =>
      JSON.parse(execFileSync(process.execPath, [SCRIPT, `--${step}`, path, ...form], { encoding: "utf8" }));
    const runs = Array.from({ length: Number(options.rounds) }, () => ({ ...once("write"), ...once("read") }));
    const report = {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
      command: `node bench/${basename(SCRIPT)} ${process.argv.slice(2).join(" ")}`.trim(),
      ...{ rows, group, columns: 41, fileBytes: statSync(path).size },
      ...Object.fromEntries(Object.keys(runs[0]).map((name) => [name, spread(runs.map((each) => each[name]))])),
    };
    console.log(JSON.stringify(report, null, 2));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function write(path) {
  const columns = makeColumns();
  const before = process.memoryUsage().rss;
  print({ write: await timed(() => writeTable(path, columns)) }, { writeAddsMb: peakMb() - before / 1e6 });
}

/** Cold is the first reading of a process, before anything is compiled. */
async function read(path) {
  const [store, key] = [new LocalStore(dirname(path)), basename(path)];
  const open = await timed(() => openTypedParquet(store, key));
  const cold = await timed(() => readTypedParquet(store, key));
  const readPeakMb = peakMb();
  const columns = cold.result.columns;
  const warm = await timed(() => readTypedParquet(store, key));
  const unverified = await timed(() => readTypedParquet(store, key, { verify: false }));
  const oneGroup = await timed(() =>
    readTypedParquet(store, key, { where: ({ index }) => index === 3, verify: false }),
  );
  check(makeColumns(), columns);
  print({ open, read: cold, readWarm: warm, readUnverified: unverified, readOneGroup: oneGroup }, { readPeakMb });
}

function print(steps, more) {
  const times = Object.entries(steps).flatMap(([name, { wallMs, cpuMs }]) => [
    [`${name}WallMs`, wallMs],
    [`${name}CpuMs`, cpuMs],
  ]);
  console.log(JSON.stringify({ ...Object.fromEntries(times), ...more }));
}

function peakMb() {
  return process.resourceUsage().maxRSS / 1000;
}

/** Processor time beside the time on the clock: the second also counts what else the machine does. */
async function timed(work) {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, wallMs: performance.now() - started, cpuMs: (user + system) / 1000 };
}

function writeTable(path, columns) {
  const schema = new Map([...columns].map(([name, column]) => [name, typeOf(column)]));
  const writer = createTypedParquetWriter(schema, new Map([["made by", "the benchmark"]]));
  const file = openSync(path, "w");
  for (let row = 0; row < rows; row += group) {
    writeSync(file, writer.writeGroup(columns, row, Math.min(row + group, rows)));
  }
  writeSync(file, writer.finish());
  closeSync(file);
}

function typeOf(column) {
  if (column.kind === "number") return column.type;
  return column.kind === "flag" ? "boolean" : "string";
}

function makeColumns() {
  const random = seeded(1);
  const numbers = Array.from({ length: 25 }, (_, c) => {
    const values = Float64Array.from({ length: rows }, () =>
      c % 3 === 0 && random() < 0.1 ? NaN : random() * 100 - 20,
    );
    return [`number_${c}`, { kind: "number", type: "double", values }];
  });
  const codes = TEXT_COUNTS.map((count, c) => {
    const texts = ["", ...Array.from({ length: count }, (_, i) => `text ${c} ${i}`)];
    const make = count < 256 ? Uint8Array : Uint16Array;
    // Half of them stand in long runs, as the probe of a unit does.
    const codeAt = (row) => (c % 2 === 0 ? Math.floor((row / rows) * count) : Math.floor(random() * (count + 1)));
    return [`code_${c}`, { kind: "code", codes: make.from({ length: rows }, (_, row) => codeAt(row)), texts }];
  });
  const flags = Array.from({ length: 3 }, (_, c) => {
    return [
      `flag_${c}`,
      { kind: "flag", values: Uint8Array.from({ length: rows }, () => Math.floor(random() * (2 + (c % 2)))) },
    ];
  });
  const texts = Array.from({ length: 3 }, (_, c) => {
    const offsets = Uint32Array.from({ length: rows + 1 }, (_, row) => row * 40);
    const bytes = Uint8Array.from({ length: rows * 40 }, () => 97 + Math.floor(random() * 26));
    return [`text_${c}`, { kind: "text", offsets, bytes }];
  });
  return new Map([...numbers, ...codes, ...flags, ...texts]);
}

/** The values are those that were written. */
function check(written, read) {
  for (const [name, column] of written) {
    const found = read.get(name);
    const isSame = SAME[column.kind](column, found);
    if (found.kind !== column.kind || !isSame) throw new Error(`column ${name} came back otherwise`);
  }
}

function isSameBytes(a, b) {
  const bytesOf = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return bytesOf(a).equals(bytesOf(b));
}

function spread(values) {
  const sorted = values.map((value) => Math.round(value * 10) / 10).sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted.at(-1) };
}

function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
