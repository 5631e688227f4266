import { type ByteStore, type CallOptions, FormatError, UnsupportedError } from "@crossprobe/core";
import { urlOf } from "../place.js";

/** A member of an archive, as its central directory lists it. */
export interface ZipMember {
  /** Whether its bytes are deflated; else they are stored as they are. */
  readonly isDeflated: boolean;
  readonly crc32: number;
  /** Bytes in the archive, and bytes that they stand for. */
  readonly storedSize: number;
  readonly size: number;
  /** Of its local header in the archive. */
  readonly offset: number;
}

const END_SIZE = 22;
const MOST_COMMENT = 0xffff;
const HEADER_SIZE = 46;
const LOCAL_HEADER_SIZE = 30;
/** Bytes of a directory that are read: half a million members. */
const MOST_DIRECTORY = 64 << 20;

/**
 * The members of an archive by name, without directories. Reads the end of the file and its central directory.
 *
 * Absent: `undefined` where the store has no such key.
 *
 * Source: PKWARE APPNOTE 6.3.10, 4.3.12 (central directory) and 4.3.16 (end record).
 *
 * @throws {@link FormatError} when it is no archive, or its directory is damaged or names a member twice
 * @throws {@link UnsupportedError} for ZIP64, several disks, encryption and other compression than deflate
 */
export async function readZipDirectory(
  store: ByteStore,
  key: string,
  options: CallOptions,
): Promise<ReadonlyMap<string, ZipMember> | undefined> {
  const url = urlOf(store, key);
  const size = await store.size(key, options);
  const tail = await store.read(key, { ...options, range: { suffix: END_SIZE + MOST_COMMENT } });
  if (size === undefined || tail === undefined) return undefined;
  const end = findEnd(tail, url);
  const [count, length, offset] = [end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)];
  if (count === 0xffff || length === 0xffffffff || offset === 0xffffffff) throw unsupported(url, "is a ZIP64 archive");
  if (end.getUint16(4, true) !== 0) throw unsupported(url, "is part of an archive on several disks");
  if (length > MOST_DIRECTORY || offset + length > size) throw damaged(url, offset, "its directory is cut");
  const directory = await store.read(key, { ...options, range: { offset, length } });
  if (directory === undefined || directory.byteLength < length) throw damaged(url, offset, "its directory is cut");
  return readMembers(directory, count, { url, offset });
}

/** The end record: the last one whose comment reaches to the end of the file. */
function findEnd(tail: Uint8Array, url: string): DataView {
  const view = viewOf(tail);
  for (let at = tail.byteLength - END_SIZE; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    if (at + END_SIZE + view.getUint16(at + 20, true) === tail.byteLength) {
      return new DataView(view.buffer, view.byteOffset + at, END_SIZE);
    }
  }
  throw damaged(url, 0, "it has no end record");
}

function readMembers(
  directory: Uint8Array,
  count: number,
  { url, offset }: { readonly url: string; readonly offset: number },
): ReadonlyMap<string, ZipMember> {
  const view = viewOf(directory);
  const members = new Map<string, ZipMember>();
  const spans: Span[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const isHeader = at + HEADER_SIZE <= directory.byteLength && view.getUint32(at, true) === 0x02014b50;
    if (!isHeader) throw damaged(url, offset + at, `its directory ends after ${i} of ${count} members`);
    const nameLength = view.getUint16(at + 28, true);
    const next = at + HEADER_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > directory.byteLength) throw damaged(url, offset + at, `its directory ends within member ${i}`);
    const name = decodeName(directory.subarray(at + HEADER_SIZE, at + HEADER_SIZE + nameLength), url, offset + at);
    if (members.has(name)) throw damaged(url, offset + at, `it holds ${JSON.stringify(name)} twice`);
    const member = readMember(view, at, `${url} (${name})`);
    spans.push({ start: member.offset, end: member.offset + LOCAL_HEADER_SIZE + nameLength + member.storedSize });
    if (!name.endsWith("/")) members.set(name, member);
    at = next;
  }
  requireApart(spans, { url, offset });
  return members;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Members that lie in one another would be inflated again and again: few bytes would stand for any number. */
function requireApart(
  spans: readonly Span[],
  { url, offset }: { readonly url: string; readonly offset: number },
): void {
  const ordered = [...spans].sort((a, b) => a.start - b.start);
  for (const [i, { end }] of ordered.entries()) {
    const next = ordered[i + 1]?.start ?? offset;
    if (end > next) throw damaged(url, next, `a member reaches to byte ${end}, into what comes next`);
  }
}

function readMember(view: DataView, at: number, place: string): ZipMember {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  if ((flags & 1) !== 0) throw unsupported(place, "is encrypted");
  if (method !== 0 && method !== 8) throw unsupported(place, `is compressed by method ${method}`);
  const [storedSize, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  const offset = view.getUint32(at + 42, true);
  if ([storedSize, size, offset].includes(0xffffffff)) throw unsupported(place, "needs ZIP64");
  if (method === 0 && storedSize !== size) throw damaged(place, at, `${storedSize} stored bytes stand for ${size}`);
  return { isDeflated: method === 8, crc32: view.getUint32(at + 16, true), storedSize, size, offset };
}

function decodeName(bytes: Uint8Array, url: string, at: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw damaged(url, at, "the name of a member is not UTF-8", cause);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An archive, or a member, that does not decode. */
export function damaged(url: string, at: number, reason: string, cause?: unknown): FormatError {
  const hint = "Fetch the archive again.";
  return new FormatError(`${url} is no readable ZIP archive: ${reason} (byte ${at}).`, {
    format: "zip",
    url,
    at,
    cause,
    hint,
  });
}

function unsupported(place: string, what: string): UnsupportedError {
  return new UnsupportedError(`${place} ${what}, which is not read here.`, { hint: "Unpack it with another program." });
}
