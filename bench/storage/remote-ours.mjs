// Windows of one file:  node bench/storage/remote-ours.mjs <nwb|lfpack> <path or URL>
// Says { importsMs }; a line of JSON { samples } in, one of { ms, probe } out. The first one opens the file.
import { createInterface } from "node:readline";

const begun = performance.now();
const { createStores, toFileUrl } = await import("@crossprobe/storage/node");
const { openLfpFile } = await import("@crossprobe/allen-adapter/lfp");
const { openLfpack } = await import("@crossprobe/ibl-adapter/lfpack");
console.log(JSON.stringify({ importsMs: performance.now() - begun }));

const [kind, target] = process.argv.slice(2);
const url = target.includes("://") ? target : toFileUrl(target);
const end = url.lastIndexOf("/") + 1;
const [base, key] = [url.slice(0, end), decodeURIComponent(url.slice(end))];
const READERS = {
  async nwb(store) {
    const lfp = await openLfpFile(store, key);
    return async (samples) => (await lfp.read({ samples })).data.data;
  },
  async lfpack(store) {
    const file = await openLfpack(store, key);
    const recording = await file.openRecording((await file.recordings()).at(-1));
    return async (samples) => (await recording.read({ samples })).data;
  },
};
let read;
for await (const line of createInterface({ input: process.stdin })) {
  const { samples } = JSON.parse(line);
  const start = performance.now();
  read ??= await READERS[kind](createStores().open(base));
  const values = await read(samples);
  const ms = performance.now() - start;
  console.log(JSON.stringify({ ms, probe: [values[0], values[1], values.at(-1)] }));
}
process.exit();
