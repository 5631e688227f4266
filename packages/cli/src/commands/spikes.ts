import { resolve } from "node:path";
import { formatRef, type ProbeRef, type SpikeTable, spikeTrain, table, type UnitRef } from "@crossprobe/core";
import { parseRefArgument, parseSeconds } from "../arguments.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import { toJson } from "../output/json.js";
import { formatNumber, textTable } from "../output/table.js";
import { writeFiles } from "../output/write-file.js";
import { encodeArrayOrTable } from "../output/write-table.js";
import type { CommandDefinition } from "../program.js";
import { plural } from "./listing.js";
import { noteNotices } from "./notices.js";

interface Options extends CommonOptions {
  readonly from?: number;
  readonly to?: number;
  readonly out?: string;
}

export const spikesCommand: CommandDefinition = {
  name: "spikes",
  summary: "Read the spike times of a unit, or of every unit of a probe: seconds on the session clock.",
  example: "spikes allen:unit:910300000 --to 60 --out spikes.csv",
  define: (command, act) =>
    void command
      .argument("<ref>", "a unit or probe reference", parseRefArgument("unit", "probe"))
      .option("--from <seconds>", "spikes at or after this time", parseSeconds)
      .option("--to <seconds>", "spikes before this time", parseSeconds)
      .option("--out <file>", "write them: .npy (times of one unit), .csv or .parquet (unit, time, amplitude)")
      .action((ref: UnitRef | ProbeRef, options: Options) =>
        act((io) => withHub(io, options, (context) => run(context, ref, options))),
      ),
};

async function run(context: CommandContext, ref: UnitRef | ProbeRef, options: Options): Promise<void> {
  const spikes = await readSpikes(context, ref);
  noteNotices(context, spikes.notices);
  const trains = spikes.units.map((unit, index) => cutTrain(spikes, unit, index, options));
  if (options.out !== undefined) await writeSpikes(context, trains, resolve(context.io.cwd, options.out));
  if (context.isJson) {
    const rows = trains.map(({ unit, times, amplitudesV }) => ({ ref: unit, count: times.length, times, amplitudesV }));
    const total = rows.reduce((sum, { count }) => sum + count, 0);
    context.io.out(
      toJson({ rows, counts: { units: rows.length, spikes: total }, clock: "session, seconds", amplitudes: "V" }),
    );
    return;
  }
  const text = trains.map(({ unit, times }) => [
    ...[formatRef(unit), String(times.length), formatNumber(times[0], 7), formatNumber(times.at(-1), 7)],
  ]);
  const right = ["spikes", "first s", "last s"].map((title) => ({ title, align: "right" as const }));
  context.io.out(textTable([{ title: "unit" }, ...right], text, context.io.columns));
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

function cutTrain(
  spikes: SpikeTable,
  unit: UnitRef,
  index: number,
  { from = -Infinity, to = Infinity }: Options,
): Train {
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
  const times = Float64Array.from(trains.flatMap((train) => [...train.times]));
  const content = encodeArrayOrTable(
    path,
    () => ({ data: times, shape: [times.length] }),
    () =>
      table([
        ["unit", trains.flatMap(({ unit, times: own }) => Array.from(own, () => formatRef(unit)))],
        ["time", times],
        [
          "amplitudeV",
          Float64Array.from(
            trains.flatMap((train) => Array.from(train.times, (_, i) => train.amplitudesV?.[i] ?? Number.NaN)),
          ),
        ],
      ]),
  );
  await writeFiles(new Map([[path, content]]));
  context.note(`${plural(times.length, "spike")} written to ${path}`);
}
