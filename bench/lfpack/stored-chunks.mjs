// Chunks as stored, and the decoder alone: parts of the engine that its package does not export.
import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { openHdf5 } from "@crossprobe/formats/hdf5";
import { LocalStore } from "@crossprobe/storage/node";

const LFP = new URL("../../packages/ibl-adapter/dist/lfp/", import.meta.url);
const part = (name) => import(new URL(name, LFP).href);
const { openFormat1 } = await part("format-1.js");
const { openFormat2 } = await part("format-2.js");
const { readScaleMeta } = await part("scale-meta.js");
const { decodeChunk, multiplyOut } = await part("decode-chunk.js");
const { loadKernels } = await part("kernels/load-kernels.js");

/** Sixteen whole chunks from inside a recording. */
export async function loadChunks({ path, recording, kernels: kind }) {
  const store = new LocalStore(pathToFileURL(`${dirname(path)}/`).href);
  const file = await openHdf5(store, basename(path));
  const place = { url: file.url, recording, path: `/${recording}/00` };
  const meta = await readScaleMeta(file, place);
  const { sampleCount, chunkLength, chunkOverlap: overlap, channelCount, alpha } = meta;
  const scale = { file, place, channelCount, layout: { sampleCount, chunkLength, overlap }, alpha };
  const reader = await (meta.formatVersion === 1 ? openFormat1 : openFormat2)(scale);
  const chunks = [];
  for (let index = 1; index <= 16; index++) chunks.push(await reader.read(index));
  return { chunks, decoder: { kernels: await loadKernels(kind) }, close: () => file.close() };
}

/** One chunk to float32 `[samples, channels]`. */
export function toVolts({ kernels }, stored) {
  const chunk = decodeChunk(stored, kernels);
  const volts = new Float32Array(chunk.sampleCount * chunk.channelCount);
  multiplyOut(kernels, chunk, chunk.channelFactors, [0, chunk.sampleCount], volts, 0);
  return volts;
}
