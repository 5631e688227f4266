// Downloads beside curl, and remote HDF5 beside local HDF5, fsspec and remfile.
//
//   npm run bench -- storage [--only download|remote] [--rounds 5] [--bytes 1073741824] [--to <folder on the disk to measure>]
//                            [--python <Python with h5py, fsspec, aiohttp, remfile and lfpack>] [--latency 0,30]
//                            [--nwb <LFP file of `bench -- allen-lfp`>] [--lfpack <archive of `bench -- lfpack-big --keep`>]
//
// Everything takes turns, each job in a process of its own; times begin after imports. Servers are processes of their own on the loopback.
// Linux, with curl and bash.
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { machine } from "../lfpack/measure.mjs";
import { measureDownloads } from "./download.mjs";
import { measureRemote } from "./remote.mjs";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    bytes: { type: "string", default: String(2 ** 30) },
    to: { type: "string", default: tmpdir() },
    python: { type: "string" },
    latency: { type: "string", default: "0,30" },
    nwb: { type: "string" },
    lfpack: { type: "string", multiple: true, default: [] },
  },
});
const rounds = Number(options.rounds);
const print = (text) => console.log(text);
print(`${new Date().toISOString().slice(0, 10)}, ${machine()}`);
if (options.only !== "remote") await measureDownloads({ rounds, bytes: Number(options.bytes), to: options.to, print });
if (options.only !== "download") {
  const files = [...(options.nwb === undefined ? [] : [options.nwb]), ...options.lfpack];
  if (files.length === 0) print("\nRemote reads: no file was named (--nwb, --lfpack).");
  const latencies = options.latency.split(",").map(Number);
  for (const path of files) await measureRemote({ path, rounds, latencies, python: options.python, print });
}
print(`\nload at the end: ${machine()}`);
