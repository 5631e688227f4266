/** Catalogues in files: the Parquet file that is kept and shared, and the columns file beside it that is opened at once. */

import { createHash, randomUUID } from "node:crypto";
import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { crc32 } from "node:zlib";
import { type ByteStore, type CallOptions, FormatError, isDataError, NotFoundError } from "@crossprobe/core";
import type { Catalogue } from "./catalogue.js";
import { encodeImage } from "./encode-image.js";
import { ABOUT_KEY, encodeParquet, SHA256_KEY } from "./encode-parquet.js";
import { type ImageBytes, openImage } from "./open-image.js";
import { type CatalogueAbout, readAbout, readCatalogueParquet } from "./read-parquet.js";

export { ABOUT_KEY, SHA256_KEY };

/** Added to the name of a catalogue for the columns file beside it. */
const COLUMNS_SUFFIX = ".columns";

/** What was written. */
export interface SavedCatalogue {
  readonly path: string;
  readonly bytes: number;
  /** Of every byte before the footer, as the footer states it. */
  readonly sha256: string;
  readonly columnsPath: string;
  readonly columnsBytes: number;
}

/**
 * Writes a catalogue to a Parquet file, and its columns file beside it. Each is written under another name and put in place when it is
 * whole and on the disk.
 */
export async function saveCatalogue(
  catalogue: Catalogue,
  path: string,
  options: CallOptions = {},
): Promise<SavedCatalogue> {
  const sha256 = createHash("sha256");
  let digest = "";
  const counted = {
    update: (bytes: Uint8Array) => sha256.update(bytes),
    digest: () => {
      digest = sha256.digest("hex");
      return digest;
    },
  };
  const bytes = await publish(path, encodeParquet(catalogue, counted, options), options);
  const columnsPath = path + COLUMNS_SUFFIX;
  const columnsBytes = await publish(columnsPath, await encodeImage(catalogue, { of: digest, crc32 }), options);
  return { path, bytes, sha256: digest, columnsPath, columnsBytes };
}

async function publish(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { signal }: CallOptions,
): Promise<number> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, "w");
    let bytes = 0;
    for await (const piece of pieces) {
      signal?.throwIfAborted();
      await file.writeFile(piece);
      bytes += piece.length;
    }
    await file.sync();
    await file.close();
    file = undefined;
    await rename(temporary, path);
    return bytes;
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

export { fileColumns } from "./file-columns.js";
export { KIND, nameOfKind } from "./parquet-columns.js";
export type { CatalogueAbout } from "./read-parquet.js";
export { type RegionRow, regionRows } from "./region-rows.js";

/**
 * What a catalogue file says of itself; reads its footer alone.
 *
 * @throws {@link NotFoundError} where there is no file at the path
 * @throws {@link FormatError} where it is no Parquet file; {@link SchemaError} where it is no catalogue that this version can read
 */
export async function describeCatalogue(path: string, options: CallOptions = {}): Promise<CatalogueAbout> {
  const store = new OneFile(path);
  await store.requireThere();
  return readAbout(store, basename(path), options);
}

/**
 * Opens a catalogue file: at once through the columns file beside it, else by reading the Parquet file whole. A columns file of another
 * catalogue, of another ontology, or damaged, is passed over.
 *
 * @throws {@link NotFoundError} where there is no file at the path
 * @throws {@link FormatError} where it is no catalogue, or damaged
 */
export async function openCatalogue(path: string, options: CallOptions = {}): Promise<Catalogue> {
  const store = new OneFile(path);
  await store.requireThere();
  try {
    const sha256 = store.statedSha256() ?? (await readAbout(store, basename(path), options)).sha256;
    const found = await openColumns(path + COLUMNS_SUFFIX, sha256, options);
    if (found !== undefined) return found;
  } catch (error) {
    if (!isDataError(error, "format") && !isDataError(error, "not-found")) throw error;
  }
  return readCatalogueParquet(store, basename(path), options);
}

/** Opens a columns file alone. */
async function openColumns(path: string, of: string | null, options: CallOptions): Promise<Catalogue | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  // A large ArrayBuffer makes the engine collect garbage when it is made, before a byte of it is touched; a shared one does not.
  const allocate = (bytes: number) => new SharedArrayBuffer(bytes);
  return openImage(new FileBytes(path), of, { ...options, crc32, allocate });
}

