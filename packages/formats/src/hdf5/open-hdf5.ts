import { type ByteStore, type CallOptions, FormatError, StoreError } from "@crossprobe/core";
import type { H5wasmFile } from "./h5wasm-file.js";
import type { Hdf5File } from "./hdf5-file.js";
import { Damage } from "./native/damage.js";
import { NativeFile } from "./native/native-file.js";
import { NotCovered } from "./native/not-covered.js";
import { type Root, readRoot } from "./native/root.js";
import { BLOCK_BYTES } from "./protocol.js";
import { describeBytes } from "./sniff.js";
import { findSuperblock, type Superblock } from "./superblock.js";

export interface OpenHdf5Options extends CallOptions {
  /** Budget of the decoded chunks in bytes; 48 MiB if not given. Raw blocks take up to 8 MiB beside it. */
  readonly cacheBytes?: number | undefined;
}

/** Holds two rows of chunks of an LFP file of the size of Allen's (95 × 189 kB each), so that a window may lie across them. */
const DEFAULT_CACHE_BYTES = 48 << 20;

/**
 * Opens an HDF5 file of a store, read-only.
 *
 * Reads the first block (1 MiB at most) and what HDF5 needs to find the root group. Close the file when done: it holds memory
 * in a worker thread. An open file at rest does not keep the process alive.
 *
 * Absent: `undefined` when the store has no such key.
 *
 * @throws {@link FormatError} when the bytes are not HDF5 (the message says what they look like), or end too early
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
  const { signal, cacheBytes = DEFAULT_CACHE_BYTES } = options;
  const url = store.url + key;
  const size = await store.size(key, { signal });
  if (size === undefined) return undefined;
  const length = Math.min(size, BLOCK_BYTES);
  const head = await store.read(key, { range: { offset: 0, length }, signal });
  if (head === undefined) throw new StoreError(`${url} has a size but cannot be read`, { url });
  if (head.length !== length)
    throw new StoreError(`${url} gave ${head.length} of ${length} bytes`, { url, retryable: true });
  const superblock = requireWhole(head, size, url);
  const file = { store, key, url, size, head, cacheBytes };
  const root = rootOf(head, superblock, url);
  if (root === undefined) return await openWithLibrary(file, { signal });
  const later = { ...file, head: new Uint8Array(0) };
  const native = new NativeFile({ ...file, root, openWithLibrary: () => withLibrary(later) });
  await native.open({ signal });
  return native;
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
