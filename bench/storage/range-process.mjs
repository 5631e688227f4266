// The range server of ../remote-hdf5 in a process of its own:  node bench/storage/range-process.mjs <folder> <latency in ms>
// Says { url }, then answers each line with what was counted since the last one, and ends with its standard input.
import { createInterface } from "node:readline";
import { startRangeServer } from "../remote-hdf5/range-server.mjs";

const [folder, latency] = process.argv.slice(2);
const server = await startRangeServer(folder, { latencyMs: Number(latency) });
console.log(JSON.stringify({ url: server.url }));
for await (const _ of createInterface({ input: process.stdin })) {
  const { requests, bytes } = server.counts;
  console.log(JSON.stringify({ requests, bytes }));
  server.reset();
}
await server.close();
