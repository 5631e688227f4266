// Decoding of one LFPack chunk in memory: from stored coefficients to float32 volts, 384 channels x 2048 samples of a window of 2304.
//
//   node bench/lfpack-kernels.mjs [--rounds 40] [--python <python with lfpack>]
//
// Then 48 such chunks into one result, in this thread and over two worker threads.
//
// Takes turns between the WebAssembly kernels, the TypeScript ones and, where a Python with lfpack is named, lfpack's `decompress` on the
// same chunks with one thread. Checks that both kernels give the same bits, and counts the values that differ from lfpack's. Needs a built checkout (npm run build).
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { decodeChunk } from "../packages/ibl-adapter/dist/lfp/decode-chunk.js";
import { createDecoder } from "../packages/ibl-adapter/dist/lfp/decoder/create-decoder.js";
import { loadKernels } from "../packages/ibl-adapter/dist/lfp/kernels/load-kernels.js";

const RANKS = [1, 8, 16, 32, 64];
const [CHANNELS, WINDOW, SAMPLES, OVERLAP, LEAF] = [384, 2304, 2048, 128, 78];
const COLUMNS = 32 * LEAF;
/** Kept coefficients of a row, as in archives of the Brain-Wide Map. */
const KEPT = 188;

// The coefficients are spread into their dense matrix before the clock runs: lfpack does that when it reads.
const PYTHON = `
import inspect, sys, time
import numpy as np
from lfpack import _core
for line in sys.stdin:
    words = line.split()
    if words[0] == "load":
        rank, columns, samples, window, overlap, channels = map(int, words[1:])
        read = lambda name, dtype: np.fromfile(sys.argv[1] + "/" + name, dtype)
        dense = np.zeros((rank, columns), np.float32)
        dense.flat[read("indices", np.int32)] = read("values", np.float32)
        known = dict(U_scaled=read("u", np.float32).reshape(channels, rank), Vh_hat=dense, ns_original=samples,
                     ns_extended=window, left_overlap=overlap, alpha=7.0)
        fields = inspect.signature(_core.LFPCompressed).parameters.values()
        chunk = _core.LFPCompressed(**{f.name: known.get(f.name, 1.0) for f in fields if f.name in known or f.default is f.empty})
        np.ascontiguousarray(_core.decompress(chunk).T).tofile(sys.argv[1] + "/volts")
        print("ready", flush=True)
    else:
        start = time.perf_counter()
        _core.decompress(chunk)
        print((time.perf_counter() - start) * 1000, flush=True)
`;

const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
const rounds = process.argv.includes("--rounds") ? Number(argument("--rounds")) : 40;
const folder = mkdtempSync(join(tmpdir(), "lfpack-kernels-"));
const reference = process.argv.includes("--python") ? startPython(argument("--python")) : undefined;
try {
  for (const [title, kept] of [
    [`${KEPT} of ${COLUMNS} coefficients of a row kept, the stronger the lower their frequency`, KEPT],
    ["every coefficient kept", COLUMNS],
  ]) {
    console.log(`\n${title}\n`);
    console.log("| rank | wasm | wasm, result reused | typescript | lfpack | × | × | × | values that differ |");
    console.log("|---|---|---|---|---|---|---|---|---|");
    for (const rank of RANKS) console.log(await measure(rank, kept));
  }
  console.log(
    `\n48 chunks of ${KEPT} kept coefficients a row, ms a chunk; processor time of all threads in brackets (minimum)\n`,
  );
  console.log("| rank | this thread | two threads | ratio of medians |\n|---|---|---|---|");
  for (const rank of RANKS) console.log(await measureThreads(rank));
} finally {
  reference?.end();
  rmSync(folder, { recursive: true });
}

async function measure(rank, kept) {
  const chunk = makeChunk(rank, kept);
  const kernels = { wasm: await loadKernels("wasm"), typescript: await loadKernels("typescript") };
  const volts = decode(chunk, kernels.wasm, new Float32Array(SAMPLES * CHANNELS));
  const others = decode(chunk, kernels.typescript, new Float32Array(SAMPLES * CHANNELS));
  if (countDifferent(volts, others) > 0) throw new Error(`rank ${rank}: the kernels differ`);
  const different = reference ? countDifferent(volts, await reference.load(chunk)) : "–";
  const contestants = {
    wasm: () => time(() => decode(chunk, kernels.wasm, new Float32Array(SAMPLES * CHANNELS))),
    reused: () => time(() => decode(chunk, kernels.wasm, volts)),
    typescript: () => time(() => decode(chunk, kernels.typescript, new Float32Array(SAMPLES * CHANNELS))),
    ...(reference && { lfpack: () => reference.time() }),
  };
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -5; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const milliseconds = await run();
      if (round >= 0) times[name].push(milliseconds);
    }
  }
  for (const list of Object.values(times)) list.sort((a, b) => a - b);
  const { wasm, reused, typescript, lfpack } = times;
  const text = (list) =>
    list ? [list[0], list[list.length >> 1], list.at(-1)].map((ms) => ms.toFixed(2)).join(" / ") : "–";
  const ratio = (list) =>
    lfpack ? [0, list.length >> 1].map((i) => (lfpack[i] / list[i]).toFixed(1)).join(" / ") : "–";
  const ratios = [wasm, reused, typescript].map(ratio).join(" | ");
  return `| ${rank} | ${text(wasm)} | ${text(reused)} | ${text(typescript)} | ${text(lfpack)} | ${ratios} | ${different} |`;
}

