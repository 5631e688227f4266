// Does one job with a session file in a process of its own and prints what it took. Jobs: see {@link JOBS}.
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { openSessionFile } from "@crossprobe/allen-adapter/session";
import { LocalStore } from "@crossprobe/storage/node";

const { path, job, form } = JSON.parse(process.argv[2]);
const UNITS = 300;
const PRESENTATIONS = 6000;
const BINS = { "counts-1": 1, "counts-25": 25 };

/** Milliseconds of each part, and something of the answer to compare. */
const JOBS = {
  async units() {
    const [session, openMs] = await timed(open);
    const [units, unitsMs] = await timed(() => session.units());
    return { parts: { total: openMs + unitsMs, open: openMs }, answer: units.rowCount };
  },
  async spikes() {
    const session = await open();
    const id = Math.min(...(await session.units()).columns.get("id")) + (form.units >> 1);
    const [times, ms] = await timed(() => session.spikeTimes(id));
    const [fresh, coldMs] = await timed(async () => (await open()).spikeTimes(id));
    return {
      parts: { total: ms, "with opening": coldMs },
      answer: [times.length, fresh.length, times[times.length - 1]],
    };
  },
  async presentations() {
    const session = await open();
    const [table, ms] = await timed(() => session.stimulusPresentations());
    return { parts: { total: ms }, answer: table.rowCount };
  },
  "counts-1": counts,
  "counts-25": counts,
};

async function counts() {
  const session = await open();
  const ids = Array.from((await session.units()).columns.get("id"))
    .sort((a, b) => a - b)
    .slice(0, UNITS);
  const shown = await session.stimulusPresentations({ stimuli: ["natural_scenes", "static_gratings"] });
  const [, readMs] = await timed(async () => {
    for (const id of ids) await session.spikeTimes(id);
  });
  const bins = BINS[job];
  const choice = {
    presentations: Array.from(shown.columns.get("id").slice(0, PRESENTATIONS)),
    units: ids,
    edges: Array.from({ length: bins + 1 }, (_, i) => (0.25 * i) / bins),
  };
  const [first, firstMs] = await timed(() => session.presentationwiseSpikeCounts(choice));
  const sum = first.counts.data.reduce((total, count) => total + count, 0);
  const again = [];
  for (let i = 0; i < 4; i++) again.push((await timed(() => session.presentationwiseSpikeCounts(choice)))[1]);
  const warm = again.sort((a, b) => a - b)[1];
  return { parts: { total: firstMs, again: warm, "reading the spikes": readMs }, answer: sum };
}

function open() {
  return openSessionFile(new LocalStore(dirname(path)), basename(path), { keptSpikeBytes: 2 ** 29 });
}

async function timed(work) {
  const start = performance.now();
  const value = await work();
  return [value, performance.now() - start];
}

const result = await JOBS[job]();
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
process.stdout.write(JSON.stringify({ ...result, peakBytes: peak }));
