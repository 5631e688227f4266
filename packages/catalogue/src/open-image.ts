import { ONTOLOGY } from "@crossprobe/atlas";
import { type CallOptions, FormatError } from "@crossprobe/core";
import { crc32 as crc32Of } from "@crossprobe/formats/crc32";
import { Catalogue } from "./catalogue.js";
import type { ColumnData } from "./column.js";
import { dataStart } from "./encode-image.js";
import {
  BLOCK_BYTES,
  type ColumnHeader,
  type ImageHeader,
  imageHeaderSchema,
  MAGIC,
  PREAMBLE_BYTES,
} from "./image-header.js";
import { Partition, type RowRange, type StoredColumn } from "./partition.js";

/** Where the bytes of a columns file come from: a file, an array in memory, ranges of a remote object. */
export interface ImageBytes {
  /** For messages. */
  readonly url: string;
  readonly size: number;
  /** Fills `target` with the bytes from `offset` on; nothing is returned where that was done at once. */
  readInto(target: Uint8Array, offset: number, options: CallOptions): Promise<void> | undefined;
}

export interface OpenOptions extends CallOptions {
  /**
   * Memory of zeros for all data, of which only what is read is touched; an `ArrayBuffer` unless given. The engine counts one against its
   * heap whole, before anything is read.
   */
  readonly allocate?: ((bytes: number) => ArrayBufferLike) | undefined;
  /** A faster CRC-32 than ours, such as that of `node:zlib`. */
  readonly crc32?: ((bytes: Uint8Array) => number) | undefined;
}

const FIRST_READ = 8 * BLOCK_BYTES;

/** The header of a columns file, its checksum verified. @throws {@link FormatError} where it is none, or damaged */
async function readHeader(
  bytes: ImageBytes,
  crc32: (bytes: Uint8Array) => number,
  options: CallOptions,
): Promise<{ header: ImageHeader; start: number }> {
  const damaged = (reason: string, cause?: unknown): FormatError =>
    new FormatError(`${bytes.url} is no columns file of a catalogue: ${reason}`, {
      ...{ format: "catalogue-columns", url: bytes.url, cause },
      hint: "build the catalogue again",
    });
  let head = new Uint8Array(Math.min(bytes.size, FIRST_READ));
  await bytes.readInto(head, 0, options);
  if (MAGIC.some((byte, i) => head[i] !== byte)) throw damaged("it begins with other bytes, or is of another version");
  if (head.length < PREAMBLE_BYTES) throw damaged("it is cut short");
  const view = new DataView(head.buffer);
  const [length, checksum] = [view.getUint32(MAGIC.length, true), view.getUint32(MAGIC.length + 4, true)];
  if (PREAMBLE_BYTES + length > bytes.size) throw damaged("its header is cut short");
  if (PREAMBLE_BYTES + length > head.length) {
    head = new Uint8Array(PREAMBLE_BYTES + length);
    await bytes.readInto(head, 0, options);
  }
  const json = head.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + length);
  if (crc32(json) !== checksum) throw damaged("the checksum of its header is another");
  const parsed = imageHeaderSchema.safeParse(parseJson(new TextDecoder().decode(json)));
  if (!parsed.success)
    throw damaged(`its header has another form (${parsed.error.issues[0]?.path.join(".")})`, parsed.error);
  const start = dataStart(length);
  const blocks = Math.ceil(parsed.data.dataBytes / BLOCK_BYTES);
  if (start + parsed.data.dataBytes + blocks * 4 !== bytes.size) throw damaged("its length is not that of its columns");
  return { header: parsed.data, start };
}

/** Undefined for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Opens a columns file. Reads its header and the small tables of labels; columns when they are needed, each block once and against its
 * checksum.
 *
 * @param of checksum of the catalogue file beside it: a columns file of another one is not used
 *
 * Absent: `undefined` where it belongs to another catalogue file, or another version of the ontology.
 *
 * @throws {@link FormatError} where it is no such file, or damaged; damage in a column is met when the column is needed
 * @example
 * const bytes = await (await fetch("catalogue.columns")).bytes();
 * const image: ImageBytes = { url: "catalogue.columns", size: bytes.length, readInto: (target, at) => void target.set(bytes.subarray(at, at + target.length)) };
 * const catalogue = await openImage(image, null);
 */
