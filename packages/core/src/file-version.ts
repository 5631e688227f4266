import type { ByteStore } from "./byte-store.js";
import type { CallOptions } from "./call-options.js";

/** Size of a file, and what tells this version of it from another. */
export interface FileVersion {
  readonly size: number;
  /** The store's validator, else when the file was changed; null where the store tells neither. */
  readonly validator: string | null;
}

/** Whether a store tells versions of a file apart at all. */
export function tellsVersions(store: ByteStore): boolean {
  return store.stat !== undefined || store.modified !== undefined;
}

/** By one request of a remote store. Absent: `undefined` when the store has no such key. */
export async function versionOf(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<FileVersion | undefined> {
  const state = await store.stat?.(key, options);
  const size = state?.size ?? (store.stat === undefined ? await store.size(key, options) : undefined);
  if (size === undefined) return undefined;
  const validator = state?.validator ?? (await store.modified?.(key, options)) ?? null;
  return { size, validator };
}
