import type { CompressionCodec } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { checkZstdFrames } from "./zstd-frames.js";

/**
 * Most bytes that one byte of a page stands for, by what the formats can say at all. Source: Snappy format description (a copy of 64
 * bytes in 3), zlib's "Maximum Compression Factor", LZ4 block format (255 a byte), RFC 8878 (a block of 128 KiB in 4 bytes).
 */
const MAX_RATIO: Readonly<Partial<Record<CompressionCodec, number>>> = {
  UNCOMPRESSED: 1,
  SNAPPY: 22,
  GZIP: 1032,
  LZ4: 256,
  LZ4_RAW: 256,
  ZSTD: 32768,
};

/** Pages have a MiB or so. Up to this size they may consist of anything, above it they may not be zeros alone. */
const FREE_BYTES = 64 * 2 ** 20;
const MAX_PAGE_RATIO = 1032;

/** Node's own zlib, where there is one. */
const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");

/**
 * A page of the length that its header claims. What cannot be of that length, or is larger than any page, is refused before memory is
 * taken for it; what turns out longer is stopped.
 */
export function decompress(bytes: Uint8Array, length: number, codec: CompressionCodec): Uint8Array {
  const decompressor = compressors[codec];
  if (codec !== "UNCOMPRESSED" && decompressor === undefined)
    throw new Error(`the compression ${codec} is not supported`);
  checkClaim(bytes.length, length, codec);
  if (codec === "ZSTD") checkZstdFrames(bytes, length);
  const page = natively(bytes, length, codec) ?? decompressor?.(bytes, length) ?? bytes;
  if (page.length !== length) throw new Error(`a page has ${page.length} bytes where ${length} were claimed`);
  return page;
}

function checkClaim(stored: number, length: number, codec: CompressionCodec): void {
  const ratio = MAX_RATIO[codec];
  if (codec !== "UNCOMPRESSED" && ratio !== undefined && length > (stored + 64) * ratio) {
    throw new Error(`a page claims ${length} bytes, the limit of ${codec} for ${stored} is ${(stored + 64) * ratio}`);
  }
  const limit = Math.max(FREE_BYTES, stored * MAX_PAGE_RATIO);
  if (length > limit) throw new Error(`a page claims ${length} bytes, the limit for ${stored} stored ones is ${limit}`);
}

/** The library's decoders of these two do not stop at a length: they serve where there are no others. */
function natively(bytes: Uint8Array, length: number, codec: CompressionCodec): Uint8Array | undefined {
  const options = { maxOutputLength: length + 1 };
  try {
    if (codec === "BROTLI") return zlib && new Uint8Array(zlib.brotliDecompressSync(bytes, options));
    const isGzip = codec === "GZIP" && bytes[0] === 0x1f && bytes[1] === 0x8b;
    return isGzip ? zlib && new Uint8Array(zlib.gunzipSync(bytes, options)) : undefined;
  } catch (cause) {
    if (cause instanceof RangeError) throw new Error(`a page has more bytes than the limit of ${length}`, { cause });
    throw cause;
  }
}
