import { resolve } from "node:path";
import {
  formatRef,
  type Interval,
  type LfpBlock,
  type LfpSource,
  type ProbeRef,
  QueryError,
  type Table,
  table,
} from "@crossprobe/core";
import type { Command } from "commander";
import { parseIndices, parseRefArgument, parseSeconds, toInterval } from "../arguments.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { formatNumber, textTable, wrapText } from "../output/table.js";
import { checkWritable, writeFiles } from "../output/write-file.js";
import { type ColumnTypes, encodeArray, encodeTable, outputFormat, parseOutFile } from "../output/write-table.js";
import { defineLfpInfo } from "./lfp-info.js";
import { channelPlace, checkCoverage, describeSignal } from "./lfp-signal.js";
import { noteNotices } from "./notices.js";
import { regionText } from "./region-filter.js";

interface Options extends CommonOptions {
  readonly from: number;
  readonly to: number;
  readonly channels?: readonly number[];
  readonly out?: string;
}

/** More values than this are for a file, not for a JSON document. */
const MOST_JSON_VALUES = 1_000_000;

export const lfpCommand: CommandDefinition = {
  example: "lfp read allen:probe:910000201 --from 10 --to 12 --out lfp.npy",
  examples: { info: "lfp info allen:probe:910000201" },
  define: (command, act) => {
    command
      .command("read")
      .description("Read a piece of the LFP of a probe: volts, with seconds on the session clock.")
      .argument("<ref>", "a probe reference", parseRefArgument("probe"))
      .requiredOption("--from <seconds>", "samples at or after this time", parseSeconds)
      .requiredOption("--to <seconds>", "samples before this time", parseSeconds)
      .option("--channels <list>", "columns wanted, such as 0,4,10:20", parseIndices)
      .option(
        "--out <file>",
        ".npy (volts; times beside it as .times.npy), .csv or .parquet (time and a column a channel)",
        parseOutFile("npy", "csv", "parquet"),
      )
      .action((ref: ProbeRef, options: Options, read: Command) => {
        const interval = toInterval(options.from, options.to, read);
        act((io) => withHub(io, options, (context) => run(context, ref, interval, options)));
      });
    defineLfpInfo(command, act);
  },
};

async function run(context: CommandContext, probe: ProbeRef, time: Interval, options: Options): Promise<void> {
  const { signal } = context.io;
  const out = options.out === undefined ? undefined : resolve(context.io.cwd, options.out);
  if (out !== undefined) await checkWritable(pathsOf(out));
  const source = await context.hub.lfp(probe, { signal });
  try {
    noteNotices(context, source.notices);
    const outside = checkCoverage(source, time);
    if (outside !== undefined) context.note(wrapText(outside, context.io.columns, "  "));
    const block = await source.read({ time, channels: options.channels }, { signal });
    const spans = (await source.invalidIntervals({ signal })).filter(
      ({ start, stop }) => start < time.stop && stop > time.start,
    );
    for (const { kind, start, stop } of spans)
      context.note(`note: ${kind} from ${formatNumber(start, 7)} to ${formatNumber(stop, 7)} s, do not use`);
    if (out !== undefined) await writeBlock(context, source, block, out);
    if (context.isJson) context.io.out(toJson(describe(source, block, spans, out)));
    else if (out === undefined) print(context, source, block);
  } finally {
    source.close();
  }
}

function describe(source: LfpSource, block: LfpBlock, invalid: readonly unknown[], out: string | undefined) {
  const values = block.data.data;
  if (out === undefined && values.length > MOST_JSON_VALUES) {
    throw new QueryError(`${values.length} values are too many for a JSON document`, { hint: "write them with --out" });
  }
  return {
    ...describeSignal(source),
    ...{ samples: block.samples, shape: block.data.shape, invalid },
    channels: block.channels.map((index) => ({ index, ...channelPlace(source, index) })),
    ...(out === undefined ? { times: block.times, data: values } : { out }),
  };
}

/** The files that a block is written to: an array has its times beside it. */
function pathsOf(path: string): readonly string[] {
  return outputFormat(path) === "npy" ? [path, path.replace(/\.npy$/i, ".times.npy")] : [path];
}

async function writeBlock(context: CommandContext, source: LfpSource, block: LfpBlock, path: string): Promise<void> {
  const { data, shape } = block.data;
  const paths = pathsOf(path);
  const format = outputFormat(path);
  const contents =
    format === "csv" || format === "parquet"
      ? [await encodeBlock(format, source, block)]
      : [await encodeArray(data, shape), await encodeArray(block.times, [block.times.length])];
  await writeFiles(new Map(paths.map((name, i) => [name, contents[i] ?? ""])));
  context.note(`${shape.join(" x ")} values in volts written to ${paths.join(" and ")}`);
}

/** Times, and a column a channel under the channel's reference (its column in the file where it has none). */
function blockTable(source: LfpSource, { data: { data }, times, channels }: LfpBlock): Table {
  const width = channels.length;
  const column = (k: number) => Float32Array.from(times, (_, i) => data[i * width + k] ?? Number.NaN);
  const name = (index: number) => {
    const channel = source.channels[index];
    return channel === undefined ? `column ${index}` : formatRef(channel.ref);
  };
  return table([["time", times], ...channels.map((index, k) => [name(index), column(k)] as const)]);
}

function encodeBlock(format: "csv" | "parquet", source: LfpSource, block: LfpBlock): Promise<Uint8Array | string> {
  const columns = blockTable(source, block);
  const types: ColumnTypes = new Map(
    [...columns.columns.keys()].map((name) => [name, name === "time" ? "double" : "float"]),
  );
  return encodeTable(format, columns, types);
}

function print({ io }: CommandContext, source: LfpSource, block: LfpBlock): void {
  const width = block.channels.length;
  const rows = block.channels.map((index, k) => {
    let sum = 0;
    for (let i = k; i < block.data.data.length; i += width) sum += (block.data.data[i] ?? 0) ** 2;
    const rms = block.times.length > 0 ? 1e6 * Math.sqrt(sum / block.times.length) : null;
    const channel = source.channels[index];
    return [
      String(index),
      channel ? regionText(channel) : "–",
      formatNumber(channel?.distanceFromTipUm),
      formatNumber(rms),
    ];
  });
  const right = (title: string) => ({ title, align: "right" as const });
  io.out(textTable([right("column"), { title: "region" }, right("from tip um"), right("rms uV")], rows, io.columns));
  const [first, last] = [block.times[0], block.times.at(-1)];
  const span = first === undefined ? "" : `${formatNumber(first, 7)} to ${formatNumber(last, 7)} s: `;
  const rate = `${formatNumber(source.clock.samplingRate, 8)} Hz (${source.clock.quality})`;
  io.err(`${span}${block.times.length} samples of ${width} channels at ${rate}\n`);
}
