import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const OURS = fileURLToPath(new URL("ours.mjs", import.meta.url));
const REFERENCE = fileURLToPath(new URL("reference.py", import.meta.url));
const LOOK_EVERY_MS = 10;
/** What the readers may differ by, of the largest value compared: the reference rounds to float32 before it computes on. */
const TOLERANCE = 1e-5;

/** Runs a job with our reader in a process of its own; `peakBytes` is that of the process tree. */
export function runOurs(job, nodeOptions = []) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeOptions, OURS, JSON.stringify(job)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let peak = 0;
    const looking = setInterval(() => {
      peak = Math.max(peak, residentBytes(child.pid));
    }, LOOK_EVERY_MS);
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(looking);
      if (code !== 0) return reject(new Error(`${job.operation} of ours ended with ${code}`));
      const result = JSON.parse(output);
      resolve({ ...result, peakBytes: Math.max(peak, result.peakBytes) });
    });
  });
}

/** Resident bytes of a process and all below it. */
function residentBytes(pid) {
  try {
    const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
    );
    return children.reduce((sum, child) => sum + residentBytes(Number(child)), own);
  } catch {
    return 0; // it ended between two looks
  }
}

/** A process with lfpack's reader that does one job after the other on one thread; undefined without such a Python. */
export async function startReference(python) {
  if (python === undefined || (python.includes("/") && !existsSync(python))) return undefined;
  const one = { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", NUMBA_NUM_THREADS: "1" };
  const child = spawn(python, [REFERENCE], { stdio: ["pipe", "pipe", "ignore"], env: { ...process.env, ...one } });
  const ended = new Promise((resolve) => {
    child.on("error", resolve);
    child.on("close", resolve);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value } = await Promise.race([lines.next(), ended.then(() => ({ value: undefined }))]);
    return value === undefined ? undefined : JSON.parse(value);
  };
  const versions = await next();
  if (versions === undefined) return undefined;
  const run = async (job) => {
    child.stdin.write(`${JSON.stringify(job)}\n`);
    const answer = await next();
    if (answer === undefined) throw new Error(`${job.operation} of the reference failed`);
    return answer;
  };
  return { versions, run, close: () => child.stdin.end() };
}

/**
 * Lets ours and the reference take turns at a job.
 *
 * @param variants name -> what to add to the job for ours
 * @returns rows of figures: `{ ours: Map<name, Figures>, reference?: Figures }`
 */
export async function compare(job, variants, reference, rounds, referenceRounds = rounds) {
  const ours = new Map(Object.keys(variants).map((name) => [name, { ms: [], cpu: [], peakBytes: 0, importsMs: [] }]));
  const theirs = { ms: [], cpu: [] };
  for (let round = 0; round < rounds; round++) {
    let expected;
    if (reference !== undefined && round < referenceRounds) {
      const { ms, cpu, probe } = await reference.run(job);
      theirs.ms.push(...ms);
      theirs.cpu.push(...cpu);
      expected = probe ?? undefined;
    }
    for (const [name, more] of Object.entries(variants)) {
      const { ms, cpu, peakBytes, importsMs, probe } = await runOurs({ ...job, ...more });
      const kept = ours.get(name);
      kept.ms.push(...ms);
      kept.cpu.push(...cpu);
      kept.importsMs.push(importsMs);
      kept.peakBytes = Math.max(kept.peakBytes, peakBytes);
      check(job.operation, probe, expected);
    }
  }
  return { ours, reference: reference === undefined ? undefined : theirs };
}

function check(operation, probe, expected) {
  if (probe === undefined || expected === undefined) return;
  const largest = Math.max(...expected.map(Math.abs));
  const off = Math.max(...expected.map((value, i) => Math.abs(value - (probe[i] ?? Number.NaN))));
  if (off <= TOLERANCE * largest && probe.length === expected.length) return;
  throw new Error(`${operation}: ours differs from the reference by ${off}, largest value ${largest}`);
}

export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[Math.floor((sorted.length - 1) / 2)], max: sorted.at(-1) };
}

/** `min / median / max` in milliseconds. */
export function spread(values) {
  const { min, median, max } = summary(values);
  return [min, median, max].map((value) => rounded(value)).join(" / ");
}

function rounded(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** How many times as fast by the clock (of processor time), of the minima; others at work on the machine spoil the former more. */
export function ratio(slow, fast) {
  const [clock, processor] = [slow.ms, slow.cpu].map(
    (values, i) => summary(values).min / summary([fast.ms, fast.cpu][i]).min,
  );
  return `${clock.toFixed(1)} (${processor.toFixed(1)})`;
}

export function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

export function machine() {
  const load = loadavg().map((value) => value.toFixed(1));
  return `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, load ${load.join(" ")}`;
}
