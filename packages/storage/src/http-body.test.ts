import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { HttpBodies } from "./http-body.js";

it("gives the connection of an answer to HEAD back, where it would keep the process", async () => {
  const ports: (number | undefined)[] = [];
  const server = createServer((request, response) => {
    ports.push(request.socket.remotePort);
    response.writeHead(200, { "Content-Length": 4 }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bodies = new HttpBodies({ stallSeconds: 5 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ask = { url, rules: { allowPrivate: true, hosts: undefined }, signal: undefined, method: "HEAD" } as const;
  try {
    // It is free a turn or two after the answer.
    for (let i = 0; i < 200 && !ports.slice(1).includes(ports[0]); i++) {
      (await bodies.request(ask)).cancel();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(ports.slice(1)).toContain(ports[0]);
  } finally {
    bodies.close();
    server.close();
    server.closeAllConnections();
  }
});