/**
 * Reads a catalogue file whole and compares its checksum.
 *
 * @throws {@link FormatError} where a byte before the footer has changed
 */
export async function verifyCatalogue(
  path: string,
  options: CallOptions = {},
): Promise<{ sha256: string; bytes: number }> {
  const store = new OneFile(path);
  await store.requireThere();
  const { sha256, footerStart } = await readAbout(store, basename(path), options);
  const hash = createHash("sha256");
  const stream = createReadStream(path, {
    end: footerStart - 1,
    highWaterMark: 1 << 20,
    ...(options.signal && { signal: options.signal }),
  });
  for await (const chunk of stream) hash.update(chunk as Uint8Array);
  const found = hash.digest("hex");
  if (found !== sha256) {
    throw new FormatError(`${path} is damaged: the SHA-256 of its data is ${found}, its footer states ${sha256}`, {
      ...{ format: "catalogue", url: pathToFileURL(path).href },
      hint: "build the catalogue again",
    });
  }
  return { sha256, bytes: (await stat(path)).size };
}

/** Blocks of a file are read at once: they come from memory mostly, and a promise for each would cost more than the reading. */
class FileBytes implements ImageBytes {
  readonly url: string;
  readonly size: number;
  readonly #file: number;

  constructor(path: string) {
    this.url = pathToFileURL(path).href;
    this.#file = openSync(path, "r");
    this.size = fstatSync(this.#file).size;
    closer.register(this, this.#file);
  }

  readInto(target: Uint8Array, offset: number): undefined {
    for (let done = 0; done < target.length; ) {
      const read = readSync(this.#file, target, done, target.length - done, offset + done);
      if (read === 0) {
        throw new FormatError(`${this.url} ends at ${offset + done}, before its columns do`, {
          ...{ format: "catalogue-columns", url: this.url },
          hint: "build the catalogue again",
        });
      }
      done += read;
    }
  }
}

/** A catalogue has no end that a caller would have to think of; its file is closed when it is no longer used. */
const closer = new FinalizationRegistry<number>((file) => closeSync(file));

/** Key and value in the footer's texts, each with its length before it. */
const STATED = new RegExp(`${SHA256_KEY.replace(".", "\\.")}[^0-9a-f]{1,3}([0-9a-f]{64})[^0-9a-f]`);

/** One file as a store: the formats read through stores alone. */
class OneFile implements ByteStore {
  readonly url: string;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.url = `${pathToFileURL(dirname(path)).href}/`;
  }

  async requireThere(): Promise<void> {
    if ((await stat(this.#path).catch(() => undefined))?.isFile() === true) return;
    throw new NotFoundError(`there is no catalogue at ${this.#path}`, {
      hint: "make one: crossprobe catalogue build",
    });
  }

  /**
   * The checksum that the footer states, from the last bytes of the file: the footer of a large catalogue takes longer to read than its columns.
   *
   * Absent: `undefined` where it is not found there.
   */
  statedSha256(): string | undefined {
    const file = openSync(this.#path, "r");
    const tail = Buffer.alloc(1024);
    try {
      const { size } = fstatSync(file);
      readSync(file, tail, 0, Math.min(size, tail.length), Math.max(0, size - tail.length));
    } finally {
      closeSync(file);
    }
    const text = tail.toString("latin1");
    return text.includes("PAR1", text.length - 4) ? STATED.exec(text)?.[1] : undefined;
  }

  async size(): Promise<number> {
    return (await stat(this.#path)).size;
  }

  async read(_key: string, { range, signal }: Parameters<ByteStore["read"]>[1] = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const file = await open(this.#path, "r");
    try {
      const { size } = await file.stat();
      const start =
        range === undefined ? 0 : "suffix" in range ? Math.max(0, size - range.suffix) : Math.min(size, range.offset);
      const end = range === undefined || "suffix" in range ? size : Math.min(size, range.offset + range.length);
      const target = new Uint8Array(Math.max(0, end - start));
      await file.read(target, 0, target.length, start);
      return target;
    } finally {
      await file.close();
    }
  }
}
