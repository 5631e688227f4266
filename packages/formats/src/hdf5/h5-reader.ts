import { ArrayReader, type StoredArray } from "./array-reader.js";
import type { BlockSource } from "./block-source.js";
import { type Box, elementsOf } from "./box.js";
import { elementShape, isFlat, TYPE_CLASS, toHdf5Type } from "./datatype.js";
import { type DecodeContext, decodeValues } from "./decode.js";
import { Failure } from "./failure.js";
import { type Filter, requireKnownFilters } from "./filters.js";
import type { H5Module } from "./h5-module.js";
import type { Hdf5Data, Hdf5Link, Hdf5Object, Hdf5Slice } from "./hdf5-file.js";
import { ObjectTree } from "./object-tree.js";
import type { RangeFileSystem } from "./range-file-system.js";
import { type AskedArray, boxOf, requireWithinLimit } from "./read-request.js";

export interface H5ReaderOptions {
  readonly module: H5Module;
  readonly fileSystem: RangeFileSystem;
  readonly source: BlockSource;
  /** Name of the file in the file system; no two open files share one. */
  readonly name: string;
  /** For messages. */
  readonly url: string;
  /** Budget of the decoded chunks. */
  readonly cacheBytes: number;
  readonly checkCancelled: () => void;
}

interface ArrayEntry extends StoredArray {
  readonly filters: readonly Filter[];
}

/** One open file, answering synchronously: the worker's side of {@link Hdf5File}. */
export class H5Reader {
  readonly #options: H5ReaderOptions;
  readonly #file: bigint;
  readonly #tree: ObjectTree;
  readonly #reader: ArrayReader;
  readonly #arrays = new Map<string, ArrayEntry>();
  readonly #references = new Map<string, string | null>();

  /** @throws {@link Failure} `format` when HDF5 cannot open the file */
  constructor(options: H5ReaderOptions) {
    const { module, fileSystem, source, name, url, cacheBytes, checkCancelled } = options;
    this.#options = options;
    const path = fileSystem.add(name, source);
    try {
      // Arguments left out would arrive as 0, which is a library version of its own.
      const open = () => module.wasm.open(path, module.wasm.H5F_ACC_RDONLY, false, -1, -1);
      this.#file = module.run(`cannot open ${url} as HDF5`, "/", open, (file) => file < 0n);
    } catch (error) {
      fileSystem.remove(name);
      throw error;
    }
    this.#tree = new ObjectTree(module, this.#file, url);
    this.#reader = new ArrayReader({ module, file: this.#file, url, cacheBytes, checkCancelled });
  }

  close(): void {
    this.#reader.clear();
    this.#options.module.try("", "/", () => this.#options.module.wasm.close_file(this.#file));
    this.#options.fileSystem.remove(this.#options.name);
  }

  list(path: string): readonly Hdf5Link[] {
    const { kind, path: resolved } = this.#require(path);
    if (kind !== "group") throw this.#failure("format", path, "is no group");
    return this.#tree.list(resolved);
  }

  find(path: string): Hdf5Object | undefined {
    const resolved = this.#tree.resolve(path);
    if (resolved.kind === "missing") return undefined;
    const { kind, path: target } = this.#require(path);
    if (kind === "group") return { kind, path: target };
    if (kind === "datatype") throw this.#failure("unsupported", path, "is a named datatype, which is not read");
    const { metadata, shape, filters } = this.#array(target);
    return {
      kind: "array",
      path: target,
      shape: metadata.shape === null ? null : shape,
      type: toHdf5Type(metadata),
      chunks: metadata.chunks,
      filters: filters.map((filter) => filter.id),
    };
  }

