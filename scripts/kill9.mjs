// Ends downloads by kill -9 at seeded points of what they write, and looks at what is left.
//
//   npm run kill9 -- [--points 200] [--seed 1]
//
// Each point is a process that downloads seven files and ends itself before, after or in the middle of the n-th change that it makes to the file
// system (a write, a rename, a sync, a folder, a lock). After each, every file in its place must be whole and right, none that was there may be
// gone, and nothing else may lie among them; at the end of each chain of up to four points a process that is left alone must finish all of them.
// Exits with 1 when anything is wrong.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRandom } from "./random.mjs";

const CHILD = fileURLToPath(new URL("kill9/child.mjs", import.meta.url));
const { values } = parseArgs({
  options: { points: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
const points = Number(values.points);
const { integer } = createRandom(Number(values.seed));
// The last is long enough for digests to come from another thread.
const SIZES = [0, 1, 70_000, 300_000, 1_000_000, 150_000, 17_500_000];
const contents = SIZES.map((size, file) =>
  Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 9) + file * 13) & 255),
);
const PATHS = contents.map((_, i) => (i % 2 === 0 ? `lab/session/f${i}.npy` : `lab/f${i}.npy`));
const totals = { killed: 0, finished: 0, published: 0, checked: 0, resumed: 0, bytes: 0, problems: [] };

const server = createServer(serve);
server.listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
try {
  while (totals.killed < points && totals.problems.length === 0) await chain();
} finally {
  server.closeAllConnections();
  server.close();
}
for (const problem of totals.problems) console.log(problem);
console.log(`${totals.killed} processes ended by kill -9 (seed ${values.seed}), ${totals.finished} left alone`);
console.log(
  `${totals.checked} looks at files in their place, ${totals.published} published, ${totals.resumed} requests for a rest`,
);
console.log(`${totals.problems.length} problems`);
process.exitCode = totals.problems.length > 0 ? 1 : 0;

/** Several processes in one folder, each but the last ended at some point. */
async function chain() {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-kill9-"));
  const there = new Set();
  try {
    const length = 1 + integer(4);
    for (let i = 0; i < length && totals.killed < points; i++) {
      const point = { at: integer(170), when: ["before", "after", "middle"][integer(3)] };
      if ((await work(folder, point)) === "killed") totals.killed++;
      look(folder, there, `after ${JSON.stringify(point)}`);
    }
    if ((await work(folder, undefined)) !== "finished")
      totals.problems.push(`${folder}: what was left alone did not finish`);
    totals.finished++;
    look(folder, there, "at the end");
    if (there.size !== PATHS.length) totals.problems.push(`${there.size} of ${PATHS.length} files at the end`);
    const left = readdirSync(join(folder, ".crossprobe", "work"), { recursive: true });
    if (left.some((name) => /\.part$|lock\./.test(name))) totals.problems.push(`left behind: ${left}`);
    totals.published += there.size;
  } finally {
    if (totals.problems.length === 0) rmSync(folder, { recursive: true, force: true });
  }
}

async function work(folder, point) {
  const url = `http://127.0.0.1:${server.address().port}`;
  const files = PATHS.map((path, i) => ({
    ...{ id: `${i}`, source: null, urls: [`${url}/${i}`], absent: null, path },
    ...{ size: i === 3 ? null : SIZES[i], digests: i % 3 === 0 ? [] : [{ kind: "md5", value: md5(contents[i]) }] },
  }));
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ folder, files, point })], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code, signal] = await new Promise((resolve) => child.once("exit", (...how) => resolve(how)));
  if (signal === "SIGKILL") return "killed";
  if (code === 0) return "finished";
  totals.problems.push(`the process ended with ${signal ?? code}`);
  return "failed";
}

/** Every file in its place is whole and right, none is gone, and nothing else is there. */
function look(folder, there, when) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = entries.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  const visible = found.filter((path) => !path.startsWith(".crossprobe"));
  for (const path of visible) {
    totals.checked++;
    const i = PATHS.indexOf(path.replaceAll("\\", "/"));
    if (i < 0) totals.problems.push(`${when}: ${path} is no file of the download`);
    else if (Buffer.compare(readFileSync(join(folder, path)), contents[i]) !== 0)
      totals.problems.push(`${when}: ${path} is not whole`);
    else there.add(path);
  }
  for (const path of there) if (!visible.includes(path)) totals.problems.push(`${when}: ${path} is gone`);
}

function serve(request, response) {
  const content = contents[Number(request.url.slice(1))];
  const etag = `"${md5(content)}"`;
  const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? Number.NaN);
  const isFresh = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  if (Number.isNaN(first) || !isFresh) {
    response.writeHead(200, { ETag: etag, "Content-Length": content.byteLength }).end(content);
    return;
  }
  totals.resumed++;
  if (first >= content.byteLength) {
    response.writeHead(416, { "Content-Range": `bytes */${content.byteLength}` }).end();
    return;
  }
  const range = `bytes ${first}-${content.byteLength - 1}/${content.byteLength}`;
  response.writeHead(206, { ETag: etag, "Content-Range": range, "Content-Length": content.byteLength - first });
  response.end(content.subarray(first));
}

function md5(bytes) {
  return createHash("md5").update(bytes).digest("hex");
}
