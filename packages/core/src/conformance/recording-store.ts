import type { ByteStore, StoreResolver } from "../byte-store.js";
import type { CallOptions } from "../call-options.js";

/** One call that reached a store. */
export interface RecordedCall {
  readonly operation: "size" | "read" | "list" | "stat" | "modified";
  /** URL of the store. */
  readonly store: string;
  /** Key, or prefix for `list`. */
  readonly key: string;
  /** Bytes that the store answered with; 0 for `size`, `stat`, `modified`, `list` and a missing key. */
  bytes: number;
  readonly signal: AbortSignal | undefined;
}

/** A store that remembers what was asked of it. */
export interface RecordingStore extends ByteStore {
  readonly calls: readonly RecordedCall[];
  /** Bytes answered so far. */
  readonly bytes: number;
}

/** A resolver whose stores all write into one record. */
export interface RecordingStores extends StoreResolver {
  readonly calls: readonly RecordedCall[];
  readonly bytes: number;
}

/** Lays a recorder over a store: answers are the store's own, untouched. */
export function recordingStore(store: ByteStore): RecordingStore {
  const calls: RecordedCall[] = [];
  return Object.defineProperty(record(store, calls), "bytes", { get: () => total(calls) }) as RecordingStore;
}

/** Lays one recorder over every store that a resolver opens. */
export function recordingStores(stores: StoreResolver): RecordingStores {
  const calls: RecordedCall[] = [];
  return {
    calls,
    get bytes() {
      return total(calls);
    },
    open: (url) => record(stores.open(url), calls),
  };
}

function total(calls: readonly RecordedCall[]): number {
  return calls.reduce((sum, { bytes }) => sum + bytes, 0);
}

function record(store: ByteStore, calls: RecordedCall[]): ByteStore & { readonly calls: readonly RecordedCall[] } {
  const note = (operation: RecordedCall["operation"], key: string, options?: CallOptions): RecordedCall => {
    const call: RecordedCall = { operation, store: store.url, key, bytes: 0, signal: options?.signal };
    calls.push(call);
    return call;
  };
  const list = store.list?.bind(store);
  const stat = store.stat?.bind(store);
  const modified = store.modified?.bind(store);
  return {
    calls,
    url: store.url,
    size: (key, options) => {
      note("size", key, options);
      return store.size(key, options);
    },
    read: async (key, options) => {
      const call = note("read", key, options);
      const bytes = await store.read(key, options);
      call.bytes = bytes?.length ?? 0;
      return bytes;
    },
    ...(list && {
      list: (prefix: string, options?: CallOptions) => {
        note("list", prefix, options);
        return list(prefix, options);
      },
    }),
    ...(stat && {
      stat: (key: string, options?: CallOptions) => {
        note("stat", key, options);
        return stat(key, options);
      },
    }),
    ...(modified && {
      modified: (key: string, options?: CallOptions) => {
        note("modified", key, options);
        return modified(key, options);
      },
    }),
  };
}
