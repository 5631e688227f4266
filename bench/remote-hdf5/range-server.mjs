import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/**
 * Serves the files of a folder by ranges on the loopback, each answer `latencyMs` late, and counts.
 *
 * @returns `{ url, counts: { requests, bytes, ranges }, reset(), close() }`; `bytes` are those of the bodies
 */
export async function startRangeServer(folder, { latencyMs = 0 } = {}) {
  const counts = { requests: 0, bytes: 0, ranges: [] };
  const server = createServer((request, response) => {
    counts.requests += 1;
    setTimeout(() => answer(folder, request, response, counts), latencyMs);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const reset = () => Object.assign(counts, { requests: 0, bytes: 0, ranges: [] });
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, counts, reset, close };
}

function answer(folder, request, response, counts) {
  const path = join(folder, decodeURIComponent(request.url.slice(1)));
  const found = request.url.includes("..") ? undefined : statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) return void response.writeHead(404).end();
  const etag = `"${found.size.toString(16)}-${Math.round(found.mtimeMs).toString(16)}"`;
  const head = { ETag: etag, "Accept-Ranges": "bytes", "Last-Modified": found.mtime.toUTCString() };
  if (request.method === "HEAD") return void response.writeHead(200, { ...head, "Content-Length": found.size }).end();
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const start = from === undefined ? 0 : from === "" ? Math.max(0, found.size - Number(to)) : Number(from);
  const end = from === undefined || from === "" || to === "" ? found.size : Math.min(found.size, Number(to) + 1);
  if (start >= end) return void response.writeHead(416, { "Content-Range": `bytes */${found.size}` }).end();
  const isPart = from !== undefined;
  const range = isPart ? { "Content-Range": `bytes ${start}-${end - 1}/${found.size}` } : {};
  response.writeHead(isPart ? 206 : 200, { ...head, ...range, "Content-Length": end - start });
  counts.ranges.push([start, end - start]);
  const stream = createReadStream(path, { start, end: end - 1, highWaterMark: 1 << 20 });
  stream.on("data", ({ byteLength }) => {
    counts.bytes += byteLength;
  });
  // Clients may hang up before the end: what they did not take is neither read nor counted.
  response.once("close", () => stream.destroy());
  stream.pipe(response);
}
