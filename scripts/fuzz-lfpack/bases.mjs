// The sound files that are mutated, and what must be read of them where the damage lies elsewhere.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openLfpack } from "../../packages/ibl-adapter/dist/lfp/index.js";
import { LocalStore } from "../../packages/storage/dist/node.js";
import { walkHdf5 } from "./walk-hdf5.mjs";

const FIXTURES = fileURLToPath(new URL("../../test/fixtures/lfpack/", import.meta.url));

/** Every sound fixture: its bytes, where everything in it lies, its recordings, and windows of them with the samples they hold. */
export async function loadBases() {
  const bases = [];
  for (const folder of ["format-1", "format-2"]) {
    for (const name of readdirSync(join(FIXTURES, folder)).sort()) {
      const path = join(FIXTURES, folder, name);
      const bytes = readFileSync(path);
      bases.push({ name: `${folder}/${name}`, bytes, map: walkHdf5(bytes), windows: await readWindows(path) });
    }
  }
  return bases;
}

export function open(path) {
  return openLfpack(new LocalStore(pathToFileURL(`${dirname(path)}/`).href), basename(path));
}

async function readWindows(path) {
  const file = await open(path);
  const windows = [];
  for (const name of file.isFlat ? [null] : await file.recordings()) {
    const recording = await file.openRecording(name);
    const { chunkLength, formatVersion } = recording.meta;
    for (const samples of windowsOf(recording.sampleCount, chunkLength)) {
      const { data } = await recording.read({ samples });
      const chunks = [Math.floor(samples[0] / chunkLength), Math.floor((samples[1] - 1) / chunkLength)];
      windows.push({ name, samples, data, needs: needsOf(name, formatVersion, chunks) });
    }
  }
  await file.close();
  return windows;
}

/** The start, both sides of the first chunk border, and the end. */
function windowsOf(sampleCount, chunkLength) {
  const around = [chunkLength - 20, chunkLength + 20].map((sample) => Math.min(sampleCount, Math.max(0, sample)));
  const windows = [[0, Math.min(64, sampleCount)], around, [Math.max(0, sampleCount - 50), sampleCount]];
  return windows.filter(([start, stop]) => stop > start);
}

/** Whether bytes that belong to an object matter for a window. */
function needsOf(name, formatVersion, [first, last]) {
  const recording = name === null ? "" : `/${name}`;
  const scale = name === null ? "" : `${recording}/00`;
  const exact = new Set(["*", "/", recording, scale, `${recording}/saturation`, `${scale}/chunks`]);
  const chunks = new Set();
  for (let chunk = first; chunk <= last; chunk++) chunks.add(`${scale}/chunks/${chunk}`);
  return (owner) => {
    if (exact.has(owner)) return true;
    if (owner.startsWith(`${scale}/meta`)) return true;
    if (formatVersion === 2) return owner.startsWith(`${scale}/codec`);
    return chunks.has(owner.split("/", scale.split("/").length + 2).join("/"));
  };
}

/** Whether any of the ranges lies in bytes that a window needs. */
export function isTouched(window, map, changed) {
  return map.spans.some(
    ({ owner, start, stop }) => window.needs(owner) && changed.some(([from, to]) => from < stop && to > start),
  );
}
