// Opening, listing and first reading of archives as large as the published ones: 699 recordings, some 360 000 chunks, of either format.
//
//   npm run bench -- lfpack-big [--python <python with lfpack>] [--rounds 5] [--folder <path>] [--keep]
//
// Writes 7 GB first (some minutes); --folder says where and uses what is there. Deletes them at the end unless --keep. Every measurement is
// a process of its own; Node's start and the imports are not counted but stated. The file is in the page cache.
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeMany } from "./archives.mjs";
import { compare, machine, ratio, spread, startReference, table } from "./measure.mjs";

const TITLES = {
  list: "open and list the recordings",
  facts: "facts of all 699 recordings",
  window: "first 10 s of the last recording",
};

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: process.env.LFPACK_PYTHON ?? "python3" },
    rounds: { type: "string", default: "5" },
    formats: { type: "string", default: "1,2" },
    only: { type: "string" },
    folder: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
const folder = options.folder ?? mkdtempSync(join(tmpdir(), "crossprobe-bench-"));
mkdirSync(folder, { recursive: true });
const reference = await startReference(options.python);
const written = [];
try {
  console.log(`${new Date().toISOString().slice(0, 10)}, ${machine()}`);
  console.log("Milliseconds: minimum / median / maximum. Ratios: of the minima by the clock (of processor time).");
  for (const format of options.formats.split(",").map(Number)) await measure(format);
  console.log(`\nload at the end: ${machine()}`);
} finally {
  reference?.close();
  if (!options.keep) {
    for (const path of written) rmSync(path);
    if (options.folder === undefined) rmSync(folder, { recursive: true });
  }
}

async function measure(format) {
  const path = join(folder, `many-format-${format}.h5`);
  written.push(path);
  if (!existsSync(path)) {
    writeMany(path, format, (count, chunks) => {
      if (process.stderr.isTTY) process.stderr.write(`\rformat ${format}: ${count} recordings, ${chunks} chunks `);
    });
  }
  await fillPageCache(path);
  const { openLfpack } = await import("@crossprobe/ibl-adapter/lfpack");
  const { LocalStore } = await import("@crossprobe/storage/node");
  const file = await openLfpack(new LocalStore(folder), `many-format-${format}.h5`);
  const recording = (await file.recordings()).at(-1);
  await file.close();
  const rows = [];
  const imports = [];
  for (const operation of Object.keys(TITLES).filter((name) => options.only?.split(",").includes(name) ?? true)) {
    const job = { operation, path, recording };
    const { ours, reference: theirs } = await compare(job, { one: {} }, reference, Number(options.rounds), 3);
    const { ms, peakBytes, importsMs } = ours.get("one");
    imports.push(...importsMs);
    const lfpack = theirs === undefined ? [] : [spread(theirs.ms)];
    const beside = theirs === undefined ? [] : [ratio(theirs, ours.get("one"))];
    rows.push([TITLES[operation], ...lfpack, spread(ms), ...beside, Math.round(peakBytes / 1e6)]);
  }
  const lfpack = reference === undefined ? [[], []] : [["lfpack"], ["ours : lfpack"]];
  console.log(
    `\nformat ${format}, ${(statSync(path).size / 1e9).toFixed(2)} GB, not counted: start and imports ${spread(imports)}\n`,
  );
  console.log(table(["", ...lfpack[0], "ours", ...lfpack[1], "peak MB"], rows));
}

async function fillPageCache(path) {
  for await (const _ of createReadStream(path, { highWaterMark: 8 * 2 ** 20 })) {
    // reading is all
  }
}
