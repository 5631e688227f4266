// Ten-second windows of LFP files of the form of the Allen release, beside h5py.
//
//   npm run bench -- allen-lfp --python <a Python with h5py> [--rounds 12] [--folder <where the files are, or go>] [--small]
//
// Writes two files (0.6 and 2.4 GB) unless they are there. Three processes stay open on each: ours with one and with two threads for
// decompression, and h5py; they are asked for the same windows in turn, and must give the same values. A cold window lies in chunks that
// were not read before; a warm one in those of the window before. Fails when values differ.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const WINDOW = 12_500;
const FILES = [
  { name: "3 M × 95, chunks (23438, 2)", file: "lfp-3M.nwb", form: [3_000_000, 95, 23438, 2] },
  { name: "12 M × 95, chunks (46875, 1)", file: "lfp-12M.nwb", form: [12_000_000, 95, 46875, 1] },
];

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "12" },
    folder: { type: "string", default: join(tmpdir(), "crossprobe-bench-allen") },
    small: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
mkdirSync(options.folder, { recursive: true });
const load = () => loadavg()[0].toFixed(1);
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, load ${load()}`,
);
for (const { name, file, form } of options.small ? FILES.slice(0, 1) : FILES) {
  const path = join(options.folder, file);
  if (!existsSync(path)) write(path, form);
  await measure(name, path, form);
}
console.log(`load at the end ${load()}`);

function write(path, form) {
  const { status } = spawnSync(options.python, [here("lfp-file.py"), path, ...form.map(String)], { stdio: "inherit" });
  if (status !== 0) throw new Error(`no LFP file was written: ${options.python} needs h5py (--python)`);
}

async function measure(name, path, [sampleCount, , chunkRows]) {
  const readers = {
    h5py: reader(options.python, [here("lfp-reference.py"), path], {}),
    "ours, 1 thread": reader(process.execPath, [here("lfp-ours.mjs"), path], { UV_THREADPOOL_SIZE: "1" }),
    "ours, 2 threads": reader(process.execPath, [here("lfp-ours.mjs"), path], { UV_THREADPOOL_SIZE: "2" }),
  };
  const figures = {};
  const ask = async (kind, start) => {
    let expected;
    for (const [who, read] of Object.entries(readers)) {
      const answer = await read([start, start + WINDOW]);
      expected ??= answer.probe;
      if (String(answer.probe) !== String(expected)) throw new Error(`${who} gives other values of sample ${start}`);
      if (kind === null) continue;
      figures[`${who}|${kind}`] ??= [];
      figures[`${who}|${kind}`].push(answer);
    }
  };
  // Whole rows of chunks apart, inside one row each; the first two warm up the compilers.
  const chunkOf = (i) => Math.floor((i * 0.9 * (sampleCount / chunkRows - 1)) / (rounds + 2)) * chunkRows;
  for (let i = 0; i < rounds + 2; i++) {
    const start = chunkOf(i) + 2000;
    await ask(i < 2 ? null : "cold", start);
    await ask(i < 2 ? null : "warm", start + 1250);
  }
  for (const read of Object.values(readers)) read.end();
  report(name, figures);
}

function report(name, figures) {
  console.log(`\n${name}; ms, minimum / median / maximum, processor time in brackets`);
  for (const kind of ["cold", "warm"]) {
    const base = least(figures[`h5py|${kind}`]);
    for (const who of ["h5py", "ours, 1 thread", "ours, 2 threads"]) {
      const answers = figures[`${who}|${kind}`];
      const own = least(answers);
      const ratio = `h5py : ours ${(base.wall / own.wall).toFixed(2)} (${(base.cpu / own.cpu).toFixed(2)})`;
      const peak = Math.round(Math.max(...answers.map(({ rss }) => rss)));
      console.log(
        `  ${kind}  ${who.padEnd(16)} ${spread(answers, "wall")}  (${spread(answers, "cpu")})  ${peak} MB  ${who === "h5py" ? "" : ratio}`,
      );
    }
  }
}

function least(answers) {
  return { wall: Math.min(...answers.map(({ wall }) => wall)), cpu: Math.min(...answers.map(({ cpu }) => cpu)) };
}

function spread(answers, key) {
  const sorted = answers.map((answer) => answer[key]).sort((a, b) => a - b);
  return [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((value) => value.toFixed(1)).join(" / ");
}

function reader(command, args, env) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (samples) => {
    child.stdin.write(`${JSON.stringify({ samples })}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended before it answered`);
    return JSON.parse(value);
  };
  read.end = () => child.stdin.end();
  return read;
}
