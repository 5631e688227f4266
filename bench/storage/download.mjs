import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { summary, table } from "../lfpack/measure.mjs";

const run = promisify(execFile);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const CLI = here("../../packages/cli/dist/main.js");

/** One file to disk, by curl and by us in turn. */
export async function measureDownloads({ rounds, bytes, to, print }) {
  const origin = spawn(process.execPath, [here("origin.mjs"), String(bytes)], { stdio: ["pipe", "pipe", "inherit"] });
  const { value } = await createInterface({ input: origin.stdout })[Symbol.asyncIterator]().next();
  const source = JSON.parse(value);
  const folder = mkdtempSync(join(to, "crossprobe-bench-"));
  try {
    const figures = new Map(Object.keys(WAYS).map((name) => [name, { seconds: [], cpu: [] }]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, way] of Object.entries(WAYS)) {
        const place = mkdtempSync(join(folder, "run-"));
        const { seconds, cpu } = await way(source, place);
        figures.get(name).seconds.push(seconds);
        figures.get(name).cpu.push(cpu);
        rmSync(place, { recursive: true });
      }
    }
    report(figures, bytes, print);
  } finally {
    origin.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const WAYS = {
  "curl -o": ({ url }, folder) => timed(`curl -s -o ${join(folder, "file")} ${url}`),
  "curl -o, then sync": ({ url }, folder) =>
    timed(`curl -s -o ${join(folder, "file")} ${url} && sync ${join(folder, "file")}`),
  "curl -o, then md5sum": ({ url }, folder) =>
    timed(`curl -s -o ${join(folder, "file")} ${url} && md5sum ${join(folder, "file")}`),
  "ours, nothing to compare with (SHA-256)": (source, folder) => ours(source, folder, []),
  "ours, SHA-256 compared": (source, folder) => ours(source, folder, [{ kind: "sha256", value: source.sha256 }]),
  "ours, md5 compared": (source, folder) => ours(source, folder, [{ kind: "md5", value: source.md5 }]),
  "crossprobe download, with Node's start": ({ url }, folder) =>
    timed(`${process.execPath} ${CLI} download ${url} --to ${folder} --allow-private --json`),
};

/** By the shell's clock: seconds, and of processor time of the program and its threads. */
async function timed(command) {
  const { stderr } = await run("bash", ["-c", `TIMEFORMAT='%R %U %S'; time { ${command} >/dev/null 2>&1; }`]);
  const [seconds, user, system] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
  return { seconds, cpu: user + system };
}

async function ours({ url, size }, to, digests) {
  const { stdout } = await run(process.execPath, [here("fetch-ours.mjs"), JSON.stringify({ url, to, size, digests })]);
  const { ms, cpu } = JSON.parse(stdout);
  return { seconds: ms / 1000, cpu: cpu / 1000 };
}

function report(figures, bytes, print) {
  const curl = summary(figures.get("curl -o").seconds);
  const rows = [...figures].map(([name, { seconds, cpu }]) => {
    const { min, median, max } = summary(seconds);
    const speed = bytes / 1e6 / median;
    return [
      name,
      [min, median, max].map((value) => value.toFixed(2)).join(" / "),
      speed.toFixed(0),
      `${(curl.median / median).toFixed(2)} (${(curl.min / min).toFixed(2)})`,
      summary(cpu).median.toFixed(2),
    ];
  });
  const head = ["", "s, min / median / max", "MB/s", "speed : curl's, medians (minima)", "processor time, s"];
  print(`\n${(bytes / 2 ** 30).toFixed(2)} GiB to disk, load ${loadavg()[0].toFixed(1)}\n\n${table(head, rows)}`);
}
