import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDataError, type StoreError } from "@crossprobe/core";
import { testByteStore } from "@crossprobe/core/conformance";
import { BlockFolder, createDownloader, diskCached, type S3Options, S3Store } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";

/** Buckets of a service: what is in each, and whether it may be read without an account. */
export type Buckets = Readonly<
  Record<string, { readonly isPublic: boolean; readonly objects: ReadonlyMap<string, Uint8Array> }>
>;

/** A running service. */
export interface S3Service {
  readonly endpoint: string;
  put(bucket: string, key: string, bytes: Uint8Array): Promise<void> | void;
  close(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: "AKIAREADER", secretAccessKey: "key" };
const BODY = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);

/** What S3 is for us, asked of a service by the real client: of the stand-in, and of a server that others wrote. */
export function testS3Service(name: string, start: (buckets: Buckets) => Promise<S3Service>): void {
  const bucketOf = (objects: ReadonlyMap<string, Uint8Array>, isPublic: boolean) => ({
    "suite-bucket": { isPublic, objects },
  });

  for (const [how, isPublic, options] of [
    ["anonymous", true, {}],
    ["signed", false, { credentials: CREDENTIALS }],
  ] as const) {
    testByteStore({
      name: `${name}, ${how}`,
      open: async (entries) => {
        const objects = new Map([...entries].map(([key, bytes]) => [`folder #1/${key}`, bytes]));
        const service = await start(bucketOf(objects, isPublic));
        const store = new S3Store("s3://suite-bucket/folder%20%231/", { endpoint: service.endpoint, ...options });
        return { store, close: () => service.close() };
      },
    });
  }

  describe(name, () => {
    async function within(
      objects: ReadonlyMap<string, Uint8Array>,
      isPublic: boolean,
      work: (service: S3Service, open: (options?: S3Options, url?: string) => S3Store) => Promise<void>,
    ): Promise<void> {
      const service = await start(bucketOf(objects, isPublic));
      try {
        await work(
          service,
          (options, url) => new S3Store(url ?? "s3://suite-bucket/", { endpoint: service.endpoint, ...options }),
        );
      } finally {
        await service.close();
      }
    }

    it("refuses anonymous reads of what is private", async () => {
      await within(new Map([["a", BODY]]), false, async (_service, open) => {
        for (const work of [() => open().read("a"), () => open().size("a")]) {
          const error = await failureOf(work());
          expect([error.status, error.retryable]).toEqual([403, false]);
          // moto answers without the code in a body.
          expect(error.hint).toContain("credentials");
        }
        expect(await open({ credentials: CREDENTIALS }).read("a")).toEqual(BODY);
      });
    });

    it("tells a missing key from a missing bucket", async () => {
      await within(new Map([["a", BODY]]), true, async (_service, open) => {
        const signed = { credentials: CREDENTIALS };
        expect(await open(signed).read("missing")).toBeUndefined();
        expect(await open(signed).size("missing")).toBeUndefined();
        const elsewhere = open(signed, "s3://no-such-bucket/");
        for (const work of [() => elsewhere.read("a"), () => elsewhere.size("a")]) {
          expect((await failureOf(work())).message).toContain("NoSuchBucket");
        }
      });
    });

    it("notices a changed object by If-Match", async () => {
      await within(new Map([["a", BODY]]), true, async (service, open) => {
        const store = open();
        await store.read("a", { range: { offset: 0, length: 10 } });
        await service.put("suite-bucket", "a", BODY.slice().reverse());
        for (const work of [() => store.read("a", { range: { offset: 10, length: 10 } }), () => store.size("a")]) {
          const error = await failureOf(work());
          expect([error.status, error.retryable]).toEqual([412, false]);
        }
        expect(await open().read("a")).toEqual(BODY.slice().reverse());
      });
    });

    it("gives validators that a disk cache can trust", async () => {
      const directory = await mkdtemp(join(tmpdir(), "crossprobe-s3-"));
      await within(new Map([["a", BODY]]), true, async (service, open) => {
        const folder = new BlockFolder(directory, { blockBytes: 300 });
        const read = () => diskCached(open(), { folder }).read("a");
        for (const bytes of [BODY, BODY.slice().reverse(), BODY]) {
          await service.put("suite-bucket", "a", bytes);
          expect(await read()).toEqual(bytes);
          expect(await read()).toEqual(bytes);
        }
        expect(folder.counts).toMatchObject({ written: 8, hits: 16, damaged: 0 });
      });
      await rm(directory, { recursive: true });
    });

    it.each([
      ["anonymous", true, "anonymous"],
      ["signed", false, CREDENTIALS],
    ] as const)("gives files to a download, %s", async (_how, isPublic, credentials) => {
      const key = "folder #1/a ü.bin";
      const to = await mkdtemp(join(tmpdir(), "crossprobe-s3-"));
      await within(new Map([[key, BODY]]), isPublic, async ({ endpoint }) => {
        const urls = [`s3://suite-bucket/${key.split("/").map(encodeURIComponent).join("/")}`];
        const file = { id: "1", source: null, urls, absent: null, path: "a.bin", size: null, digests: [] };
        const downloader = createDownloader({ s3: { endpoint, credentials } });
        const options = { to, allowPrivate: true };
        const plan = await downloader.plan([file], options);
        expect(plan.missingBytes).toBe(BODY.byteLength);
        for await (const { status, error } of downloader.run(plan, options))
          expect([status, error]).toEqual(["fetched", null]);
        expect(Buffer.compare(await readFile(join(to, "a.bin")), BODY)).toBe(0);
      });
      await rm(to, { recursive: true });
    });

    it("refuses an anonymous download of what is private", async () => {
      const to = await mkdtemp(join(tmpdir(), "crossprobe-s3-"));
      await within(new Map([["a", BODY]]), false, async ({ endpoint }) => {
        const urls = ["s3://suite-bucket/a"];
        const file = { id: "1", source: null, urls, absent: null, path: "a", size: 1000, digests: [] };
        const downloader = createDownloader({ s3: { endpoint, credentials: "anonymous" } });
        const options = { to, allowPrivate: true };
        for await (const { status, error } of downloader.run(await downloader.plan([file], options), options)) {
          expect(status).toBe("failed");
          expect(error).toMatchObject({ code: "store", status: 403 });
        }
      });
      await rm(to, { recursive: true });
    });

    it("lists more keys than a page holds", async () => {
      const keys = Array.from({ length: 2100 }, (_, i) => `x/${String(i).padStart(4, "0")} <&"é+%20.npy`);
      await within(new Map(keys.map((key) => [key, new Uint8Array(1)])), true, async (_service, open) => {
        const found: string[] = [];
        for await (const key of open({ credentials: CREDENTIALS }).list("x/")) found.push(key);
        expect(found).toEqual(keys);
      });
    });
  });
}

async function failureOf(work: Promise<unknown>): Promise<StoreError> {
  const [result] = await Promise.allSettled([work]);
  if (result.status === "rejected" && isDataError(result.reason, "store")) return result.reason;
  throw new Error(`expected a StoreError, got ${JSON.stringify(result)}`);
}
