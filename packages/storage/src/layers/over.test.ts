import type { ByteStore } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { BlockFolder } from "./block-folder.js";
import { cached, MemoryBudget } from "./cached.js";
import { coalesced } from "./coalesced.js";
import { diskCached } from "./disk-cached.js";
import { limited, Slots } from "./limited.js";
import { retried } from "./retried.js";

const LAYERS: Readonly<Record<string, (store: ByteStore) => ByteStore>> = {
  retried: (store) => retried(store),
  limited: (store) => limited(store, { slots: new Slots(1) }),
  coalesced: (store) => coalesced(store),
  cached: (store) => cached(store, { memory: new MemoryBudget(1000) }),
  diskCached: (store) => diskCached(store, { folder: new BlockFolder("/nowhere") }),
};
const least: ByteStore = { url: "x://y/", size: async () => 1, read: async () => new Uint8Array(1) };

describe.each(Object.entries(LAYERS))("%s", (_name, lay) => {
  it("cannot do what the store beneath cannot", () => {
    const { url, list, stat, modified } = lay(least);
    expect([url, list, stat, modified]).toEqual(["x://y/", undefined, undefined, undefined]);
  });

  it("hands listings, states and times on", async () => {
    const most: ByteStore = {
      ...least,
      async *list() {
        yield "key";
      },
      stat: async () => ({ size: 7, validator: undefined }),
      modified: async () => "now",
    };
    const store = lay(most);
    const keys: string[] = [];
    for await (const key of store.list?.("") ?? []) keys.push(key);
    expect(keys).toEqual(["key"]);
    expect(await store.stat?.("key")).toEqual({ size: 7, validator: undefined });
    expect(await store.modified?.("key")).toBe("now");
  });
});
