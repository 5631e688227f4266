// Requests, bytes and times of LFPack archives over HTTP, 30 ms latency added to every answer.
//
//   npm run bench -- remote-hdf5 --folder <path> [--latency 30] [--formats 1,2]
//
// Reads many-format-1.h5 and many-format-2.h5 of `npm run bench -- lfpack-big --folder <path> --keep`; an index beside them is left alone.
import { Agent } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openLfpack } from "@crossprobe/ibl-adapter/lfpack";
import { HttpStore } from "@crossprobe/storage";
import { machine, table } from "../lfpack/measure.mjs";
import { startRangeServer } from "./range-server.mjs";

const CHUNK = 2048;
const WINDOWS = [
  ["window of 10 s at the start", [0, 2500]],
  ["another of 10 s", [500_000, 502_500]],
  ["60 chunks (8 min)", [600_000, 600_000 + 60 * CHUNK]],
  ["320 chunks (44 min), streamed", [100 * CHUNK, 420 * CHUNK]],
];

const { values: options } = parseArgs({
  options: {
    folder: { type: "string" },
    latency: { type: "string", default: "30" },
    formats: { type: "string", default: "1,2" },
  },
});
if (options.folder === undefined) throw new Error("--folder <path> is needed: see the head of this file");

const server = await startRangeServer(join(options.folder), { latencyMs: Number(options.latency) });
try {
  console.log(`${new Date().toISOString().slice(0, 10)}, ${machine()}, ${options.latency} ms latency`);
  for (const format of options.formats.split(",")) await measure(format);
} finally {
  await server.close();
}

async function measure(format) {
  const rows = [];
  const timed = async (title, action, plan = () => undefined) => {
    const planned = await plan();
    server.reset();
    const start = performance.now();
    const value = await action();
    const ms = Math.round(performance.now() - start);
    const { requests, bytes } = server.counts;
    const before = planned === undefined ? "" : `${planned.requests} / ${megabytes(planned.bytes)}`;
    const spent = planned === undefined ? "" : `${planned.spent.requests} / ${megabytes(planned.spent.bytes)}`;
    rows.push([title, requests, megabytes(bytes), ms, before, spent]);
    return value;
  };
  const httpAgent = new Agent({ keepAlive: true, maxSockets: 16 });
  const store = new HttpStore(server.url, { httpAgent });
  const file = await timed("open and list 699 recordings", async () => {
    const opened = await openLfpack(store, `many-format-${format}.h5`, { index: null });
    await opened.recordings();
    return opened;
  });
  const last = (await file.recordings()).at(-1);
  const recording = await timed("open the last recording", () => file.openRecording(last));
  for (const [title, samples] of WINDOWS) {
    const read = async () => {
      for await (const _ of recording.stream({ samples })) {
        // reading is all
      }
    };
    await timed(title, read, () => recording.planTransfer({ samples }));
  }
  await file.close();
  httpAgent.destroy();
  const head = ["", "requests", "MB", "ms", "told before: requests / MB", "looked up for that: requests / MB"];
  console.log(`\nformat ${format}\n\n${table(head, rows)}`);
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(2);
}
