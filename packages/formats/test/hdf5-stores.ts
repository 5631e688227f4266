import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ByteStore, ReadOptions } from "@crossprobe/core";

/** Folder with the HDF5 files of the tests. */
export const FIXTURES = fileURLToPath(new URL("../../../test/fixtures/hdf5", import.meta.url));

/** Bytes of a fixture. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`${FIXTURES}/${name}`));
}

/** What a {@link FakeStore} does instead of an ordinary read. */
export type Interference = (read: number, options: ReadOptions) => Promise<void> | void;

/** A store of files in memory that counts reads and bytes, and lets a test come in between. */
export class FakeStore implements ByteStore {
  readonly url = "memory:files/";
  reads = 0;
  bytes = 0;
  readonly signals: (AbortSignal | undefined)[] = [];
  interfere: Interference | undefined;
  readonly #files: Readonly<Record<string, FakeFile | Uint8Array>>;

  constructor(files: Readonly<Record<string, FakeFile | Uint8Array>>) {
    this.#files = files;
  }

  async size(key: string): Promise<number | undefined> {
    return this.#files[key]?.length;
  }

  async read(key: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    options.signal?.throwIfAborted();
    this.reads += 1;
    this.signals.push(options.signal);
    await this.interfere?.(this.reads, options);
    options.signal?.throwIfAborted();
    const file = this.#files[key];
    if (file === undefined) return undefined;
    const range = options.range ?? { offset: 0, length: file.length };
    const offset = "suffix" in range ? Math.max(0, file.length - range.suffix) : range.offset;
    const bytes = file.slice(offset, offset + ("length" in range ? range.length : range.suffix));
    this.bytes += bytes.length;
    return bytes;
  }
}

/** A file that need not be in memory as a whole. */
export interface FakeFile {
  readonly length: number;
  slice(start: number, end: number): Uint8Array;
}

/** The fixtures as a store. */
export function fixtureStore(): FakeStore {
  const names = ["types.h5", "layouts-earliest.h5", "layouts-latest.h5", "user-block.h5"];
  return new FakeStore(Object.fromEntries(names.map((name) => [name, fixture(name)])));
}
