import { inspect } from "node:util";
import { type ByteStore, isDataError, type StoreError } from "@crossprobe/core";
import { afterEach, describe, expect, it } from "vitest";
import { type S3Server, type S3ServerOptions, startS3Server } from "../../../test/s3-server/s3-server.js";
import { type S3Options, S3Store } from "./s3.js";
import { s3FromEnvironment } from "./s3-environment.js";

const BODY = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);
const LARGE = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i ^ (i >> 8)) & 0xff);
const RANGE = { range: { offset: 10, length: 50 } };
const SECRET = { accessKeyId: "AKIAREADER", secretAccessKey: "hidden-key", sessionToken: "hidden-token" };

const servers: S3Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(options: S3ServerOptions = {}): Promise<S3Server> {
  const server = await startS3Server({ objects: { "bucket/a.bin": BODY, "bucket/large.bin": LARGE }, ...options });
  servers.push(server);
  return server;
}

const open = ({ endpoint }: S3Server, options: S3Options = {}) => new S3Store("s3://bucket/", { endpoint, ...options });

async function failureOf(work: Promise<unknown>): Promise<StoreError> {
  const [result] = await Promise.allSettled([work]);
  if (result.status === "rejected" && isDataError(result.reason, "store")) return result.reason;
  throw new Error(`expected a StoreError, got ${inspect(result)}`);
}

async function keysOf(store: ByteStore, prefix = "", signal?: AbortSignal): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list?.(prefix, { signal }) ?? []) keys.push(key);
  return keys;
}

describe("S3Store addresses", () => {
  it("reads bucket and prefix", () => {
    expect(new S3Store("s3://bucket").url).toBe("s3://bucket/");
    expect(new S3Store("s3://bucket/a%20b/%23c").url).toBe("s3://bucket/a%20b/%23c/");
    expect(new S3Store("s3://bucket/a b").url).toBe("s3://bucket/a%20b/");
  });

  it.each([
    "s3://",
    "s3:///key",
    "s3://b",
    "s3://bucket/%zz",
    "s3://bucket/../x",
    "s3://bucket/a?b",
    "s3://bucket/a#b",
  ])("refuses %s", (url) => {
    expect(() => new S3Store(url)).toThrow(expect.objectContaining({ code: "config" }));
  });
});

describe("S3Store requests", () => {
  it("signs nothing without credentials, and every request with some", async () => {
    const server = await start({ accessKeyId: SECRET.accessKeyId });
    await open(server).read("a.bin", RANGE);
    const signed = open(server, { credentials: SECRET });
    await signed.read("a.bin", RANGE);
    await signed.size("a.bin");
    await keysOf(signed);
    const [anonymous, ...others] = server.seen.map(({ authorization }) => authorization);
    expect(anonymous).toBeUndefined();
    expect(others).toHaveLength(3);
    for (const header of others) expect(header).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAREADER\/.*Signature=\w{64}$/);
  });

  it("takes credentials, region and endpoint from the standard variables", () => {
    const variables = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key", AWS_DEFAULT_REGION: "eu-west-1" };
    const found = s3FromEnvironment({ ...variables, AWS_ENDPOINT_URL: "http://all", AWS_ENDPOINT_URL_S3: "http://s3" });
    expect(found.credentials).toEqual({ accessKeyId: "id", secretAccessKey: "key", sessionToken: undefined });
    expect([found.region, found.endpoint]).toEqual(["eu-west-1", "http://s3"]);
    expect(s3FromEnvironment({ AWS_ACCESS_KEY_ID: "id" }).credentials).toBeUndefined();
  });

  it("reads with one request, and asks for the size with one", async () => {
    const server = await start();
    const store = open(server);
    expect(await store.read("a.bin", RANGE)).toEqual(BODY.slice(10, 60));
    expect(await store.stat("a.bin")).toEqual({ size: 1000, validator: expect.stringContaining(server.endpoint) });
    expect(server.seen.map(({ method, range }) => [method, range])).toEqual([
      ["GET", "bytes=10-59"],
      ["HEAD", undefined],
    ]);
  });

  it("lists in pages, leaves markers of folders out, and asks for no page too many", async () => {
    const names = Array.from({ length: 7 }, (_, i) => `x/${i} <&"ü.npy`);
    const objects = Object.fromEntries([...names, "x/", "x/a//b", "y"].map((name) => [`bucket/${name}`, BODY]));
    const server = await start({ objects, pageSize: 3 });
    expect(await keysOf(open(server), "x/")).toEqual(names);
    expect(await keysOf(new S3Store("s3://bucket/x", { endpoint: server.endpoint }))).toEqual(
      names.map((name) => name.slice(2)),
    );
    expect(server.seen).toHaveLength(6);
  });
});

