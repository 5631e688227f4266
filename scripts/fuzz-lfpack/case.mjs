// One case: a mutated file is read in every way that the package offers, and what is wrong about the answers is listed.
import { readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { isDataError } from "../../packages/core/dist/index.js";
import {
  binMap,
  butterworth,
  regionMeanMap,
  secondDifferenceMap,
  sosFilter,
  summarizeLfpack,
} from "../../packages/ibl-adapter/dist/lfp/index.js";
import { createRandom } from "../random.mjs";
import { isTouched, open } from "./bases.mjs";
import { mutate } from "./mutate.mjs";

const BAND = sosFilter(butterworth(2, { lowHz: 4, highHz: 80 }, 250));
/** Samples of a block that a stream is followed for. */
const STREAM_BLOCKS = 3;
const ROWS = 200;
/** A process that reads has some 25, worker threads that come and go included. */
const MOST_HANDLES = 100;

/**
 * @param bases from `loadBases`
 * @param path where the mutated file is written
 * @returns `{ base, what, offences, refused, answered }`
 */
export async function runCase(bases, seed, path) {
  const random = createRandom(seed);
  const base = bases[random.integer(bases.length)];
  const { bytes, changed, what } = mutate(base.bytes, base.map, random);
  writeFileSync(path, bytes);
  const result = { base: base.name, what, offences: [], refused: 0, answered: 0 };
  await readEverything({ base, changed, path, result });
  const handles = openHandles();
  if (handles.includes(path)) result.offences.push("the file is still open after close");
  if (handles.length > MOST_HANDLES) result.offences.push(`${handles.length} handles are open`);
  return result;
}

/** What every open descriptor of this process stands for. */
function openHandles() {
  return readdirSync("/proc/self/fd").flatMap((number) => {
    try {
      return [readlinkSync(`/proc/self/fd/${number}`)];
    } catch {
      return []; // that of the listing itself
    }
  });
}

async function readEverything({ base, changed, path, result }) {
  const attempt = async (title, action) => {
    try {
      const answer = await action();
      result.answered++;
      return answer;
    } catch (error) {
      result.refused++;
      if (!isDataError(error)) result.offences.push(`${title}: ${error?.stack ?? error}`);
      return undefined;
    }
  };
  const file = await attempt("open", () => open(path));
  if (file === undefined) return;
  try {
    const names = (await attempt("recordings", () => file.recordings())) ?? [];
    for (const [number, name] of names.slice(0, 3).entries()) {
      await attempt("scales", () => file.scales(name));
      await readRecording(file, name, number, attempt, result);
    }
    if (file.isFlat) await readRecording(file, null, 0, attempt, result);
    for (const window of base.windows) await compareWindow(file, window, { base, changed }, attempt, result);
    await attempt("summary", () => summarizeLfpack(file));
  } finally {
    await attempt("close", () => file.close());
  }
}

async function readRecording(file, name, number, attempt, result) {
  const recording = await attempt("openRecording", () => file.openRecording(name));
  if (recording === undefined) return;
  const samples = [0, Math.min(ROWS, recording.sampleCount)];
  const finite = async (title, request) => {
    const answer = await attempt(title, () => recording.read({ samples, ...request() }));
    if (answer !== undefined) checkFinite(title, answer.data, result);
  };
  await attempt("header", () => readHeader(recording, samples));
  await finite("read", () => ({}));
  await finite("bins", () => ({ map: binMap(recording.channelCount, { size: 2, combine: "mean" }) }));
  await finite("regions", () => ({ map: regionMeanMap(recording.channels).map }));
  await finite("second difference", () => ({ map: secondDifferenceMap(recording.channels) }));
  // A filter takes in what lies around, and as many columns as there are: one recording of a file will do.
  if (number === 0) await finite("filter", () => ({ channels: [0], filter: BAND }));
  await attempt("stream", async () => {
    let blocks = 0;
    for await (const { data } of recording.stream({}, { budgetBytes: 4 * 2 ** 20 })) {
      checkFinite("stream", data, result);
      if (++blocks === STREAM_BLOCKS) break;
    }
  });
  recording.close();
}

function readHeader(recording, [start, stop]) {
  recording.times(start, stop);
  recording.saturatedIntervals();
  recording.saturationMask(start, stop);
  recording.explain({ samples: [start, stop] });
  return [recording.notices, recording.caveats(), recording.channels, recording.durationSeconds];
}

function checkFinite(title, data, result) {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) result.offences.push(`${title}: value ${at} is ${data[at]}`);
}

/** A window whose bytes are sound holds what it holds in the sound file, whatever is wrong elsewhere. */
async function compareWindow(file, window, { base, changed }, attempt, result) {
  const title = `window ${window.samples.join(":")} of ${window.name ?? "the flat recording"}`;
  const answer = await attempt(title, async () => {
    const recording = await file.openRecording(window.name);
    return recording.read({ samples: window.samples });
  });
  if (isTouched(window, base.map, changed)) return;
  const isCut = changed.some(([, stop]) => stop === Number.POSITIVE_INFINITY);
  if (answer === undefined) {
    if (!isCut) result.offences.push(`${title}: refused, and none of its bytes was changed`);
    return;
  }
  const isSame = answer.data.length === window.data.length && answer.data.every((v, i) => Object.is(v, window.data[i]));
  if (!isSame) result.offences.push(`${title}: other values, and none of its bytes was changed`);
}
