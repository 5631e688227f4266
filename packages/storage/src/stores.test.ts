import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createStores as createBrowserStores } from "./index.js";
import { createStores, LocalStore, MemoryStore, toFileUrl } from "./node.js";

const config = expect.objectContaining({ code: "config" });

describe("createStores", () => {
  it("chooses a store by the scheme", () => {
    const stores = createStores({ memory: { "memory://demo/": {} } });
    expect(stores.open("memory://demo/")).toBeInstanceOf(MemoryStore);
    expect(stores.open("file:///tmp")).toBeInstanceOf(LocalStore);
    expect(stores.open("http://localhost/x").url).toBe("http://localhost/x/");
    expect(stores.open("HTTPS://localhost/x").url).toBe("https://localhost/x/");
    expect(stores.open("s3://bucket/a%20b").url).toBe("s3://bucket/a%20b/");
    expect(createStores({ retry: false, coalesce: false }).open("s3://bucket").url).toBe("s3://bucket/");
  });

  it("names the known schemes when it does not know one", () => {
    expect(() => createStores().open("gs://bucket/x")).toThrow(
      /gs: is not known \(known: file:, http:, https:, memory:, s3:\)/,
    );
    expect(() => createBrowserStores().open("file:///tmp")).toThrow(/known: http:, https:, memory:, s3:/);
    expect(() => createStores().open("gs://bucket/x")).toThrow(config);
  });

  it("repeats no credentials of an address that it refuses", () => {
    const addresses = [
      "gs://me:hidden@bucket/x?token=hidden",
      "s3://AKIA:hidden@bucket/x",
      "https://me:hidden@host/x",
      "https://host/x?token=hidden",
      "s3://bucket/x?X-Amz-Signature=hidden",
    ];
    for (const address of addresses) {
      expect(() => createStores().open(address), address).toThrow(config);
      expect(() => createStores().open(address), address).not.toThrow(/hidden/);
    }
  });

  it("says how a path becomes a URL", () => {
    for (const path of ["/data/one", "data", "C:\\data"]) {
      expect(() => createStores().open(path)).toThrow(
        expect.objectContaining({ hint: expect.stringContaining("toFileUrl") }),
      );
    }
  });

  it("opens folders of what is mounted in memory", async () => {
    const entries = { "a/b/c": new Uint8Array([1]), "a/d": new Uint8Array([2, 3]) };
    const stores = createBrowserStores({ memory: { "memory://demo/": entries } });
    expect(await stores.open("memory://demo").size("a/d")).toBe(2);
    expect(await stores.open("memory://demo/a").size("b/c")).toBe(1);
    expect(await stores.open("memory://demo/a/").size("a/d")).toBeUndefined();
    expect(() => stores.open("memory://other/")).toThrow(config);
  });
});

describe("toFileUrl", () => {
  it("names any local path, with the characters that mean something in a URL", async () => {
    const directory = await mkdtemp(join(tmpdir(), "crossprobe #1%-"));
    await writeFile(join(directory, "x"), "abc");
    expect(await createStores().open(toFileUrl(directory)).size("x")).toBe(3);
    await rm(directory, { recursive: true });
  });
});

describe("MemoryStore", () => {
  it("refuses entries whose keys no store could have", () => {
    for (const key of ["../x", "/x", "x/", ""]) {
      expect(() => new MemoryStore("memory://x/", { [key]: new Uint8Array(0) })).toThrow();
    }
  });

  it("sees what is added to its map later", async () => {
    const entries = new Map<string, Uint8Array>();
    const store = new MemoryStore("memory://x", entries);
    entries.set("late", new Uint8Array(4));
    expect(store.url).toBe("memory://x/");
    expect(await store.size("late")).toBe(4);
  });
});
