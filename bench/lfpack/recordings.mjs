// Recordings of LFPack archives as HDF5 groups, in the layouts of container formats 1 and 2.
import {
  BASIS_SIZE,
  basisFactors,
  CHANNELS,
  CHUNK_SAMPLES,
  channelFactors,
  chunkCount,
  deltasOf,
  OVERLAP,
  profiles,
  RATE,
} from "./chunks.mjs";
import * as types from "./hdf5-types.mjs";
import { bytesOf } from "./hdf5-types.mjs";
import { attribute, encodeArray, textAttribute } from "./hdf5-writer.mjs";

/** Sites from the tip upwards: acronym, structure id, and the first channel above. */
export const REGIONS = [
  ["LP", 218, 60],
  ["DG-mo", 10703, 95],
  ["DG-sg", 632, 107],
  ["CA1", 382, 190],
  ["VISp6b", 305, 198],
  ["VISp6a", 33, 235],
  ["VISp5", 778, 290],
  ["VISp4", 721, 315],
  ["VISp2/3", 821, 350],
  ["VISp1", 593, CHANNELS],
];
const STORAGE_CHUNK = 16384;
const TABLE = types.compound([
  ["rank", types.uint16],
  ["n_kept", types.uint32],
  ["vh_cols", types.uint32],
  ["ns_original", types.int32],
  ["ns_extended", types.int32],
  ["left_overlap", types.int32],
  ["cr_svd", types.float32],
  ["cr_wp", types.float32],
  ["cr_total", types.float32],
  ["rmse", types.float32],
]);
const SETTINGS = { 1: { epsilon: 150, alpha: 28 }, 2: { epsilon: 100, alpha: 7 } };

/** A chunk of format 1, ready to be written as often as wanted. */
export function encodeChunk1(chunk) {
  const { rank, columns, layout, indices, values } = chunk;
  const one = (name, type, array) => attribute(name, type, [], bytesOf(array));
  const long = (name, value) => one(name, types.int64, BigInt64Array.of(BigInt(value)));
  const double = (name, value) => one(name, types.float64, Float64Array.of(value));
  const { epsilon, alpha } = SETTINGS[1];
  const factors = channelFactors(chunk, profiles(Math.max(BASIS_SIZE, rank)));
  return {
    factors: encodeArray({ shape: [CHANNELS, rank], type: types.float32, bytes: bytesOf(factors) }),
    indices: encodeArray({ shape: [indices.length], type: types.int32, bytes: bytesOf(indices) }),
    values: encodeArray({ shape: [values.length], type: types.float32, bytes: bytesOf(values) }),
    attributes: [
      attribute("vh_shape", types.int64, [2], bytesOf(BigInt64Array.of(BigInt(rank), BigInt(columns)))),
      long("ns_original", layout.original),
      long("ns_extended", layout.extended),
      long("left_overlap", layout.leftOverlap),
      double("epsilon", epsilon),
      double("alpha", alpha),
      double("cr_svd", (CHANNELS * layout.extended) / (rank * (CHANNELS + layout.extended))),
      double("cr_wp", (rank * layout.extended) / indices.length),
      double("cr_total", (CHANNELS * layout.extended) / (rank * CHANNELS + indices.length)),
      double("rmse", 24e-6),
    ],
  };
}