export async function openImage(
  bytes: ImageBytes,
  of: string | null,
  options: OpenOptions = {},
): Promise<Catalogue | undefined> {
  const crc32 = options.crc32 ?? crc32Of;
  const { header, start } = await readHeader(bytes, crc32, options);
  if (header.of !== of || header.ontology !== ONTOLOGY.sha256) return undefined;
  const data = await ImageData.open(bytes, start, header.dataBytes, crc32, options);
  const partitions: Partition[] = [];
  for (const { dataset, kind, rowCount, labelOffsets, columns } of header.partitions) {
    const entry = header.datasets.find(({ id }) => id === dataset);
    if (entry === undefined) {
      throw new FormatError(`${bytes.url} has rows of ${dataset}, which it does not describe`, {
        ...{ format: "catalogue-columns", url: bytes.url },
      });
    }
    const stored = new Map(columns.map((column) => [column.name, new ImageColumn(data, column, rowCount)]));
    const offsets = labelOffsets === null ? undefined : await data.labels(labelOffsets, rowCount, options);
    partitions.push(new Partition(entry, kind, rowCount, stored, offsets));
  }
  return new Catalogue(partitions);
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

/** All data as one array whose blocks are filled when they are needed; the untouched ones take no memory. */
class ImageData {
  readonly buffer: ArrayBufferLike;
  readonly #bytes: ImageBytes;
  readonly #start: number;
  readonly #checksums: Uint32Array;
  readonly #crc32: (bytes: Uint8Array) => number;
  /** What each block is: not there, or there; blocks under way are in the map. */
  readonly #isNear: Uint8Array;
  readonly #pending = new Map<number, Promise<void>>();

  private constructor(
    bytes: ImageBytes,
    start: number,
    buffer: ArrayBufferLike,
    checksums: Uint32Array,
    crc32: (bytes: Uint8Array) => number,
  ) {
    this.buffer = buffer;
    this.#bytes = bytes;
    this.#start = start;
    this.#checksums = checksums;
    this.#crc32 = crc32;
    this.#isNear = new Uint8Array(checksums.length);
  }

  static async open(
    bytes: ImageBytes,
    start: number,
    length: number,
    crc32: (bytes: Uint8Array) => number,
    { allocate = (size) => new ArrayBuffer(size), ...options }: OpenOptions,
  ): Promise<ImageData> {
    const checksums = new Uint32Array(Math.ceil(length / BLOCK_BYTES));
    await bytes.readInto(new Uint8Array(checksums.buffer), start + length, options);
    return new ImageData(bytes, start, allocate(length), checksums, crc32);
  }

  get url(): string {
    return this.#bytes.url;
  }

  /** Brings a span of bytes near; `undefined` where it is, or could be at once. */
  need(offset: number, length: number, options: CallOptions): Promise<void> | undefined {
    if (length === 0) return undefined;
    const first = Math.floor(offset / BLOCK_BYTES);
    const last = Math.floor((offset + length - 1) / BLOCK_BYTES);
    let waiting: Promise<unknown>[] | undefined;
    for (let block = first; block <= last; block++) {
      if (this.#isNear[block] === 1) continue;
      const pending = this.#pending.get(block);
      if (pending !== undefined) {
        // Another question asked for it: where that one is given up, this one reads it itself.
        const [from, size] = [block * BLOCK_BYTES, 1];
        waiting = [...(waiting ?? []), pending.catch(() => this.need(from, size, options))];
        continue;
      }
      let end = block + 1;
      while (end <= last && this.#isNear[end] !== 1 && !this.#pending.has(end)) end++;
      const reading = this.#read(block, end, options);
      if (reading !== undefined) waiting = [...(waiting ?? []), reading];
      block = end - 1;
    }
    return waiting === undefined ? undefined : Promise.all(waiting).then(() => undefined);
  }

  #read(first: number, end: number, options: CallOptions): Promise<void> | undefined {
    const from = first * BLOCK_BYTES;
    const to = Math.min(end * BLOCK_BYTES, this.buffer.byteLength);
    const reading = this.#bytes.readInto(new Uint8Array(this.buffer, from, to - from), this.#start + from, options);
    if (reading === undefined) {
      this.#accept(first, end);
      return undefined;
    }
    const done = reading
      .then(() => this.#accept(first, end))
      .finally(() => {
        for (let block = first; block < end; block++) this.#pending.delete(block);
      });
    for (let block = first; block < end; block++) this.#pending.set(block, done);
    return done;
  }

  #accept(first: number, end: number): void {
    for (let block = first; block < end; block++) {
      const from = block * BLOCK_BYTES;
      const bytes = new Uint8Array(this.buffer, from, Math.min(BLOCK_BYTES, this.buffer.byteLength - from));
      if (this.#crc32(bytes) !== this.#checksums[block]) {
        throw new FormatError(`${this.url} is damaged: the checksum of block ${block} is another`, {
          ...{ format: "catalogue-columns", url: this.url, at: this.#start + from },
          hint: "build the catalogue again",
        });
      }
      this.#isNear[block] = 1;
    }
  }

  async labels({ offset, length }: Span, rowCount: number, options: CallOptions): Promise<Uint32Array> {
    await this.need(offset, length, options);
    const offsets = this.array(Uint32Array, { offset, length });
    if (offsets.at(-1) !== rowCount || offsets.some((value, i) => i > 0 && value < (offsets[i - 1] as number))) {
      throw new FormatError(`${this.url} has rows that no label counts`, {
        format: "catalogue-columns",
        url: this.url,
      });
    }
    return offsets;
  }

  array<Kind>(
    kind: { new (buffer: ArrayBufferLike, offset: number, length: number): Kind; readonly BYTES_PER_ELEMENT: number },
    { offset, length }: Span,
  ): Kind {
    if (
      offset + length > this.buffer.byteLength ||
      offset % kind.BYTES_PER_ELEMENT !== 0 ||
      length % kind.BYTES_PER_ELEMENT !== 0
    ) {
      throw new FormatError(`${this.url} has a column outside its data`, {
        format: "catalogue-columns",
        url: this.url,
      });
    }
    return new kind(this.buffer, offset, length / kind.BYTES_PER_ELEMENT);
  }
}

class ImageColumn implements StoredColumn {
  readonly data: ColumnData;
  readonly #image: ImageData;
  readonly #header: ColumnHeader;

  constructor(image: ImageData, header: ColumnHeader, rowCount: number) {
    this.#image = image;
    this.#header = header;
    this.data = viewOf(image, header);
    const rows =
      this.data.kind === "code"
        ? this.data.codes.length
        : this.data.kind === "text"
          ? this.data.offsets.length - 1
          : this.data.values.length;
    if (rows !== rowCount) {
      throw new FormatError(`${image.url}: column ${header.name} has ${rows} rows, its table ${rowCount}`, {
        ...{ format: "catalogue-columns", url: image.url },
      });
    }
  }

  need({ start, end }: RowRange, options: CallOptions): Promise<void> | undefined {
    const header = this.#header;
    if (header.kind !== "text") {
      const width = header.kind === "number" ? 8 : header.kind === "flag" ? 1 : header.width;
      return this.#image.need(header.values.offset + start * width, (end - start) * width, options);
    }
    const reading = this.#image.need(header.offsets.offset + start * 4, (end - start + 1) * 4, options);
    return reading === undefined
      ? this.#texts(start, end, options)
      : reading.then(() => this.#texts(start, end, options));
  }

  #texts(start: number, end: number, options: CallOptions): Promise<void> | undefined {
    const { data } = this;
    if (data.kind !== "text" || this.#header.kind !== "text") return undefined;
    const [from, to] = [data.offsets[start] as number, data.offsets[end] as number];
    return this.#image.need(this.#header.values.offset + from, to - from, options);
  }
}

function viewOf(image: ImageData, header: ColumnHeader): ColumnData {
  switch (header.kind) {
    case "number":
      return { kind: "number", values: image.array(Float64Array, header.values) };
    case "flag":
      return { kind: "flag", values: image.array(Uint8Array, header.values) };
    case "code": {
      const kinds = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;
      return {
        kind: "code",
        codes: image.array<Uint8Array | Uint16Array | Uint32Array>(kinds[header.width], header.values),
        texts: header.texts,
      };
    }
    case "text": {
      const [offsets, bytes] = [image.array(Uint32Array, header.offsets), image.array(Uint8Array, header.values)];
      return { kind: "text", offsets, bytes };
    }
  }
}