  attributes(path: string, wanted?: readonly string[]): ReadonlyMap<string, Hdf5Data> {
    const { module, url } = this.#options;
    const object = this.#require(path).path;
    const what = `cannot list the attributes of ${path} of ${url}`;
    const names = module.run(what, path, () => module.wasm.get_attribute_names(this.#file, object));
    const read = wanted === undefined ? names : names.filter((name) => wanted.includes(name));
    return new Map(read.map((name) => [name, this.#attribute(object, name)]));
  }

  read(path: string, slices?: readonly Hdf5Slice[]): Hdf5Data {
    const resolved = this.#require(path);
    if (resolved.kind !== "array") throw this.#failure("format", path, "is no array");
    const array = this.#array(resolved.path);
    const { metadata } = array;
    const type = toHdf5Type(metadata);
    if (metadata.shape === null) return { values: this.#decode(new Uint8Array(0), 0, array), shape: null, type };
    const box = boxOf(this.#asked(array), slices);
    const count = elementsOf(box.count);
    const shape = [...box.count, ...elementShape(metadata)];
    if (count > 0) this.#requireReadable(array, count);
    const values = isFlat(metadata)
      ? this.#decode(this.#reader.readBox(array, box), count, array)
      : this.#readPointers(array, box, slices !== undefined);
    return { values, shape, type };
  }

  #require(path: string): { kind: "group" | "array" | "datatype"; path: string } {
    const resolved = this.#tree.resolve(path);
    if (resolved.kind === "missing") {
      const where = resolved.path === path ? "" : ` (there is no ${resolved.path})`;
      throw this.#failure("not-found", path, `does not exist${where}`);
    }
    if (resolved.kind !== "external") return { kind: resolved.kind, path: resolved.path };
    const hint = "external links are not followed: open that file itself";
    throw this.#failure("unsupported", path, `is a link into another file, ${resolved.target}`, hint);
  }

  #array(path: string): ArrayEntry {
    const known = this.#arrays.get(path);
    if (known !== undefined) return known;
    const { module, url } = this.#options;
    const what = `cannot read what array ${path} of ${url} is`;
    const metadata = module.run(what, path, () => module.wasm.get_dataset_metadata(this.#file, path));
    const filters: Filter[] = module.run(what, path, () => module.wasm.get_dataset_filters(this.#file, path));
    const array = { path, metadata, shape: metadata.shape ?? [], filters };
    this.#arrays.set(path, array);
    return array;
  }

  #requireReadable(array: ArrayEntry, count: number): void {
    requireKnownFilters(array.filters, array.path, this.#options.url);
    const elsewhere = array.metadata.virtual_sources?.find((source) => source.file_name !== ".");
    if (elsewhere !== undefined) {
      throw this.#failure(
        "unsupported",
        array.path,
        `is put together from other files, such as ${elsewhere.file_name}`,
      );
    }
    const { type, size } = array.metadata;
    const bytes = count * (type === TYPE_CLASS.float && size === 2 ? 4 : size);
    requireWithinLimit(this.#asked(array), bytes);
  }

  #asked({ path, shape }: ArrayEntry): AskedArray {
    return { path, shape, url: this.#options.url };
  }

  /** Text and lists of variable length: their bytes lie elsewhere in the instance's memory until they are reclaimed. */
  #readPointers(array: ArrayEntry, box: Box, isSlice: boolean): Hdf5Data["values"] {
    const { module, url } = this.#options;
    const { wasm } = module;
    const { path, metadata } = array;
    const elements = elementsOf(box.count);
    if (elements === 0) return this.#decode(new Uint8Array(0), 0, array);
    const [count, start] = [box.count.map(BigInt), box.start.map(BigInt)];
    const strides = count.map(() => 1n);
    return module.withMemory(elements * metadata.size, (pointer) => {
      const at = BigInt(pointer);
      const read = () =>
        isSlice && count.length > 0
          ? wasm.get_dataset_data(this.#file, path, count, start, strides, at)
          : wasm.get_dataset_data(this.#file, path, null, null, null, at);
      module.run(`cannot read array ${path} of ${url}`, path, read, (status) => status < 0);
      try {
        return this.#decode(wasm.HEAPU8.slice(pointer, pointer + elements * metadata.size), elements, array);
      } finally {
        if (isSlice && count.length > 0) wasm.reclaim_vlen_memory_count(this.#file, path, "", at, count);
        else wasm.reclaim_vlen_memory(this.#file, path, "", at);
      }
    });
  }

  #attribute(object: string, name: string): Hdf5Data {
    const { module, url } = this.#options;
    const { wasm } = module;
    const what = `cannot read attribute ${name} of ${object} of ${url}`;
    const metadata = module.run(what, object, () => wasm.get_attribute_metadata(this.#file, object, name));
    const type = toHdf5Type(metadata);
    const context = this.#context(`attribute ${name} of ${object} of ${url}`, object);
    if (metadata.shape === null)
      return { values: decodeValues(new Uint8Array(0), 0, metadata, context), shape: null, type };
    const count = elementsOf(metadata.shape);
    const shape = [...metadata.shape, ...elementShape(metadata)];
    if (count === 0) return { values: decodeValues(new Uint8Array(0), 0, metadata, context), shape, type };
    const bytes = count * metadata.size;
    const values = module.withMemory(bytes, (pointer) => {
      const at = BigInt(pointer);
      module.run(what, object, () => wasm.get_attribute_data(this.#file, object, name, at), isNegative);
      try {
        return decodeValues(wasm.HEAPU8.slice(pointer, pointer + bytes), count, metadata, context);
      } finally {
        if (!isFlat(metadata)) wasm.reclaim_vlen_memory(this.#file, object, name, at);
      }
    });
    return { values, shape, type };
  }

  #decode(bytes: Uint8Array, count: number, array: ArrayEntry): Hdf5Data["values"] {
    const context = this.#context(`array ${array.path} of ${this.#options.url}`, array.path);
    return decodeValues(bytes, count, array.metadata, context);
  }

  #context(what: string, at: string): DecodeContext {
    const { wasm } = this.#options.module;
    return { heap: () => wasm.HEAPU8, dereference: (bytes, isObject) => this.#dereference(bytes, isObject), what, at };
  }

  /** Finding a name means a walk through the file, so each is looked up once. */
  #dereference(reference: Uint8Array, isObject: boolean): string | null {
    const key = `${isObject} ${reference.join(" ")}`;
    const known = this.#references.get(key);
    if (known !== undefined) return known;
    const { module } = this.#options;
    const find = () => module.wasm.get_referenced_name(this.#file, reference, isObject);
    const path = module.try("cannot follow a reference", "/", find) ?? null;
    this.#references.set(key, path);
    return path;
  }

  #failure(code: Failure["code"], path: string, problem: string, hint?: string): Failure {
    return new Failure(code, `${path} of ${this.#options.url} ${problem}`, { at: path, hint });
  }
}

function isNegative(status: number): boolean {
  return status < 0;
}
