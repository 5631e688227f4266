import { type ByteStore, ConfigError, type StoreResolver } from "@crossprobe/core";
import { type HttpOptions, HttpStore } from "./http.js";
import { shownUrl } from "./keys.js";
import { cached, MemoryBudget } from "./layers/cached.js";
import { type CoalescedOptions, coalesced } from "./layers/coalesced.js";
import { limited, Slots } from "./layers/limited.js";
import { type RetriedOptions, retried } from "./layers/retried.js";
import { type MemoryEntries, MemoryStore } from "./memory.js";
import { S3Connection, type S3Options, S3Store } from "./s3.js";

/** Makes the store behind a URL of one scheme. */
export type StoreFactory = (url: string) => ByteStore;

export interface StoresOptions {
  /** What `memory:` URLs lead to: a URL such as `memory://demo/`, and the entries below it. */
  readonly memory?: Readonly<Record<string, MemoryEntries>> | undefined;
  readonly http?: HttpOptions | undefined;
  readonly s3?: S3Options | undefined;
  /** How stores over a network ask again; `false` for not at all. */
  readonly retry?: RetriedOptions | false | undefined;
  /** Reads over a network at a time, of all stores together (default 16). */
  readonly parallel?: number | undefined;
  /** How reads over a network are joined; `false` for not at all. */
  readonly coalesce?: CoalescedOptions | false | undefined;
  /** Bytes kept in memory of what came over a network (default 0: none). */
  readonly memoryCacheBytes?: number | undefined;
}

/** Lays something over each store over a network. */
export type Over = (store: ByteStore) => ByteStore;

const PARALLEL = 16;

/**
 * The schemes that work everywhere: `memory:`, `http:`, `https:`, `s3:`.
 *
 * @param keep what lies between memory and the joining of reads, such as a disk cache
 */
export function portableFactories(options: StoresOptions, keep: Over = (store) => store): Map<string, StoreFactory> {
  let connection: S3Connection | undefined;
  const s3: StoreFactory = (url) => {
    connection ??= new S3Connection(options.s3);
    return layers(new S3Store(url, connection));
  };
  const layers = networkLayers(options, keep);
  const http: StoreFactory = (url) => layers(new HttpStore(url, options.http));
  return new Map([
    ["http:", http],
    ["https:", http],
    ["s3:", s3],
    ["memory:", (url) => openMemory(url, options.memory ?? {})],
  ]);
}

/** From the outside: memory, what `keep` adds, joined reads, a limit, another try. Whoever waits for another try keeps its place. */
function networkLayers({ retry, parallel, coalesce, memoryCacheBytes }: StoresOptions, keep: Over): Over {
  const slots = new Slots(parallel ?? PARALLEL);
  const memory = memoryCacheBytes ? new MemoryBudget(memoryCacheBytes) : undefined;
  return (store) => {
    const tried = retry === false ? store : retried(store, retry);
    const within = limited(tried, { slots });
    const joined = keep(coalesce === false ? within : coalesced(within, coalesce));
    return memory === undefined ? joined : cached(joined, { memory });
  };
}

/** A resolver that looks a URL's scheme up in a table. */
export function resolverOf(factories: ReadonlyMap<string, StoreFactory>): StoreResolver {
  return {
    open(url) {
      const scheme = /^([a-z][a-z0-9+.-]+:)/i.exec(url)?.[1]?.toLowerCase();
      const factory = scheme === undefined ? undefined : factories.get(scheme);
      if (factory === undefined) throw unknownScheme(url, scheme, [...factories.keys()].sort());
      return factory(url);
    },
  };
}

function unknownScheme(url: string, scheme: string | undefined, known: readonly string[]): ConfigError {
  const list = known.join(", ");
  if (scheme === undefined) {
    return new ConfigError(`no store for ${JSON.stringify(shownUrl(url))}: it has no scheme (known: ${list})`, {
      hint: "a local path becomes a URL with toFileUrl() of @crossprobe/storage/node",
    });
  }
  return new ConfigError(`no store for ${shownUrl(url)}: the scheme ${scheme} is not known (known: ${list})`);
}

function openMemory(url: string, mounts: Readonly<Record<string, MemoryEntries>>): ByteStore {
  const wanted = withSlash(url);
  for (const [mount, entries] of Object.entries(mounts)) {
    const root = withSlash(mount);
    if (wanted === root) return new MemoryStore(root, entries);
    if (wanted.startsWith(root)) return new MemoryStore(wanted, below(entries, wanted.slice(root.length)));
  }
  throw new ConfigError(`nothing is mounted at ${url} (mounted: ${Object.keys(mounts).join(", ") || "nothing"})`);
}

function below(entries: MemoryEntries, prefix: string): Map<string, Uint8Array> {
  const all = entries instanceof Map ? [...entries] : Object.entries(entries);
  const inside = all.filter(([key]) => key.startsWith(prefix) && key !== prefix);
  return new Map(inside.map(([key, bytes]): [string, Uint8Array] => [key.slice(prefix.length), bytes]));
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
