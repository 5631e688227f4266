import { type NumericArray, QueryError } from "@crossprobe/core";

/** NumPy pads headers so that data starts at a multiple of this. */
const ALIGNMENT_BYTES = 64;

/**
 * An npy file (version 1, or 2 for a very long header; C order, little-endian) with these elements.
 *
 * @param dtype by default what the array is (`<f8` for `Float64Array`; the shortest `<U…` for texts). `|b1` may be given for
 *   a `Uint8Array` of 0 and 1, `<i8` and `<u8` for integers in a `Float64Array`
 * @throws {@link QueryError} when the shape does not fit, or the values do not fit the type
 * @example
 * await writeFile("x.npy", encodeNpy(lfp.data, lfp.shape));
 */
export function encodeNpy(
  data: NumericArray | readonly string[],
  shape: readonly number[],
  dtype?: string,
): Uint8Array {
  const count = shape.reduce((product, length) => product * length, 1);
  if (count !== data.length)
    throw new QueryError(`The shape (${shape.join(", ")}) does not fit ${data.length} values.`);
  const elements = encodeElements(data, dtype);
  const header = encodeNpyHeader(shape, elements.dtype);
  const file = new Uint8Array(header.length + elements.bytes.byteLength);
  file.set(header);
  file.set(elements.bytes, header.length);
  return file;
}

/**
 * What an npy file of this shape begins with (version 1, or 2 for a very long header; C order). The little-endian bytes of its elements
 * follow, so that an array can be written piece by piece.
 *
 * @param dtype type string of the elements: `<f4`, `<f8`
 * @example
 * await file.write(encodeNpyHeader([sampleCount, 384], "<f4"));
 * for await (const block of lfp.blocks({})) await file.write(block.data.data);
 */
export function encodeNpyHeader(shape: readonly number[], dtype: string): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  return encodeHeader(`{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`);
}

interface EncodedElements {
  readonly dtype: string;
  readonly bytes: Uint8Array;
}

function encodeElements(data: NumericArray | readonly string[], dtype: string | undefined): EncodedElements {
  if (!ArrayBuffer.isView(data)) return encodeTexts(data, dtype);
  const own = ownDtype(data);
  if (dtype === undefined || dtype === own) return { dtype: own, bytes: littleEndianBytes(data) };
  if (dtype === "|b1" && data instanceof Uint8Array && data.every((value) => value <= 1)) return { dtype, bytes: data };
  if ((dtype === "<i8" || dtype === "<u8") && data instanceof Float64Array) return encodeIntegers(data, dtype);
  throw new QueryError(`Values of a ${data.constructor.name} cannot be written as ${dtype}.`);
}

function ownDtype(data: NumericArray): string {
  const kind = data instanceof Float64Array || data instanceof Float32Array ? "f" : isUnsigned(data) ? "u" : "i";
  return `${data.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${kind}${data.BYTES_PER_ELEMENT}`;
}

function isUnsigned(data: NumericArray): boolean {
  return data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Uint32Array;
}

function littleEndianBytes(data: NumericArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1) return bytes;
  const swapped = new Uint8Array(bytes);
  const width = data.BYTES_PER_ELEMENT;
  for (let start = 0; start < swapped.length; start += width) swapped.subarray(start, start + width).reverse();
  return swapped;
}

function encodeIntegers(data: Float64Array, dtype: "<i8" | "<u8"): EncodedElements {
  const bytes = new Uint8Array(data.length * 8);
  const view = new DataView(bytes.buffer);
  const [lowest, limit] = dtype === "<i8" ? [-(2 ** 63), 2 ** 63] : [0, 2 ** 64];
  data.forEach((value, i) => {
    const fits = Number.isInteger(value) && value >= lowest && value < limit;
    if (!fits) throw new QueryError(`Value ${i} is ${value}, which cannot be written as ${dtype}.`);
    view.setBigUint64(i * 8, BigInt.asUintN(64, BigInt(value)), true);
  });
  return { dtype, bytes };
}

function encodeTexts(texts: readonly string[], dtype: string | undefined): EncodedElements {
  const codePoints = texts.map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const longest = codePoints.reduce((most, points) => Math.max(most, points.length), 1);
  const length = dtype === undefined ? longest : Number(/^<U(\d+)$/.exec(dtype)?.[1] ?? Number.NaN);
  if (!(length >= longest)) throw new QueryError(`Texts of up to ${longest} characters cannot be written as ${dtype}.`);
  const bytes = new Uint8Array(texts.length * length * 4);
  const view = new DataView(bytes.buffer);
  codePoints.forEach((points, i) => {
    for (const [j, point] of points.entries()) view.setUint32((i * length + j) * 4, point, true);
  });
  return { dtype: `<U${length}`, bytes };
}

function encodeHeader(text: string): Uint8Array {
  const isLong = text.length + 10 + ALIGNMENT_BYTES > 0xffff;
  const preamble = isLong ? 12 : 10;
  const total = Math.ceil((preamble + text.length + 1) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const header = new Uint8Array(total).fill(0x20);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, isLong ? 2 : 1, 0]);
  const view = new DataView(header.buffer);
  if (isLong) view.setUint32(8, total - preamble, true);
  else view.setUint16(8, total - preamble, true);
  header.set(new TextEncoder().encode(text), preamble);
  header[total - 1] = 0x0a;
  return header;
}
