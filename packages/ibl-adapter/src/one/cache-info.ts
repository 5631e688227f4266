import { type ByteStore, type CallOptions, NotFoundError, SchemaError } from "@crossprobe/core";
import { parseJson } from "@crossprobe/formats/json";
import { z } from "zod";
import type { OneIndex } from "./one-index.js";

const tableSchema = z
  .object({ nrecs: z.int().min(0).nullish(), size: z.int().min(0).nullish() })
  .transform(({ nrecs, size }) => ({ rowCount: nrecs ?? null, size: size ?? null }));

/** What the service says of the index tables that it offers. Source: `GET /cache/info`, and `cache_info.json` beside the tables. */
export const cacheInfoSchema = z
  .object({
    date_created: z.string().regex(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/, "expected yyyy-mm-dd hh:mm"),
    origin: z.string().nullish(),
    min_api_version: z.string().nullish(),
    database_tags: z.union([z.array(z.string()), z.string().transform((tag) => [tag])]).nullish(),
    tables: z.record(z.string(), tableSchema).nullish(),
    location: z.union([z.string(), z.array(z.string())]).nullish(),
  })
  .transform((info) => ({
    /** As stated, such as `2026-01-15 12:00`. */
    dateCreated: info.date_created,
    /** Who made the tables; null where nothing says. */
    origin: info.origin ?? null,
    /** Oldest ONE-api that reads the tables; null where nothing says. */
    minApiVersion: info.min_api_version ?? null,
    databaseTags: info.database_tags ?? [],
    /** By table: rows, and size in bytes. */
    tables: info.tables ?? {},
    /** Addresses of `cache.zip`; none where it lies beside the service. */
    locations: [info.location ?? []].flat(),
  }));
export type CacheInfo = z.output<typeof cacheInfoSchema>;

/**
 * What `cache_info.json` of a cache folder, or of a `cache.zip` opened by `openZip`, says of the index tables.
 *
 * @throws {@link NotFoundError} when there is none
 * @throws {@link SchemaError} when it is of another shape
 */
export async function readCacheInfo(store: ByteStore, options: CallOptions = {}): Promise<CacheInfo> {
  const url = `${store.url}cache_info.json`;
  const bytes = await store.read("cache_info.json", options);
  if (bytes === undefined) {
    throw new NotFoundError(`there is no ${url}`, { hint: "the tables state themselves when they were made: origins" });
  }
  const found = cacheInfoSchema.safeParse(parseJson(new TextDecoder().decode(bytes), url));
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw new SchemaError(`${url}: ${issue?.path.join(".")}: ${issue?.message}`, {
    url,
    cause: found.error,
    hint: "download the index tables again",
  });
}

const MINUTE_MS = 60_000;

/**
 * Whether the tables that the service offers are newer than those of a folder, by a minute or more, or are of other tags.
 *
 * Source: ONE-api 3.6 `one/api.py`, `OneAlyx.load_cache`. Times of day without a zone are the service's, on both sides.
 */
export function isNewerThan(info: CacheInfo, index: Pick<OneIndex, "origins">): boolean {
  const origins = [...index.origins.values()];
  if (origins.length === 0) return true;
  const tags = (list: readonly string[]): string => [...list].sort().join();
  if (origins.some(({ databaseTags }) => tags(databaseTags) !== tags(info.databaseTags))) return true;
  const times = origins.map(({ dateCreated }) => timeOf(dateCreated));
  return timeOf(info.dateCreated) - Math.min(...times) >= MINUTE_MS;
}

/** Milliseconds of a stated time, read as if in UTC: only differences are used. */
function timeOf(stated: string): number {
  return Date.parse(`${stated.replace(" ", "T").replace(/(?:Z|[+-]\d\d:?\d\d)$/, "")}Z`);
}
