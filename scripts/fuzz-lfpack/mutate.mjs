// Damages an HDF5 file: bytes anywhere, numbers of its structures, values of attributes, values inside compressed chunks.
import { deflateSync, inflateSync } from "node:zlib";

const INTERESTING = [
  0,
  1,
  2,
  3,
  7,
  8,
  16,
  127,
  128,
  255,
  256,
  2048,
  32767,
  32768,
  65535,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];
const REALS = [0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 1e300, -1e-300, 2 ** 31, 2 ** 53, 0.5, 250.000001, 1e-9];

/**
 * One to three damages, drawn from `random`.
 *
 * @returns `{ bytes, changed, what }`: the file, the ranges `[start, stop)` that changed, and what was done in words
 */
export function mutate(sound, map, random) {
  const state = { bytes: Buffer.from(sound), changed: [], what: [], map, random };
  const count = 1 + (random.uniform() < 0.3 ? random.integer(3) : 0);
  for (let i = 0; i < count; i++) pick(random, MUTATIONS)(state);
  return { bytes: state.bytes, changed: state.changed, what: state.what.join("; ") };
}

const MUTATIONS = [flipBits, flipBits, fill, truncate, setField, setField, setField, setField].concat([
  setAttribute,
  setAttribute,
  setAttribute,
  setStored,
  setStored,
  setStored,
  copySpan,
]);

function pick(random, list) {
  return list[random.integer(list.length)];
}

function write(state, at, bytes, what) {
  const kept = bytes.subarray(0, Math.max(0, state.bytes.length - at));
  kept.copy(state.bytes, at);
  state.changed.push([at, at + kept.length]);
  state.what.push(`${what} at ${at}`);
}

function flipBits(state) {
  const { random, bytes } = state;
  for (let i = 0; i <= random.integer(6); i++) {
    const at = random.integer(bytes.length);
    write(state, at, Buffer.from([bytes[at] ^ (1 << random.integer(8))]), "bit flipped");
  }
}

function fill(state) {
  const { random, bytes } = state;
  const at = random.integer(bytes.length);
  const length = 1 + random.integer(pick(random, [4, 64, 1024, 8192]));
  const value = pick(random, [0, 255, undefined]);
  const filling = Buffer.from(Array.from({ length }, () => value ?? random.integer(256)));
  write(state, at, filling, `${length} bytes filled`);
}

function truncate(state) {
  const length = 1 + state.random.integer(state.bytes.length - 1);
  state.bytes = state.bytes.subarray(0, length);
  state.changed.push([length, Number.POSITIVE_INFINITY]);
  state.what.push(`cut to ${length} bytes`);
}

function setField(state) {
  const { random, map, bytes } = state;
  // By kind first: there are many more link fields than superblock fields.
  const kinds = [...new Set(map.fields.map(({ kind }) => kind))];
  const kind = pick(random, kinds);
  const { owner, at, size } = pick(
    random,
    map.fields.filter((field) => field.kind === kind),
  );
  if (at + size > bytes.length) return;
  const value = Buffer.alloc(8);
  value.writeBigUInt64LE(BigInt.asUintN(64, fieldValue(state, at, size)));
  write(state, at, value.subarray(0, size), `${kind} of ${owner} set to ${value.subarray(0, size).toString("hex")}`);
}

function fieldValue({ random, map, bytes }, at, size) {
  const old = bytes.subarray(at, at + size);
  const now = size === 8 ? old.readBigUInt64LE() : BigInt(old.readUIntLE(0, size));
  return pick(random, [
    () => now + 1n,
    () => now - 1n,
    () => now * 2n,
    () => now ^ (1n << BigInt(random.integer(8 * size))),
    () => BigInt(pick(random, INTERESTING)),
    () => -1n,
    () => BigInt(bytes.length - random.integer(64)),
    () => BigInt(pick(random, map.addresses)),
    () => BigInt(pick(random, map.addresses)),
    () => BigInt(random.integer(2 ** 31)) << BigInt(random.integer(33)),
  ])();
}

function setAttribute(state) {
  const { random, map, bytes } = state;
  const numeric = map.attributes.filter(({ type, size }) => (type === 0 || type === 1 || type === 8) && size <= 8);
  if (numeric.length === 0) return;
  const { owner, name, at, type, size, count } = pick(random, numeric);
  const where = at + size * random.integer(count);
  if (where + size > bytes.length) return;
  write(state, where, number(state, type, size, where), `attribute ${name} of ${owner}`);
}

function number(state, type, size, at) {
  const { random } = state;
  const bytes = Buffer.alloc(8);
  if (type !== 1) {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, fieldValue(state, at, size)));
    return bytes.subarray(0, size);
  }
  const value = random.uniform() < 0.7 ? pick(random, REALS) : random.normal() * 10 ** random.integer(20);
  if (size === 8) bytes.writeDoubleLE(value);
  else bytes.writeFloatLE(value);
  return bytes.subarray(0, size);
}

/** Values inside a compressed chunk, deflated again so that it still fits; a stream that would not fit is left. */
function setStored(state) {
  const { random, map, bytes } = state;
  if (map.streams.length === 0) return;
  const { owner, at, length, elementSize } = pick(random, map.streams);
  if (at + length > bytes.length) return;
  const values = inflateOrNull(bytes.subarray(at, at + length));
  if (values === null) return;
  const count = Math.floor(values.length / elementSize);
  for (let i = 0; i <= random.integer(4); i++) {
    const element = random.integer(count);
    const value = number({ ...state, bytes: Buffer.alloc(64) }, pick(random, [0, 1]), elementSize === 4 ? 4 : 8, 0);
    // Shuffled: byte b of all elements together.
    for (let b = 0; b < elementSize; b++) values[b * count + element] = value[b % value.length];
  }
  const again = deflateSync(values, { level: 9 });
  if (again.length <= length) write(state, at, again, `stored values of ${owner}`);
}

function inflateOrNull(stream) {
  try {
    return inflateSync(stream);
  } catch {
    return null; // damaged before
  }
}

/** One structure over another of its kind: loops, foreign headers, chunks of another array. */
function copySpan(state) {
  const { random, map, bytes } = state;
  const from = pick(random, map.spans);
  const to = pick(
    random,
    map.spans.filter(({ kind }) => kind === from.kind),
  );
  const length = Math.min(from.stop - from.start, to.stop - to.start);
  if (to.start >= bytes.length) return;
  const part = Buffer.from(bytes.subarray(from.start, from.start + length));
  write(state, to.start, part, `${from.kind} of ${from.owner} over that of ${to.owner}`);
}
