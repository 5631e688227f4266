import { type ByteStore, type CallOptions, NotFoundError } from "@crossprobe/core";
import { damaged, urlOf } from "./place.js";
import type { SampleStore, StoredSamples } from "./sample-store.js";

const SAMPLE_BYTES = Int16Array.BYTES_PER_ELEMENT;
/** Most bytes of one range. */
const PIECE_BYTES = 4 * 2 ** 20;

/**
 * A flat `.bin`: little-endian 16-bit samples, all columns of a sample together. Asks for the size only.
 *
 * @throws {@link NotFoundError} when there is none; {@link FormatError} when the file ends within a sample
 */
export async function openFlatSamples(
  store: ByteStore,
  key: string,
  columnCount: number,
  options: CallOptions = {},
): Promise<SampleStore> {
  const url = urlOf(store, key);
  const size = await store.size(key, options);
  if (size === undefined) throw new NotFoundError(`there is no ${url}`, { hint: "give the recording's .bin or .cbin" });
  const rowBytes = columnCount * SAMPLE_BYTES;
  const sampleCount = Math.floor(size / rowBytes);
  if (size % rowBytes !== 0) {
    const says = `it has ${size} bytes, which are ${sampleCount} samples of ${columnCount} columns and ${size % rowBytes} bytes more`;
    throw damaged("spikeglx-bin", url, sampleCount * rowBytes, says);
  }
  return new FlatSamples(store, key, url, sampleCount, columnCount);
}

class FlatSamples implements SampleStore {
  readonly url: string;
  readonly sampleCount: number;
  readonly columnCount: number;
  readonly #store: ByteStore;
  readonly #key: string;

  constructor(store: ByteStore, key: string, url: string, sampleCount: number, columnCount: number) {
    this.url = url;
    this.sampleCount = sampleCount;
    this.columnCount = columnCount;
    this.#store = store;
    this.#key = key;
  }

  async *pieces(start: number, stop: number, options: CallOptions): AsyncGenerator<StoredSamples> {
    const rowBytes = this.columnCount * SAMPLE_BYTES;
    const length = Math.max(1, Math.floor(PIECE_BYTES / rowBytes));
    for (let at = start; at < stop; at += length) {
      const end = Math.min(stop, at + length);
      const range = { offset: at * rowBytes, length: (end - at) * rowBytes };
      options.signal?.throwIfAborted();
      const bytes = await this.#store.read(this.#key, { ...options, range });
      if (bytes === undefined) throw new NotFoundError(`there is no ${this.url} any more`, { hint: "open it again" });
      if (bytes.length !== range.length) {
        const says = `${bytes.length} of ${range.length} bytes came: the file is shorter than it was when it was opened`;
        throw damaged("spikeglx-bin", this.url, range.offset + bytes.length, says);
      }
      yield {
        start: at,
        stop: end,
        data: toInt16(bytes),
        offset: 0,
        sampleStride: this.columnCount,
        columnStride: 1,
      };
    }
  }

  boundBefore(_after: number, upTo: number): number {
    return upTo;
  }

  release(): void {}
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Little-endian 16-bit values over bytes that the caller owns; without a copy where the machine and the bytes allow it. */
export function toInt16(bytes: Uint8Array): Int16Array {
  const { byteOffset, byteLength, buffer } = aligned(bytes);
  if (IS_LITTLE_ENDIAN) return new Int16Array(buffer, byteOffset, byteLength / SAMPLE_BYTES);
  const view = new DataView(buffer, byteOffset, byteLength);
  return Int16Array.from({ length: byteLength / SAMPLE_BYTES }, (_, i) => view.getInt16(i * SAMPLE_BYTES, true));
}

/** A view cannot begin at an odd byte. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % SAMPLE_BYTES === 0 ? bytes : bytes.slice();
}
