import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ByteRange, ByteStore, CallOptions, ReadOptions } from "@crossprobe/core";
import {
  BYTE_STORE_CHECKS,
  type ByteStoreSubject,
  type OpenedStore,
  recordingStore,
  testByteStore,
} from "@crossprobe/core/conformance";
import { openZip } from "@crossprobe/formats/zip";
import {
  BlockFolder,
  cached,
  coalesced,
  createStores,
  diskCached,
  HttpStore,
  LocalStore,
  limited,
  MemoryBudget,
  MemoryStore,
  retried,
  S3Store,
  Slots,
  toFileUrl,
} from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { zipOf } from "../helpers/zip-of.js";
import { startS3Server } from "../s3-server/s3-server.js";
import { serveFolder } from "./http-folder.js";

type Entries = ReadonlyMap<string, Uint8Array>;

async function openLocal(entries: Entries): Promise<OpenedStore> {
  const directory = await mkdtemp(join(tmpdir(), "crossprobe-store-"));
  for (const [key, bytes] of entries) {
    const path = join(directory, ...key.split("/"));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  const store = createStores().open(toFileUrl(directory));
  return { store, close: () => rm(directory, { recursive: true }) };
}

async function openHttp(entries: Entries): Promise<OpenedStore> {
  const folder = await serveFolder(entries);
  return { store: createStores().open(folder.url), close: () => folder.close() };
}

/** A server that knows no ranges and no HEAD: it always sends everything. */
async function openPlainHttp(entries: Entries): Promise<OpenedStore> {
  const folder = await serveFolder(entries, (request, response) => {
    delete request.headers.range;
    if (request.method !== "HEAD") return false;
    response.writeHead(405).end();
    return true;
  });
  return { store: createStores().open(folder.url), close: () => folder.close() };
}

/** The bucket holds more than the suite's entries, below another prefix, and lists three keys a page. */
async function openS3(entries: Entries, url = "s3://suite-bucket/some%20folder%23/"): Promise<OpenedStore> {
  const objects = [...entries].map(([key, bytes]): [string, Uint8Array] => [`suite-bucket/some folder#/${key}`, bytes]);
  const server = await startS3Server({
    objects: new Map([...objects, ["suite-bucket/some folder#-other/x", new Uint8Array(1)]]),
    pageSize: 3,
  });
  return { store: new S3Store(url, { endpoint: server.endpoint }), close: () => server.close() };
}

/** A layer over what another subject opens. */
function layered(
  open: (entries: Entries) => Promise<OpenedStore>,
  lay: (store: ByteStore) => ByteStore,
): (entries: Entries) => Promise<OpenedStore> {
  return async (entries) => {
    const { store, close } = await open(entries);
    return { store: lay(store), ...(close && { close: () => close() }) };
  };
}

async function openMemory(entries: Entries): Promise<OpenedStore> {
  return { store: new MemoryStore("memory://suite/", entries) };
}

/** A web folder with nothing over it. */
async function openBareHttp(entries: Entries): Promise<OpenedStore> {
  const folder = await serveFolder(entries);
  return { store: new HttpStore(folder.url), close: () => folder.close() };
}

/** Blocks of 1000 bytes, so that values take one block, several and parts of some. */
async function openDiskCached(inner: (entries: Entries) => Promise<OpenedStore>, entries: Entries) {
  const directory = await mkdtemp(join(tmpdir(), "crossprobe-blocks-"));
  const { store, close } = await inner(entries);
  const folder = new BlockFolder(directory, { blockBytes: 1000 });
  return {
    store: diskCached(store, { folder }),
    close: async () => {
      await close?.();
      await rm(directory, { recursive: true });
    },
  };
}

const CANNOT_LIST = ["list > gives every key in code-point order", "list > gives the keys below a prefix"].map(
  (test) => ({
    test,
    reason: "HTTP has no listing that every server gives",
  }),
);

testByteStore({ name: "memory:", open: (entries) => ({ store: new MemoryStore("memory://suite/", entries) }) });
testByteStore({ name: "file:", open: openLocal });
testByteStore({
  name: "a ZIP archive in memory:",
  open: async (entries) => {
    const store = new MemoryStore("memory://suite/", { "archive.zip": zipOf(entries) });
    return { store: await openZip(store, "archive.zip") };
  },
});
testByteStore({ name: "http:", open: openHttp, skip: CANNOT_LIST });
testByteStore({ name: "http: of a server without ranges and HEAD", open: openPlainHttp, skip: CANNOT_LIST });
testByteStore({ name: "http: with nothing over it", open: openBareHttp, skip: CANNOT_LIST });
testByteStore({ name: "s3:", open: (entries) => openS3(entries) });

const LAYERS: Readonly<Record<string, (store: ByteStore) => ByteStore>> = {
  retried: (store) => retried(store),
  limited: (store) => limited(store, { slots: new Slots(1) }),
  coalesced: (store) => coalesced(store),
  cached: (store) => cached(store, { memory: new MemoryBudget(8 * 1024 * 1024) }),
  "cached in too little memory": (store) => cached(store, { memory: new MemoryBudget(3000) }),
};
for (const [name, lay] of Object.entries(LAYERS)) {
  testByteStore({ name: `memory: ${name}`, open: layered(openMemory, lay) });
  testByteStore({ name: `http: ${name}`, open: layered(openBareHttp, lay), skip: CANNOT_LIST });
  testByteStore({ name: `s3: ${name}`, open: layered((entries) => openS3(entries), lay) });
}
testByteStore({
  name: "http: cached on disk",
  open: (entries) => openDiskCached(openBareHttp, entries),
  skip: CANNOT_LIST,
});
testByteStore({
  name: "s3: cached on disk and under every other layer",
  open: layered(
    (entries) =>
      openDiskCached(
        layered(
          (inner) => openS3(inner),
          (store) => coalesced(limited(retried(store), { slots: new Slots(2) })),
        ),
        entries,
      ),
    (store) => cached(store, { memory: new MemoryBudget(1024 * 1024) }),
  ),
});
testByteStore({
  name: "a recorder over memory:",
  open: (entries) => ({ store: recordingStore(new MemoryStore("memory://suite/", entries)) }),
});

/** A memory store with something wrong in it. */
type Bug = (inner: ByteStore) => Partial<ByteStore>;

const widen = (range: ByteRange | undefined, by: number): ByteRange | undefined =>
  range === undefined || "suffix" in range ? range : { offset: range.offset, length: range.length + by };

/** Each with the check that must find it. */
const BUGS: Readonly<Record<string, { readonly bug: Bug; readonly foundBy: string }>> = {
  "the last byte of a range is included twice": {
    bug: (inner) => ({ read: (key, options) => inner.read(key, { ...options, range: widen(options?.range, 1) }) }),
    foundBy: "range > from the start, the middle and to the end",
  },
  "ranges are ignored": {
    bug: (inner) => ({ read: (key, { signal } = {}) => inner.read(key, { signal }) }),
    foundBy: "range > from the start, the middle and to the end",
  },
  "a suffix is taken from the start": {
    bug: (inner) => ({
      read: (key, options: ReadOptions = {}) => {
        const { range } = options;
        const taken = range && "suffix" in range ? { offset: 0, length: range.suffix } : range;
        return inner.read(key, { ...options, range: taken });
      },
    }),
    foundBy: "range > of the last bytes",
  },
  "a range past the end fails": {
    bug: (inner) => ({
      read: async (key, options: ReadOptions = {}) => {
        const { range } = options;
        const size = (await inner.size(key, options)) ?? 0;
        if (range && "offset" in range && range.offset > size) throw new Error("range not satisfiable");
        return inner.read(key, options);
      },
    }),
    foundBy: "range > past the end is cut",
  },
  "no bytes are taken for no key": {
    bug: (inner) => ({
      read: async (key, options) => {
        const bytes = await inner.read(key, options);
        return bytes?.length === 0 ? undefined : bytes;
      },
    }),
    foundBy: "read > of an empty value gives no bytes",
  },
  "a missing key is an error": {
    bug: (inner) => ({
      read: async (key, options) => {
        const bytes = await inner.read(key, options);
        if (bytes === undefined) throw new Error("ENOENT");
        return bytes;
      },
    }),
    foundBy: "read > of a missing key is undefined",
  },
  "a directory has a size": {
    bug: (inner) => ({
      size: async (key, options) => (await inner.size(key, options)) ?? (key === "dir" ? 4096 : undefined),
    }),
    foundBy: "key > of a directory is missing",
  },
  "keys are decoded like URLs": {
    bug: (inner) => ({ read: (key, options) => inner.read(decodeURIComponent(key), options) }),
    foundBy: "key > that needs escaping",
  },
  "keys may climb out": {
    bug: (inner) => ({
      read: (key, options) => inner.read(key.replace(/^.*\.\.\//, "").replace(/^\.?\//, "") || "empty", options),
      size: (key, options) => inner.size(key.replace(/^.*\.\.\//, "").replace(/^\.?\//, "") || "empty", options),
    }),
    foundBy: "key > that leaves the store is refused",
  },
  "callers share one array": {
    bug: (inner) => {
      const cache = new Map<string, Promise<Uint8Array | undefined>>();
      return {
        read: (key, options: ReadOptions = {}) => {
          if (options.range !== undefined || options.signal !== undefined) return inner.read(key, options);
          const shared = cache.get(key) ?? inner.read(key);
          cache.set(key, shared);
          return shared;
        },
      };
    },
    foundBy: "read > gives an array that the caller owns",
  },
  "an abort is wrapped": {
    bug: (inner) => ({
      read: async (key, options) => {
        try {
          return await inner.read(key, options);
        } catch (cause) {
          throw new Error("the read failed", { cause });
        }
      },
    }),
    foundBy: "abort > before the call rejects with the caller's reason",
  },
  "the signal is not looked at": {
    bug: (inner) => ({ size: (key) => inner.size(key) }),
    foundBy: "abort > before the call rejects with the caller's reason",
  },
  "a shared read ends with its first caller": {
    bug: (inner) => {
      const running = new Map<string, Promise<Uint8Array | undefined>>();
      return {
        read: (key, options: ReadOptions = {}) => {
          if (options.range !== undefined || options.signal?.aborted) return inner.read(key, options);
          const read = running.get(key) ?? slowRead(inner, key, options);
          running.set(key, read);
          return read.then((bytes) => bytes?.slice());
        },
      };
    },
    foundBy: "callers > of the same key do not share an abort",
  },
  "a list is sorted by UTF-16 units": {
    bug: (inner) => ({
      async *list(prefix, options) {
        const keys: string[] = [];
        for await (const key of inner.list?.(prefix, options) ?? []) keys.push(key);
        yield* keys.sort();
      },
    }),
    foundBy: "list > gives every key in code-point order",
  },
  "a list takes a prefix for a folder": {
    bug: (inner) => ({
      list: (prefix, options) =>
        inner.list?.(prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`, options) ?? none(),
    }),
    foundBy: "list > gives the keys below a prefix",
  },
};

async function slowRead(inner: ByteStore, key: string, options: CallOptions): Promise<Uint8Array | undefined> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return inner.read(key, options);
}

async function* none(): AsyncIterable<string> {}

function withBug(bug: Bug): ByteStoreSubject {
  return {
    name: "planted",
    open: (entries) => {
      const inner = new MemoryStore("memory://suite/", entries);
      const store: ByteStore = {
        url: inner.url,
        size: (key, options) => inner.size(key, options),
        read: (key, options) => inner.read(key, options),
        list: (prefix, options) => inner.list(prefix, options),
        ...bug(inner),
      };
      return { store };
    },
  };
}

describe("the store suite", () => {
  it("passes the store that the bugs are planted in", async () => {
    for (const check of BYTE_STORE_CHECKS) await check.run(withBug(() => ({})));
  });

  it.each(Object.entries(BUGS))("finds that %s", async (_name, { bug, foundBy }) => {
    const check = BYTE_STORE_CHECKS.find(({ name }) => name === foundBy);
    expect(check, `a check called ${foundBy}`).toBeDefined();
    await expect(check?.run(withBug(bug))).rejects.toThrow();
  });

  it("accepts no skip without a reason, and none of a check that does not exist", () => {
    const open = (entries: Entries) => ({ store: new LocalStore(`${entries.size}`) });
    const test = BYTE_STORE_CHECKS[0]?.name ?? "";
    expect(() => testByteStore({ name: "x", open, skip: [{ test, reason: " " }] })).toThrow(/reason/);
    expect(() => testByteStore({ name: "x", open, skip: [{ test: "no such", reason: "a good reason" }] })).toThrow(
      /no such/,
    );
  });
});
