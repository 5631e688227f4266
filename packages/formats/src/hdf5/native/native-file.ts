import { type ByteStore, type CallOptions, QueryError, UnsupportedError } from "@crossprobe/core";
import { elementsOf } from "../box.js";
import { toDataError } from "../data-error.js";
import { elementShape, TYPE_CLASS, toHdf5Type } from "../datatype.js";
import { Failure } from "../failure.js";
import { requireKnownFilters } from "../filters.js";
import type {
  Hdf5AttributesOptions,
  Hdf5Data,
  Hdf5File,
  Hdf5Link,
  Hdf5Object,
  Hdf5Ranges,
  Hdf5ReadOptions,
  Hdf5Values,
} from "../hdf5-file.js";
import { compareCodePoints } from "../names.js";
import { boxOf, requireWithinLimit } from "../read-request.js";
import { ArrayBytes } from "./array-bytes.js";
import type { StoredAttribute } from "./attribute-message.js";
import { readAttributes } from "./attributes.js";
import { Damage, requireSound } from "./damage.js";
import { decodeStored } from "./decode-stored.js";
import type { ExtentRecorder, Extents } from "./extents.js";
import { FileBlocks, type Transfer } from "./file-blocks.js";
import { FileBytes } from "./file-bytes.js";
import { GlobalHeap } from "./global-heap.js";
import { NotCovered } from "./not-covered.js";
import { kindOf, type ObjectHeader } from "./object-header.js";
import { ObjectMap } from "./object-map.js";
import { ObjectPaths } from "./object-paths.js";
import { followPointers } from "./pointers.js";
import { RangePlanner } from "./range-planner.js";
import type { Root } from "./root.js";
import { readCommittedType, type StoredArray } from "./stored-array.js";
import type { StoredType } from "./stored-type.js";
import type { StoredLink } from "./symbol-table.js";
import { toMetadata } from "./type-in-memory.js";

export interface NativeFileOptions {
  readonly store: ByteStore;
  readonly key: string;
  readonly url: string;
  readonly size: number;
  /** The first bytes of the file. */
  readonly head: Uint8Array;
  readonly root: Root;
  /** Budget of the decoded chunks. */
  readonly cacheBytes: number;
  readonly isRemote?: boolean | undefined;
  /** Bytes of the file that are known beforehand, from an index. */
  readonly known?: Extents | undefined;
  /** Notes which metadata are read, to make an index. */
  readonly recorder?: ExtentRecorder | undefined;
  /** Opens the file with the HDF5 library, for what is not covered here. It is called once at most. */
  readonly openWithLibrary: () => Promise<Hdf5File>;
}

/**
 * An HDF5 file read in this thread, without the HDF5 library.
 *
 * A call that meets a structure that is not covered is answered by the library instead. Damage is an error here and now.
 */
export class NativeFile implements Hdf5File {
  readonly url: string;
  readonly ranges: Hdf5Ranges;
  /** How many calls the library has answered, by what is not covered. */
  readonly leftToLibrary = new Map<string, number>();
  readonly #root: Root;
  readonly #recorder: ExtentRecorder | undefined;
  readonly #openWithLibrary: () => Promise<Hdf5File>;
  readonly #blocks: FileBlocks;
  readonly #objects: ObjectMap;
  readonly #paths: ObjectPaths;
  readonly #arrays: ArrayBytes;
  readonly #active = new Set<Promise<unknown>>();
  #library: Promise<Hdf5File> | undefined;
  #isClosed = false;

  constructor(options: NativeFileOptions) {
    this.url = options.url;
    this.#root = options.root;
    this.#recorder = options.recorder;
    this.#openWithLibrary = options.openWithLibrary;
    this.#blocks = new FileBlocks(options);
    this.#blocks.seed(options.head);
    this.#objects = new ObjectMap(options.root.root);
    this.#paths = new ObjectPaths(this.#objects);
    this.#arrays = new ArrayBytes(options.cacheBytes);
    this.ranges = this.#rangesOf(options.isRemote ?? false);
  }

