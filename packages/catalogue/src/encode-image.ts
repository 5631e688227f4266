import { ONTOLOGY } from "@crossprobe/atlas";
import { crc32 as crc32Of } from "@crossprobe/formats/crc32";
import type { Catalogue } from "./catalogue.js";
import { BLOCK_BYTES, type ColumnHeader, type ImageHeader, MAGIC, PREAMBLE_BYTES } from "./image-header.js";
import { wholeOf } from "./partition.js";

export interface EncodeOptions {
  /** Checksum of the catalogue file that the columns stand beside. */
  readonly of?: string | undefined;
  /** A faster CRC-32 than ours, such as that of `node:zlib`. */
  readonly crc32?: ((bytes: Uint8Array) => number) | undefined;
}

/** Every array begins where any of its kind may. */
const ALIGNMENT = 8;

/**
 * A catalogue as one file of columns that are used where they lie: opening it reads the header, a question reads the columns and rows that
 * it needs. Pieces in order; together they are the file.
 *
 * Layout, little-endian: magic and version, length and CRC-32 of the header, the header (JSON, {@link ImageHeader}), zeros up to the next
 * whole block of the file, the data, and the CRC-32 of each block of the data.
 */
export async function encodeImage(catalogue: Catalogue, options: EncodeOptions = {}): Promise<readonly Uint8Array[]> {
  const crc32 = options.crc32 ?? crc32Of;
  const data = new DataPieces();
  const partitions: ImageHeader["partitions"][number][] = [];
  for (const partition of catalogue.partitions()) {
    await partition.need(partition.names(), wholeOf(partition));
    const columns: ColumnHeader[] = [];
    for (const name of partition.names()) {
      const column = partition.column(name);
      if (column === undefined) continue;
      const { kind } = column;
      if (kind === "code") {
        const width = column.codes.BYTES_PER_ELEMENT as 1 | 2 | 4;
        columns.push({ name, kind, values: data.add(column.codes), width, texts: column.texts });
      } else if (kind === "text") {
        const [offsets, values] = [data.add(column.offsets), data.add(column.bytes)];
        columns.push({ name, kind, offsets, values });
      } else columns.push({ name, kind, values: data.add(column.values) });
    }
    const { kind, rowCount, labelOffsets } = partition;
    const offsets = labelOffsets === undefined ? null : data.add(labelOffsets);
    partitions.push({ dataset: partition.dataset.id, kind, rowCount, labelOffsets: offsets, columns });
  }
  const header: ImageHeader = {
    ...{ of: options.of ?? null, ontology: ONTOLOGY.sha256, dataBytes: data.length },
    ...{ datasets: catalogue.datasets(), partitions },
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(dataStart(json.length));
  head.set(MAGIC);
  const view = new DataView(head.buffer);
  view.setUint32(MAGIC.length, json.length, true);
  view.setUint32(MAGIC.length + 4, crc32(json), true);
  head.set(json, PREAMBLE_BYTES);
  return [head, ...data.pieces, data.checksums(crc32)];
}

/** Where the data begin after a header of so many bytes. */
export function dataStart(headerBytes: number): number {
  return Math.ceil((PREAMBLE_BYTES + headerBytes) / BLOCK_BYTES) * BLOCK_BYTES;
}

class DataPieces {
  readonly pieces: Uint8Array[] = [];
  length = 0;

  add(array: ArrayBufferView): { offset: number; length: number } {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const offset = this.length;
    this.pieces.push(bytes);
    this.length += bytes.length;
    const padding = (ALIGNMENT - (this.length % ALIGNMENT)) % ALIGNMENT;
    if (padding > 0) this.pieces.push(new Uint8Array(padding));
    this.length += padding;
    return { offset, length: bytes.length };
  }

  checksums(crc32: (bytes: Uint8Array) => number): Uint8Array {
    const sums = new Uint32Array(Math.ceil(this.length / BLOCK_BYTES));
    const block = new Uint8Array(BLOCK_BYTES);
    let [used, next] = [0, 0];
    const end = () => {
      sums[next++] = crc32(block.subarray(0, used));
      used = 0;
    };
    for (const piece of this.pieces) {
      for (let at = 0; at < piece.length; ) {
        const part = piece.subarray(at, at + BLOCK_BYTES - used);
        block.set(part, used);
        used += part.length;
        at += part.length;
        if (used === BLOCK_BYTES) end();
      }
    }
    if (used > 0) end();
    return new Uint8Array(sums.buffer);
  }
}
