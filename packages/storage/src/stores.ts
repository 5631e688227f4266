import { type ByteStore, ConfigError, type StoreResolver } from "@crossprobe/core";
import { type HttpOptions, HttpStore } from "./http.js";
import { type MemoryEntries, MemoryStore } from "./memory.js";

/** Makes the store behind a URL of one scheme. */
export type StoreFactory = (url: string) => ByteStore;

export interface StoresOptions {
  /** What `memory:` URLs lead to: a URL such as `memory://demo/`, and the entries below it. */
  readonly memory?: Readonly<Record<string, MemoryEntries>> | undefined;
  readonly http?: HttpOptions | undefined;
}

/** The schemes that work everywhere: `memory:`, `http:`, `https:`. */
export function portableFactories(options: StoresOptions): Map<string, StoreFactory> {
  const http: StoreFactory = (url) => new HttpStore(url, options.http);
  return new Map([
    ["http:", http],
    ["https:", http],
    ["memory:", (url) => openMemory(url, options.memory ?? {})],
  ]);
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
  if (scheme === "s3:") {
    return new ConfigError(`No store for ${url}: this version does not read s3: (it reads ${list}).`, {
      hint: "A public bucket can be read by its https: address, or copied to a local folder first.",
    });
  }
  if (scheme === undefined) {
    return new ConfigError(`No store for ${JSON.stringify(url)}: it has no scheme (known: ${list}).`, {
      hint: "A local path becomes a URL with toFileUrl() of @crossprobe/storage/node.",
    });
  }
  return new ConfigError(`No store for ${url}: the scheme ${scheme} is not known (known: ${list}).`);
}

function openMemory(url: string, mounts: Readonly<Record<string, MemoryEntries>>): ByteStore {
  const wanted = withSlash(url);
  for (const [mount, entries] of Object.entries(mounts)) {
    const root = withSlash(mount);
    if (wanted === root) return new MemoryStore(root, entries);
    if (wanted.startsWith(root)) return new MemoryStore(wanted, below(entries, wanted.slice(root.length)));
  }
  throw new ConfigError(`Nothing is mounted at ${url} (mounted: ${Object.keys(mounts).join(", ") || "nothing"}).`);
}

function below(entries: MemoryEntries, prefix: string): Map<string, Uint8Array> {
  const all = entries instanceof Map ? [...entries] : Object.entries(entries);
  const inside = all.filter(([key]) => key.startsWith(prefix) && key !== prefix);
  return new Map(inside.map(([key, bytes]): [string, Uint8Array] => [key.slice(prefix.length), bytes]));
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
