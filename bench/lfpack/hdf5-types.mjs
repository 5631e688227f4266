// Datatype messages (version 1) of the types that LFPack archives hold, and values in their bytes.

/** @typedef {{ size: number, message: Buffer }} Hdf5Type */

function message(kind, bits, size, properties) {
  const head = Buffer.alloc(8);
  head[0] = 0x10 | kind;
  bits.forEach((byte, i) => {
    head[1 + i] = byte;
  });
  head.writeUInt32LE(size, 4);
  return { size, message: Buffer.concat([head, properties]) };
}

function integer(size, isSigned) {
  const properties = Buffer.alloc(4);
  properties.writeUInt16LE(8 * size, 2);
  return message(0, [isSigned ? 8 : 0], size, properties);
}

function float(size, exponentBits, mantissaBits) {
  const properties = Buffer.alloc(12);
  properties.writeUInt16LE(8 * size, 2);
  properties[4] = mantissaBits;
  properties[5] = exponentBits;
  properties[7] = mantissaBits;
  properties.writeUInt32LE(2 ** (exponentBits - 1) - 1, 8);
  return message(1, [0x20, 8 * size - 1], size, properties);
}

export const int8 = integer(1, true);
export const int32 = integer(4, true);
export const int64 = integer(8, true);
export const uint16 = integer(2, false);
export const uint32 = integer(4, false);
export const float16 = float(2, 5, 10);
export const float32 = float(4, 8, 23);
export const float64 = float(8, 11, 52);
/** Variable-length UTF-8: length, address of a global heap collection, number in it. */
export const text = message(9, [1, 1], 16, message(3, [], 1, Buffer.alloc(0)).message);
/** An object reference: the address of an object header. */
export const reference = message(7, [0], 8, Buffer.alloc(0));
/** The enumeration on int8 that h5py stores booleans as. */
export const bool = message(
  8,
  [2],
  1,
  Buffer.concat([int8.message, Buffer.from("FALSE\0\0\0TRUE\0\0\0\0", "latin1"), Buffer.from([0, 1])]),
);

/** @param {readonly (readonly [name: string, type: Hdf5Type])[]} fields packed, in this order */
export function compound(fields) {
  const parts = [];
  let offset = 0;
  for (const [name, type] of fields) {
    const place = Buffer.alloc(32);
    place.writeUInt32LE(offset, 0);
    parts.push(padded(Buffer.from(`${name}\0`)), place, type.message);
    offset += type.size;
  }
  return message(6, [fields.length], offset, Buffer.concat(parts));
}

/** Filled up with zeros to a multiple of 8. */
export function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 7)]);
}

export function bytesOf(array) {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** Bits of the nearest float16, ties to even. */
export function toFloat16Bits(value) {
  FLOAT[0] = value;
  const bits = BITS[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return sign | roundHalfEven(magnitude * 2 ** 24);
  const exponent = ((bits >>> 23) & 255) - 127;
  const mantissa = roundHalfEven((magnitude / 2 ** exponent - 1) * 1024);
  return sign | (((exponent + 15) << 10) + mantissa);
}

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

function roundHalfEven(value) {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
