import { Cursor } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import { requireChecksum } from "./lookup3.js";
import { requireCovered } from "./not-covered.js";

/** Numbers of the messages that are read. Source: File Format Specification 3.0, IV.A.2 */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFill: 0x04,
  fill: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface Message {
  readonly type: number;
  /** Whether the body lies elsewhere and `bytes` say where. */
  readonly isShared: boolean;
  readonly bytes: Uint8Array;
}

/** What an address leads to. */
export interface ObjectHeader {
  readonly address: number;
  readonly messages: readonly Message[];
}

/** More messages than this in one header, or more bytes of them, are damage: HDF5 moves to dense storage long before. */
const MAX_MESSAGES = 1 << 20;
const MAX_BLOCKS = 1 << 16;

/** Most bytes that a version 1 header or a block of a version 2 header is read by at first, before its length is known. */
const FIRST_BYTES = 512;

/**
 * The messages of an object.
 *
 * Source: File Format Specification 3.0, IV.A "Data Object Headers"; a header of version 2 begins with `OHDR`, its continuations
 * with `OCHK`
 *
 * @throws {@link Damage} when it does not decode, or a checksum is wrong
 */
export async function readObjectHeader(file: FileBytes, address: number): Promise<ObjectHeader> {
  const first = file.atMost(address, FIRST_BYTES, "an object header");
  const head = first instanceof Uint8Array ? first : await first;
  const isNew = head[0] === 0x4f && head[1] === 0x48 && head[2] === 0x44 && head[3] === 0x52;
  const messages = isNew ? await readNew(file, address, head) : await readOld(file, address, head);
  return { address, messages };
}

interface Extent {
  readonly address: number;
  readonly length: number;
}

async function readOld(file: FileBytes, address: number, head: Uint8Array): Promise<Message[]> {
  const prefix = new Cursor(head, file.widths);
  const version = prefix.u8();
  requireSound(version === 1, `there is no object header at ${address}`);
  prefix.skip(1);
  const declared = prefix.u16();
  prefix.skip(4);
  const extents: Extent[] = [{ address: address + 16, length: prefix.u32() }];
  const messages: Message[] = [];
  let seen = 0;
  for (const { address: start, length } of unique(extents)) {
    const cursor = await file.cursor(start, length, "an object header block");
    while (cursor.left >= 8) {
      const type = cursor.u16();
      const size = cursor.u16();
      const flags = cursor.u8();
      cursor.skip(3);
      // Bytes behind the last message that are too few for another.
      const bytes = cursor.take(size);
      seen += 1;
      requireSound(seen <= declared, `the object header at ${address} has more than its ${declared} messages`);
      add(file, { type, flags, bytes }, messages, extents);
    }
  }
  requireSound(seen === declared, `the object header at ${address} has ${seen} messages instead of ${declared}`);
  return messages;
}

async function readNew(file: FileBytes, address: number, head: Uint8Array): Promise<Message[]> {
  const prefix = new Cursor(head, file.widths, 4);
  const version = prefix.u8();
  requireSound(version === 2, `the object header at ${address} has version ${version}`);
  const flags = prefix.u8();
  prefix.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0));
  const length = prefix.uint(1 << (flags & 3));
  const extents: Extent[] = [{ address, length: prefix.position + length + 4 }];
  const messages: Message[] = [];
  for (const extent of unique(extents)) {
    const isFirst = extent.address === address;
    const cursor = await file.cursor(extent.address, extent.length, "an object header block");
    requireChecksum(cursor.bytes, `the object header at ${address}`);
    if (!isFirst) cursor.signature("OCHK");
    else cursor.skip(prefix.position);
    const messageHead = flags & 4 ? 6 : 4;
    // A gap too small for a message may be left before the checksum.
    while (cursor.left - 4 >= messageHead) {
      const type = cursor.u8();
      const size = cursor.u16();
      const messageFlags = cursor.u8();
      if (flags & 4) cursor.skip(2);
      requireSound(size <= cursor.left - 4, "a message reaches past its object header");
      add(file, { type, flags: messageFlags, bytes: cursor.take(size) }, messages, extents);
    }
  }
  return messages;
}

interface RawMessage {
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
}

function add(file: FileBytes, raw: RawMessage, messages: Message[], extents: Extent[]): void {
  const { type, flags, bytes } = raw;
  if (type === MESSAGE.continuation) {
    const cursor = new Cursor(bytes, file.widths);
    const address = cursor.requireAddress("a continuation of an object header");
    extents.push({ address, length: cursor.length() });
    return;
  }
  if (!WANTED.has(type)) {
    // Bit 7: whoever does not know the message may not open the object.
    requireCovered((flags & 0x80) === 0 || type <= 0x18, `a message of type ${type}`);
    return;
  }
  requireSound(messages.length < MAX_MESSAGES, "an object header has too many messages");
  // A copy: what is kept should not hold on to the block that it came with.
  messages.push({ type, isShared: (flags & 2) !== 0, bytes: bytes.slice() });
}

const WANTED: ReadonlySet<number> = new Set(Object.values(MESSAGE));

/** The extents as they are found, each once. */
function* unique(extents: readonly Extent[]): Generator<Extent> {
  const seen = new Set<number>();
  for (const extent of extents) {
    if (seen.has(extent.address)) throw new Damage("an object header continues in itself");
    seen.add(extent.address);
    requireSound(seen.size <= MAX_BLOCKS, "an object header has too many blocks");
    yield extent;
  }
}

/** The body of a message of a kind of which there is at most one. */
export function findMessage(header: ObjectHeader, type: number): Message | undefined {
  return header.messages.find((message) => message.type === type);
}

/** What kind of object it is. Source: the order of `H5O_obj_class_g` in H5Oint.c */
export function kindOf(header: ObjectHeader): "group" | "array" | "datatype" {
  const has = (type: number) => findMessage(header, type) !== undefined;
  if (has(MESSAGE.symbolTable) || has(MESSAGE.linkInfo)) return "group";
  if (has(MESSAGE.datatype) && has(MESSAGE.dataspace)) return "array";
  if (has(MESSAGE.datatype)) return "datatype";
  throw new Damage(`the object at ${header.address} is neither group nor array nor datatype`);
}

/** Bytes that a header takes in a cache. */
export function costOf(header: ObjectHeader): number {
  return header.messages.reduce((sum, message) => sum + message.bytes.length + 100, 100);
}
