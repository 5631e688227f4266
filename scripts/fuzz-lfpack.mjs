// Reads mutated LFPack archives of both formats and says what it found.
//
//   npm run fuzz -- lfpack [--minutes 10] [--seed 1] [--cases <number>] [--only <seed of one case>]
//
// Case n of a run with seed s has seed s + n: whatever is listed is repeated by --only. Cases run in a child process; one that takes longer
// than 20 seconds is ended and listed, as is one that grows beyond 1 GB or ends by itself. Allowed are sound answers and the errors that
// crossprobe itself raises. Exits with 1 when anything is listed.
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const SCRIPT = fileURLToPath(import.meta.url);
const HANG_MS = 20_000;
const MEMORY_BYTES = 1e9;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    cases: { type: "string" },
    only: { type: "string" },
  },
});

if (process.send !== undefined) await work();
else if (positionals.every((name) => name === "lfpack")) await supervise();
else {
  console.error(`no fuzzing of ${positionals.join(" ")}; there is: lfpack`);
  process.exitCode = 2;
}

async function supervise() {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-fuzz-"));
  const totals = { cases: 0, refused: 0, answered: 0, offences: 0, hangs: 0, crashes: 0, peakBytes: 0, slowestMs: 0 };
  const began = Date.now();
  const first = Number(options.only ?? options.seed);
  const count = options.only === undefined ? Number(options.cases ?? Number.POSITIVE_INFINITY) : 1;
  const until = options.cases === undefined ? began + 60_000 * Number(options.minutes) : Number.POSITIVE_INFINITY;
  let worker = await startWorker(folder);
  try {
    for (let seed = first; seed < first + count && Date.now() < until; seed++) {
      const outcome = await worker.run(seed);
      note(totals, seed, outcome);
      if (outcome.kind !== "done") worker = await startWorker(folder);
    }
  } finally {
    worker.end();
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`${totals.cases} cases from seed ${first} in ${seconds} s, ${process.version}`);
  console.log(`${totals.answered} calls answered, ${totals.refused} refused with a typed error`);
  console.log(`${totals.offences} offenders, ${totals.hangs} hangs, ${totals.crashes} crashes`);
  console.log(
    `slowest case ${Math.round(totals.slowestMs)} ms, largest process ${Math.round(totals.peakBytes / 1e6)} MB`,
  );
  if (totals.offences + totals.hangs + totals.crashes > 0) process.exitCode = 1;
}

function note(totals, seed, outcome) {
  totals.cases++;
  if (outcome.kind === "hang") {
    totals.hangs++;
    console.log(`seed ${seed}: no answer after ${HANG_MS / 1000} s`);
  } else if (outcome.kind === "crash") {
    totals.crashes++;
    console.log(`seed ${seed}: the process ended (${outcome.reason})`);
  } else {
    const { base, what, offences, refused, answered, ms, bytes } = outcome.result;
    totals.refused += refused;
    totals.answered += answered;
    totals.slowestMs = Math.max(totals.slowestMs, ms);
    totals.peakBytes = Math.max(totals.peakBytes, bytes);
    if (bytes > MEMORY_BYTES) offences.push(`the process has ${Math.round(bytes / 1e6)} MB`);
    if (offences.length > 0) totals.offences++;
    const isShown = offences.length > 0 || options.only !== undefined;
    if (isShown) console.log([`seed ${seed}: ${base}: ${what}`, ...offences].join("\n  "));
  }
}

/** A child that runs one case after the other. */
async function startWorker(folder) {
  const child = fork(SCRIPT, [folder], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  let settle;
  const next = () => {
    return new Promise((resolve) => {
      settle = resolve;
    });
  };
  child.on("message", (result) => settle({ kind: "done", result }));
  child.on("exit", (code, signal) => settle({ kind: "crash", reason: signal ?? `code ${code}` }));
  const ready = await next();
  if (ready.kind !== "done") throw new Error(`the sound files were not read: the process ended (${ready.reason})`);
  const run = async (seed) => {
    const answer = next();
    child.send(seed);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, HANG_MS, { kind: "hang" });
    });
    const outcome = await Promise.race([answer, late]);
    clearTimeout(timer);
    if (outcome.kind === "hang") child.kill("SIGKILL");
    return outcome;
  };
  return { run, end: () => child.kill() };
}

async function work() {
  const { loadBases } = await import("./fuzz-lfpack/bases.mjs");
  const { runCase } = await import("./fuzz-lfpack/case.mjs");
  const bases = await loadBases();
  const path = join(process.argv[2], `${process.pid}.h5`);
  process.on("message", async (seed) => {
    const from = performance.now();
    const result = await runCase(bases, seed, path);
    process.send({ ...result, ms: performance.now() - from, bytes: process.memoryUsage().rss });
  });
  process.send("ready");
}
