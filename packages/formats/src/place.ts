import type { ByteStore } from "@crossprobe/core";

/** The full URL of a key, for messages. */
export function urlOf(store: ByteStore, key: string): string {
  return store.url + key;
}
