/** TIFF images. Format: TIFF 6.0 (Adobe, 1992); the library `tiff` does the reading. */

import { type ByteStore, type CallOptions, FormatError, type NumericArray } from "@crossprobe/core";
import { decode } from "tiff";
import { urlOf } from "./place.js";

/** The first image of a file, rows from top to bottom. */
export interface TiffImage {
  readonly width: number;
  readonly height: number;
  /** 1 for grey levels, 3 for colours, 4 with transparency: the values of a pixel stand together. */
  readonly samplesPerPixel: number;
  readonly bitsPerSample: number;
  readonly data: NumericArray;
}

/** Larger images are taken for damaged headers: memory for all pixels is taken before they are looked for. */
const MAX_VALUES = 2 ** 28;
/** Most values that a byte of a file stands for: the longest string of LZW, 2^12 bytes, in a code of 9 bits. Deflate has fewer. */
const MAX_RATIO = 4096;

/**
 * The first image of a TIFF file. Reads it whole.
 *
 * Absent: `undefined` when the store has no such key.
 *
 * @throws {@link FormatError} when it is cut, is no TIFF, or is of a kind that is not read (tiles, JPEG)
 */
export async function readTiff(store: ByteStore, key: string, options?: CallOptions): Promise<TiffImage | undefined> {
  const bytes = await store.read(key, options);
  return bytes && parseTiff(bytes, urlOf(store, key));
}

/** The first image in bytes that are already in hand. `url` is for messages. @throws as {@link readTiff} */
export function parseTiff(bytes: Uint8Array, url: string): TiffImage {
  try {
    const [header] = decode(bytes, { pages: [0], ignoreImageData: true });
    const limit = Math.min(MAX_VALUES, bytes.byteLength * MAX_RATIO);
    if (header && header.width * header.height * header.samplesPerPixel > limit) {
      const says = `${header.width} × ${header.height} pixels of ${header.samplesPerPixel} values`;
      throw new Error(`it says that it has ${says}, the limit for ${bytes.byteLength} bytes is ${limit}`);
    }
    const [image] = decode(bytes, { pages: [0] });
    if (!image) throw new Error("it holds no image");
    const { width, height, samplesPerPixel, bitsPerSample, data } = image;
    if (data.length !== width * height * samplesPerPixel)
      throw new Error(`it holds ${data.length} values for ${width} × ${height}`);
    return { width, height, samplesPerPixel, bitsPerSample, data };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`${url} is no readable TIFF image: ${why}.`, {
      format: "tiff",
      url,
      cause,
      hint: "Fetch it again.",
    });
  }
}
