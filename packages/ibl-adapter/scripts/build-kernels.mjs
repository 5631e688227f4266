// Compiles assembly/lfpack-kernels.ts to src/lfp/kernels/lfpack-kernels.wasm, and that to a module that holds it as base64, so that
// neither bundlers nor archives need to find an asset.
//
//   npm run build:kernels              writes both
//   npm run build:kernels -- --check   compiles again and fails where a committed file differs by a byte
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const SOURCE = "assembly/lfpack-kernels.ts";
const WASM = "src/lfp/kernels/lfpack-kernels.wasm";
const MODULE = "src/lfp/kernels/lfpack-kernels.wasm.ts";
/** Pages of 64 KiB: `ENGINE_BYTES` of src/lfp/kernels/engine.ts, and one behind them for constants. */
const PAGES = "65";
const CONSTANTS_AT = String(64 * 2 ** 16);

const folder = new URL("../", import.meta.url);
const wasm = await compile();
const files = { [WASM]: wasm, [MODULE]: new TextEncoder().encode(toModule(wasm)) };

if (process.argv.includes("--check")) {
  const stale = Object.entries(files).filter(([path, bytes]) => !isSame(path, bytes));
  for (const [path] of stale) console.error(`${path} is not what ${SOURCE} compiles to: run npm run build:kernels`);
  process.exitCode = stale.length > 0 ? 1 : 0;
  if (stale.length === 0) console.log(`${WASM}: ${wasm.length} bytes, as ${SOURCE} compiles to`);
} else {
  for (const [path, bytes] of Object.entries(files)) writeFileSync(new URL(path, folder), bytes);
  console.log(`${WASM}: ${wasm.length} bytes`);
}

async function compile() {
  const outputs = new Map();
  const flags = [
    "--runtime",
    "stub",
    "--importMemory",
    "--initialMemory",
    PAGES,
    "--maximumMemory",
    PAGES,
    "--memoryBase",
    CONSTANTS_AT,
  ];
  const optimise = ["-O3", "--noAssert", "--enable", "simd"];
  const paths = [SOURCE, "--outFile", "kernels.wasm", "--baseDir", fileURLToPath(folder)];
  const { error, stderr } = await asc.main([...paths, ...flags, ...optimise], {
    writeFile: (name, contents) => void outputs.set(name, contents),
  });
  if (error) throw new Error(`${SOURCE} does not compile: ${error.message}\n${stderr.toString()}`);
  return outputs.get("kernels.wasm");
}

function toModule(bytes) {
  const base64 = Buffer.from(bytes).toString("base64");
  return `// Written by scripts/build-kernels.mjs from ${SOURCE}: do not edit.\n
/** The kernels as base64 of a WebAssembly module of ${bytes.length} bytes. */
export const LFPACK_KERNELS_WASM =
  "${base64}";
`;
}

function isSame(path, bytes) {
  try {
    return Buffer.compare(readFileSync(new URL(path, folder)), bytes) === 0;
  } catch {
    return false; // not there
  }
}
