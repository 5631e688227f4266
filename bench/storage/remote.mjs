import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { loadavg } from "node:os";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { summary, table } from "../lfpack/measure.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const STEPS = {
  nwb: [
    ["open, and 10 s in the middle", [6_000_000, 6_012_500]],
    ["the 10 s after them", [6_012_500, 6_025_000]],
    ["10 s elsewhere", [9_000_000, 9_012_500]],
  ],
  lfpack: [
    ["open, list, and 10 s of the last recording", [0, 2500]],
    ["10 s elsewhere in it", [500_000, 502_500]],
    ["60 chunks (8 min)", [600_000, 722_880]],
  ],
};

/** The same windows of one file by each reader in turn, from the disk and from a server. */
export async function measureRemote({ path, rounds, latencies, python, print }) {
  const kind = path.endsWith(".nwb") ? "nwb" : "lfpack";
  print(`\n${basename(path)}, ${(statSync(path).size / 1e9).toFixed(2)} GB`);
  const figures = await inTurn(readers(kind, path, undefined, python), undefined, STEPS[kind], rounds);
  print(`\nfrom the disk, load ${loadavg()[0].toFixed(1)}\n\n${report(figures, STEPS[kind])}`);
  for (const latency of latencies) {
    const server = await startServer(dirname(path), latency);
    try {
      const url = `${server.url}${encodeURIComponent(basename(path))}`;
      const remote = await inTurn(readers(kind, path, url, python), server, STEPS[kind], rounds);
      print(`\n${latency} ms latency, load ${loadavg()[0].toFixed(1)}\n\n${report(remote, STEPS[kind])}`);
    } finally {
      server.close();
    }
  }
}

function readers(kind, path, url, python) {
  const target = url ?? path;
  const reference = (library) => [python, [here("remote-reference.py"), kind, library, target]];
  return {
    ours: [process.execPath, [here("remote-ours.mjs"), kind, target]],
    ...(python === undefined
      ? {}
      : url === undefined
        ? { h5py: reference("local") }
        : { "fsspec + h5py": reference("fsspec"), "remfile + h5py": reference("remfile") }),
  };
}

async function inTurn(all, server, steps, rounds) {
  const figures = new Map(Object.keys(all).map((name) => [name, steps.map(() => ({ ms: [], requests: 0, bytes: 0 }))]));
  for (let round = 0; round < rounds; round++) {
    const probes = [];
    for (const [name, command] of Object.entries(all)) {
      const reader = start(command);
      await reader.next();
      for (const [i, [, samples]] of steps.entries()) {
        await server?.take();
        const { ms, probe } = await reader.ask({ samples });
        const counts = (await server?.take()) ?? { requests: 0, bytes: 0 };
        probes[i] ??= probe;
        check(name, steps[i][0], probe, probes[i]);
        const figure = figures.get(name)[i];
        figure.ms.push(ms);
        Object.assign(figure, counts);
      }
      reader.end();
    }
  }
  return figures;
}

/** lfpack rounds to float32 before it computes on. */
function check(name, step, probe, expected) {
  const largest = Math.max(...expected.map(Math.abs));
  if (probe.every((value, i) => Math.abs(value - expected[i]) <= 1e-5 * largest)) return;
  throw new Error(`${name}, ${step}: ${probe} differ from ${expected}`);
}

function start([program, args]) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${args[0]} ended`);
    return JSON.parse(value);
  };
  const ask = (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    return next();
  };
  return { next, ask, end: () => child.stdin.end() };
}

async function startServer(folder, latency) {
  const server = start([process.execPath, [here("range-process.mjs"), folder, String(latency)]]);
  const { url } = await server.next();
  return { url, take: () => server.ask({}), close: () => server.end() };
}

function report(figures, steps) {
  const names = [...figures.keys()];
  const cell = (name, i) => {
    const { ms, requests, bytes } = figures.get(name)[i];
    const { min, median } = summary(ms);
    const times = `${min.toFixed(0)} / ${median.toFixed(0)}`;
    return requests === 0 && bytes === 0 ? times : `${times}; ${requests}, ${(bytes / 1e6).toFixed(2)}`;
  };
  const rows = steps.map(([title], i) => {
    const [first, ...others] = names.map((name) => summary(figures.get(name)[i].ms).median);
    return [title, ...names.map((name) => cell(name, i)), others.map((other) => (other / first).toFixed(1)).join(", ")];
  });
  return table(["ms, min / median; requests, MB", ...names, "times as fast as the others (medians)"], rows);
}
