import type { ByteStore } from "./byte-store.js";
import type { CallOptions } from "./call-options.js";
import { tellsVersions, versionOf } from "./file-version.js";

/**
 * A file that something is read from, as one line: where it is, its size, and what tells its versions apart; or that it is not there.
 *
 * By one request of a remote store, or two calls of a local one; nothing is read. Absent: null where the store tells no versions, or none of this file:
 * size alone would miss a file that was written again.
 */
export async function describeVersion(
  store: ByteStore,
  key: string,
  options: CallOptions = {},
): Promise<string | null> {
  options.signal?.throwIfAborted();
  if (!tellsVersions(store)) return null;
  const version = await versionOf(store, key, options);
  if (version === undefined) return `${store.url}${key} absent`;
  const { size, validator } = version;
  return validator === null ? null : `${store.url}${key} ${size} ${validator}`;
}

/**
 * Digest of what tables were made of: 64 hexadecimal digits that are the same exactly where the facts and files are.
 *
 * @param facts what the reading depends on beside files, such as versions and options: plain data, written as JSON
 * @param files of {@link describeVersion}; in any order, and as often as one likes
 * @returns null where one of the files is not known to be the same
 */
export async function fingerprintOf(facts: unknown, files: readonly (string | null)[]): Promise<string | null> {
  if (files.includes(null)) return null;
  const text = JSON.stringify([facts, [...new Set(files)].sort()]);
  const digest = await globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
