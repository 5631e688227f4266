import { resolve } from "node:path";
import { MAPPINGS, type Mapping } from "@crossprobe/atlas";
import type { LinearMap } from "@crossprobe/ibl-adapter/lfpack";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommonOptions } from "../command-context.js";
import type { Run } from "../command-definition.js";
import { chooseChannels, memberText } from "../lfp/channel-choice.js";
import { kindsText, noteFound, noteKnown } from "../lfp/findings.js";
import type { InvalidSpan, LfpSignal } from "../lfp/lfp-signal.js";
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
import { describeSignal, invalidMask } from "../lfp/signal-text.js";
import { toJson } from "../output/json.js";
import { formatNumber, textTable, wrapText } from "../output/table.js";
import { checkWritable } from "../output/write-file.js";
import { parseOutFile } from "../output/write-table.js";
import { noteNotices } from "./notices.js";

/** What a column is the mean of. */
type By = { readonly kind: "region" } | { readonly kind: "bin"; readonly size: number };

interface Options extends CommonOptions, FileOptions, RangeOptions {
  readonly by: By;
  readonly mapping: Mapping;
  readonly out: string;
}

/** The columns of an export: how they are made, how a document describes them, and what they leave out. */
interface Columns {
  readonly map: LinearMap | undefined;
  readonly names: readonly string[];
  readonly described: readonly Readonly<Record<string, unknown>>[];
  readonly rows: readonly (readonly string[])[];
  readonly leftOut: readonly { readonly reason: string; readonly channels: readonly number[] }[];
}

/** Adds `lfp export`. */
export function defineLfpExport(command: Command, act: (run: Run) => void): void {
  addRange(
    addTarget(
      command
        .command("export")
        .description(
          "Write means of channels over the whole LFP or a part of it: float32 volts with seconds of its clock. Invalid samples are null (NaN in .npy), and counted.",
        ),
    ),
  )
    .requiredOption("--by <what>", "region: a mean a region; bin:<n>: of every n channels", parseBy)
    .addOption(
      new Option("--mapping <name>", "with --by region: which regions").choices([...MAPPINGS]).default("beryl"),
    )
    .requiredOption(
      "--out <file>",
      ".parquet or .csv (time and a column a mean) or .npy (times beside it as .times.npy)",
      parseOutFile("npy", "csv", "parquet"),
    )
    .action((target: LfpTarget, options: Options, own: Command) => {
      checkTarget(target, options, own);
      const range = toRange(options, own, false);
      act((io) => withSignal(io, target, options, (signal, context) => run(signal, context, range, options)));
    });
}

function parseBy(text: string): By {
  if (text === "region") return { kind: "region" };
  const size = Number(/^bin:(\d+)$/.exec(text)?.[1] ?? Number.NaN);
  if (size >= 1) return { kind: "bin", size };
  throw new InvalidArgumentError("Write region, or bin:<n> such as bin:4.");
}

async function run(signal: LfpSignal, context: SignalContext, range: AskedRange, options: Options): Promise<void> {
  const { io } = context;
  const out = resolve(io.cwd, options.out);
  await checkWritable(signalPaths(out));
  noteNotices(context, signal.notices);
  const samples = await resolveRange(signal, range, context);
  const columns = await (options.by.kind === "region"
    ? regionColumns(signal, options.mapping)
    : binColumns(signal, options.by.size));
  for (const { reason, channels } of columns.leftOut)
    context.note(wrapText(`note: left out, ${reason}: ${channels.length} (${memberText(channels)})`, io.columns, "  "));
  const known = await noteKnown(signal, context, samples);
  const counted = await write(signal, context, { samples, columns, known: known.spans }, out);
  const spans = await noteFound(signal, context, known);
  const invalid = { sampleCount: counted, spans };
  if (context.isJson) {
    const [start, stop] = samples;
    const shape = [stop - start, columns.names.length];
    const { by, mapping } = options;
    const how = by.kind === "region" ? { by: "region", mapping } : { by: "bin", size: by.size };
    const described = { columns: columns.described, leftOut: columns.leftOut };
    io.out(toJson({ ...describeSignal(signal), ...how, samples, shape, ...described, invalid, out }));
    return;
  }
  const titles = [{ title: "column" }, { title: "channels", align: "right" as const }, { title: "labels" }];
  io.err(textTable(titles, columns.rows, io.columns));
  const rate = signal.clock.samplingRate;
  context.note(
    `${counted} samples (${formatNumber(counted / rate)} s) are invalid and null${kindsText(spans, samples)}`,
  );
  context.note(
    `${samples[1] - samples[0]} x ${columns.names.length} means in volts written to ${signalPaths(out).join(" and ")}`,
  );
}

