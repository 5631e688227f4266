import { FormatError } from "@crossprobe/core";
import { z } from "zod";
import { inflate } from "../inflate.js";
import { Extents, type RecordedExtents } from "./native/extents.js";

/** What an index says of the file that it was made from, and the bytes of it that it holds. */
export interface FileIndex {
  /** Size of the file in bytes. */
  readonly size: number;
  /** As the store told it. */
  readonly validator: string;
  readonly extents: RecordedExtents;
}

/** Name ending of an index beside its file. */
export const INDEX_SUFFIX = ".cpindex";

/** `CPINDEX` and the version of the format. */
const MAGIC = Uint8Array.of(0x43, 0x50, 0x49, 0x4e, 0x44, 0x45, 0x58, 1);
const DIGEST_BYTES = 32;
/** Offset and length of a piece, each a float64. */
const SPAN_BYTES = 16;
const MAX_CONTENT_BYTES = 512 << 20;
const MAX_HEAD_BYTES = 64 << 10;

const HEAD = z.object({
  size: z.int().nonnegative(),
  validator: z.string(),
  spanCount: z.int().nonnegative(),
  contentBytes: z.int().nonnegative().max(MAX_CONTENT_BYTES),
});

/**
 * The bytes of an index: magic with version, length of the head (uint32), head as JSON, then deflated the spans (offset and length as float64,
 * little-endian) and their bytes, at the end the SHA-256 of all before.
 */
export async function encodeIndex({ size, validator, extents }: FileIndex): Promise<Uint8Array> {
  const { spans, bytes } = extents;
  const content = new Uint8Array(spans.length * SPAN_BYTES + bytes.length);
  const view = new DataView(content.buffer);
  spans.forEach(({ offset, length }, i) => {
    view.setFloat64(i * SPAN_BYTES, offset, true);
    view.setFloat64(i * SPAN_BYTES + 8, length, true);
  });
  content.set(bytes, spans.length * SPAN_BYTES);
  const head = { size, validator, spanCount: spans.length, contentBytes: content.length };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  const body = concat([MAGIC, length, text, await deflate(content)]);
  return concat([body, await digestOf(body)]);
}

/**
 * Reads an index. Whether it is of the file at hand is for {@link FileIndex.size} and {@link FileIndex.validator} to tell.
 *
 * @param name what messages call it
 * @throws {@link FormatError} when it is no index, of another version, or a byte of it is not what was written
 */
export async function decodeIndex(bytes: Uint8Array, name: string): Promise<FileIndex> {
  const damaged = (says: string, hint = "make it again with crossprobe index, or remove it") =>
    new FormatError(`${name} cannot be used as an index: ${says}`, { format: "cpindex", url: name, hint });
  if (!startsWith(bytes, MAGIC.subarray(0, 7))) throw damaged("it does not begin with CPINDEX");
  if (bytes[7] !== MAGIC[7]) throw damaged(`it has version ${bytes[7] ?? "none"}, this program reads ${MAGIC[7]}`);
  if (bytes.length < MAGIC.length + 4 + DIGEST_BYTES) throw damaged("it is cut off");
  const body = bytes.subarray(0, bytes.length - DIGEST_BYTES);
  const digest = await digestOf(body);
  if (!startsWith(bytes.subarray(body.length), digest)) throw damaged("its checksum is wrong");
  const at = MAGIC.length + 4;
  const headBytes = new DataView(body.buffer, body.byteOffset, body.length).getUint32(MAGIC.length, true);
  if (headBytes > MAX_HEAD_BYTES || at + headBytes > body.length) throw damaged("its head is too long");
  const head = parseHead(body.subarray(at, at + headBytes));
  if (head === undefined) throw damaged("its head does not say what an index says");
  const content = await inflate(body.subarray(at + headBytes), head.contentBytes).catch(() => undefined);
  const extents = content === undefined ? undefined : toExtents(content, head.spanCount, head.size);
  if (extents === undefined) throw damaged("its content does not decode");
  return { size: head.size, validator: head.validator, extents };
}

/** The bytes of an index, to be looked up. */
export function toKnownBytes({ extents: { spans, bytes } }: FileIndex): Extents {
  return new Extents(spans, bytes);
}

function parseHead(bytes: Uint8Array): z.infer<typeof HEAD> | undefined {
  try {
    return HEAD.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

/** `undefined` where spans do not follow each other within the file, or are of more or less bytes than there are. */
function toExtents(content: Uint8Array, count: number, size: number): RecordedExtents | undefined {
  if (count * SPAN_BYTES > content.length) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const spans = Array.from({ length: count }, (_, i) => ({
    offset: view.getFloat64(i * SPAN_BYTES, true),
    length: view.getFloat64(i * SPAN_BYTES + 8, true),
  }));
  let [end, sum] = [0, 0];
  for (const { offset, length } of spans) {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < end || length <= 0) return undefined;
    end = offset + length;
    sum += length;
  }
  if (end > size || sum !== content.length - count * SPAN_BYTES) return undefined;
  return { spans, bytes: content.subarray(count * SPAN_BYTES) };
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function digestOf(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes.slice()));
}

async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