  #rangesOf(isRemote: boolean): Hdf5Ranges {
    const planner = new RangePlanner(this.#blocks, {
      locate: (file, path) => this.#objects.locate(file, path),
      array: (file, path) => this.#arrayAt(file, path),
      planBox: (file, array, box) => this.#arrays.planBox(file, array, box),
    });
    const unplanned = (path: string) => (_: unknown, why: string) => Promise.reject(this.#unplanned(path, why));
    return {
      isRemote,
      plan: (part, options = {}) =>
        this.#ask(
          { what: "plan a read of", path: part.path },
          options,
          (file) => planner.plan(file, part),
          unplanned(part.path),
        ),
      planAhead: (batches, options = {}) =>
        this.#ask(
          { what: "plan reads of", path: "/" },
          options,
          (file) => planner.planAhead(file, batches),
          unplanned("/"),
        ),
      fetchAhead: (wanted, options = {}) =>
        this.#ask(
          { what: "fetch parts of", path: "/" },
          options,
          (file) => planner.fetchAhead(file, wanted),
          async () => undefined,
        ),
    };
  }

  /**
   * Reads what says where everything of an object is: its attributes, the members of a group, the chunks of an array; no values.
   *
   * Absent: `undefined` where a structure is not covered.
   */
  touch(path: string, options: CallOptions = {}): Promise<TouchedObject | undefined> {
    const touch = async (file: FileBytes): Promise<TouchedObject> => {
      const { header } = await this.#require(file, path);
      const kind = kindOf(header);
      await this.#attributes(file, path, undefined);
      if (kind === "array") await this.#arrays.findAll(file, await this.#objects.array(file, header));
      return { kind, links: kind === "group" ? await this.#objects.list(file, header) : [] };
    };
    return this.#ask<TouchedObject | undefined>({ what: "look at", path }, options, touch, async () => undefined);
  }

  /** What has been asked of the store so far. */
  get transferred(): Transfer {
    return this.#blocks.transferred;
  }

  /** Reads the root group, so that damage shows now. */
  async open(options: CallOptions = {}): Promise<void> {
    await this.#ask(
      { what: "open", path: "/" },
      options,
      async (file) => void (await this.#objects.root(file)),
      async () => undefined,
    );
  }

  list(path: string, options: CallOptions = {}): Promise<readonly Hdf5Link[]> {
    const list = (file: FileBytes) => this.#list(file, path);
    return this.#ask({ what: "list group", path }, options, list, async (library) =>
      (await library()).list(path, options),
    );
  }

  find(path: string, options: CallOptions = {}): Promise<Hdf5Object | undefined> {
    const find = (file: FileBytes) => this.#find(file, path);
    return this.#ask({ what: "open", path }, options, find, async (library) => (await library()).find(path, options));
  }

  attributes(path: string, options: Hdf5AttributesOptions = {}): Promise<ReadonlyMap<string, Hdf5Data>> {
    const attributes = (file: FileBytes) => this.#attributes(file, path, options.names);
    return this.#ask({ what: "read the attributes of", path }, options, attributes, async (library) =>
      (await library()).attributes(path, options),
    );
  }

  read(path: string, options: Hdf5ReadOptions = {}): Promise<Hdf5Data> {
    const read = (file: FileBytes) => this.#read(file, path, options);
    return this.#ask({ what: "read array", path }, options, read, async (library) =>
      (await library()).read(path, options),
    );
  }

  /** Waits for the calls that are under way. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#active);
    this.#objects.clear();
    this.#arrays.clear();
    this.#blocks.clear();
    await (await this.#library)?.close();
  }

  async #ask<Answer>(
    question: Asked,
    options: CallOptions,
    natively: (file: FileBytes) => Promise<Answer>,
    byLibrary: ByLibrary<Answer>,
  ): Promise<Answer> {
    options.signal?.throwIfAborted();
    if (this.#isClosed) throw new QueryError(`${this.url} has been closed`, { hint: "open it again" });
    const answer = this.#answer(question, this.#bytes(options), natively, byLibrary);
    this.#active.add(answer);
    try {
      return await answer;
    } finally {
      this.#active.delete(answer);
    }
  }

  #bytes({ signal }: CallOptions): FileBytes {
    return new FileBytes(this.#blocks, this.#root, signal, this.#recorder);
  }

  async #answer<Answer>(
    { what, path }: Asked,
    file: FileBytes,
    natively: (file: FileBytes) => Promise<Answer>,
    byLibrary: ByLibrary<Answer>,
  ): Promise<Answer> {
    let missing: string;
    try {
      return await natively(file);
    } catch (error) {
      if (error instanceof Failure) throw toDataError(error.toMessage(), this.url);
      if (error instanceof Damage) {
        const failure = new Failure("format", `cannot ${what} ${path} of ${this.url}: ${error.message}`, { at: path });
        throw toDataError(failure.toMessage(), this.url);
      }
      if (!(error instanceof NotCovered)) throw error;
      missing = error.message;
      this.leftToLibrary.set(missing, 1 + (this.leftToLibrary.get(missing) ?? 0));
    }
    const library = () => {
      this.#library ??= this.#openWithLibrary();
      return this.#library;
    };
    return await byLibrary(library, missing);
  }

  async #list(file: FileBytes, path: string): Promise<readonly Hdf5Link[]> {
    const { header } = await this.#require(file, path);
    if (kindOf(header) !== "group") throw this.#failure("format", path, "is no group");
    const links = (await this.#objects.list(file, header)).map(({ name, kind, target }): Hdf5Link => {
      return target === undefined ? { name, kind } : { name, kind, target };
    });
    return links.sort((a, b) => compareCodePoints(a.name, b.name));
  }

  async #find(file: FileBytes, path: string): Promise<Hdf5Object | undefined> {
    const place = await this.#resolve(file, path);
    if (place.kind === "missing") return undefined;
    const { header, path: target } = await this.#require(file, path);
    const kind = kindOf(header);
    if (kind === "group") return { kind, path: target };
    if (kind === "datatype") throw this.#failure("unsupported", path, "is a named datatype, which is not read");
    const { dataspace, metadata, layout, filters } = await this.#objects.array(file, header);
    return {
      kind,
      path: target,
      shape: dataspace.shape,
      type: toHdf5Type(metadata),
      chunks: layout.kind === "chunked" ? layout.chunk : null,
      filters: filters.map((filter) => filter.id),
    };
  }

  async #attributes(
    file: FileBytes,
    path: string,
    names: readonly string[] | undefined,
  ): Promise<ReadonlyMap<string, Hdf5Data>> {
    const { header, path: target } = await this.#require(file, path);
    const attributes = await readAttributes(file, header, names);
    const entries: [string, Hdf5Data][] = [];
    const heap = new GlobalHeap(file);
    for (const attribute of attributes.sort((a, b) => compareCodePoints(a.name, b.name))) {
      entries.push([attribute.name, await this.#attribute(file, attribute, { heap, at: target })]);
    }
    return new Map(entries);
  }

  async #attribute(
    file: FileBytes,
    attribute: StoredAttribute,
    { heap, at }: { readonly heap: GlobalHeap; readonly at: string },
  ): Promise<Hdf5Data> {
    const stored = attribute.type();
    const type = "committedAt" in stored ? await readCommittedType(file, stored.committedAt) : stored;
    const { shape } = attribute.dataspace();
    const metadata = toMetadata(type, shape);
    const count = shape === null ? 0 : elementsOf(shape);
    requireSound(count * type.size <= attribute.bytes.length, `attribute ${attribute.name} is too short`);
    const bytes = attribute.bytes.slice(0, count * type.size);
    const what = `attribute ${attribute.name} of ${at} of ${this.url}`;
    const values = await this.#decode(file, { bytes, count, type }, { heap, what, at });
    return { values, shape: shape === null ? null : [...shape, ...elementShape(metadata)], type: toHdf5Type(metadata) };
  }

  async #read(file: FileBytes, path: string, { slices }: Hdf5ReadOptions): Promise<Hdf5Data> {
    const { header, path: target } = await this.#require(file, path);
    if (kindOf(header) !== "array") throw this.#failure("format", path, "is no array");
    const array = await this.#objects.array(file, header);
    const type = toHdf5Type(array.metadata);
    const context = { heap: new GlobalHeap(file), what: `array ${target} of ${this.url}`, at: target };
    if (array.dataspace.shape === null) {
      const nothing = { bytes: new Uint8Array(0), count: 0, type: array.type };
      return { values: await this.#decode(file, nothing, context), shape: null, type };
    }
    const asked = { path: target, url: this.url, shape: array.shape };
    const box = boxOf(asked, slices);
    const count = elementsOf(box.count);
    if (count > 0) {
      requireKnownFilters(array.filters, target, this.url);
      requireWithinLimit(asked, bytesOf(array, count));
    }
    const bytes = await this.#arrays.readBox(file, array, box);
    const values = await this.#decode(file, { bytes, count, type: array.type }, context);
    return { values, shape: [...box.count, ...elementShape(array.metadata)], type };
  }

  async #decode(
    file: FileBytes,
    elements: { readonly bytes: Uint8Array; readonly count: number; readonly type: StoredType },
    context: { readonly heap: GlobalHeap; readonly what: string; readonly at: string },
  ): Promise<Hdf5Values> {
    const { bytes, count, type } = elements;
    const findPath = (address: number) => this.#paths.find(file, address);
    const pointers = await followPointers(file, type, elements, { heap: context.heap, findPath });
    return decodeStored(bytes, count, type, { ...context, pointers, widths: file.widths });
  }

  async #resolve(file: FileBytes, path: string) {
    const place = await this.#objects.resolve(file, path);
    if (place !== undefined) return place;
    throw new Failure("format", `soft links lead in a circle: ${path} in ${this.url}`, { at: path });
  }

  async #require(file: FileBytes, path: string): Promise<{ header: ObjectHeader; path: string }> {
    const place = await this.#resolve(file, path);
    if (place.kind === "object") return place;
    if (place.kind === "missing") {
      const where = place.path === path ? "" : ` (there is no ${place.path})`;
      throw this.#failure("not-found", path, `does not exist${where}`);
    }
    const hint = "external links are not followed: open that file itself";
    throw this.#failure("unsupported", path, `is a link into another file, ${place.target}`, hint);
  }

  async #arrayAt(file: FileBytes, path: string): Promise<StoredArray> {
    const { header } = await this.#require(file, path);
    if (kindOf(header) !== "array") throw this.#failure("format", path, "is no array");
    return await this.#objects.array(file, header);
  }

  /** The library's requests depend on one another: none is known before the one before has come. */
  #unplanned(path: string, why: string): UnsupportedError {
    return new UnsupportedError(
      `a read of ${path} of ${this.url} cannot be planned: ${why} is left to the HDF5 library, whose requests are not known beforehand`,
      { hint: "read it without a plan: blocks of 1 MiB are fetched as the library asks for them" },
    );
  }

  #failure(code: Failure["code"], path: string, problem: string, hint?: string): Failure {
    return new Failure(code, `${path} of ${this.url} ${problem}`, { at: path, hint });
  }
}

/** Answers a call with the library, which is opened when it is asked for; `why` is what is not covered. */
type ByLibrary<Answer> = (library: () => Promise<Hdf5File>, why: string) => Promise<Answer>;

/** What was found when everything about an object but its values was read. */
export interface TouchedObject {
  readonly kind: "group" | "array" | "datatype";
  readonly links: readonly StoredLink[];
}

/** What a call is about, for messages. */
interface Asked {
  readonly what: string;
  readonly path: string;
}

/** Bytes of the values in memory: half floats become single ones. */
function bytesOf({ metadata }: StoredArray, count: number): number {
  return count * (metadata.type === TYPE_CLASS.float && metadata.size === 2 ? 4 : metadata.size);
}
