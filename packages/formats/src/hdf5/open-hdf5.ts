import {
  type ByteStore,
  type CallOptions,
  type FileVersion,
  FormatError,
  isDataError,
  type Notice,
  StoreError,
  tellsVersions,
  versionOf,
} from "@crossprobe/core";
import type { H5wasmFile } from "./h5wasm-file.js";
import type { Hdf5File } from "./hdf5-file.js";
import { decodeIndex, type FileIndex, INDEX_SUFFIX, toKnownBytes } from "./index-file.js";
import { Damage } from "./native/damage.js";
import type { ExtentRecorder, Extents } from "./native/extents.js";
import { NativeFile } from "./native/native-file.js";
import { NotCovered } from "./native/not-covered.js";
import { type Root, readRoot } from "./native/root.js";
import { BLOCK_BYTES } from "./protocol.js";
import { describeBytes } from "./sniff.js";
import { findSuperblock, type Superblock } from "./superblock.js";

export interface OpenHdf5Options extends CallOptions {
  /** Budget of the decoded chunks in bytes; 48 MiB if not given. Raw blocks take up to 8 MiB beside it, 32 MiB of a remote file. */
  readonly cacheBytes?: number | undefined;
  /**
   * An index that `indexHdf5` or `crossprobe index` made of this file; without one `<key>.cpindex` is looked for where the store can tell
   * versions of a file apart, and null keeps from that. An index of another version of the file is not used.
   */
  readonly index?: Uint8Array | null | undefined;
  /** Told when an index is not used, and why. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}

/** Holds two rows of chunks of an LFP file of the size of Allen's (95 × 189 kB each), so that a window may lie across them. */
const DEFAULT_CACHE_BYTES = 48 << 20;

/**
 * Opens an HDF5 file of a store, read-only.
 *
 * Reads the first block (1 MiB at most) and what HDF5 needs to find the root group; with an index nothing but the size. Close the file when
 * done: it holds memory in a worker thread. An open file at rest does not keep the process alive.
 *
 * Absent: `undefined` when the store has no such key.
 *
 * @throws {@link FormatError} when the bytes are not HDF5 (the message says what they look like), or end too early; when the index that was
 * given is damaged
 * @throws {@link StoreError} when the bytes do not arrive
 * @example
 * const file = await openHdf5(new LocalStore("/data/session_715093703"), "session_715093703.nwb");
 * const times = await file?.read("/units/spike_times", { slices: [[0, 1000]] });
 * await file?.close();
 */
export async function openHdf5(
  store: ByteStore,
  key: string,
  options: OpenHdf5Options = {},
): Promise<Hdf5File | undefined> {
  const opened = await openNative(store, key, options);
  if (opened === undefined) return undefined;
  return opened.file ?? (await openWithLibrary(opened, { signal: options.signal }));
}

/** Options of {@link openNative} that are not for users. */
interface OpenNativeOptions extends OpenHdf5Options {
  /** Keeps the metadata that are read; no index is used then. */
  readonly recorder?: ExtentRecorder | undefined;
}

/** The file as our own reader opens it; `file` is `undefined` for one that is left to the HDF5 library as a whole. */
export async function openNative(
  store: ByteStore,
  key: string,
  options: OpenNativeOptions = {},
): Promise<(FileOptions & { readonly file: NativeFile | undefined }) | undefined> {
  const { signal, cacheBytes = DEFAULT_CACHE_BYTES, recorder } = options;
  const url = store.url + key;
  const [version, found] = await Promise.all([
    versionOf(store, key, { signal }),
    recorder === undefined ? findIndex(store, key, options) : undefined,
  ]);
  if (version === undefined) return undefined;
  const { size } = version;
  const { known, head } = await headOf(store, key, { ...options, version, index: found });
  const superblock = requireWhole(head, size, url);
  const file = { store, key, url, size, head, cacheBytes };
  const root = rootOf(head, superblock, url);
  if (root === undefined) return { ...file, file: undefined };
  recorder?.note(0, head.subarray(0, Math.min(head.length, superblock.offset + SUPERBLOCK_BYTES)));
  const later = { ...file, head: new Uint8Array(0) };
  const isRemote = REMOTE.test(store.url);
  const native = new NativeFile({
    ...{ ...file, root, isRemote, known, recorder },
    openWithLibrary: () => withLibrary(later),
  });
  await native.open({ signal });
  return { ...file, file: native };
}

/** Stores whose requests take long. */
const REMOTE = /^(https?|s3):/i;

/** More than any superblock has. */
const SUPERBLOCK_BYTES = 256;

interface FoundIndex {
  readonly index: FileIndex;
  readonly name: string;
}

/** The index that was given, or that lies beside the file. One that was found and is damaged is left alone. */
async function findIndex(store: ByteStore, key: string, options: OpenHdf5Options): Promise<FoundIndex | undefined> {
  const { index, signal } = options;
  if (index === null) return undefined;
  const name = store.url + key + INDEX_SUFFIX;
  if (index !== undefined) {
    const given = `the index given for ${store.url}${key}`;
    return { index: await decodeIndex(index, given), name: given };
  }
  if (!tellsVersions(store)) return undefined;
  try {
    const bytes = await store.read(key + INDEX_SUFFIX, { signal });
    return bytes === undefined ? undefined : { index: await decodeIndex(bytes, name), name };
  } catch (error) {
    signal?.throwIfAborted();
    // Archives that cannot be listed refuse what they do not have.
    if (isDataError(error, "store")) return undefined;
    if (!isDataError(error, "format")) throw error;
    options.onNotice?.(unused(name, `it is damaged: ${error.message}`));
    return undefined;
  }
}

interface HeadOptions extends Omit<OpenHdf5Options, "index"> {
  readonly version: FileVersion;
  readonly index: FoundIndex | undefined;
}

/** The first bytes of the file, from an index that is of this file or else from the store. */
async function headOf(
  store: ByteStore,
  key: string,
  { version, index, signal, onNotice }: HeadOptions,
): Promise<{ head: Uint8Array; known?: Extents }> {
  const { size, validator } = version;
  if (index === undefined) return { head: await readHead(store, key, size, signal) };
  const { size: indexed, validator: expected } = index.index;
  const known = toKnownBytes(index.index);
  const head = known.get(0, index.index.extents.spans[0]?.length ?? 0);
  if (head !== undefined && indexed === size && validator !== null && expected === validator) return { head, known };
  const differs =
    indexed !== size
      ? `it is of a file of ${indexed} bytes, this one has ${size}`
      : `it is of another version or copy (${expected} against ${validator ?? "nothing"} to tell it by)`;
  onNotice?.(unused(index.name, differs));
  return { head: await readHead(store, key, size, signal) };
}

async function readHead(store: ByteStore, key: string, size: number, signal?: AbortSignal): Promise<Uint8Array> {
  const url = store.url + key;
  const length = Math.min(size, BLOCK_BYTES);
  const head = await store.read(key, { range: { offset: 0, length }, signal });
  if (head === undefined) throw new StoreError(`${url} has a size but cannot be read`, { url });
  if (head.length !== length)
    throw new StoreError(`${url} gave ${head.length} of ${length} bytes`, { url, retryable: true });
  return head;
}

function unused(name: string, why: string): Notice {
  const message = `${name} is not used: ${why}; metadata are read from the file (crossprobe index makes it anew)`;
  return { code: "index-unused", message, count: 1, where: name };
}

type FileOptions = ConstructorParameters<typeof H5wasmFile>[0];

/** The HDF5 library is loaded when it is needed. It opens the file at the first question. */
async function withLibrary(file: FileOptions): Promise<H5wasmFile> {
  const { H5wasmFile } = await import("./h5wasm-file.js");
  return new H5wasmFile(file);
}

async function openWithLibrary(options: FileOptions, call: CallOptions): Promise<Hdf5File> {
  const file = await withLibrary(options);
  await file.open(call);
  return file;
}

/** `undefined` for a file that is left to the HDF5 library as a whole. */
function rootOf(head: Uint8Array, { offset }: Superblock, url: string): Root | undefined {
  try {
    return readRoot(head, offset);
  } catch (error) {
    if (error instanceof NotCovered) return undefined;
    if (!(error instanceof Damage)) throw error;
    throw new FormatError(`cannot open ${url} as HDF5: ${error.message}`, { format: "hdf5", url, at: offset });
  }
}

/** Checks what can be known before HDF5 is asked, because its own words for it are hard to read. */
function requireWhole(head: Uint8Array, size: number, url: string): Superblock {
  const superblock = findSuperblock(head);
  if (superblock === undefined) {
    const hint = "open a .h5 or .nwb file, or fetch it again if it should be one";
    throw new FormatError(`${url} is not an HDF5 file: it looks like ${describeBytes(head)}`, {
      format: "hdf5",
      url,
      at: 0,
      hint,
    });
  }
  const { endOfFile } = superblock;
  if (endOfFile === undefined || endOfFile <= size) return superblock;
  const message = `${url} is truncated: ${size} of ${endOfFile} bytes`;
  throw new FormatError(message, { format: "hdf5", url, at: size, hint: "fetch the file again" });
}
