import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { isDataError, type StoreError } from "@crossprobe/core";
import { afterEach, describe, expect, it } from "vitest";
import { type HttpOptions, HttpStore } from "./http.js";

const BODY = Uint8Array.from({ length: 100 }, (_, i) => i);
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A store over a server that answers every request by the same rule. */
async function storeOver(answer: RequestListener, options?: HttpOptions): Promise<HttpStore> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new HttpStore(`http://127.0.0.1:${(server.address() as AddressInfo).port}/base`, options);
}

async function failureOf(work: Promise<unknown>): Promise<StoreError> {
  const [result] = await Promise.allSettled([work]);
  if (result.status === "rejected" && isDataError(result.reason, "store")) return result.reason;
  throw new Error(`expected a StoreError, got ${JSON.stringify(result)}`);
}

const RANGE = { range: { offset: 10, length: 5 } };

describe("HttpStore failures", () => {
  it.each([408, 425, 429, 500, 502, 503, 504])("calls status %i retryable", async (status) => {
    const store = await storeOver((_request, response) => response.writeHead(status).end());
    for (const work of [store.read("key"), store.read("key", RANGE), store.size("key")]) {
      const error = await failureOf(work);
      expect(error.status).toBe(status);
      expect(error.retryable).toBe(true);
      expect(error.url).toBe(`${store.url}key`);
      expect(error.message).toContain(String(status));
    }
  });

  it("says how long the server asks to wait", async () => {
    const store = await storeOver((_request, response) => response.writeHead(503, { "retry-after": "12" }).end());
    expect((await failureOf(store.read("key"))).retryAfterSeconds).toBe(12);
  });

  it.each([400, 401, 403, 451])("calls status %i final", async (status) => {
    const store = await storeOver((_request, response) => response.writeHead(status).end());
    for (const work of [store.read("key"), store.read("key", RANGE), store.size("key")]) {
      const error = await failureOf(work);
      expect([error.status, error.retryable]).toEqual([status, false]);
    }
  });

  it.each([404, 410])("takes status %i for a missing key", async (status) => {
    const store = await storeOver((_request, response) => response.writeHead(status).end("an error page"));
    expect(await store.read("key")).toBeUndefined();
    expect(await store.read("key", RANGE)).toBeUndefined();
    expect(await store.size("key")).toBeUndefined();
  });

  it("tells no credentials that requests carry", async () => {
    const headers = { Authorization: "Bearer secret-of-mine" };
    const cut = await storeOver((_request, response) => response.destroy(), { headers });
    const refusing = await storeOver((_request, response) => response.writeHead(403).end(), { headers });
    for (const store of [cut, refusing]) {
      const error = await failureOf(store.read("key"));
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("secret-of-mine");
    }
  });

  it("calls a server that is not there retryable, not a missing key", async () => {
    const store = await storeOver(() => {});
    servers[0]?.close();
    const error = await failureOf(store.read("key"));
    expect(error.retryable).toBe(true);
  });

  it("calls a connection that breaks off in the body retryable", async () => {
    const store = await storeOver((_request, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write(BODY.subarray(0, 40));
      setTimeout(() => response.destroy(), 20);
    });
    expect((await failureOf(store.read("key"))).retryable).toBe(true);
  });

  it("notices a chunked body that breaks off", async () => {
    const store = await storeOver((_request, response) => {
      response.writeHead(200);
      response.write(BODY.subarray(0, 40));
      setTimeout(() => response.destroy(), 20);
    });
    expect((await failureOf(store.read("key"))).retryable).toBe(true);
  });

  it("refuses a compressed body, whose bytes are not the object's", async () => {
    const store = await storeOver((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(BODY);
    });
    expect((await failureOf(store.read("key"))).message).toContain("compressed");
  });

  it("asks for no compression", async () => {
    let accepted: string | undefined;
    const store = await storeOver((request, response) => {
      accepted = request.headers["accept-encoding"];
      response.writeHead(200).end(BODY);
    });
    await store.read("key");
    expect(accepted).toBe("identity");
  });
});

