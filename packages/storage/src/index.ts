/**
 * Where bytes come from: byte stores over memory and HTTP, without anything that needs Node.
 * The stores of a local file system are in `@crossprobe/storage/node`.
 */

import type { StoreResolver } from "@crossprobe/core";
import { portableFactories, resolverOf, type StoresOptions } from "./stores.js";

export { type HttpOptions, HttpStore } from "./http.js";
export { JsonHttp, type JsonHttpOptions } from "./http-json.js";
export { type MemoryEntries, MemoryStore } from "./memory.js";
export type { StoresOptions } from "./stores.js";

/** Opens `memory:`, `http:` and `https:` URLs. */
export function createStores(options: StoresOptions = {}): StoreResolver {
  // In a page, a conditional request costs a preflight that many servers refuse: there, answers are compared instead.
  return resolverOf(portableFactories({ ...options, http: { conditional: false, ...options.http } }));
}
