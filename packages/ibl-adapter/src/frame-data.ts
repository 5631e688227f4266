import { FormatError } from "@crossprobe/core";

/** What a camera wrote of each frame it took. */
export interface FrameData {
  readonly count: number;
  /** Ticks of 100 ns of the computer's clock when the frame was saved. */
  readonly timestamps: Float64Array;
  /** Cycle counter of the camera's own clock, as written: 32 bits that start again every 128 s. */
  readonly embeddedTimestamps: Float64Array;
  /** Frames the camera took; a step above 1 is a frame that was not saved. */
  readonly frameCounter: Float64Array;
  /** State of the four pins, pin 1 first: `[count, 4]`, 1 for high. */
  readonly pins: Uint8Array;
}

/**
 * Frame data of an IBL camera, `_iblrig_<view>Camera.frameData.bin`: four numbers a frame.
 *
 * Source: `ibllib.io.raw_data_loaders.load_camera_frameData` (ibllib 4.1): little-endian float64, fraction dropped; pins are the
 * four highest bits of the last number.
 *
 * @throws {@link FormatError} when the length is not a number of frames
 */
export function parseFrameData(bytes: Uint8Array, url: string): FrameData {
  if (bytes.byteLength % 32 !== 0) {
    throw new FormatError(`${url} has ${bytes.byteLength} bytes, which is no number of frames of 32 bytes`, {
      format: "frameData",
      url,
      hint: "fetch it again",
    });
  }
  const count = bytes.byteLength / 32;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const column = (index: number): Float64Array =>
    Float64Array.from({ length: count }, (_, row) => Math.trunc(view.getFloat64(32 * row + 8 * index, true)));
  const states = column(3);
  const pins = Uint8Array.from({ length: 4 * count }, (_, i) => {
    const state = (states[Math.floor(i / 4)] ?? 0) >>> 0;
    return (state >>> (31 - (i % 4))) & 1;
  });
  return { count, timestamps: column(0), embeddedTimestamps: column(1), frameCounter: column(2), pins };
}