describe("HttpStore ranges", () => {
  const ranged = (contentRange: string | undefined, bytes: Uint8Array) =>
    storeOver((_request, response) => {
      response.writeHead(206, contentRange === undefined ? {} : { "content-range": contentRange }).end(bytes);
    });

  it("sends the range and takes the part that it states", async () => {
    const seen: (string | undefined)[] = [];
    const store = await storeOver((request, response) => {
      seen.push(request.headers.range);
      response.writeHead(206, { "content-range": "bytes 10-14/100" }).end(BODY.subarray(10, 15));
    });
    expect(await store.read("key", RANGE)).toEqual(BODY.slice(10, 15));
    expect(seen).toEqual(["bytes=10-14"]);
  });

  it.each([
    ["a start that does not fit its end", "bytes 9-14/100", BODY.subarray(10, 15)],
    ["another place", "bytes 20-24/100", BODY.subarray(20, 25)],
    ["fewer bytes although there are more", "bytes 10-12/100", BODY.subarray(10, 13)],
    ["more bytes than asked for", "bytes 10-19/100", BODY.subarray(10, 20)],
    ["a body shorter than it states", "bytes 10-14/100", BODY.subarray(10, 13)],
    ["no statement of the range", undefined, BODY.subarray(10, 15)],
    ["no statement of the size", "bytes 10-14/*", BODY.subarray(10, 15)],
    ["a range in another unit", "rows 10-14/100", BODY.subarray(10, 15)],
  ])("refuses an answer with %s", async (_what, contentRange, bytes) => {
    const store = await ranged(contentRange, bytes);
    expect((await failureOf(store.read("key", RANGE))).status).toBe(206);
  });

  it("accepts a range that the end of the object cuts", async () => {
    const store = await ranged("bytes 95-99/100", BODY.subarray(95));
    expect(await store.read("key", { range: { offset: 95, length: 50 } })).toEqual(BODY.slice(95));
  });

  it("cuts the whole object when the server ignores ranges", async () => {
    const store = await storeOver((_request, response) => response.writeHead(200).end(BODY));
    expect(await store.read("key", RANGE)).toEqual(BODY.slice(10, 15));
    expect(await store.read("key", { range: { suffix: 3 } })).toEqual(BODY.slice(97));
    expect(await store.read("key", { range: { offset: 200, length: 3 } })).toEqual(new Uint8Array(0));
  });

  it("asks for no bytes by asking for the size", async () => {
    const methods: (string | undefined)[] = [];
    const store = await storeOver((request, response) => {
      methods.push(request.method);
      response.writeHead(200, { "content-length": 100 }).end();
    });
    expect(await store.read("key", { range: { offset: 3, length: 0 } })).toEqual(new Uint8Array(0));
    expect(methods).toEqual(["HEAD"]);
  });
});

describe("HttpStore size", () => {
  it.each([403, 405, 501])("asks for one byte where HEAD answers %i", async (status) => {
    const store = await storeOver((request, response) => {
      if (request.method === "HEAD") response.writeHead(status).end();
      else response.writeHead(206, { "content-range": "bytes 0-0/12345" }).end(BODY.subarray(0, 1));
    });
    expect(await store.size("key")).toBe(12345);
  });

  it("asks for one byte where HEAD states no length", async () => {
    const store = await storeOver((request, response) => {
      if (request.method === "HEAD") response.writeHead(200, { "transfer-encoding": "chunked" }).end();
      else response.writeHead(416, { "content-range": "bytes */0" }).end();
    });
    expect(await store.size("key")).toBe(0);
  });
});

