// Speed and memory of the LFPack reader beside lfpack's own.
//
//   npm run bench -- lfpack [--python <python with lfpack>] [--rounds 3] [--only decode,regions] [--ranks 1,8,16,32,64] [--folder <path>]
//
// Writes its files first (a minute), into a temporary folder unless --folder names one, where they stay and are used again.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { RANKS, recordingOf, writeRanks } from "./archives.mjs";
import { compare, machine, ratio, spread, startReference, table } from "./measure.mjs";

const TEN_MINUTES = ["read", "bins", "regions", "again", "bandpass", "csd", "whole"];
const TITLES = {
  read: "ten minutes, all channels, in blocks",
  whole: "ten minutes, all channels, one array",
  bins: "`bin_channels=4`",
  regions: "ten region means",
  again: "ten region means, chunks still decoded",
  bandpass: "band-pass 4-80 Hz, all channels",
  csd: "current source density",
};
const TEN_MINUTES_RANK = 16;
const VARIANTS = { one: { threads: 1 }, two: { threads: 2 } };

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: process.env.LFPACK_PYTHON ?? "python3" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    ranks: { type: "string", default: RANKS.join(",") },
    folder: { type: "string" },
  },
});
const rounds = Number(options.rounds);
const only = options.only?.split(",");
const ranks = options.ranks.split(",").map(Number);
const wanted = (operation) => only === undefined || only.includes(operation);

const folder = options.folder ?? mkdtempSync(join(tmpdir(), "crossprobe-bench-"));
mkdirSync(folder, { recursive: true });
const reference = await startReference(options.python);
try {
  for (const format of [1, 2]) prepare(format);
  console.log(`${new Date().toISOString().slice(0, 10)}, ${machine()}`);
  console.log(
    reference === undefined ? "no Python with lfpack: ours alone" : `lfpack, numpy ${reference.versions.numpy}`,
  );
  console.log("Milliseconds: minimum / median / maximum. Ratios: of the minima by the clock (of processor time).");
  for (const format of [1, 2]) await measure(format);
  console.log(`\nload at the end: ${machine()}`);
} finally {
  reference?.close();
  if (options.folder === undefined) rmSync(folder, { recursive: true });
}

function pathOf(format) {
  return join(folder, `ranks-format-${format}.h5`);
}

function prepare(format) {
  if (!existsSync(pathOf(format))) writeRanks(pathOf(format), format);
  console.error(`${pathOf(format)}: ${(statSync(pathOf(format)).size / 1e6).toFixed(1)} MB`);
}

async function measure(format) {
  if (wanted("decode")) await perRank(format, "decode", "a chunk decoded in memory", 12);
  if (wanted("chunk")) await perRank(format, "chunk", "an aligned chunk read", 2);
  const operations = TEN_MINUTES.filter(wanted);
  if (operations.length > 0) await tenMinutes(format, operations);
}

async function perRank(format, operation, title, repeats) {
  const rows = [];
  for (const rank of ranks) {
    const job = { operation, path: pathOf(format), recording: recordingOf(rank), repeats };
    const figures = await compare(job, VARIANTS, reference, rounds);
    rows.push([rank, ...columns(figures)]);
  }
  print(`format ${format}: ${title}`, "rank", rows);
}

async function tenMinutes(format, operations) {
  for (const rank of ranks.includes(TEN_MINUTES_RANK) ? [TEN_MINUTES_RANK] : ranks) {
    const rows = [];
    for (const operation of operations) {
      const job = { operation, path: pathOf(format), recording: recordingOf(rank), repeats: 3 };
      const figures = await compare(job, VARIANTS, reference, rounds, 2);
      rows.push([TITLES[operation], ...columns(figures)]);
    }
    print(`format ${format}: ten minutes of rank ${rank}`, "operation", rows);
  }
}

function columns({ ours, reference: theirs }) {
  const [one, two] = [ours.get("one"), ours.get("two")];
  const peak = [one, two].map(({ peakBytes }) => Math.round(peakBytes / 1e6)).join(" / ");
  const own = [spread(one.ms), spread(two.ms), ratio(one, two).split(" ")[0], peak];
  return theirs === undefined ? own : [spread(theirs.ms), ...own.slice(0, 1), ratio(theirs, one), ...own.slice(1)];
}

function print(title, first, rows) {
  const own = ["two workers", "two : one", "peak MB, one / two"];
  const head = reference === undefined ? ["one thread", ...own] : ["lfpack", "one thread", "ours : lfpack", ...own];
  console.log(`\n${title}\n\n${table([first, ...head], rows)}`);
}
