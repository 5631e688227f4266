const MAGIC = 0xfd2fb528;
/** Source: RFC 8878 3.1.1.2, `Block_Maximum_Size`. */
const BLOCK_BYTES = 128 << 10;
/** Source: `ZSTD_WINDOWLOG_LIMIT_DEFAULT` of the reference library: what it decodes unless told otherwise. */
const MAX_WINDOW_BYTES = 2 ** 27;
/** How often blocks may be smaller than the largest, on average: encoders cut where the data change, not every 2 KiB. */
const CUT_FACTOR = 64;

/**
 * Holds zstd frames to the length that they are to stand for, by what their headers say: the decoder takes memory as it goes, and has
 * no limit of its own.
 *
 * Source: RFC 8878, 3.1.1 (frames) and 3.1.1.2 (blocks).
 *
 * @throws Error when frames claim another length, a window above 128 MiB, or blocks that stand for more
 */
export function checkZstdFrames(bytes: Uint8Array, length: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let total = 0;
  while (at < bytes.length) {
    if (at + 8 <= bytes.length && (view.getUint32(at, true) & 0xfffffff0) >>> 0 === 0x184d2a50) {
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    if (at + 6 > bytes.length || view.getUint32(at, true) !== MAGIC) throw new Error("it is not compressed by zstd");
    const frame = readFrameHeader(view, at);
    if (frame.windowBytes > MAX_WINDOW_BYTES) {
      throw new Error(`a zstd frame wants a window of ${frame.windowBytes} bytes, the limit is ${MAX_WINDOW_BYTES}`);
    }
    const blocks = walkBlocks(view, frame.blocks);
    total += frame.contentBytes ?? blocks.certain;
    const possible = frame.contentBytes ?? blocks.certain + blocks.possible;
    if (total > length || possible > length * CUT_FACTOR + (1 << 20)) {
      throw new Error(
        `a page's zstd frames stand for ${total > length ? total : possible} bytes, the limit is ${length}`,
      );
    }
    at = blocks.end + (frame.hasChecksum ? 4 : 0);
  }
}

interface FrameHeader {
  /** Undefined where the frame does not say. */
  readonly contentBytes: number | undefined;
  readonly windowBytes: number;
  readonly hasChecksum: boolean;
  /** Where the blocks begin. */
  readonly blocks: number;
}

function readFrameHeader(view: DataView, at: number): FrameHeader {
  const flags = view.getUint8(at + 4);
  const isSingle = (flags & 32) !== 0;
  let next = at + 5;
  const windowByte = isSingle ? 0 : view.getUint8(next++);
  next += [0, 1, 2, 4][flags & 3] ?? 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  if (next + sizeBytes > view.byteLength) throw new Error("a zstd frame ends within its header");
  let contentBytes: number | undefined;
  if (sizeBytes === 1) contentBytes = view.getUint8(next);
  if (sizeBytes === 2) contentBytes = view.getUint16(next, true) + 256;
  if (sizeBytes === 4) contentBytes = view.getUint32(next, true);
  if (sizeBytes === 8) contentBytes = Number(view.getBigUint64(next, true));
  const base = 2 ** (10 + (windowByte >> 3));
  const windowBytes = isSingle ? (contentBytes ?? 0) : base + (base / 8) * (windowByte & 7);
  return { contentBytes, windowBytes, hasChecksum: (flags & 4) !== 0, blocks: next + sizeBytes };
}

/** Bytes that blocks stand for: for certain, and at most for those that are compressed. */
function walkBlocks(view: DataView, start: number) {
  let [at, certain, possible] = [start, 0, 0];
  for (let isLast = false; !isLast; ) {
    if (at + 3 > view.byteLength) throw new Error("a zstd frame ends within its blocks");
    const head = view.getUint16(at, true) + view.getUint8(at + 2) * 65536;
    isLast = (head & 1) === 1;
    const [type, size] = [(head >> 1) & 3, head >> 3];
    if (type === 3 || size > BLOCK_BYTES)
      throw new Error(`a zstd block claims ${size} bytes, the limit is ${BLOCK_BYTES}`);
    if (type === 2) possible += BLOCK_BYTES;
    else certain += size;
    at += 3 + (type === 1 ? 1 : size);
  }
  return { end: at, certain, possible };
}