describe("HttpStore and objects that change", () => {
  const changing = (tags: readonly string[]) => {
    const matches: (string | undefined)[] = [];
    let answers = 0;
    const answer: RequestListener = (request, response) => {
      matches.push(request.headers["if-match"]);
      response.writeHead(200, { etag: tags[Math.min(answers++, tags.length - 1)] }).end(BODY);
    };
    return { matches, answer };
  };

  it("sends the first answer's tag with later reads", async () => {
    const { matches, answer } = changing(['"one"']);
    const store = await storeOver(answer);
    await store.read("key");
    await store.read("key");
    await store.read("other");
    expect(matches).toEqual([undefined, '"one"', undefined]);
  });

  it("fails when the tag changed, also where the server does not look at If-Match", async () => {
    for (const tags of [
      ['"one"', '"two"'],
      ['W/"one"', 'W/"two"'],
    ]) {
      const store = await storeOver(changing(tags).answer, { conditional: false });
      await store.read("key");
      const error = await failureOf(store.read("key"));
      expect(error.message).toContain("changed");
      expect(error.retryable).toBe(false);
    }
  });

  it("takes a tag for the same whether it is called weak or strong, and keeps the strong one", async () => {
    const { matches, answer } = changing(['W/"one"', '"one"', 'W/"one"']);
    const store = await storeOver(answer);
    for (let i = 0; i < 4; i++) expect(await store.read("key")).toEqual(BODY);
    expect(matches).toEqual([undefined, undefined, '"one"', '"one"']);
  });

  it("fails when the size changed, where there are no tags", async () => {
    let size = 100;
    const store = await storeOver((_request, response) => {
      response.writeHead(206, { "content-range": `bytes 10-14/${size}` }).end(BODY.subarray(10, 15));
    });
    await store.read("key", RANGE);
    size = 101;
    expect((await failureOf(store.read("key", RANGE))).message).toContain("changed");
  });

  it("gives a strong tag as validator, and no weak one", async () => {
    for (const [etag, validator] of [
      ['"one"', '"one"'],
      ['W/"one"', undefined],
    ]) {
      const store = await storeOver((_request, response) => {
        response.writeHead(200, { etag, "content-length": 100 }).end();
      });
      expect(await store.stat("key")).toEqual({ size: 100, validator });
    }
  });

  it("sends no weak tag, which If-Match never matches", async () => {
    const { matches, answer } = changing(['W/"one"']);
    const store = await storeOver(answer);
    await store.read("key");
    await store.read("key");
    expect(matches).toEqual([undefined, undefined]);
  });

  it("fails when the server says so", async () => {
    const store = await storeOver((_request, response) => response.writeHead(412).end());
    expect((await failureOf(store.read("key", RANGE))).message).toContain("changed");
  });
});

describe("HttpStore redirects", () => {
  it("follows five, and calls more of them final", async () => {
    let left = 5;
    const store = await storeOver((request, response) => {
      if (left-- > 0) response.writeHead(302, { location: `${request.url}x` }).end();
      else response.writeHead(206, { "content-range": "bytes 10-14/100" }).end(BODY.subarray(10, 15));
    });
    expect(await store.read("key", RANGE)).toEqual(BODY.slice(10, 15));
    left = 6;
    const error = await failureOf(store.read("key", RANGE));
    expect(error.message).toContain("redirects more than 5 times");
    expect(error.retryable).toBe(false);
  });

  it("takes given headers to no other host, and the range along", async () => {
    const seen: (readonly [string | undefined, string | undefined, string | undefined])[] = [];
    const note: RequestListener = ({ headers }) =>
      void seen.push([headers.authorization, headers["x-key"]?.toString(), headers.range]);
    const other = await storeOver((request, response) => {
      note(request, response);
      if (request.url === "/base/key") response.writeHead(302, { location: "/base/own" }).end();
      else response.writeHead(206, { "content-range": "bytes 10-14/100" }).end(BODY.subarray(10, 15));
    });
    const headers = { Authorization: "Bearer x", "X-Key": "y" };
    const store = await storeOver(
      (request, response) => {
        note(request, response);
        const isSame = request.url === "/base/key";
        response.writeHead(302, { location: isSame ? "/base/next" : `${other.url}key` }).end();
      },
      { headers },
    );
    await store.read("key", RANGE);
    expect(seen).toEqual([
      ["Bearer x", "y", "bytes=10-14"],
      ["Bearer x", "y", "bytes=10-14"],
      [undefined, undefined, "bytes=10-14"],
      // Where the other host leads to on itself, it is still another one.
      [undefined, undefined, "bytes=10-14"],
    ]);
  });

  it("tells nothing of where a redirect led", async () => {
    const store = await storeOver((request, response) => {
      if (request.url?.includes("signature") === true) response.writeHead(403).end();
      else response.writeHead(302, { location: "/other?signature=hidden" }).end();
    });
    const error = await failureOf(store.read("key"));
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("hidden");
  });
});

