import { resolve } from "node:path";
import { formatRef, QueryError } from "@crossprobe/core";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseCount, parseIndices } from "../arguments.js";
import type { CommonOptions } from "../command-context.js";
import type { Run } from "../command-definition.js";
import { type Aggregate, type ChannelChoice, chooseChannels, memberText } from "../lfp/channel-choice.js";
import { type Known, noteFound, noteKnown } from "../lfp/findings.js";
import type { InvalidSpan, LfpSignal, SignalBlock } from "../lfp/lfp-signal.js";
import {
  addTarget,
  checkTarget,
  type FileOptions,
  type LfpTarget,
  type SignalContext,
  withSignal,
} from "../lfp/lfp-target.js";
import { readWithProgress } from "../lfp/read-with-progress.js";
import { type AskedRange, addRange, type RangeOptions, resolveRange, toRange } from "../lfp/sample-range.js";
import { signalPaths, writeSignal } from "../lfp/signal-file.js";
import { channelPlace, describeSignal } from "../lfp/signal-text.js";
import { toJson } from "../output/json.js";
import { formatNumber, textTable } from "../output/table.js";
import { checkWritable } from "../output/write-file.js";
import { parseOutFile } from "../output/write-table.js";
import { noteNotices } from "./notices.js";
import { regionText } from "./region-filter.js";

interface Options extends CommonOptions, FileOptions, RangeOptions {
  readonly channels?: readonly number[];
  readonly bin?: number;
  readonly aggregate?: Aggregate;
  readonly out?: string;
}

/** More values than this are for a file, not for a JSON document. */
const MOST_JSON_VALUES = 1_000_000;

/** What is read: which samples, and what is made of which channels. */
interface Piece {
  readonly samples: readonly [start: number, stop: number];
  readonly choice: ChannelChoice;
  readonly known: Known;
  readonly bin: { readonly size: number; readonly aggregate: Aggregate } | undefined;
}

/** Adds `lfp read`. */
export function defineLfpRead(command: Command, act: (run: Run) => void): void {
  addRange(
    addTarget(
      command
        .command("read")
        .description("Read a piece of the LFP of a probe or a file: volts, with seconds of its clock."),
    ),
  )
    .option("--channels <list>", "channels wanted: 0,4 or 10:20 (20 left out) or 0-95 (95 included)", parseIndices)
    .option("--bin <n>", "put n channels together that follow each other in the list", parseBin)
    .addOption(
      new Option(
        "--aggregate <how>",
        "with --bin: mean, which stays comparable, or sum, as bin_channels of lfpack has it (n times the mean)",
      ).choices(["mean", "sum"]),
    )
    .option(
      "--out <file>",
      ".npy (volts; times beside it as .times.npy), .csv or .parquet (time and a column a channel)",
      parseOutFile("npy", "csv", "parquet"),
    )
    .action((target: LfpTarget, options: Options, read: Command) => {
      checkTarget(target, options, read);
      if (options.aggregate !== undefined && options.bin === undefined)
        read.error("error: --aggregate says how --bin puts channels together: give --bin, too");
      const range = toRange(options, read, true);
      act((io) => withSignal(io, target, options, (signal, context) => run(signal, context, range, options)));
    });
}

function parseBin(text: string): number {
  const size = parseCount(text);
  if (size < 1) throw new InvalidArgumentError("Write a number of channels, one or more.");
  return size;
}

async function run(signal: LfpSignal, context: SignalContext, range: AskedRange, options: Options): Promise<void> {
  const { io } = context;
  const out = options.out === undefined ? undefined : resolve(io.cwd, options.out);
  if (out !== undefined) await checkWritable(signalPaths(out));
  noteNotices(context, signal.notices);
  const samples = await resolveRange(signal, range, context);
  const bin = options.bin === undefined ? undefined : { size: options.bin, aggregate: options.aggregate ?? "mean" };
  const choice = await chooseChannels(signal, options.channels, bin);
  if (choice.leftOver.length > 0)
    context.note(`note: ${memberText(choice.leftOver)} fill no bin of ${bin?.size} and are left out`);
  const piece = { samples, choice, known: await noteKnown(signal, context, samples), bin };
  if (out !== undefined) await write(signal, context, piece, out);
  else if (context.isJson) await printJson(signal, context, piece);
  else await print(signal, context, piece);
}