async function measureThreads(rank) {
  const chunk = makeChunk(rank, KEPT);
  const kernels = await loadKernels();
  const volts = new Float32Array(48 * SAMPLES * CHANNELS);
  const decoders = [await createDecoder(kernels), await createDecoder(kernels, { threads: 2 })];
  const times = decoders.map(() => []);
  const processorTimes = decoders.map(() => Number.POSITIVE_INFINITY);
  for (let round = -2; round < 10; round++) {
    for (const [i, decoder] of decoders.entries()) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      const turns = Array(48).keys();
      const work = async () => {
        for (const turn of turns) {
          const { channelFactors: factors, timeCourses: courses } = await decoder.decode(chunk);
          const shape = { rank, columns: CHANNELS, stride: SAMPLES, start: 0, stop: SAMPLES };
          await decoder.product({ factors, courses, shape, target: volts, offset: turn * SAMPLES * CHANNELS });
        }
      };
      await Promise.all(Array.from({ length: decoder.threads + 1 }, work));
      if (round < 0) continue;
      times[i].push((performance.now() - start) / 48);
      const { user, system } = process.cpuUsage(before);
      processorTimes[i] = Math.min(processorTimes[i], (user + system) / 48e3);
    }
  }
  await Promise.all(decoders.map((decoder) => decoder.close()));
  const [one, two] = times.map((list) => list.sort((a, b) => a - b)).map((list) => [list[0], list[5], list.at(-1)]);
  const text = (stat, i) => `${stat.map((ms) => ms.toFixed(2)).join(" / ")} (${processorTimes[i].toFixed(2)})`;
  return `| ${rank} | ${text(one, 0)} | ${text(two, 1)} | ${(one[1] / two[1]).toFixed(2)} |`;
}

function decode(chunk, kernels, volts) {
  const decoded = decodeChunk(chunk, kernels);
  const shape = { rank: decoded.rank, columns: decoded.channelCount, stride: SAMPLES, start: 0, stop: SAMPLES };
  kernels.product(decoded.channelFactors, decoded.timeCourses, shape, volts, 0);
  return volts;
}

function countDifferent(a, b) {
  return a.reduce((count, value, i) => (value === b[i] ? count : count + 1), 0);
}

function time(run) {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** The same chunk in every run; kept coefficients thin out with the frequency of their leaf. */
function makeChunk(rank, kept) {
  let state = rank;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const indices = [];
  for (let row = 0; row < rank; row++) {
    const slots = new Set(kept === COLUMNS ? Array(COLUMNS).keys() : []);
    while (slots.size < kept) {
      const band = Math.min(31, Math.floor(32 ** random() - 1 + random()));
      slots.add(leafOfBand(band) * LEAF + Math.floor(random() * LEAF));
    }
    for (const slot of [...slots].sort((a, b) => a - b)) indices.push(row * COLUMNS + slot);
  }
  return {
    header: { rank, columns: COLUMNS, sampleCount: SAMPLES, extendedCount: WINDOW, leftOverlap: OVERLAP, alpha: 7 },
    channelCount: CHANNELS,
    factors: {
      kind: "channels",
      values: Float32Array.from({ length: CHANNELS * rank }, () => (random() - 0.5) * 1e-4),
    },
    indices: Int32Array.from(indices),
    values: Float32Array.from(indices, () => random() * 8 - 4),
    place: { url: "memory:", recording: "bench", path: "/" },
  };
}

/** Leaves in natural order are a Gray code of their frequency band. */
function leafOfBand(band) {
  return band ^ (band >> 1);
}

function startPython(python) {
  const child = spawn(python, ["-c", PYTHON, folder], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line) => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ended: is lfpack installed in it?`);
    return value;
  };
  return {
    async load({ header, factors, indices, values }) {
      for (const [name, array] of Object.entries({ u: factors.values, indices, values }))
        writeFileSync(join(folder, name), array);
      await ask(`load ${header.rank} ${COLUMNS} ${SAMPLES} ${WINDOW} ${OVERLAP} ${CHANNELS}`);
      return new Float32Array(readFileSync(join(folder, "volts")).buffer);
    },
    time: async () => Number(await ask("time")),
    end: () => child.stdin.end(),
  };
}