describe("HttpStore and silence", () => {
  it.each([0, 10])("ends a connection on which nothing comes after %i bytes", async (count) => {
    const store = await storeOver(
      (_request, response) => {
        response.writeHead(200, { "content-length": 100 });
        if (count > 0) response.write(BODY.subarray(0, count));
      },
      { stallSeconds: 0.2 },
    );
    const error = await failureOf(store.read("key"));
    expect(error.message).toContain("nothing came for 0.2 s");
    expect(error.retryable).toBe(true);
  });

  it("ends a body that trickles", async () => {
    const store = await storeOver(
      (_request, response) => {
        response.writeHead(200, { "content-length": 100 });
        const timer = setInterval(() => response.write("x"), 5);
        response.on("close", () => clearInterval(timer));
      },
      { stallSeconds: 30, minimumRate: { bytesPerSecond: 1e6, seconds: 0.1 } },
    );
    const error = await failureOf(store.read("key"));
    expect(error.message).toMatch(/only \d+ bytes came in 0\.1 s$/);
    expect(error.retryable).toBe(true);
  });

  it("waits for a slow body that keeps coming", async () => {
    const store = await storeOver(
      (_request, response) => {
        response.writeHead(200, { "content-length": 100 });
        const send = (from: number): void => {
          response.write(BODY.subarray(from, from + 10));
          if (from < 90) setTimeout(() => send(from + 10), 120);
        };
        send(0);
      },
      { stallSeconds: 0.8 },
    );
    expect(await store.read("key")).toEqual(BODY);
  });
});

describe("HttpStore aborts", () => {
  it("ends a request whose answer never comes, with the caller's reason", async () => {
    let closed: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const store = await storeOver((request) => request.on("close", () => closed?.()));
    const controller = new AbortController();
    const reason = { why: "navigated away" };
    const work = store.read("key", { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    await expect(work).rejects.toBe(reason);
    await gone;
  });

  it("ends a request in the middle of its body", async () => {
    const store = await storeOver((_request, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write(BODY.subarray(0, 10));
    });
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 50);
    await expect(store.read("key", { signal: controller.signal })).rejects.toBe(reason);
  });
});

describe("HttpStore addresses", () => {
  it("escapes every part of a key and keeps its slashes", async () => {
    let path: string | undefined;
    const store = await storeOver((request, response) => {
      path = request.url;
      response.writeHead(200).end();
    });
    await store.read("alf/#2024-05-06#/a b+c%20?d.npy");
    expect(path).toBe("/base/alf/%232024-05-06%23/a%20b%2Bc%2520%3Fd.npy");
  });

  it("refuses what is no folder of the web", () => {
    for (const url of [
      "ftp://host/x",
      "no url",
      "https://host/x?token=1",
      "https://host/x#part",
      "https://me:key@host/",
    ]) {
      expect(() => new HttpStore(url)).toThrow(expect.objectContaining({ code: "config" }));
    }
  });

  it("sends the headers that it was given", async () => {
    let authorization: string | undefined;
    const answer: RequestListener = (request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(200).end();
    };
    const store = await storeOver(answer, { headers: { Authorization: "Bearer x" } });
    await store.read("key");
    expect(authorization).toBe("Bearer x");
  });
});
