import dns from "node:dns";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isDataError, type StoreError } from "@crossprobe/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { HttpStore } from "./http.js";
import { JsonHttp } from "./http-json.js";

const servers: Server[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Names of a world of its own: connections all end here, and names are of public or private addresses as is said. */
function nameHosts(names: Readonly<Record<string, string>>): void {
  vi.spyOn(dns, "lookup").mockImplementation(((...given: unknown[]) => {
    const done = given.at(-1) as (...answer: unknown[]) => void;
    const isAll = Reflect.get(Object(given[1]), "all") === true;
    if (isAll) done(null, [{ address: "127.0.0.1", family: 4 }]);
    else done(null, "127.0.0.1", 4);
  }) as typeof dns.lookup);
  vi.spyOn(dns.promises, "lookup").mockImplementation((async (name: string) => [
    { address: names[name] ?? "127.0.0.1", family: 4 },
  ]) as unknown as typeof dns.promises.lookup);
}

async function failureOf(work: Promise<unknown>): Promise<StoreError> {
  const [result] = await Promise.allSettled([work]);
  if (result.status === "rejected" && isDataError(result.reason, "store")) return result.reason;
  throw new Error(`expected a StoreError, got ${JSON.stringify(result)}`);
}

const READERS: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  "a store": (url) => new HttpStore(url).read("key"),
  "a web service": (url) => new JsonHttp().request({ method: "GET", url }),
};

describe.each(Object.keys(READERS))("%s", (name) => {
  const readFrom = READERS[name] ?? (() => Promise.reject(new Error(name)));

  it.each(["127.0.0.1", "inside.example"])("is not led from a public server to %s", async (host) => {
    nameHosts({ "public.example": "93.184.216.34", "inside.example": "10.0.0.7" });
    const seen: string[] = [];
    const inside = await serve((request, response) => {
      seen.push(request.url ?? "");
      response.end("secret");
    });
    const outside = await serve((_request, response) =>
      response.writeHead(302, { location: `http://${host}:${inside}/key` }).end(),
    );
    const error = await failureOf(readFrom(`http://public.example:${outside}/`));
    expect(error.message).toContain("redirects into a private network");
    expect(error.hint).toContain("ask for the private address itself");
    expect(error.retryable).toBe(false);
    expect(seen).toEqual([]);
  });

  it("is led about in a private network by who is in one", async () => {
    nameHosts({ "inside.example": "10.0.0.7" });
    let isAsked = false;
    const second = await serve((_request, response) => {
      isAsked = true;
      response.end("x");
    });
    const first = await serve((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${second}/key` }).end(),
    );
    await readFrom(`http://inside.example:${first}/`);
    expect(isAsked).toBe(true);
  });
});