describe("S3Store refusals", () => {
  it("tells a missing key from a missing bucket, with HEAD too", async () => {
    const server = await start();
    expect(await open(server).size("missing")).toBeUndefined();
    const elsewhere = new S3Store("s3://no-such-bucket/", { endpoint: server.endpoint });
    for (const work of [() => elsewhere.size("x"), () => elsewhere.read("x"), () => keysOf(elsewhere)]) {
      const error = await failureOf(work());
      expect([error.status, error.retryable]).toEqual([404, false]);
      expect(error.message).toContain("NoSuchBucket");
      expect(error.hint).toContain("bucket");
    }
  });

  it("asks once whether the bucket is there", async () => {
    const server = await start();
    const store = open(server);
    await store.size("missing");
    await store.size("missing too");
    expect(server.seen.map(({ method }) => method)).toEqual(["HEAD", "GET", "HEAD"]);
  });

  it("names what was refused, with a hint", async () => {
    const store = open(await start({ isPrivate: true }));
    const error = await failureOf(store.read("a.bin"));
    expect(error.message).toBe("could not read s3://bucket/a.bin: AccessDenied (HTTP status 403)");
    expect([error.status, error.retryable, error.url]).toEqual([403, false, "s3://bucket/a.bin"]);
    expect(error.hint).toContain("credentials");
    expect((await failureOf(store.size("a.bin"))).message).toBe(error.message);
  });

  it.each([
    [503, "SlowDown"],
    [500, "InternalError"],
    [429, "TooManyRequests"],
    [400, "RequestTimeout"],
  ])("calls %i %s retryable, after one attempt", async (status, code) => {
    const server = await start();
    server.plan({ status, code, headers: { "Retry-After": "7" } });
    const error = await failureOf(open(server).read("a.bin", RANGE));
    expect([error.status, error.retryable, error.retryAfterSeconds]).toEqual([status, true, 7]);
    expect(server.seen).toHaveLength(1);
  });

  it("tells no credentials in errors", async () => {
    const server = await start();
    const store = open(server, { credentials: SECRET });
    const wrong = await failureOf(store.read("a.bin"));
    expect(wrong.message).toContain("InvalidAccessKeyId");
    server.plan({ cutAfter: 3 }, { resetAfter: 0 });
    const errors = [wrong, await failureOf(store.read("large.bin")), await failureOf(store.read("large.bin"))];
    for (const error of errors) {
      const shown = inspect(error, { depth: 20, showHidden: true });
      for (const secret of ["hidden-key", "hidden-token", "AKIAREADER", "Signature"])
        expect(shown).not.toContain(secret);
    }
  });
});

describe("S3Store and faults", () => {
  it.each([
    ["a cut", { cutAfter: 1000 }],
    ["a reset", { resetAfter: 1000 }],
  ])("calls %s retryable", async (_name, fault) => {
    const server = await start();
    const store = open(server);
    server.plan(fault);
    expect((await failureOf(store.read("large.bin"))).retryable).toBe(true);
    expect((await store.read("large.bin"))?.byteLength).toBe(LARGE.byteLength);
  });

  it.each([
    ["within a body", { stallAfter: 1000 }],
    ["before an answer", { isSilent: true }],
  ])("ends a connection that is silent %s", async (_name, fault) => {
    const server = await start();
    server.plan(fault);
    const error = await failureOf(open(server, { stallSeconds: 0.2 }).read("large.bin"));
    expect(error.retryable).toBe(true);
    expect(error.message).toContain("nothing came for 0.2 s");
  });

  it.each([
    ["another range", { contentRange: "bytes 20-69/1000" }],
    ["a range of another object's size", { contentRange: "bytes 10-59/50" }],
    ["a range that is none", { contentRange: "rows 10-59/1000" }],
    ["fewer bytes than it states", { shortenTo: 20 }],
  ])("refuses an answer with %s", async (_name, fault) => {
    const server = await start();
    server.plan(fault);
    expect((await failureOf(open(server).read("a.bin", RANGE))).retryable).toBe(false);
  });

  it("cuts the whole object where a service ignores ranges", async () => {
    const server = await start();
    server.plan({ ignoresRange: true }, { ignoresRange: true });
    const store = open(server);
    expect(await store.read("a.bin", RANGE)).toEqual(BODY.slice(10, 60));
    expect(await store.read("a.bin", { range: { suffix: 4 } })).toEqual(BODY.slice(996));
  });

  it("notices an object that changes between two ranges", async () => {
    const server = await start();
    const store = open(server);
    await store.read("a.bin", RANGE);
    server.objects.set("bucket/a.bin", BODY.slice().reverse());
    for (const work of [() => store.read("a.bin", RANGE), () => store.size("a.bin"), () => store.read("a.bin")]) {
      const error = await failureOf(work());
      expect([error.status, error.retryable]).toEqual([412, false]);
      expect(error.message).toContain("changed since it was first read");
    }
    expect(server.seen[1]?.ifMatch).toBe(server.seen[2]?.ifMatch);
    expect(server.seen[1]?.ifMatch).toMatch(/^"\w{32}"$/);
    expect(await open(server).read("a.bin", { range: { offset: 0, length: 1 } })).toEqual(BODY.slice(999));
  });
});

describe("S3Store and services that ignore If-Match", () => {
  it("notices the other tag itself", async () => {
    const server = await start();
    const store = open(server);
    await store.read("a.bin", RANGE);
    server.objects.set("bucket/a.bin", BODY.slice().reverse());
    server.plan({ ignoresMatch: true }, { ignoresMatch: true });
    for (const work of [() => store.read("a.bin", RANGE), () => store.stat("a.bin")]) {
      expect((await failureOf(work())).message).toContain("changed since it was first read");
    }
  });
});

describe("S3Store aborts", () => {
  it.each([
    ["before an answer", { isSilent: true }],
    ["within a body", { stallAfter: 1000 }],
  ])("ends the request %s with the caller's reason", async (_name, fault) => {
    const server = await start();
    server.plan(fault);
    const controller = new AbortController();
    const reason = { why: "enough" };
    const work = open(server).read("large.bin", { signal: controller.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    setTimeout(() => controller.abort(reason), 30);
    await expect(work).rejects.toBe(reason);
    await expect.poll(() => server.seen[0]?.isAborted).toBe(true);
  });

  it("ends a listing between its keys", async () => {
    const server = await start();
    const controller = new AbortController();
    const reason = { why: "enough" };
    const keys = open(server).list("", { signal: controller.signal })[Symbol.asyncIterator]();
    expect((await keys.next()).value).toBe("a.bin");
    controller.abort(reason);
    await expect(keys.next()).rejects.toBe(reason);
  });
});
