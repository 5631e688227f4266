// A server of one file, in a process of its own: its bytes are a block of random ones again and again, and lie in memory.
//
//   node bench/storage/origin.mjs <bytes>
//
// Says { url, size, md5, sha256 } on its first line, answers ranges, and ends with its standard input.
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

const BLOCK = 8 * 1024 * 1024;
const size = Number(process.argv[2]);
const block = randomBytes(BLOCK);
const digests = { md5: createHash("md5"), sha256: createHash("sha256") };
for (let start = 0; start < size; start += BLOCK) {
  for (const hash of Object.values(digests)) hash.update(block.subarray(0, size - start));
}
const ETAG = `"${block.toString("hex", 0, 8)}"`;

const server = createServer((request, response) => {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const isPart = from !== undefined && [undefined, ETAG].includes(request.headers["if-range"]);
  const start = isPart ? Number(from) : 0;
  const end = isPart && to !== "" ? Math.min(size, Number(to) + 1) : size;
  if (start >= end) return void response.writeHead(416, { "Content-Range": `bytes */${size}` }).end();
  const range = isPart ? { "Content-Range": `bytes ${start}-${end - 1}/${size}` } : {};
  response.writeHead(isPart ? 206 : 200, {
    ...range,
    ...{ ETag: ETAG, "Accept-Ranges": "bytes", "Content-Length": end - start },
  });
  if (request.method === "HEAD") return void response.end();
  let position = start;
  const send = () => {
    while (position < end) {
      const offset = position % BLOCK;
      const piece = block.subarray(offset, Math.min(BLOCK, offset + end - position));
      position += piece.byteLength;
      if (!response.write(piece)) return void response.once("drain", send);
    }
    response.end();
  };
  send();
});
server.listen(0, "127.0.0.1", () => {
  const [md5, sha256] = Object.values(digests).map((hash) => hash.digest("hex"));
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/file`, size, md5, sha256 }));
});
process.stdin.resume().once("end", () => process.exit());
