import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteStore } from "@crossprobe/core";
import { BlockFolder, createDownloader, diskCached } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";

/** A file that somebody else serves. */
export interface PublicFile {
  /** Names the place in the report. */
  readonly name: string;
  /** A store of its own each time. */
  open(): ByteStore;
  readonly key: string;
  /** Bytes that it is known to have, hexadecimal. */
  readonly known: { readonly offset: number; readonly hex: string };
  /** Size in bytes, where it is documented. */
  readonly size?: number | undefined;
  /** The address over HTTP, for `If-Match` and downloads. */
  readonly url: string;
  /** What is left out, and why. */
  readonly skip?: Partial<Readonly<Record<"if-match" | "list" | "layers" | "download", string>>>;
  /** Why nothing can be asked now; `undefined` if it can. */
  readonly unreachable: string | undefined;
  /** For servers of this machine. */
  readonly allowPrivate?: boolean;
}

/** Downloads are of files up to this size, bytes. */
const SMALL_BYTES = 4_000_000;

/** Holds a store to what it promises of reading, against a file of a place that we do not run. Transfers about 2 MB. */
export function testPublicFile(file: PublicFile): void {
  const { name, key, known, unreachable, skip = {} } = file;
  const check = (title: string, work: () => Promise<void>, reason = unreachable) =>
    reason === undefined ? it(title, work, 120_000) : it.skip(`${title}: ${reason}`, () => undefined);
  const unless = (part: keyof NonNullable<PublicFile["skip"]>) => unreachable ?? skip[part];
  const hexOf = (bytes: Uint8Array | undefined) =>
    bytes === undefined ? undefined : Buffer.from(bytes).toString("hex");
  const sizeOf = async (store: ByteStore) => (await store.size(key)) ?? Number.NaN;

  describe(name, () => {
    check("head: has a size, and the documented one", async () => {
      const size = await sizeOf(file.open());
      expect(size).toBeGreaterThan(known.offset);
      if (file.size !== undefined) expect(size).toBe(file.size);
    });

    check("range: gives the bytes that are known", async () => {
      const range = { offset: known.offset, length: known.hex.length / 2 };
      expect(hexOf(await file.open().read(key, { range }))).toBe(known.hex);
    });

    check("range: is cut at the end, and empty behind it", async () => {
      const store = file.open();
      const size = await sizeOf(store);
      expect((await store.read(key, { range: { offset: size - 10, length: 100 } }))?.byteLength).toBe(10);
      expect((await store.read(key, { range: { offset: size, length: 100 } }))?.byteLength).toBe(0);
    });

    check("suffix: gives the last bytes, whatever the size", async () => {
      const store = file.open();
      const last = await store.read(key, { range: { suffix: 64 } });
      const size = await sizeOf(store);
      expect(last?.byteLength).toBe(64);
      expect(hexOf(await store.read(key, { range: { offset: size - 64, length: 64 } }))).toBe(hexOf(last));
    });

    check("missing: is undefined, by size and by range", async () => {
      const store = file.open();
      const missing = `${key}.no-such-file`;
      expect(await store.size(missing)).toBeUndefined();
      expect(await store.read(missing, { range: { offset: 0, length: 1 } })).toBeUndefined();
    });

    check(
      "list: names the file among those of its prefix",
      async () => {
        const found: string[] = [];
        for await (const each of file.open().list?.(key.slice(0, -1)) ?? []) {
          found.push(each);
          if (each === key) break;
        }
        expect(found).toContain(key);
      },
      unless("list"),
    );

    check(
      "If-Match: is honoured, refused with 412, and the file still there for those who hold its tag",
      async () => {
        const ask = (tag: string) =>
          fetch(file.url, { headers: { Range: "bytes=0-0", "If-Match": tag, "Accept-Encoding": "identity" } });
        const refused = await ask('"00000000000000000000000000000000"');
        await refused.arrayBuffer();
        expect(refused.status).toBe(412);
        const store = file.open();
        const state = await store.stat?.(key);
        expect(state?.validator).toMatch(/"[^"]+"$/);
        // The second read of a store carries the tag of the first answer.
        for (const offset of [0, 100])
          expect((await store.read(key, { range: { offset, length: 10 } }))?.byteLength).toBe(10);
      },
      unless("if-match"),
    );

    check(
      "layers: parallel ranges through all of them are the same bytes",
      async () => {
        const directory = await mkdtemp(join(tmpdir(), "crossprobe-external-"));
        try {
          const plain = await file.open().read(key, { range: { offset: 0, length: 400_000 } });
          const layered = diskCached(file.open(), { folder: new BlockFolder(directory) });
          const length = Math.ceil((plain?.byteLength ?? 0) / 8);
          const parts = await Promise.all(
            Array.from({ length: 8 }, (_, i) => layered.read(key, { range: { offset: i * length, length } })),
          );
          const joined = Buffer.concat(parts.map((part) => part ?? new Uint8Array()));
          expect(Buffer.compare(joined, plain ?? new Uint8Array())).toBe(0);
        } finally {
          await rm(directory, { recursive: true });
        }
      },
      unless("layers"),
    );

    check(
      "download: arrives whole",
      async () => {
        const to = await mkdtemp(join(tmpdir(), "crossprobe-external-"));
        try {
          const downloader = createDownloader();
          const urls = [file.url];
          const wanted = {
            id: "1",
            source: null,
            urls,
            absent: null,
            path: "file",
            size: file.size ?? null,
            digests: [],
          };
          const options = { to, allowPrivate: file.allowPrivate ?? false };
          const plan = await downloader.plan([wanted], options);
          if ((plan.files[0]?.size ?? SMALL_BYTES + 1) > SMALL_BYTES) throw new Error("too large for a test");
          for await (const { status, trust, error } of downloader.run(plan, options)) {
            expect(error).toBeNull();
            expect([status, trust]).toEqual(["fetched", "length"]);
          }
          const bytes = await readFile(join(to, "file"));
          expect(bytes.toString("hex", known.offset, known.offset + known.hex.length / 2)).toBe(known.hex);
          expect(bytes.byteLength).toBe(await sizeOf(file.open()));
        } finally {
          await rm(to, { recursive: true });
        }
      },
      unless("download"),
    );
  });
}
