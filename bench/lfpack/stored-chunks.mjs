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
const { createDecoder } = await part("decoder/create-decoder.js");
const { inFlight } = await part("signal-reader.js");
const { loadKernels } = await part("kernels/load-kernels.js");

/** Sixteen whole chunks from inside a recording, and what decodes them. */
export async function loadChunks({ path, recording, threads = 1, kernels: kind }) {
  const store = new LocalStore(pathToFileURL(`${dirname(path)}/`).href);
  const file = await openHdf5(store, basename(path));
  const place = { url: file.url, recording, path: `/${recording}/00` };
  const meta = await readScaleMeta(file, place);
  const { sampleCount, chunkLength, chunkOverlap: overlap, channelCount, alpha, epsilon } = meta;
  const scale = { file, place, channelCount, layout: { sampleCount, chunkLength, overlap }, alpha, epsilon };
  const reader = await (meta.formatVersion === 1 ? openFormat1 : openFormat2)(scale);
  const chunks = [];
  for (let index = 1; index <= 16; index++) chunks.push(await reader.read(index));
  await file.close();
  const kernels = await loadKernels(kind);
  const decoder = await createDecoder(kernels, threads > 1 ? { threads } : undefined);
  const targets = Array.from({ length: inFlight(decoder) }, () => new Float32Array(chunkLength * channelCount));
  return { chunks, decoder, targets };
}

/** All chunks to float32 `[samples, channels]`, each into an array that is there; as many at once as the engine has in flight. */
export async function decodeAll({ chunks, decoder, targets }) {
  let next = 0;
  const lane = async (target) => {
    while (next < chunks.length) {
      const { channelFactors: factors, timeCourses: courses, ...chunk } = await decoder.decode(chunks[next++]);
      const { rank, sampleCount, channelCount: columns } = chunk;
      const shape = { rank, columns, stride: sampleCount, start: 0, stop: sampleCount };
      await decoder.product({ factors, courses, shape, target, offset: 0 });
    }
  };
  await Promise.all(targets.map(lane));
}
