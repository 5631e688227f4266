// Damages HDF5 fixtures byte by byte and compares the native reader with the HDF5 library on each.
//
//   node scripts/fuzz-hdf5.mjs [--seed 1] [--rounds 200] [--file <part of a name>]
//
// Every call has to end in values or a typed error, and where both readers give values they have to be the same. A small share of it
// runs with the tests: packages/formats/src/hdf5/native/fuzz.test.ts.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    rounds: { type: "string", default: "200" },
    file: { type: "string" },
  },
});
const only = options.file === undefined ? [] : ["-t", options.file];
const { status } = spawnSync("npx", ["vitest", "run", "packages/formats/src/hdf5/native/fuzz.test.ts", ...only], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  env: { ...process.env, FUZZ_SEED: options.seed, FUZZ_ROUNDS: options.rounds },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
