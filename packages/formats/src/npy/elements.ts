import { FormatError, type NumericArray } from "@crossprobe/core";
import { signedToNumbers, unsignedToNumbers } from "../int64.js";
import { type Dtype, parseDtype } from "./dtype.js";
import { widenHalfFloats } from "./half-float.js";
import type { NpyHeader } from "./header.js";

const HOST_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Elements from their bytes, in the file's order of axes.
 *
 * @param bytes exactly the elements' bytes
 * @param offset where they start in the file, for messages
 */
export function decodeElements(
  bytes: Uint8Array,
  header: Pick<NpyHeader, "dtype" | "count" | "itemSize">,
  offset: number,
  url: string,
): NumericArray | readonly string[] {
  const dtype = parseDtype(header.dtype, offset, url);
  if (dtype.kind === "S") return decodeByteStrings(bytes, header, offset, url);
  const width = dtype.kind === "U" ? 4 : dtype.length;
  const { buffer } = inHostOrder(bytes, dtype, width);
  if (dtype.kind === "U") return decodeUnicode(new Uint32Array(buffer), header, offset, url);
  const fail = (index: number, value: bigint): FormatError => inexact(index, value, offset, url);
  if (dtype.kind === "i" && width === 8) return signedToNumbers(new BigInt64Array(buffer), fail);
  if (dtype.kind === "u" && width === 8) return unsignedToNumbers(new BigUint64Array(buffer), fail);
  return toTypedArray(buffer, dtype, offset, url);
}

function toTypedArray(buffer: ArrayBuffer, dtype: Dtype, offset: number, url: string): NumericArray {
  switch (`${dtype.kind}${dtype.length}`) {
    case "f8":
      return new Float64Array(buffer);
    case "f4":
      return new Float32Array(buffer);
    case "f2":
      return widenHalfFloats(new Uint16Array(buffer));
    case "i4":
      return new Int32Array(buffer);
    case "u4":
      return new Uint32Array(buffer);
    case "i2":
      return new Int16Array(buffer);
    case "u2":
      return new Uint16Array(buffer);
    case "i1":
      return new Int8Array(buffer);
    case "u1":
      return new Uint8Array(buffer);
    default:
      return toBooleans(new Uint8Array(buffer), offset, url);
  }
}

function toBooleans(values: Uint8Array, offset: number, url: string): Uint8Array {
  const wrong = values.findIndex((value) => value > 1);
  if (wrong === -1) return values;
  throw new FormatError(`${url} has a truth value that is neither 0 nor 1 (byte ${offset + wrong}).`, {
    format: "npy",
    url,
    at: offset + wrong,
  });
}

/** A copy, aligned and with the bytes of every value in this machine's order. */
function inHostOrder(bytes: Uint8Array, dtype: Dtype, width: number): { readonly buffer: ArrayBuffer } {
  const copy = new Uint8Array(bytes);
  const isLittle = dtype.order === "<" || (dtype.order !== ">" && HOST_IS_LITTLE);
  if (width > 1 && isLittle !== HOST_IS_LITTLE) {
    for (let start = 0; start < copy.length; start += width) copy.subarray(start, start + width).reverse();
  }
  return copy;
}

/** Fixed-width byte strings: UTF-8, without the NUL bytes that fill them up. */
function decodeByteStrings(
  bytes: Uint8Array,
  { count, itemSize }: Pick<NpyHeader, "count" | "itemSize">,
  offset: number,
  url: string,
): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const strings = new Array<string>(count);
  for (let i = 0; i < count; i++) {
    let end = (i + 1) * itemSize;
    while (end > i * itemSize && bytes[end - 1] === 0) end--;
    try {
      strings[i] = decoder.decode(bytes.subarray(i * itemSize, end));
    } catch (cause) {
      const at = offset + i * itemSize;
      throw new FormatError(`${url} has a text that is not UTF-8 (byte ${at}).`, { format: "npy", url, at, cause });
    }
  }
  return strings;
}

/** Fixed-width UTF-32 text, without the NUL characters that fill it up. */
function decodeUnicode(
  codePoints: Uint32Array,
  { count, itemSize }: Pick<NpyHeader, "count" | "itemSize">,
  offset: number,
  url: string,
): string[] {
  const length = itemSize / 4;
  const strings = new Array<string>(count);
  for (let i = 0; i < count; i++) {
    let end = (i + 1) * length;
    while (end > i * length && codePoints[end - 1] === 0) end--;
    let text = "";
    for (let j = i * length; j < end; j++) text += toCharacter(codePoints[j] ?? 0, offset + j * 4, url);
    strings[i] = text;
  }
  return strings;
}

function toCharacter(codePoint: number, at: number, url: string): string {
  if (codePoint <= 0x10ffff) return String.fromCodePoint(codePoint);
  throw new FormatError(`${url} has a character code beyond Unicode (byte ${at}).`, { format: "npy", url, at });
}

function inexact(index: number, value: bigint, offset: number, url: string): FormatError {
  const at = offset + index * 8;
  const message = `${url} has the 64-bit integer ${value} (byte ${at}), which no number holds exactly.`;
  return new FormatError(message, { format: "npy", url, at });
}
