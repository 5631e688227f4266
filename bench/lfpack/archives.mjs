// The archives that the LFPack benchmark reads: one file a format with a recording of ten minutes for each rank, and the large ones.

import { createRandom } from "../../scripts/random.mjs";
import { chunkCount, createChunk, layoutOf, RATE } from "./chunks.mjs";
import { Hdf5Writer } from "./hdf5-writer.mjs";
import { encodeChunk1, encodeCodec2, writeRecording1, writeRecording2 } from "./recordings.mjs";

export const RANKS = [1, 8, 16, 32, 64];
/** Ten minutes: 73 whole chunks and a part of one. */
export const SAMPLES = 600 * RATE;
export const MANY = 699;
const SEED = 20_261_121;

/** Key of the recording of a rank. */
export function recordingOf(rank) {
  return `00000000-0000-4000-8000-${String(rank).padStart(12, "0")}`;
}

/** Writes recordings of {@link SAMPLES} samples, one for each of {@link RANKS}; gives the size of the file. */
export function writeRanks(path, format) {
  const writer = new Hdf5Writer(path);
  const members = new Map();
  for (const rank of RANKS) {
    const random = createRandom(SEED + 1000 * format + rank);
    const facts = { sampleCount: SAMPLES, start: 4.75, rate: RATE + 0.0025, saturated: [[500_000, 512_345]] };
    const chunkOf = (index) => createChunk(random, format, rank, layoutOf(index, SAMPLES));
    members.set(recordingOf(rank), write(writer, format, facts, chunkOf));
  }
  return writer.finish(writer.group(members));
}

function write(writer, format, facts, chunkOf) {
  if (format === 1) return writeRecording1(writer, facts, (index) => encodeChunk1(chunkOf(index)));
  const chunks = Array.from({ length: chunkCount(facts.sampleCount) }, (_, index) => chunkOf(index));
  return writeRecording2(writer, facts, encodeCodec2(chunks));
}

/**
 * Writes {@link MANY} recordings (or `many`) of about 70 minutes, some 360 000 chunks. All are written out in full, but their numbers repeat: a few
 * encoded chunks (format 1, of rank 1) or recordings (format 2, of rank 8) take turns. The last recording has chunks of rank 16 and full size.
 */
export function writeMany(path, format, report = () => {}, many = MANY) {
  const writer = new Hdf5Writer(path);
  const random = createRandom(SEED + format);
  const keys = Array.from({ length: many }, () => random.uuid()).sort();
  const pool = new Map();
  const members = new Map();
  let chunks = 0;
  keys.forEach((key, number) => {
    const isLast = number === many - 1;
    const length = isLast ? 515 : 480 + ((37 * number) % 71);
    const sampleCount = 2048 * length - 700;
    const saturated = number % 3 === 2 ? [] : [[100_000 + number, 104_000 + 2 * number]];
    const facts = { sampleCount, start: number / 8, rate: RATE + number / 2 ** 20, saturated };
    const [rank, kept] = isLast ? [16, undefined] : format === 1 ? [1, 120] : [8, 2000];
    const chunkOf = (index) => createChunk(random, format, rank, layoutOf(index, sampleCount), kept);
    members.set(
      key,
      format === 1 ? many1(writer, facts, chunkOf, pool, rank) : many2(writer, facts, chunkOf, pool, rank),
    );
    chunks += length;
    report(number + 1, chunks);
  });
  return { bytes: writer.finish(writer.group(members)), chunks, last: keys.at(-1) };
}

/** One of some chunks that have the same place: at the start, inside, before the end, or at the end. */
function many1(writer, facts, chunkOf, pool, rank) {
  const count = chunkCount(facts.sampleCount);
  return writeRecording1(writer, facts, (index) => {
    const isInside = index > 0 && index < count - 2;
    const place = isInside ? `inside ${index % 32}` : index === 0 ? "first" : `${index - count}`;
    return kept(pool, `${rank} ${place}`, () => encodeChunk1(chunkOf(index)));
  });
}

function many2(writer, facts, chunkOf, pool, rank) {
  const count = chunkCount(facts.sampleCount);
  const inside = (index) => (index > 0 && index < count - 2 ? `inside ${index % 32}` : index);
  const codec = kept(pool, `${rank} ${count}`, () => {
    const chunks = new Map();
    return encodeCodec2(Array.from({ length: count }, (_, index) => kept(chunks, inside(index), () => chunkOf(index))));
  });
  return writeRecording2(writer, facts, codec);
}

function kept(pool, key, create) {
  const known = pool.get(key);
  if (known !== undefined) return known;
  const made = create();
  pool.set(key, made);
  return made;
}
