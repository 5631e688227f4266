import { FormatError } from "@crossprobe/core";
import { itemSizeOf } from "./dtype.js";
import { type PythonValue, parsePythonLiteral } from "./python-literal.js";

/** What an npy file says about its array. */
export interface NpyHeader {
  readonly version: readonly [major: number, minor: number];
  /** NumPy's type string, such as `<f8`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Whether the file's first axis is the fastest. What is read is in C order all the same. */
  readonly fortranOrder: boolean;
  /** Number of elements: the product of the shape. */
  readonly count: number;
  /** Bytes of one element. */
  readonly itemSize: number;
  /** Where the elements start in the file. */
  readonly dataOffset: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Magic, version, and the longer form of the length field. */
const PREAMBLE_BYTES = 12;
/** Far above any header of a plain array (NumPy itself refuses above 10 000 unless told otherwise). */
const MAX_HEADER_BYTES = 1024 * 1024;
/** Elements without bytes could otherwise be claimed in any number. */
const MAX_EMPTY_ELEMENTS = 2 ** 20;
/** Source: NPY_MAXDIMS of NumPy 2. */
const MAX_AXES = 64;

/** Bytes from the start of the file to its first element. */
export function headerLengthOf(bytes: Uint8Array, url: string): number {
  if (bytes.byteLength < PREAMBLE_BYTES - 2) throw broken(url, bytes.byteLength, "it ends within its first bytes");
  if (MAGIC.some((value, i) => bytes[i] !== value)) throw broken(url, 0, "it does not start as an npy file does");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = view.getUint8(6);
  if (major < 1 || major > 3) throw broken(url, 6, `its format version ${major}.${view.getUint8(7)} is not known`);
  if (major === 1) return 10 + view.getUint16(8, true);
  if (bytes.byteLength < PREAMBLE_BYTES) throw broken(url, bytes.byteLength, "it ends within its first bytes");
  const length = view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES)
    throw broken(url, 8, `its header claims ${length} bytes, the limit is ${MAX_HEADER_BYTES}`);
  return PREAMBLE_BYTES + length;
}

/** Reads the header at the start of an npy file. @throws FormatError with the offset of what is wrong */
export function parseNpyHeader(bytes: Uint8Array, url: string): NpyHeader {
  const dataOffset = headerLengthOf(bytes, url);
  if (dataOffset > bytes.byteLength)
    throw broken(url, bytes.byteLength, `it ends before its header does, at ${dataOffset}`);
  const major = bytes[6] ?? 0;
  const textOffset = major === 1 ? 10 : PREAMBLE_BYTES;
  const text = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(bytes.subarray(textOffset, dataOffset));
  const fields = parseFields(text, textOffset, url);
  const fail = (reason: string): FormatError => broken(url, textOffset, reason);
  const shape = toShape(fields.get("shape"), fail);
  const dtype = toDtype(fields.get("descr"), textOffset, url);
  const fortranOrder = fields.get("fortran_order");
  if (typeof fortranOrder !== "boolean") throw fail("its header states no fortran_order");
  const itemSize = itemSizeOf(dtype, textOffset, url);
  const count = shape.reduce((product, length) => product * length, 1);
  const isTooMany = !Number.isSafeInteger(count * itemSize + dataOffset) || !Number.isSafeInteger(count);
  if (isTooMany || (itemSize === 0 && count > MAX_EMPTY_ELEMENTS)) {
    const limit = itemSize === 0 ? MAX_EMPTY_ELEMENTS : Math.floor(Number.MAX_SAFE_INTEGER / itemSize);
    throw fail(`its header claims ${count} elements of ${itemSize} bytes, the limit is ${limit}`);
  }
  return { version: [major, bytes[7] ?? 0], dtype, shape, fortranOrder, count, itemSize, dataOffset };
}

function parseFields(text: string, offset: number, url: string): ReadonlyMap<string, PythonValue> {
  const parsed = parsePythonLiteral(text);
  if ("reason" in parsed) throw broken(url, offset + parsed.position, `its header does not parse: ${parsed.reason}`);
  if (!(parsed.value instanceof Map)) throw broken(url, offset, "its header is no dictionary");
  return parsed.value;
}

function toShape(value: PythonValue | undefined, fail: (reason: string) => FormatError): readonly number[] {
  if (!Array.isArray(value)) throw fail("its header states no shape");
  if (value.length > MAX_AXES) throw fail(`its shape has ${value.length} axes, the limit is ${MAX_AXES}`);
  return value.map((length) => {
    if (typeof length === "number" && Number.isSafeInteger(length) && length >= 0) return length;
    throw fail(`its shape has an axis of length ${String(length)}`);
  });
}

function toDtype(value: PythonValue | undefined, offset: number, url: string): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) throw broken(url, offset, "its header states no descr");
  throw new FormatError(`${url} holds records (a structured dtype), which are unsupported.`, {
    format: "npy",
    url,
    at: offset,
    hint: "Save each field as an array of its own.",
  });
}

function broken(url: string, at: number, reason: string): FormatError {
  return new FormatError(`${url} is no readable npy file: ${reason} (byte ${at}).`, {
    format: "npy",
    url,
    at,
    hint: "Fetch it again.",
  });
}
