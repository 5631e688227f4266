import type { ByteStore } from "@crossprobe/core";

/** A store that answers as the one beneath, but for what is given. What the one beneath cannot do stays absent. */
export function over(store: ByteStore, changes: Partial<ByteStore>): ByteStore {
  const list = store.list?.bind(store);
  const stat = store.stat?.bind(store);
  const modified = store.modified?.bind(store);
  return {
    url: store.url,
    size: (key, options) => store.size(key, options),
    read: (key, options) => store.read(key, options),
    ...(list && { list }),
    ...(stat && { stat }),
    ...(modified && { modified }),
    ...changes,
  };
}
