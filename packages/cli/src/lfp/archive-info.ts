import { isDataError } from "@crossprobe/core";
import {
  type LfpackFile,
  type RecordingHeader,
  type SaturationSummary,
  summarizeSaturation,
} from "@crossprobe/ibl-adapter/lfpack";
import { errorLine } from "../output/errors.js";
import { toJson } from "../output/json.js";
import { Progress } from "../output/progress.js";
import { factLines, formatNumber, textTableWithNotes } from "../output/table.js";
import type { SignalContext } from "./lfp-target.js";

/** What an archive says of one recording at one scale, or why it cannot be read. */
interface Entry {
  readonly recording: string;
  readonly scale: number;
  readonly error: string | null;
  readonly facts: ReturnType<typeof factsOf> | null;
}

/** Lists the recordings of an LFPack archive. Resolves to the exit code: 1 when one of them does not open. */
export async function printArchive(context: SignalContext, file: string, archive: LfpackFile): Promise<number> {
  const entries = await readEntries(context, archive);
  const counts = { recordings: new Set(entries.map(({ recording }) => recording)).size, scales: entries.length };
  if (context.isJson) {
    const recordings = entries.map(({ recording, scale, error, facts }) => ({ recording, scale, error, ...facts }));
    context.io.out(toJson({ file, format: "lfpack", counts, recordings }));
  } else print(context, file, entries, counts.recordings);
  return entries.some(({ error }) => error !== null) ? 1 : 0;
}

async function readEntries({ io, note }: SignalContext, archive: LfpackFile): Promise<readonly Entry[]> {
  const { signal } = io;
  const names = await archive.recordings({ signal });
  const entries: Entry[] = [];
  const progress = new Progress(io);
  for (const [i, recording] of names.entries()) {
    progress.update("recordings:", i, names.length);
    for (const scale of await archive.scales(recording, { signal })) {
      try {
        const header = await archive.readHeader(recording, scale, { signal });
        entries.push({ recording, scale, error: null, facts: factsOf(header) });
      } catch (error) {
        if (!isDataError(error, "format") && !isDataError(error, "schema")) throw error;
        progress.end();
        note(`crossprobe: ${errorLine(error)}`);
        entries.push({ recording, scale, error: error.message, facts: null });
      }
    }
  }
  progress.end();
  return entries;
}

function factsOf({ meta, clock, saturation, saturatedIntervals }: RecordingHeader) {
  return {
    formatVersion: meta.formatVersion,
    sampleCount: meta.sampleCount,
    durationSeconds: meta.sampleCount / clock.samplingRate,
    channelCount: meta.channelCount,
    clock: { kind: clock.kind, quality: clock.quality, samplingRate: clock.samplingRate, coverage: clock.coverage },
    codec: { alpha: meta.alpha, epsilon: meta.epsilon, writerVersion: meta.writer.lfpackVersion },
    saturation: saturation === null ? null : summarizeSaturation(saturation),
    saturated: saturatedIntervals,
  };
}

function print({ io }: SignalContext, file: string, entries: readonly Entry[], count: number): void {
  const known = entries.flatMap(({ facts }) => facts ?? []);
  const formats = [...new Set(known.map(({ formatVersion }) => formatVersion))].sort();
  const codecs = new Set(
    known.map(({ codec }) => `epsilon ${formatNumber(codec.epsilon)}, alpha ${formatNumber(codec.alpha)}`),
  );
  const writers = new Set(known.map(({ codec }) => codec.writerVersion ?? "not stated"));
  const facts = [
    { name: "file", value: file },
    { name: "format", value: `LFPack, container format ${formats.join(" and ") || "unknown"}` },
    { name: "recordings", value: String(count) },
    { name: "codec", value: [...codecs].join("; ") },
    { name: "lfpack", value: [...writers].join(", ") },
  ];
  io.out(`${factLines(facts, io.columns).join("\n")}\n\n`);
  const hasScales = entries.some(({ scale }) => scale !== 0);
  const isMixed = formats.length > 1;
  const right = (title: string) => ({ title, align: "right" as const });
  const titles = [
    { title: "recording", isWhole: true },
    ...(hasScales ? [right("scale")] : []),
    ...(isMixed ? [right("format")] : []),
    ...[right("seconds"), right("channels"), right("rate Hz"), { title: "clock" }, right("saturated s")],
  ];
  const rows = entries.map(({ recording, scale, facts: own }) => [
    recording,
    ...(hasScales ? [String(scale)] : []),
    ...(isMixed ? [formatNumber(own?.formatVersion)] : []),
    ...[formatNumber(own?.durationSeconds, 6), formatNumber(own?.channelCount)],
    ...[formatNumber(own?.clock.samplingRate, 7), own ? `${own.clock.kind}, ${own.clock.quality}` : "–"],
    own === null ? "–" : saturationText(own.saturation),
  ]);
  io.out(
    textTableWithNotes(
      titles,
      rows,
      entries.map(({ error }) => error ?? ""),
      io.columns,
    ),
  );
}

/** Without a table it is not known: that is not none. */
function saturationText(summary: SaturationSummary | null): string {
  if (summary === null) return "not known";
  if (summary.intervalCount === 0) return "0";
  return `${formatNumber(summary.totalSeconds)} (${summary.intervalCount})`;
}