function describe(signal: LfpSignal, { samples, choice, bin }: Piece, invalid: readonly InvalidSpan[]) {
  return {
    ...describeSignal(signal),
    ...{ samples, shape: [samples[1] - samples[0], choice.members.length], invalid },
    ...(bin === undefined ? {} : { bin }),
    channels: choice.members.map((members) => describeColumn(signal, members, bin !== undefined)),
  };
}

function describeColumn(signal: LfpSignal, members: readonly number[], isBinned: boolean) {
  if (!isBinned) return { index: members[0], ...channelPlace(signal, members[0] ?? 0) };
  return { channels: members, distanceFromTipUm: meanDistance(signal, members) };
}

function meanDistance({ columns }: LfpSignal, members: readonly number[]): number | null {
  const known = members.map((index) => columns[index]?.distanceFromTipUm ?? Number.NaN);
  const mean = known.reduce((sum, distance) => sum + distance, 0) / known.length;
  return Number.isNaN(mean) ? null : mean;
}

/** Name of a column in a table: the channel's reference; its number where it has none, or stands for several. */
function columnName({ columns }: LfpSignal, members: readonly number[]): string {
  const ref = members.length === 1 ? columns[members[0] ?? 0]?.ref : null;
  return ref === null || ref === undefined ? memberText(members) : formatRef(ref);
}

async function write(signal: LfpSignal, context: SignalContext, piece: Piece, out: string): Promise<void> {
  const [start, stop] = piece.samples;
  const columns = piece.choice.members.map((members) => columnName(signal, members));
  const shape = { columns, rowCount: stop - start };
  await writeSignal(out, shape, (add) =>
    readWithProgress(signal, { samples: piece.samples, map: piece.choice.map }, context.io, add),
  );
  const document = describe(signal, piece, await noteFound(signal, context, piece.known));
  context.note(`${document.shape.join(" x ")} values in volts written to ${signalPaths(out).join(" and ")}`);
  if (context.isJson) context.io.out(toJson({ ...document, out }));
}

async function printJson(signal: LfpSignal, context: SignalContext, piece: Piece): Promise<void> {
  const { io } = context;
  const [rows, width] = [piece.samples[1] - piece.samples[0], piece.choice.members.length];
  if (rows * width > MOST_JSON_VALUES) {
    throw new QueryError(`${rows * width} values are too many for a JSON document`, { hint: "write them with --out" });
  }
  const [times, data] = [new Float64Array(rows), new Float32Array(rows * width)];
  await readWithProgress(signal, { samples: piece.samples, map: piece.choice.map }, io, async (block) => {
    const at = block.samples[0] - piece.samples[0];
    times.set(block.times, at);
    data.set(block.data, at * width);
  });
  const invalid = await noteFound(signal, context, piece.known);
  io.out(toJson({ ...describe(signal, piece, invalid), times, data }));
}

async function print(signal: LfpSignal, context: SignalContext, piece: Piece): Promise<void> {
  const { io } = context;
  const { samples, choice, bin } = piece;
  const squares = new Float64Array(choice.members.length);
  let [first, last]: [number | undefined, number | undefined] = [undefined, undefined];
  await readWithProgress(signal, { samples, map: choice.map }, io, async (block) => {
    first ??= block.times[0];
    last = block.times.at(-1);
    addSquares(block, squares);
  });
  await noteFound(signal, context, piece.known);
  const count = samples[1] - samples[0];
  const rows = choice.members.map((members, k) => {
    const column = signal.columns[members[0] ?? 0];
    const regions = new Set(members.map((index) => signal.columns[index]).map((own) => (own ? regionText(own) : "–")));
    return [
      ...[bin === undefined ? String(members[0]) : memberText(members), [...regions].join(", ")],
      formatNumber(bin === undefined ? column?.distanceFromTipUm : meanDistance(signal, members)),
      formatNumber(count > 0 ? 1e6 * Math.sqrt((squares[k] ?? 0) / count) : null),
    ];
  });
  const right = (title: string) => ({ title, align: "right" as const });
  io.out(textTable([right("column"), { title: "region" }, right("from tip um"), right("rms uV")], rows, io.columns));
  const span = first === undefined ? "" : `${formatNumber(first, 7)} to ${formatNumber(last, 7)} s: `;
  const rate = `${formatNumber(signal.clock.samplingRate, 8)} Hz (${signal.clock.quality})`;
  io.err(`${span}${count} samples of ${choice.members.length} channels at ${rate}\n`);
}

function addSquares({ data }: SignalBlock, squares: Float64Array): void {
  const width = squares.length;
  for (let i = 0; i < data.length; i++) squares[i % width] = (squares[i % width] ?? 0) + (data[i] ?? 0) ** 2;
}
