/** Where files of Visual Coding – Neuropixels can be fetched from: the warehouse, the public bucket, the DANDI archive. */

export { BUCKET_PREFIX, BUCKET_URL, type BucketOptions, bucketRemote } from "./bucket-remote.js";
export { DANDI_URL, DANDISETS, type DandiOptions, dandiRemote } from "./dandi-remote.js";
export type { AllenRemote, FoundFile, FoundTemplate, ReleaseSource, SessionCacheFile } from "./release-source.js";
export { warehouseRemote } from "./warehouse-remote.js";
export type { WebServiceOptions } from "./web-service.js";