async function regionColumns(signal: LfpSignal, mapping: Mapping): Promise<Columns> {
  const { regionMeans } = await import("../lfp/region-means.js");
  const { map, columns, leftOut } = regionMeans(signal, mapping);
  return {
    ...{ map, leftOut },
    names: columns.map(({ region }) => region.acronym),
    described: columns.map(({ region, channels, labels }) => ({
      ...{ name: region.acronym, regionId: region.id, regionName: region.name },
      ...{ channelCount: channels.length, channels, labels },
    })),
    rows: columns.map(({ region, channels, labels }) => [
      ...[region.acronym, String(channels.length)],
      Object.entries(labels)
        .map(([acronym, count]) => `${acronym} ${count}`)
        .join(", "),
    ]),
  };
}

async function binColumns(signal: LfpSignal, size: number): Promise<Columns> {
  const { map, members, leftOver } = await chooseChannels(signal, undefined, { size, aggregate: "mean" });
  const labelsOf = (channels: readonly number[]) =>
    [...new Set(channels.map((channel) => signal.columns[channel]?.region?.acronym ?? "–"))].join(", ");
  return {
    map,
    names: members.map(memberText),
    described: members.map((channels) => ({ name: memberText(channels), channelCount: channels.length, channels })),
    rows: runRows(members, labelsOf),
    leftOut: leftOver.length === 0 ? [] : [{ reason: "no full bin", channels: leftOver }],
  };
}

interface Piece {
  readonly samples: readonly [start: number, stop: number];
  readonly columns: Columns;
  readonly known: readonly InvalidSpan[];
}

/** A line for each run of bins that lie in the same regions. */
function runRows(
  members: readonly (readonly number[])[],
  labelsOf: (channels: readonly number[]) => string,
): string[][] {
  const runs: { names: string[]; channels: number; labels: string }[] = [];
  for (const channels of members) {
    const [name, labels, last] = [memberText(channels), labelsOf(channels), runs.at(-1)];
    if (last === undefined || last.labels !== labels) runs.push({ names: [name], channels: channels.length, labels });
    else {
      last.names.push(name);
      last.channels += channels.length;
    }
  }
  return runs.map(({ names, channels, labels }) => {
    const [first = "", last = first] = [names[0], names.at(-1)];
    return [names.length === 1 ? first : `${first} … ${last} (${names.length})`, String(channels), labels];
  });
}

/** @returns how many samples are invalid */
function write(signal: LfpSignal, { io }: SignalContext, { samples, columns, known }: Piece, out: string) {
  const width = columns.names.length;
  const shape = { columns: columns.names, rowCount: samples[1] - samples[0] };
  return writeSignal(out, shape, async (add) => {
    let count = 0;
    await readWithProgress(signal, { samples, map: columns.map }, io, async (block) => {
      const mask = invalidMask([...known, ...(block.invalid ?? [])], block.samples);
      const data = block.data.slice();
      for (const [row, isInvalid] of mask.entries()) {
        if (isInvalid !== 1) continue;
        count++;
        data.fill(Number.NaN, row * width, (row + 1) * width);
      }
      await add({ times: block.times, data });
    });
    return count;
  });
}
