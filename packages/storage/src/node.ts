/** Where bytes come from in Node: everything of `@crossprobe/storage`, and the local file system. */

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { pathToFileURL } from "node:url";
import type { StoreResolver } from "@crossprobe/core";
import { LocalStore } from "./local.js";
import { portableFactories, resolverOf, type StoresOptions } from "./stores.js";

export { DirectoryCache } from "./directory-cache.js";
export { createDownloader, type DownloaderOptions } from "./download/create-downloader.js";
export type { LockTimes } from "./download/file-lock.js";
export type { RetryOptions } from "./download/retry-wait.js";
export { type HttpOptions, HttpStore } from "./http.js";
export type { Authorize } from "./http-body.js";
export { JsonHttp, type JsonHttpOptions } from "./http-json.js";
export { LocalStore } from "./local.js";
export { type MemoryEntries, MemoryStore } from "./memory.js";
export type { StoresOptions } from "./stores.js";

/** Opens `memory:`, `http:`, `https:` and `file:` URLs. Connections are kept alive and shared by all stores of one resolver. */
export function createStores(options: StoresOptions = {}): StoreResolver {
  const agents = { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) };
  const factories = portableFactories({ ...options, http: { ...agents, ...options.http } });
  factories.set("file:", (url) => new LocalStore(url));
  return resolverOf(factories);
}

/** The `file:` URL of a local path, relative to the working directory. A `/` at the end is kept. */
export function toFileUrl(path: string): string {
  return pathToFileURL(path).href;
}
