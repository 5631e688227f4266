// One measurement of our reader, in a process of its own:  node ours.mjs '<job as JSON>'
//
// Prints one line of JSON: milliseconds and processor time of every repeat, when the imports were done, peak memory, and values to compare.
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import {
  butterworth,
  currentSourceDensityMap,
  openLfpack,
  regionMeanMap,
  sosFilter,
  summarizeLfpack,
} from "@crossprobe/ibl-adapter/lfpack";
import { LocalStore } from "@crossprobe/storage/node";
import { PROBE_ROWS, probeColumns } from "./probe.mjs";

const importsMs = performance.now();
const job = JSON.parse(process.argv[2]);

/** Reads of ten minutes, as requests. */
const REQUESTS = {
  read: () => ({}),
  bins: () => ({ bins: { size: 4, combine: "sum" } }),
  regions: ({ channels }) => ({ map: regionMeanMap(channels).map }),
  bandpass: () => ({ filter: sosFilter(butterworth(3, { lowHz: 4, highHz: 80 }, 250)) }),
  csd: ({ channels }) => ({ map: currentSourceDensityMap(channels, { conductivity: 0.3 }) }),
};
const OPERATIONS = {
  decode,
  chunk: readChunks,
  whole: readWhole,
  again: regionsAgain,
  list,
  facts,
  window: firstWindow,
};

function open(options = {}) {
  const threads = job.threads > 1 ? { decoders: { threads: job.threads } } : {};
  const store = new LocalStore(pathToFileURL(`${dirname(job.path)}/`).href);
  return openLfpack(store, basename(job.path), { ...threads, ...options });
}

/** `{ ms, cpu }` that an action takes, the processor time that of all threads, and what it gives. */
async function timed(action) {
  const used = process.cpuUsage();
  const from = performance.now();
  const value = await action();
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(used);
  return [{ ms, cpu: (user + system) / 1000 }, value];
}

class Times {
  ms = [];
  cpu = [];

  add({ ms, cpu }, count = 1) {
    this.ms.push(ms / count);
    this.cpu.push(cpu / count);
  }
}

/** Chunks that were read before, from coefficients to volts of all channels. */
async function decode() {
  const { loadChunks, decodeAll } = await import("./stored-chunks.mjs");
  const loaded = await loadChunks(job);
  const times = new Times();
  for (let round = 0; round < job.repeats + 3; round++) {
    const [elapsed] = await timed(() => decodeAll(loaded));
    if (round >= 3) times.add(elapsed, loaded.chunks.length);
  }
  await loaded.decoder.close();
  return { ...times };
}

/** Aligned chunks one after the other, none of them read before. */
async function readChunks() {
  const times = new Times();
  for (let round = 0; round < job.repeats; round++) {
    const file = await open({ decodedBytes: 0 });
    const recording = await file.openRecording(job.recording);
    await recording.read({ samples: [0, 2048] });
    for (let chunk = 1; chunk <= 24; chunk++) {
      const [elapsed] = await timed(() => recording.read({ samples: [2048 * chunk, 2048 * (chunk + 1)] }));
      times.add(elapsed);
    }
    await file.close();
  }
  return { ...times };
}

async function streamTenMinutes() {
  const times = new Times();
  const probe = [];
  for (let round = 0; round < job.repeats; round++) {
    const file = await open();
    const recording = await file.openRecording(job.recording);
    const request = REQUESTS[job.operation](recording);
    if (job.threads > 1) await startThreads(recording);
    const [elapsed] = await timed(async () => {
      for await (const { data, shape, samples } of recording.stream(request)) {
        if (round === 0) look(data, shape[1], samples, probe);
      }
    });
    times.add(elapsed);
    await file.close();
  }
  return { ...times, probe };
}

/** Threads load their modules with their first work, which is no part of what is measured: four of the 74 chunks, not kept. */
async function startThreads(recording) {
  for await (const _ of recording.stream({ samples: [0, 4 * 2048] })) {
    // reading is all
  }
}

/** Ten minutes into one array, as the reference does. */
async function readWhole() {
  const times = new Times();
  for (let round = 0; round < job.repeats; round++) {
    const file = await open();
    const recording = await file.openRecording(job.recording);
    if (job.threads > 1) await startThreads(recording);
    const [elapsed] = await timed(() => recording.read());
    times.add(elapsed);
    await file.close();
  }
  return { ...times };
}

/** Region means of chunks that an earlier read has left decoded: another choice of regions in a viewer. */
async function regionsAgain() {
  const times = new Times();
  const file = await open();
  const recording = await file.openRecording(job.recording);
  await recording.read({ channels: [0] });
  let data;
  for (let round = 0; round < 3 * job.repeats; round++) {
    const [elapsed, means] = await timed(() => recording.read(REQUESTS.regions(recording)));
    times.add(elapsed);
    data = means.data;
  }
  const probe = [];
  look(data, data.length / recording.sampleCount, [0, recording.sampleCount], probe);
  await file.close();
  return { ...times, probe };
}

function look(data, columns, [start, stop], probe) {
  for (const row of PROBE_ROWS) {
    if (row < start || row >= stop) continue;
    for (const column of probeColumns(columns)) probe.push(data[(row - start) * columns + column]);
  }
}

async function list() {
  const [elapsed, count] = await timed(async () => {
    const file = await open();
    return (await file.recordings()).length;
  });
  return { ms: [elapsed.ms], cpu: [elapsed.cpu], probe: [count] };
}

async function facts() {
  const [elapsed, summaries] = await timed(async () => summarizeLfpack(await open()));
  const broken = summaries.find(({ error }) => error !== null);
  if (broken !== undefined) throw new Error(broken.error);
  return {
    ms: [elapsed.ms],
    cpu: [elapsed.cpu],
    probe: [summaries.reduce((sum, { sampleCount }) => sum + sampleCount, 0)],
  };
}

/** Ten seconds from the start of the last recording, the file not opened before. */
async function firstWindow() {
  const [elapsed, { data }] = await timed(async () => {
    const file = await open();
    const recording = await file.openRecording(job.recording);
    return recording.read({ samples: [0, 2500] });
  });
  return { ms: [elapsed.ms], cpu: [elapsed.cpu], probe: [data[0], data[1000 * 384 + 7], data[2499 * 384 + 383]] };
}

/** Peak resident memory of this process, worker threads included. */
function peakBytes() {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0);
}

const result = await (OPERATIONS[job.operation] ?? streamTenMinutes)();
console.log(JSON.stringify({ ...result, importsMs, peakBytes: peakBytes() }));
