import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseCount } from "../arguments.js";
import type { CommonOptions } from "../command-context.js";
import type { Run } from "../command-definition.js";
import { kindsText, noteFound, noteKnown } from "../lfp/findings.js";
import type { LfpSignal } from "../lfp/lfp-signal.js";
import {
  addTarget,
  checkTarget,
  type FileOptions,
  type LfpTarget,
  type SignalContext,
  withSignal,
} from "../lfp/lfp-target.js";
import { type AskedRange, addRange, type RangeOptions, resolveRange, toRange } from "../lfp/sample-range.js";
import { describeSignal } from "../lfp/signal-text.js";
import { toJson } from "../output/json.js";
import { parsePictureFile, pictureOf } from "../output/picture-file.js";
import { checkWritable, writeFiles } from "../output/write-file.js";
import type { ColourMapName } from "../plot/colour-map.js";
import { noteNotices } from "./notices.js";

interface Options extends CommonOptions, FileOptions, RangeOptions {
  readonly out: string;
  readonly csd?: boolean;
  readonly width: number;
  readonly height?: number;
  readonly gain: number;
  readonly colours: ColourMapName;
}

/** Adds `lfp plot`. */
export function defineLfpPlot(command: Command, act: (run: Run) => void): void {
  addRange(
    addTarget(
      command
        .command("plot")
        .description(
          "Draw a window of the LFP over time and depth, with the regions along the probe and a colour bar.",
        ),
    ),
  )
    .requiredOption("--out <file>", ".svg (self-contained) or .png (two pixels a unit)", parsePictureFile)
    .option("--csd", "a second panel: current source density along the probe")
    .option("--width <units>", "width of the figure", parseSize, 1000)
    .option("--height <units>", "height of the figure (520, with --csd 860)", parseSize)
    .option(
      "--gain <factor>",
      "contrast: colours end at the 99th percentile of the sizes divided by this",
      parseGain,
      1,
    )
    .addOption(new Option("--colours <name>", "colours").choices(["diverging", "grey"]).default("diverging"))
    .action((target: LfpTarget, options: Options, plot: Command) => {
      checkTarget(target, options, plot);
      const range = toRange(options, plot, true);
      act((io) => withSignal(io, target, options, (signal, context) => run(signal, context, range, options)));
    });
}

function parseSize(text: string): number {
  const size = parseCount(text);
  if (size >= 320 && size <= 8000) return size;
  throw new InvalidArgumentError("Write a whole number from 320 to 8000.");
}

function parseGain(text: string): number {
  const gain = Number(text);
  if (gain > 0 && Number.isFinite(gain)) return gain;
  throw new InvalidArgumentError("Write a positive number, such as 2.");
}

async function run(signal: LfpSignal, context: SignalContext, range: AskedRange, options: Options): Promise<void> {
  const { io } = context;
  const out = resolve(io.cwd, options.out);
  await checkWritable([out]);
  noteNotices(context, signal.notices);
  const samples = await resolveRange(signal, range, context);
  const { width, gain, colours } = options;
  const hasCsd = options.csd === true;
  const size = { width, height: options.height ?? (hasCsd ? 860 : 520) };
  const known = await noteKnown(signal, context, samples);
  const { figureOf } = await import("../plot/figure-of-signal.js");
  const { figure, invalid } = await figureOf(signal, samples, { ...size, gain, colours, hasCsd }, io);
  const { drawFigure } = await import("../plot/lfp-figure.js");
  const svg = drawFigure(figure);
  const content = await pictureOf(svg, out);
  io.signal.throwIfAborted();
  await writeFiles(new Map([[out, content]]));
  const panels = figure.panels.map(({ title, limit, unit }) => ({ title, limit, unit }));
  const spans = await noteFound(signal, context, known);
  if (context.isJson) {
    const document = { ...size, gain, colours, panels, time: figure.time, caption: figure.caption };
    io.out(toJson({ ...describeSignal(signal), samples, ...document, invalid: { sampleCount: invalid, spans }, out }));
  }
  if (invalid > 0) context.note(`${invalid} samples are drawn as no data${kindsText(spans, samples)}`);
  context.note(`${samples[1] - samples[0]} samples of ${signal.columns.length} channels drawn in ${out}`);
}
