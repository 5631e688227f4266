/**
 * Where bytes come from: byte stores over memory, HTTP and S3, and layers over them, without anything that needs Node.
 * The stores of a local file system are in `@crossprobe/storage/node`.
 */

import type { StoreResolver } from "@crossprobe/core";
import { portableFactories, resolverOf, type StoresOptions } from "./stores.js";

export { type HttpOptions, HttpStore } from "./http.js";
export { JsonHttp, type JsonHttpOptions } from "./http-json.js";
export { type CachedOptions, cached, MemoryBudget } from "./layers/cached.js";
export { type CoalescedOptions, coalesced } from "./layers/coalesced.js";
export { type LimitedOptions, limited, Slots } from "./layers/limited.js";
export { type RetriedOptions, retried } from "./layers/retried.js";
export { type MemoryEntries, MemoryStore } from "./memory.js";
export { S3Connection, type S3Credentials, type S3Options, S3Store } from "./s3.js";
export type { StoresOptions } from "./stores.js";

/** Opens `memory:`, `http:`, `https:` and `s3:` URLs. Stores over a network ask again after failures that may pass, and join reads. */
export function createStores(options: StoresOptions = {}): StoreResolver {
  // In a page, a conditional request costs a preflight that many servers refuse: there, answers are compared instead.
  return resolverOf(portableFactories({ ...options, http: { conditional: false, ...options.http } }));
}
