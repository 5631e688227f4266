import { resolve } from "node:path";
import {
  formatRef,
  type Interval,
  type ProbeRef,
  QueryError,
  type SpikeTable,
  spikeTrain,
  type Table,
  table,
  type UnitRef,
} from "@crossprobe/core";
import { parseRefArgument, parseSeconds, toInterval } from "../arguments.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { formatNumber, textTable } from "../output/table.js";
import { checkWritable, writeFiles } from "../output/write-file.js";
import { type ColumnTypes, encodeArray, encodeTable, outputFormat, parseOutFile } from "../output/write-table.js";
import { plural } from "./listing.js";
import { noteNotices } from "./notices.js";

interface Options extends CommonOptions {
  readonly from?: number;
  readonly to?: number;
  readonly out?: string;
}

export const spikesCommand: CommandDefinition = {
  example: "spikes allen:unit:910300000 --to 60 --out spikes.csv",
  define: (command, act) =>
    void command
      .argument("<ref>", "a unit or probe reference", parseRefArgument("unit", "probe"))
      .option("--from <seconds>", "spikes at or after this time", parseSeconds)
      .option("--to <seconds>", "spikes before this time", parseSeconds)
      .option(
        "--out <file>",
        "write them: .npy (times of one unit), .csv or .parquet (unit, time, amplitudeV)",
        parseOutFile("npy", "csv", "parquet"),
      )
      .action((ref: UnitRef | ProbeRef, options: Options) => {
        const interval = toInterval(options.from, options.to, command);
        if (ref.kind === "probe" && options.out !== undefined && outputFormat(options.out) === "npy") {
          command.error("error: .npy holds the times of one unit; name it .csv or .parquet, or give a unit reference");
        }
        act((io) => withHub(io, options, (context) => run(context, ref, interval, options.out)));
      }),
};

/** More numbers than this are for a file, not for a JSON document. */
const MOST_JSON_SPIKES = 2_000_000;

async function run(context: CommandContext, ref: UnitRef | ProbeRef, interval: Interval, out?: string): Promise<void> {
  const path = out === undefined ? undefined : resolve(context.io.cwd, out);
  if (path !== undefined) await checkWritable([path]);
  const spikes = await readSpikes(context, ref);
  noteNotices(context, spikes.notices);
  const trains = spikes.units.map((unit, index) => cutTrain(spikes, unit, index, interval));
  if (context.isJson) {
    const document = describe(trains, path);
    if (path !== undefined) await writeSpikes(context, trains, path);
    context.io.out(toJson(document));
    return;
  }
  if (path !== undefined) await writeSpikes(context, trains, path);
  else print(context, trains);
}

/** The trains as a document; times and amplitudes are left to the file where there is one. */
function describe(trains: readonly Train[], path: string | undefined) {
  const total = trains.reduce((sum, { times }) => sum + times.length, 0);
  if (path === undefined && total > MOST_JSON_SPIKES) {
    throw new QueryError(`${total} spikes are too many for a JSON document`, {
      hint: "write them with --out, or ask for less with --from and --to",
    });
  }
  const rows = trains.map(({ unit, times, amplitudesV }) => ({
    ...{ ref: unit, count: times.length },
    ...(path === undefined && { times, amplitudesV }),
  }));
  const counts = { units: rows.length, spikes: total };
  return { rows, counts, clock: "session, seconds", amplitudes: "V", ...(path !== undefined && { out: path }) };
}

function print({ io }: CommandContext, trains: readonly Train[]): void {
  const text = trains.map(({ unit, times }) => [
    ...[formatRef(unit), String(times.length), formatNumber(times[0], 7), formatNumber(times.at(-1), 7)],
  ]);
  const right = ["spikes", "first s", "last s"].map((title) => ({ title, align: "right" as const }));
  io.out(textTable([{ title: "unit", isWhole: true }, ...right], text, io.columns));
}

/** A unit's probe is found by looking through the unit tables of its dataset. */
async function readSpikes(context: CommandContext, ref: UnitRef | ProbeRef): Promise<SpikeTable> {
  const { hub, io } = context;
  if (ref.kind === "probe") return hub.spikes(ref, { signal: io.signal });
  const probe = await hub.probeOf(ref, { signal: io.signal });
  return hub.spikes(probe, { units: [ref], signal: io.signal });
}

interface Train {
  readonly unit: UnitRef;
  readonly times: Float64Array;
  readonly amplitudesV: Float32Array | Float64Array | null;
}

function cutTrain(spikes: SpikeTable, unit: UnitRef, index: number, { start: from, stop: to }: Interval): Train {
  const all = spikeTrain(spikes, index);
  const first = all.findIndex((time) => time >= from);
  const start = first < 0 ? all.length : first;
  const after = all.findIndex((time) => time >= to);
  const stop = Math.max(start, after < 0 ? all.length : after);
  const offset = spikes.offsets[index] ?? 0;
  return {
    unit,
    times: all.slice(start, stop),
    amplitudesV: spikes.amplitudesV?.slice(offset + start, offset + stop) ?? null,
  };
}

async function writeSpikes(context: CommandContext, trains: readonly Train[], path: string): Promise<void> {
  const format = outputFormat(path);
  const count = trains.reduce((sum, { times }) => sum + times.length, 0);
  const content =
    format === "csv" || format === "parquet"
      ? await encodeTable(format, spikeTable(trains, count), SPIKE_COLUMNS)
      : await encodeArray(trains[0]?.times ?? new Float64Array(0), [count]);
  await writeFiles(new Map([[path, content]]));
  context.note(`${plural(count, "spike")} written to ${path}`);
}

const SPIKE_COLUMNS: ColumnTypes = new Map([
  ["unit", "string"],
  ["time", "double"],
  ["amplitudeV", "double"],
]);

/** A row a spike: `unit`, `time` in seconds, `amplitudeV` (NaN where the source has none). */
function spikeTable(trains: readonly Train[], count: number): Table {
  const units: string[] = [];
  const times = new Float64Array(count);
  const amplitudes = new Float64Array(count).fill(Number.NaN);
  for (const train of trains) {
    const name = formatRef(train.unit);
    times.set(train.times, units.length);
    if (train.amplitudesV !== null) amplitudes.set(train.amplitudesV, units.length);
    for (let i = 0; i < train.times.length; i++) units.push(name);
  }
  return table([
    ["unit", units],
    ["time", times],
    ["amplitudeV", amplitudes],
  ]);
}