/** The arrays of a format-2 recording, ready to be written as often as wanted. */
export function encodeCodec2(chunks) {
  const table = Buffer.alloc(TABLE.size * chunks.length);
  chunks.forEach(({ rank, columns, layout, indices }, i) => {
    const at = i * TABLE.size;
    table.writeUInt16LE(rank, at);
    const { original, extended, leftOverlap } = layout;
    [indices.length, columns, original, extended, leftOverlap].forEach((value, field) => {
      table.writeUInt32LE(value, at + 2 + 4 * field);
    });
    table.writeFloatLE((CHANNELS * extended) / (rank * (CHANNELS + extended)), at + 22);
    table.writeFloatLE((rank * extended) / indices.length, at + 26);
    table.writeFloatLE((CHANNELS * extended) / (rank * CHANNELS + indices.length), at + 30);
    table.writeFloatLE(24e-6, at + 34);
  });
  const vectors = profiles(BASIS_SIZE);
  const basis = Float32Array.from({ length: CHANNELS * BASIS_SIZE }, (_, at) => {
    return vectors[at % BASIS_SIZE][Math.floor(at / BASIS_SIZE)];
  });
  const deltas = chunks.map(({ indices }) => deltasOf(indices));
  const isWide = deltas.some((some) => some.some((delta) => delta > 65535));
  const flat = (type, parts) => {
    const bytes = Buffer.concat(parts.map(bytesOf));
    const length = bytes.length / type.size;
    return encodeArray({ shape: [length], type, bytes }, [Math.min(STORAGE_CHUNK, length)]);
  };
  return {
    table: { shape: [chunks.length], type: TABLE, bytes: table },
    basis: { shape: [CHANNELS, BASIS_SIZE], type: types.float32, bytes: bytesOf(basis) },
    arrays: {
      u_values: flat(types.float16, chunks.map(basisFactors)),
      u_norms: flat(
        types.float32,
        chunks.map(({ norms }) => norms),
      ),
      vh_deltas: isWide
        ? flat(types.uint32, deltas)
        : flat(
            types.uint16,
            deltas.map((some) => new Uint16Array(some)),
          ),
      vh_values: flat(
        types.float32,
        chunks.map(({ values }) => values),
      ),
    },
  };
}

/** @param chunkAt index -> what {@link encodeChunk1} gave; gives the address of the recording's group */
export function writeRecording1(writer, facts, chunkAt) {
  const meta = writeMeta(writer, facts, 1);
  const count = chunkCount(facts.sampleCount);
  const nodes = writer.nodesFor(count);
  const members = new Map();
  for (let index = 0; index < count; index++) {
    // A symbol table grows with its group, so that its nodes lie among the chunks.
    if (index * nodes.wanted >= nodes.addresses.length * count) writer.reserveNode(nodes);
    const { factors, indices, values, attributes } = chunkAt(index);
    const arrays = new Map([
      ["U_scaled", writer.chunkedArray(factors)],
      ["vh_indices", writer.chunkedArray(indices)],
      ["vh_values", writer.chunkedArray(values)],
    ]);
    members.set(String(index), writer.group(arrays, attributes).address);
  }
  const chunks = writer.group(members, [], nodes).address;
  return finishRecording(
    writer,
    facts,
    new Map([
      ["meta", meta],
      ["chunks", chunks],
    ]),
  );
}

/** @param codec what {@link encodeCodec2} gave; gives the address of the recording's group */
export function writeRecording2(writer, facts, { table, basis, arrays }) {
  const meta = writeMeta(writer, facts, 2);
  const members = new Map([
    ["chunk_table", writer.contiguousArray(table)],
    ["basis", writer.contiguousArray(basis)],
    ...Object.entries(arrays).map(([name, encoded]) => [name, writer.chunkedArray(encoded)]),
  ]);
  return finishRecording(
    writer,
    facts,
    new Map([
      ["meta", meta],
      ["codec", writer.group(members).address],
    ]),
  );
}

function finishRecording(writer, facts, scale) {
  const members = new Map([
    ["00", writer.group(scale).address],
    ["saturation", writeSaturation(writer, facts)],
  ]);
  return writer.group(members).address;
}

