import { type ByteStore, type CallOptions, FormatError, UnsupportedError, versionOf } from "@crossprobe/core";
import { encodeIndex } from "./index-file.js";
import { joinPath } from "./names.js";
import { ExtentRecorder } from "./native/extents.js";
import type { NativeFile, TouchedObject } from "./native/native-file.js";
import { openNative } from "./open-hdf5.js";

export interface IndexHdf5Options extends CallOptions {
  /** Bytes of metadata after which no further object is looked at (64 MiB if not given); objects near the root come first. */
  readonly maxBytes?: number | undefined;
  /** Called after each object. */
  readonly onProgress?: ((objectCount: number) => void) | undefined;
}

/** An index, and what is in it. */
export interface Hdf5Index {
  /** To be written beside the file as `<name>.cpindex`, or given to `openHdf5`. */
  readonly bytes: Uint8Array;
  /** Objects whose metadata are in it. */
  readonly objectCount: number;
  /** Objects known by name that are not: beyond the budget, or of a structure that only the HDF5 library reads. */
  readonly leftOut: { readonly beyondBudget: number; readonly notCovered: number };
  /** Bytes of the file that it holds. */
  readonly metadataBytes: number;
  /** What it is bound to: the file's size, and what the store tells one version from another by. */
  readonly size: number;
  readonly validator: string;
}

const DEFAULT_MAX_BYTES = 64 << 20;

/**
 * Makes an index of an HDF5 file: the bytes that say where everything is, gathered from all over it. With it a file is opened, listed and
 * searched without a request, and the chunks of its arrays are found without one.
 *
 * Objects are looked at level by level from the root, so that a budget leaves out the deepest.
 *
 * Absent: `undefined` when the store has no such key.
 *
 * @throws {@link UnsupportedError} for a file that only the HDF5 library opens, and of a store that does not tell versions apart
 * @throws {@link FormatError} when the file does not decode, or changed meanwhile
 */
export async function indexHdf5(
  store: ByteStore,
  key: string,
  options: IndexHdf5Options = {},
): Promise<Hdf5Index | undefined> {
  const { signal, maxBytes = DEFAULT_MAX_BYTES } = options;
  const version = await versionOf(store, key, { signal });
  if (version === undefined) return undefined;
  const { validator } = version;
  if (validator === null) throw unversioned(store.url + key);
  const recorder = new ExtentRecorder();
  const opened = await openNative(store, key, { signal, recorder });
  if (opened === undefined) return undefined;
  const { file, size } = opened;
  if (file === undefined) {
    throw new UnsupportedError(`${store.url}${key} cannot be indexed: only the HDF5 library opens it`, {
      hint: "open it without an index; blocks of 1 MiB are fetched as they are needed",
    });
  }
  try {
    const walked = await walk(file, recorder, maxBytes, options);
    const after = await versionOf(store, key, { signal });
    if (after?.validator !== validator || after.size !== size) throw changed(store.url + key);
    const extents = recorder.extents();
    const bytes = await encodeIndex({ size, validator, extents });
    return { bytes, ...walked, metadataBytes: extents.bytes.length, size, validator };
  } finally {
    await file.close();
  }
}

async function walk(file: NativeFile, recorder: ExtentRecorder, maxBytes: number, options: IndexHdf5Options) {
  const seen = new Set<number>();
  let level = ["/"];
  let [objectCount, notCovered, beyondBudget] = [0, 0, 0];
  while (level.length > 0) {
    const below: string[] = [];
    for (const path of level) {
      if (recorder.bytes >= maxBytes) {
        beyondBudget += 1;
        continue;
      }
      const found = await file.touch(path, { signal: options.signal });
      if (found === undefined) {
        notCovered += 1;
        continue;
      }
      objectCount += 1;
      options.onProgress?.(objectCount);
      below.push(...membersOf(path, found, seen));
    }
    level = below;
  }
  return { objectCount, leftOut: { beyondBudget, notCovered } };
}

/** Members behind hard links, each object once. */
function membersOf(path: string, { links }: TouchedObject, seen: Set<number>): string[] {
  const members: string[] = [];
  for (const { name, kind, address } of links) {
    if (kind !== "hard" || address === undefined || seen.has(address)) continue;
    seen.add(address);
    members.push(joinPath(path, name));
  }
  return members;
}

/** Such an index would be used for a file that was changed. */
function unversioned(url: string): UnsupportedError {
  return new UnsupportedError(`${url} cannot be indexed: nothing tells this version of it from another`, {
    hint: "the server states no strong ETag; copy the file and index it there",
  });
}

function changed(url: string): FormatError {
  return new FormatError(`${url} changed while it was indexed`, {
    format: "hdf5",
    url,
    hint: "index it once it is written",
  });
}
