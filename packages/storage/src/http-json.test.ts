import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { StoreError } from "@crossprobe/core";
import { afterEach, describe, expect, it } from "vitest";
import { JsonHttp } from "./http-json.js";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("JsonHttp", () => {
  it("gives every status as an answer, with the names of headers in lower case", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(429, { "Retry-After": "12" }).end("später");
    });
    const answer = await new JsonHttp().request({ method: "GET", url });
    expect([answer.status, answer.text, answer.headers.get("retry-after")]).toEqual([429, "später", "12"]);
  });

  it("sends a form with POST", async () => {
    let got = "";
    const url = await serve(async (request, response) => {
      for await (const part of request) got += part;
      response.end(request.headers["content-type"]);
    });
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const { text } = await new JsonHttp().request({ method: "POST", url, headers, body: "a=1&b=2" });
    expect([got, text]).toEqual(["a=1&b=2", "application/x-www-form-urlencoded"]);
  });

  it("does not follow a redirected POST, nor send a token to another host", async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end("{}");
    });
    const url = await serve((request, response) => {
      request.resume();
      response.writeHead(307, { Location: other.replace("127.0.0.1", "localhost") }).end();
    });
    const headers = { Authorization: "Token secret" };
    const post = await new JsonHttp().request({ method: "POST", url, headers, body: "password=p" });
    expect([post.status, seen]).toEqual([307, []]);
    await failureOf(new JsonHttp().request({ method: "GET", url, headers }));
    expect(seen.filter((value) => value !== undefined)).toEqual([]);
  });

  it("refuses a body that breaks off, and tells nothing of what was sent", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write('{"a":', () => response.socket?.destroy());
    });
    const error = await failureOf(
      new JsonHttp().request({ method: "GET", url, headers: { Authorization: "Token secret" } }),
    );
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ url, retryable: true });
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain("secret");
  });

  it("gives up after its time, and on an abort rejects with the signal's own reason", async () => {
    const url = await serve(() => {});
    const late = await failureOf(new JsonHttp({ timeoutSeconds: 0.05 }).request({ method: "GET", url }));
    expect(late).toMatchObject({ retryable: true, message: expect.stringContaining("0.05 s") });
    const reason = new Error("enough");
    const controller = new AbortController();
    const going = failureOf(new JsonHttp().request({ method: "GET", url }, { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 20);
    expect(await going).toBe(reason);
  });

  it("takes no answer longer than allowed", async () => {
    const url = await serve((_request, response) => void response.end("x".repeat(2000)));
    const error = await failureOf(new JsonHttp({ maxBytes: 1000 }).request({ method: "GET", url }));
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining("the limit of 1000 bytes") });
  });
});
