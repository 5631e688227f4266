import type { CallOptions, NumericArray } from "@crossprobe/core";

/** Element type of an HDF5 array or attribute, as the file declares it. */
export interface Hdf5Type {
  readonly kind:
    | "int"
    | "uint"
    | "float"
    | "bool"
    | "enum"
    | "string"
    | "reference"
    | "regionReference"
    | "compound"
    | "vlen"
    | "array"
    | "opaque";
  /** Bytes of one element; 0 for variable-length text. */
  readonly size: number;
  readonly littleEndian: boolean;
  /** Names of an enumeration by value (also of `bool`, which h5py stores as an enumeration on int8). */
  readonly members?: ReadonlyMap<string, number>;
  /** Fields of a compound, in order. */
  readonly fields?: readonly { readonly name: string; readonly offset: number; readonly type: Hdf5Type }[];
}

/** A pointer to another object of the same file: its absolute path; null for a null or dangling reference. */
export interface Hdf5Reference {
  readonly path: string | null;
}

/** Values of one compound field by name, each as {@link Hdf5Values} of all elements. */
export interface Hdf5Compound {
  readonly fields: ReadonlyMap<string, Hdf5Values>;
}

/**
 * Values in C order. Integers of 64 bits become `Float64Array` after a check that each is exact (else {@link FormatError});
 * float16 widens to `Float32Array`; `bool` is a `Uint8Array` of 0 and 1; an enumeration gives its integers; text is decoded
 * as UTF-8 with padding removed; a variable-length numeric element is an array of its own, one of anything else the bytes of its
 * elements. An array type adds its lengths to the shape.
 */
export type Hdf5Values =
  | NumericArray
  | readonly string[]
  | readonly Hdf5Reference[]
  | readonly NumericArray[]
  | Hdf5Compound;

export interface Hdf5Data {
  readonly values: Hdf5Values;
  /** `[]` for a scalar; null for a null dataspace (then `values` is empty). */
  readonly shape: readonly number[] | null;
  readonly type: Hdf5Type;
}

export interface Hdf5ArrayInfo {
  readonly kind: "array";
  /** Absolute path after links have been followed. */
  readonly path: string;
  readonly shape: readonly number[] | null;
  readonly type: Hdf5Type;
  /** Chunk shape; null for contiguous or compact storage. */
  readonly chunks: readonly number[] | null;
  /** HDF5 filter numbers in order, such as `[2, 1]` for shuffle and deflate. */
  readonly filters: readonly number[];
}

export interface Hdf5GroupInfo {
  readonly kind: "group";
  readonly path: string;
}

export type Hdf5Object = Hdf5GroupInfo | Hdf5ArrayInfo;

export interface Hdf5Link {
  readonly name: string;
  /** `hard` links own an object; a `soft` or `external` one may dangle. */
  readonly kind: "hard" | "soft" | "external";
  /** Target of a soft link (path) or external link (`file:path`). */
  readonly target?: string;
}

/** `[start, stop)` on one axis. */
export type Hdf5Slice = readonly [start: number, stop: number];

export interface Hdf5ReadOptions extends CallOptions {
  /** One half-open range per axis, inside the array's shape; the whole array if not given. */
  readonly slices?: readonly Hdf5Slice[] | undefined;
}

export interface Hdf5AttributesOptions extends CallOptions {
  /** Only these are read, those of them that there are; all if not given. */
  readonly names?: readonly string[] | undefined;
}

/** What a read takes from the store, told before it is done. */
export interface Hdf5TransferPlan {
  /** Range requests that the read will make. */
  readonly requests: number;
  /** Bytes that they fetch. */
  readonly bytes: number;
  /** Of these, the stored bytes of what is wanted; the rest lies beside it. */
  readonly neededBytes: number;
  /** What making the plan took: where the values are is looked up in the file, and is known to the read then. */
  readonly spent: { readonly requests: number; readonly bytes: number };
}

/** A part of an array. */
export interface Hdf5Part {
  readonly path: string;
  /** As in {@link Hdf5ReadOptions}. */
  readonly slices?: readonly Hdf5Slice[] | undefined;
}

/** What a series of calls is going to need. */
export interface Hdf5Ahead {
  readonly parts?: readonly Hdf5Part[] | undefined;
  /** Paths of objects that were written one after the other: what lies between them is wanted too, unless they lie far apart. */
  readonly objects?: readonly string[] | undefined;
}

/** A file over ranges of which it is known beforehand what they will be. */
export interface Hdf5Ranges {
  /** Whether a request takes long, so that it is worth while to fetch ahead: the file lies behind http, https or s3. */
  readonly isRemote: boolean;
  /**
   * What {@link Hdf5File.read} would fetch now. It looks up where the values are, and reads none.
   *
   * @throws {@link UnsupportedError} for an array that the HDF5 library reads, which does not say beforehand what it needs
   */
  plan(part: Hdf5Part, options?: CallOptions): Promise<Hdf5TransferPlan>;
  /** What {@link fetchAhead} would fetch for one after the other. @throws as {@link plan} */
  planAhead(batches: readonly Hdf5Ahead[], options?: CallOptions): Promise<Hdf5TransferPlan>;
  /**
   * Fetches what calls are going to need in as few requests as there can be, side by side, and keeps it (up to 32 MiB of a remote file). What
   * cannot be told beforehand is left to those calls.
   */
  fetchAhead(wanted: Hdf5Ahead, options?: CallOptions): Promise<void>;
}

/**
 * A read-only HDF5 file. It is never in memory as a whole: reads fetch the bytes that they need through the byte store.
 *
 * Paths are absolute, `/` separates. Soft links are followed; an external link is {@link UnsupportedError}.
 * Every method rejects with {@link FormatError} naming url and path when the file does not decode, with the store's own
 * {@link StoreError} when bytes do not arrive, and with the signal's reason when aborted. Only `find` answers `undefined`: the others
 * reject with {@link NotFoundError} where nothing is. After `close()` every call rejects with {@link QueryError}.
 */
export interface Hdf5File {
  readonly url: string;
  /** Costs known beforehand; absent where the HDF5 library reads the whole file, and of files that are not read by ranges. */
  readonly ranges?: Hdf5Ranges | undefined;
  /** Members of a group in name order. @throws {@link FormatError} when the path is no group */
  list(path: string, options?: CallOptions): Promise<readonly Hdf5Link[]>;
  /** What is at a path; `undefined` if nothing is there or a soft link dangles. */
  find(path: string, options?: CallOptions): Promise<Hdf5Object | undefined>;
  /** The attributes of an object by name: every one, or those that are asked for. */
  attributes(path: string, options?: Hdf5AttributesOptions): Promise<ReadonlyMap<string, Hdf5Data>>;
  /**
   * Values of an array, or of a part of it. One read is limited to 128 MiB of values ({@link QueryError}): read larger ones in parts.
   * Decoded chunks are kept in a cache under the file's byte budget.
   */
  read(path: string, options?: Hdf5ReadOptions): Promise<Hdf5Data>;
  close(): Promise<void>;
}
