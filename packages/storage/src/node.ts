/** Where bytes come from in Node: everything of `@crossprobe/storage`, and the local file system. */

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { pathToFileURL } from "node:url";
import type { StoreResolver } from "@crossprobe/core";
import { BlockFolder } from "./layers/block-folder.js";
import { diskCached } from "./layers/disk-cached.js";
import { LocalStore } from "./local.js";
import { withS3Environment } from "./s3-environment.js";
import { portableFactories, resolverOf, type StoresOptions } from "./stores.js";

export { DirectoryCache } from "./directory-cache.js";
export { createDownloader, type DownloaderOptions } from "./download/create-downloader.js";
export type { LockTimes } from "./download/file-lock.js";
export type { RetryOptions } from "./download/retry-wait.js";
export { type HttpOptions, HttpStore } from "./http.js";
export type { Authorize } from "./http-body.js";
export { JsonHttp, type JsonHttpOptions } from "./http-json.js";
export { type BlockCounts, BlockFolder, type BlockFolderOptions } from "./layers/block-folder.js";
export { type CachedOptions, cached, MemoryBudget } from "./layers/cached.js";
export { type CoalescedOptions, coalesced } from "./layers/coalesced.js";
export { type DiskCachedOptions, diskCached } from "./layers/disk-cached.js";
export { type LimitedOptions, limited, Slots } from "./layers/limited.js";
export { type RetriedOptions, retried } from "./layers/retried.js";
export { LocalStore } from "./local.js";
export { type MemoryEntries, MemoryStore } from "./memory.js";
export { S3Connection, type S3Credentials, type S3Options, S3Store } from "./s3.js";
export { s3FromEnvironment } from "./s3-environment.js";
export type { MinimumRate } from "./stall-watch.js";
export type { StoresOptions } from "./stores.js";

export interface NodeStoresOptions extends StoresOptions {
  /** A folder that keeps what came over a network between runs; none if not said. */
  readonly cacheDir?: string | undefined;
  /** What that folder may take, bytes (default 10 GiB). */
  readonly cacheBytes?: number | undefined;
}

/**
 * Opens `memory:`, `http:`, `https:`, `s3:` and `file:` URLs. Connections are kept alive and shared by all stores of one resolver. What
 * `s3` does not say comes from the environment ({@link s3FromEnvironment}).
 */
export function createStores(options: NodeStoresOptions = {}): StoreResolver {
  const agents = { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) };
  const { cacheDir, cacheBytes } = options;
  const folder = cacheDir === undefined ? undefined : new BlockFolder(cacheDir, { budgetBytes: cacheBytes });
  const factories = portableFactories(
    { ...options, http: { ...agents, ...options.http }, s3: withS3Environment(options.s3, process.env) },
    (store) => (folder === undefined ? store : diskCached(store, { folder })),
  );
  factories.set("file:", (url) => new LocalStore(url));
  return resolverOf(factories);
}

/** The `file:` URL of a local path, relative to the working directory. A `/` at the end is kept. */
export function toFileUrl(path: string): string {
  return pathToFileURL(path).href;
}
