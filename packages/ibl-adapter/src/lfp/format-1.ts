import { type CallOptions, isDataError } from "@crossprobe/core";
import { checkHeader, impliedLeftOverlap } from "./check-header.js";
import type { ChunkFacts } from "./chunk-facts.js";
import { chunkCount } from "./chunk-layout.js";
import { chunkPlace, formatError, placeAt } from "./place.js";
import type { ChunkHeader, ChunkReader, ScaleContext, StoredChunk } from "./stored-chunk.js";
import {
  type Attributes,
  elementCount,
  findNumber,
  readAttributes,
  readNumbers,
  requireArray,
} from "./stored-values.js";

/**
 * Opens the chunks of a scale of container format 1: one group `chunks/<i>` each, `i` without padding.
 *
 * Source: LFPack container format 1 (lfpack 0.1 to 0.4).
 *
 * @throws {@link FormatError} when the last chunk that the length of the recording asks for is missing, or there is one more
 */
export async function openFormat1(scale: ScaleContext, options?: CallOptions): Promise<ChunkReader> {
  await checkChunkEnds(scale, options);
  return {
    formatVersion: 1,
    basisSize: null,
    read: (index, callOptions) => readChunk(scale, index, callOptions),
    ahead: (range) => groupsOf(scale, range),
    known: () => null,
    facts: async ([first, stop], callOptions) => {
      const facts: ChunkFacts[] = [];
      for (let index = first; index < stop; index++) facts.push(await readFacts(scale, index, callOptions));
      return facts;
    },
    zeroChunks: async () => null,
  };
}

/**
 * The groups of chunks, with the neighbours before and behind: chunks are written one after the other, some programs put a group's header
 * before its arrays and some behind.
 */
function groupsOf({ place, layout }: ScaleContext, [first, stop]: readonly [number, number]) {
  const objects = first === 0 ? [`${place.path}/meta`] : [];
  for (let index = Math.max(0, first - 1); index < Math.min(chunkCount(layout), stop + 1); index++) {
    objects.push(`${place.path}/chunks/${index}`);
  }
  return { objects };
}

/** That the last chunk is there, and no other behind it; one that is missing between is missed when it is read. */
async function checkChunkEnds({ file, place, layout }: ScaleContext, options?: CallOptions): Promise<void> {
  const path = `${place.path}/chunks`;
  const group = await file.find(path, options);
  if (group === undefined) throw formatError(place, "the scale has no chunks group");
  if (group.kind !== "group") throw formatError(place, "chunks is not a group");
  // Names are found one by one, and a list of all of them would be read from all over the file.
  const needed = chunkCount(layout);
  const has = (index: number) => hasChunk(file, `${path}/${index}`, options);
  const says = `ns_total ${layout.sampleCount} needs ${needed} chunks`;
  if ((await has(needed - 1)) === false) throw formatError(place, `chunk ${needed - 1} is missing, ${says}`);
  if ((await has(needed)) === true) throw formatError(place, `there is a chunk ${needed}, ${says}`);
}

/** Null where damage does not let it be said: whoever reads that chunk is told, and the others can be read. */
async function hasChunk(file: ScaleContext["file"], path: string, options?: CallOptions): Promise<boolean | null> {
  try {
    return (await file.find(path, options)) !== undefined;
  } catch (error) {
    if (isDataError(error, "format")) return null;
    throw error;
  }
}

/** The opened group of one chunk: its attributes and the shapes of its arrays. */
async function openChunk(scale: ScaleContext, index: number, options?: CallOptions) {
  const { file, layout } = scale;
  const place = chunkPlace(scale.place, index, `${scale.place.path}/chunks/${index}`);
  const group = await file.find(place.path, options);
  if (group === undefined) throw formatError(place, "the chunk is missing");
  if (group.kind !== "group") throw formatError(place, "the chunk is not a group");
  const attributes = await readAttributes(file, place, options);
  const placeOf = (name: string) => placeAt(place, `${place.path}/${name}`);
  const factors = await requireArray(file, placeOf("U_scaled"), options);
  await requireArray(file, placeOf("vh_indices"), options);
  const values = await requireArray(file, placeOf("vh_values"), options);
  const header = toHeader(attributes, factors.shape ?? [], scale, index);
  checkHeader(header, layout, scale.channelCount, index, place);
  return { place, placeOf, attributes, header, keptCount: elementCount(values.shape) };
}

async function readFacts(scale: ScaleContext, index: number, options?: CallOptions): Promise<ChunkFacts> {
  const { attributes, header, keptCount } = await openChunk(scale, index, options);
  const { rank, columns, sampleCount, extendedCount, leftOverlap, alpha } = header;
  const first = index * scale.layout.chunkLength;
  const stored = (name: string): number | null => findNumber(attributes, name) ?? null;
  return {
    index,
    samples: [first, first + sampleCount],
    rank,
    keptCount,
    coefficientShape: [rank, columns],
    extendedCount,
    leftOverlap,
    alpha,
    epsilon: stored("epsilon"),
    svdRatio: stored("cr_svd"),
    packetRatio: stored("cr_wp"),
    totalRatio: stored("cr_total"),
    rmse: stored("rmse"),
  };
}

async function readChunk(scale: ScaleContext, index: number, options?: CallOptions): Promise<StoredChunk> {
  const { file, channelCount } = scale;
  const { place, placeOf, header } = await openChunk(scale, index, options);
  const [factorValues, indices, values] = await Promise.all([
    readNumbers(file, placeOf("U_scaled"), undefined, options),
    readNumbers(file, placeOf("vh_indices"), undefined, options),
    readNumbers(file, placeOf("vh_values"), undefined, options),
  ]);
  return { header, channelCount, factors: { kind: "channels", values: factorValues }, indices, values, place };
}

function toHeader(attributes: Attributes, factorShape: readonly number[], scale: ScaleContext, index: number) {
  const { place } = attributes;
  const [rows, rank] = factorShape;
  if (rows === undefined || rank === undefined || factorShape.length !== 2) {
    throw formatError(place, `U_scaled has shape [${factorShape.join(", ")}], expected two axes`);
  }
  if (rows !== scale.channelCount) {
    throw formatError(place, `U_scaled has ${rows} rows, nc is ${scale.channelCount}`);
  }
  const vhShape = attributes.values.get("vh_shape")?.values;
  const [shapeRows, columns] = ArrayBuffer.isView(vhShape) ? vhShape : [];
  if (shapeRows === undefined || columns === undefined) {
    throw formatError(place, `vh_shape is missing or not a pair of numbers`);
  }
  if (shapeRows !== rank) {
    throw formatError(place, `vh_shape has ${shapeRows} rows, U_scaled has ${rank} columns`);
  }
  const require = (name: string): number => {
    const value = findNumber(attributes, name);
    if (value === undefined) throw formatError(place, `${name} is missing`);
    return value;
  };
  const sampleCount = require("ns_original");
  const header: ChunkHeader = {
    rank,
    columns,
    sampleCount,
    // The encoder's reader takes an absent or zero ns_extended as ns_original.
    extendedCount: findNumber(attributes, "ns_extended") || sampleCount,
    leftOverlap: findNumber(attributes, "left_overlap") ?? impliedLeftOverlap(scale.layout, index),
    alpha: require("alpha"),
  };
  return header;
}
