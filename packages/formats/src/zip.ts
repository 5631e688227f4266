import {
  type ByteRange,
  type ByteStore,
  type CallOptions,
  FormatError,
  NotFoundError,
  type ReadOptions,
  SharedRead,
  StoreError,
} from "@crossprobe/core";
import { crc32 } from "./crc32.js";
import { inflate } from "./inflate.js";
import { urlOf } from "./place.js";
import { damaged, readZipDirectory, type ZipMember } from "./zip/directory.js";

export interface ZipOptions extends CallOptions {
  /** Bytes that a member may stand for, 1 GiB unless given: what is larger is refused before it is inflated. */
  readonly maxMemberBytes?: number | undefined;
}

const LOCAL_HEADER_SIZE = 30;

/**
 * The members of a ZIP archive as a byte store: `cache.zip` of a ONE index, `.npz` of numpy. Reads the directory; members when asked for.
 *
 * A part of a member that is stored uncompressed is read as that part. A deflated one is inflated whole, held to its size and its
 * checksum, and the last one kept for further parts.
 *
 * Names are keys and nothing more: nothing is written anywhere, so a name such as `../x` reaches no file.
 *
 * Source: PKWARE APPNOTE 6.3.10.
 *
 * @throws {@link NotFoundError} when there is no such file
 * @throws {@link FormatError} when it is no archive, or damaged, or members lie in one another; when a member is above `maxMemberBytes`
 * @throws {@link UnsupportedError} for ZIP64, encryption, and other compression than deflate
 * @example
 * const index = await openOneIndex(await openZip(store, "cache.zip"));
 */
export async function openZip(store: ByteStore, key: string, options: ZipOptions = {}): Promise<ByteStore> {
  const { signal, maxMemberBytes = 1 << 30 } = options;
  const members = await readZipDirectory(store, key, { signal });
  if (members === undefined) {
    throw new NotFoundError(`there is no ${urlOf(store, key)}`, { hint: "Check the path, or download it." });
  }
  return new ZipStore(store, key, members, maxMemberBytes);
}

class ZipStore implements ByteStore {
  readonly url: string;
  readonly #store: ByteStore;
  readonly #key: string;
  readonly #members: ReadonlyMap<string, ZipMember>;
  readonly #maxMemberBytes: number;
  #latest: { readonly key: string; readonly bytes: SharedRead<Uint8Array> } | undefined;

  constructor(store: ByteStore, key: string, members: ReadonlyMap<string, ZipMember>, maxMemberBytes: number) {
    this.url = `${urlOf(store, key)}/`;
    this.#store = store;
    this.#key = key;
    this.#members = members;
    this.#maxMemberBytes = maxMemberBytes;
  }

  async size(key: string, options: CallOptions = {}): Promise<number | undefined> {
    options.signal?.throwIfAborted();
    return this.#member(key)?.size;
  }

  async read(key: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    options.signal?.throwIfAborted();
    const member = this.#member(key);
    assertRange(options.range, this.url + key);
    if (member === undefined) return undefined;
    const [start, end] = spanOf(options.range, member.size);
    const isPart = end - start < member.size;
    if (isPart && !member.isDeflated) return this.#stored(key, member, start, end, options);
    if (this.#latest?.key !== key) {
      this.#latest = { key, bytes: new SharedRead((shared) => this.#whole(key, member, shared)) };
    }
    const whole = await this.#latest.bytes.read({ signal: options.signal });
    return whole.slice(start, end);
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncIterable<string> {
    for (const key of [...this.#members.keys()].sort(byCodePoint)) {
      options.signal?.throwIfAborted();
      if (key.startsWith(prefix)) yield key;
    }
  }

  #member(key: string): ZipMember | undefined {
    if (!key.startsWith("/") && !/(?:^|\/)\.\.?(?:\/|$)|\0/.test(key)) return this.#members.get(key);
    throw new StoreError(`The key ${JSON.stringify(key)} was refused by ${this.url}.`, {
      url: this.url,
      hint: "Keys are relative paths with `/`, without `.` and `..` parts.",
    });
  }

  /** All bytes of a member, held to what the directory says of them. */
  async #whole(key: string, member: ZipMember, options: CallOptions): Promise<Uint8Array> {
    const place = this.url + key;
    if (member.size > this.#maxMemberBytes) {
      const says = `it stands for ${member.size} bytes, the limit is ${this.#maxMemberBytes}`;
      throw new FormatError(`${place} is not read: ${says} (byte ${member.offset}).`, {
        format: "zip",
        url: place,
        at: member.offset,
        hint: "Raise maxMemberBytes if that much memory may be used.",
      });
    }
    const stored = await this.#stored(key, member, 0, member.storedSize, options);
    const bytes = member.isDeflated ? await inflated(stored, member, place) : stored;
    if (crc32(bytes) !== member.crc32) throw damaged(place, member.offset, "its checksum is another");
    return bytes;
  }

  /** Bytes of a member as they lie in the archive. */
  async #stored(key: string, member: ZipMember, start: number, end: number, options: CallOptions): Promise<Uint8Array> {
    const place = this.url + key;
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = await this.#store.read(this.#key, { signal: options.signal, range: { offset, length } });
      if (bytes?.byteLength !== length) throw damaged(place, offset, "the archive ends within it");
      return bytes;
    };
    const header = await read(member.offset, LOCAL_HEADER_SIZE);
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    if (view.getUint32(0, true) !== 0x04034b50) throw damaged(place, member.offset, "it has no header");
    const first = member.offset + LOCAL_HEADER_SIZE + view.getUint16(26, true) + view.getUint16(28, true);
    return end > start ? read(first + start, end - start) : new Uint8Array();
  }
}

async function inflated(stored: Uint8Array, member: ZipMember, place: string): Promise<Uint8Array> {
  try {
    return await inflate(stored, member.size, "raw");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw damaged(place, member.offset, `it does not inflate to ${member.size} bytes: ${why}`, cause);
  }
}

/** Cut to the size, as the contract of byte stores has it. */
function spanOf(range: ByteRange | undefined, size: number): readonly [start: number, end: number] {
  if (range === undefined) return [0, size];
  if ("suffix" in range) return [Math.max(0, size - range.suffix), size];
  const start = Math.min(range.offset, size);
  return [start, Math.min(start + range.length, size)];
}

function assertRange(range: ByteRange | undefined, url: string): void {
  const numbers = range === undefined ? [] : "suffix" in range ? [range.suffix] : [range.offset, range.length];
  if (numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) return;
  throw new StoreError(`The byte range ${JSON.stringify(range)} of ${url} was refused.`, {
    url,
    hint: "Give whole numbers from 0 up.",
  });
}

/** Order of Unicode code points, which is that of UTF-8. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, i) => character !== right[i]);
  if (at === -1) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}
