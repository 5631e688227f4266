// Time and memory of the catalogue at the size of both releases, beside DuckDB, polars and pandas on the same Parquet file and questions.
//
//   npm run bench -- catalogue [--rounds 15] [--python <interpreter with polars and pandas>] [--keep <folder>] [--scale 1]
//
// Builds a catalogue from a source drawn from a seed (bench/catalogue/full-size.mjs), saves it, and asks three things, each program in a
// process of its own: the units of CA1 with all their columns, from the file and from memory, and the medians of three columns by region and
// dataset. "First" is the first time in a process, "cold" a file opened anew in a process that has done it before. The file is in the
// system's cache. Linux only (peak memory is VmHWM).
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { descendants, regionByAcronym } from "@crossprobe/atlas";
import { machine, table } from "../lfpack/measure.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    python: { type: "string" },
    keep: { type: "string" },
    scale: { type: "string", default: "1" },
  },
});

const folder = options.keep ?? mkdtempSync(join(tmpdir(), "crossprobe-catalogue-"));
const file = join(folder, "full.parquet");
const region = regionByAcronym("CA1");
const [first, last] = [region.order, region.order + descendants(region).length];

try {
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${machine()}, load ${readFileSync("/proc/loadavg", "utf8").split(" ")[0]}`,
  );
  const built = run("build.mjs", file, options.scale);
  console.log(
    `${built.rows.map(([kind, count]) => `${count} ${kind}`).join(", ")}; ${megabytes(statSync(file).size)} MB of Parquet, ` +
      `${megabytes(statSync(`${file}.columns`).size)} MB of columns`,
  );
  console.log(
    table(
      ["", "ms", "peak MB"],
      [
        ["making the tables, not ours", ms(built.makingMs), ""],
        ["build from the tables", ms(built.buildMs), megabytes(built.peakAfterBuild)],
        ["save, fsync included", ms(built.saveMs), megabytes(built.peak)],
      ],
    ),
  );
  const found = [["crossprobe", run("ours.mjs", file, options.rounds)]];
  const duckdb = attempt(() => run("duckdb.mjs", file, options.rounds, first, last));
  if (duckdb !== undefined) found.push([`DuckDB ${duckdb.version}`, duckdb]);
  for (const name of options.python === undefined ? [] : ["polars", "pandas"]) {
    const peer = JSON.parse(
      execFileSync(options.python, [join(HERE, "peers.py"), file, options.rounds, first, last, name]),
    );
    found.push([`${name} ${peer.version}`, peer]);
  }
  const ours = found[0][1];
  const cell = (peer, key) =>
    `${peer[key].median.toFixed(1)} (${peer[key].min.toFixed(1)})${peer === ours ? "" : ` ${(peer[key].median / ours[key].median).toFixed(1)} x`}`;
  console.log(
    table(
      ["median (least) ms", "first", "region, cold", "region, warm", "medians by region", "rows", "groups", "peak MB"],
      found.map(([name, peer]) => [
        ...[name, peer.first?.toFixed(1) ?? "", cell(peer, "cold"), cell(peer, "warm"), cell(peer, "groupBy")],
        ...[peer.rows, peer.groups, Math.round(peer.peakMB)],
      ]),
    ),
  );
  for (const [name, { rows, check }] of found) {
    if (rows !== ours.rows || Math.abs(check - ours.check) > 1e-6 * Math.abs(ours.check)) {
      throw new Error(
        `${name} finds ${rows} rows and medians that add up to ${check}; ours are ${ours.rows} and ${ours.check}`,
      );
    }
  }
} finally {
  if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
}

function run(script, ...args) {
  return JSON.parse(
    execFileSync(process.execPath, [join(HERE, script), ...args.map(String)], { maxBuffer: 1 << 26 }).toString(),
  );
}

function attempt(action) {
  try {
    return action();
  } catch (error) {
    console.log(`DuckDB was not measured: ${String(error.stderr ?? error.message).split("\n")[0]}`);
    return undefined;
  }
}

function ms(value) {
  return value.toFixed(0);
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}