function writeMeta(writer, { sampleCount, start, rate }, format) {
  const long = (name, value) => attribute(name, types.int64, [], bytesOf(BigInt64Array.of(BigInt(value))));
  const double = (name, value) => attribute(name, types.float64, [], bytesOf(Float64Array.of(value)));
  const perChannel = (name, type, array) => attribute(name, type, [CHANNELS], bytesOf(array));
  const channels = Array.from({ length: CHANNELS }, (_, channel) => channel);
  const depth = channels.map((channel) => 20 * (Math.floor(channel / 2) + 1));
  const region = channels.map((channel) => REGIONS.find(([, , end]) => channel < end));
  const { epsilon, alpha } = SETTINGS[format];
  const floats = (of) => Float32Array.from(channels, of);
  const attributes = [
    long("nc", CHANNELS),
    long("ns_total", sampleCount),
    double("fs", RATE),
    long("compress_chunk", CHUNK_SAMPLES),
    long("compress_overlap", OVERLAP),
    double("epsilon", epsilon),
    double("alpha", alpha),
    textAttribute(writer, "sglx_meta", [JSON.stringify(spikeGlx(sampleCount))], []),
    perChannel(
      "geometry_x",
      types.float32,
      floats((channel) => [43, 11, 59, 27][channel % 4]),
    ),
    perChannel(
      "geometry_y",
      types.float32,
      floats((channel) => depth[channel]),
    ),
    double("t0_sync", start),
    double("fs_sync", rate),
    perChannel(
      "ml",
      types.float32,
      floats((channel) => -2.243e-3 + 0.12e-6 * depth[channel]),
    ),
    perChannel(
      "ap",
      types.float32,
      floats((channel) => -2e-3 - 0.03e-6 * depth[channel]),
    ),
    perChannel(
      "dv",
      types.float32,
      floats((channel) => -4.1e-3 + 0.99e-6 * depth[channel]),
    ),
    perChannel(
      "atlas_id",
      types.int32,
      Int32Array.from(channels, (channel) => region[channel][1]),
    ),
    textAttribute(
      writer,
      "acronym",
      channels.map((channel) => region[channel][0]),
    ),
    perChannel(
      "labels",
      types.int8,
      Int8Array.from(channels, (channel) => (channel % 97 === 5 ? 1 : 0)),
    ),
    ...(format === 2 ? [long("format_version", 2), long("basis_size", BASIS_SIZE)] : []),
  ];
  return writer.group(new Map(), attributes).address;
}

/** As long as the header of a Neuropixels 1.0 recording is. */
function spikeGlx(sampleCount) {
  const perChannel = (of) => Array.from({ length: CHANNELS }, (_, channel) => of(channel)).join("");
  return {
    fileName: "bench_g0_t0.imec0.lf.bin",
    imSampRate: 10 * RATE,
    nSavedChans: CHANNELS + 1,
    fileTimeSecs: sampleCount / RATE,
    imAiRangeMax: 0.6,
    imAiRangeMin: -0.6,
    typeThis: "imec",
    "~imroTbl": perChannel((channel) => `(${channel} 0 0 500 250 1)`),
    "~snsChanMap": perChannel((channel) => `(LF${channel};${channel + CHANNELS}:${channel})`),
  };
}

function writeSaturation(writer, { sampleCount, saturated }) {
  const rows = saturated.flat();
  const double = (name, value) => attribute(name, types.float64, [], bytesOf(Float64Array.of(value)));
  const long = (name, value) => attribute(name, types.int64, [], bytesOf(BigInt64Array.of(BigInt(value))));
  const total = saturated.reduce((sum, [from, to]) => sum + to - from, 0);
  const attributes = [
    double("fs", 10 * RATE),
    long("ns_total", 10 * sampleCount),
    long("n_saturated_samples", total),
    double("saturated_fraction", total / (10 * sampleCount)),
    double("v_per_sec", Number.NaN),
    double("proportion", 0.2),
    long("mute_window_samples", 7),
    attribute("muted", types.bool, [], Buffer.from([1])),
  ];
  const source = { shape: [saturated.length, 2], type: types.int64, bytes: bytesOf(BigInt64Array.from(rows, BigInt)) };
  return rows.length === 0
    ? writer.contiguousArray(source, attributes)
    : writer.chunkedArray(encodeArray(source), attributes);
}
