import type { Command } from "commander";
import type { CommonOptions } from "../command-context.js";
import type { Run } from "../command-definition.js";
import type { Io } from "../io.js";
import { printArchive } from "../lfp/archive-info.js";
import type { InvalidSpan, LfpSignal } from "../lfp/lfp-signal.js";
import {
  addTarget,
  checkTarget,
  type FileOptions,
  fileContext,
  type LfpTarget,
  openLfpFile,
  type SignalContext,
  withSignal,
} from "../lfp/lfp-target.js";
import { channelPlace, coverageText, describeSignal, SITES } from "../lfp/signal-text.js";
import { toJson } from "../output/json.js";
import { factLines, formatNumber, textTable, wrapText } from "../output/table.js";
import { noteNotices } from "./notices.js";

interface Options extends CommonOptions, FileOptions {}

/** Adds `lfp info`. */
export function defineLfpInfo(command: Command, act: (run: Run) => void): void {
  addTarget(
    command
      .command("info")
      .description(
        "Say what an LFP covers: seconds on the session clock, rate, channels, invalid spans. Of an LFPack file without --recording: its recordings, by their headers alone.",
      ),
  ).action((target: LfpTarget, options: Options, info: Command) => {
    checkTarget(target, options, info);
    act((io) => run(io, target, options));
  });
}

async function run(io: Io, target: LfpTarget, options: Options): Promise<number> {
  if (target.kind === "file" && options.recording === undefined) {
    const opened = await openLfpFile(target.file, io);
    try {
      const isListing = opened.kind === "lfpack" && (await opened.archive.recordings({ signal: io.signal })).length > 0;
      if (isListing) return await printArchive(fileContext(io, options), target.file, opened.archive);
    } finally {
      await opened.hdf5.close();
    }
  }
  return withSignal(io, target, options, printSignal);
}

async function printSignal(signal: LfpSignal, context: SignalContext): Promise<void> {
  noteNotices(context, signal.notices);
  const invalid = await signal.invalidSpans({ signal: context.io.signal });
  const more = await signal.readFacts?.({ signal: context.io.signal });
  if (context.isJson) context.io.out(toJson({ ...describe(signal, invalid), ...more?.document }));
  else print(context, signal, invalid, more?.lines ?? []);
}

function describe(signal: LfpSignal, invalid: readonly InvalidSpan[]) {
  const channels = signal.columns.map((_, index) => ({ index, ...channelPlace(signal, index) }));
  return { ...describeSignal(signal), sampleCount: signal.sampleCount, invalid, channels };
}

function print(
  { io }: SignalContext,
  signal: LfpSignal,
  invalid: readonly InvalidSpan[],
  more: readonly { readonly name: string; readonly value: string }[],
): void {
  const { clock, traits, columns, sampleCount, identity } = signal;
  const { passband, usableUpTo, reference, lossyCodec } = traits;
  const band =
    passband === null ? "passband unknown" : `${passband.map((hertz) => formatNumber(hertz)).join(" to ")} Hz`;
  const facts = [
    { name: "probe" in identity ? "probe" : "file", value: signal.name },
    { name: "covers", value: `${coverageText(clock)}, ${sampleCount} samples` },
    { name: "rate", value: `${formatNumber(clock.samplingRate, 8)} Hz (clock ${clock.quality}, ${clock.kind})` },
    { name: "channels", value: `${columns.length} (${SITES[traits.spatial]})` },
    { name: "regions", value: regionCounts(signal) },
    { name: "unit", value: "volts" },
    { name: "signal", value: `${band}, usable up to ${formatNumber(usableUpTo)} Hz, reference ${reference}` },
    { name: "codec", value: lossyCodec ?? "lossless" },
    ...more,
    { name: "invalid", value: invalidText(invalid.length, signal.invalidUnknown) },
  ];
  io.out(`${factLines(facts, io.columns).join("\n")}\n`);
  if (invalid.length > 0) {
    const rows = invalid.map(({ start, stop, kind, tags }) => [
      ...[formatNumber(start, 7), formatNumber(stop, 7), kind, tags.join(", ")],
    ]);
    const right = ["from s", "to s"].map((title) => ({ title, align: "right" as const }));
    io.out(textTable([...right, { title: "kind" }, { title: "tags" }], rows, io.columns));
  }
  for (const caveat of signal.caveats) io.out(`${wrapText(`caveat: ${caveat}`, io.columns, "  ")}\n`);
}

function invalidText(count: number, unknown: string | null): string {
  if (count > 0) return unknown === null ? `${count}, do not use:` : `${count}, do not use (${unknown}):`;
  return unknown === null ? "no spans" : `no spans known: ${unknown}`;
}

/** How many channels stand in each region, in column order: `VISp5 8, CA1 12`. */
function regionCounts({ columns }: LfpSignal): string {
  const counts = new Map<string, number>();
  for (const { region, regionAbsent } of columns) {
    const name = region?.acronym ?? `(${regionAbsent})`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} ${count}`).join(", ") || "–";
}
