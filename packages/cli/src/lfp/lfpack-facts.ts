import type { CallOptions } from "@crossprobe/core";
import type { ChunkFacts, LfpackRecording } from "@crossprobe/ibl-adapter/lfpack";
import { formatNumber } from "../output/table.js";
import type { SignalFacts } from "./lfp-signal.js";

/** What an LFPack recording says of itself beside its signal: container, codec, chunks, saturation, origin. */
export async function readLfpackFacts(
  recording: LfpackRecording,
  scales: readonly number[],
  options?: CallOptions,
): Promise<SignalFacts> {
  const { meta } = recording;
  const chunks = summarizeChunks(recording, await recording.chunkFacts(options));
  const saturation = recording.saturationSummary();
  const { formatVersion, alpha, epsilon, basisSize, writer, sglxMeta } = meta;
  const knotCount = meta.clock.knots?.samples.length ?? 0;
  const { nominalRate } = meta.clock;
  const document = {
    ...{
      formatVersion,
      scale: recording.scale,
      scales,
      durationSeconds: recording.durationSeconds,
      nominalRate,
      knotCount,
    },
    codec: { alpha, epsilon, basisSize, chunks },
    ...{ writer, saturation, caveats: recording.caveats(), sglxMeta },
  };
  const { ranks, keptCount, totalRatio, rmse } = chunks;
  const lines = [
    { name: "format", value: `LFPack container format ${formatVersion}` },
    { name: "scales", value: `${scales.join(", ")} (this is ${recording.scale})` },
    { name: "duration", value: `${formatNumber(recording.durationSeconds, 7)} s` },
    { name: "written by", value: writer.lfpackVersion === null ? "not stated" : `lfpack ${writer.lfpackVersion}` },
    {
      name: "chunks",
      value:
        `${chunks.count} of ${meta.chunkLength} samples, rank ${ranks.smallest} to ${ranks.largest}` +
        ` (median ${ranks.median}), ${keptCount} coefficients` +
        (totalRatio === null ? "" : `, ${formatNumber(totalRatio, 3)} times fewer values than samples`),
    },
    ...(rmse === null
      ? []
      : [{ name: "codec error", value: `rms ${formatNumber(1e6 * rmse, 3)} uV, as the encoder measured it` }]),
    ...(knotCount === 0 ? [] : [{ name: "sync knots", value: String(knotCount) }]),
    { name: "saturated", value: saturationText(saturation) },
  ];
  return { document, lines };
}

function summarizeChunks({ meta }: LfpackRecording, facts: readonly ChunkFacts[]) {
  const ranks = facts.map(({ rank }) => rank).sort((a, b) => a - b);
  const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  const errors = known(facts.map(({ rmse }) => rmse));
  const stored = known(
    facts.map(({ totalRatio, samples }) => (totalRatio ? (samples[1] - samples[0]) / totalRatio : null)),
  );
  const sampleCount = facts.reduce((sum, { samples }) => sum + samples[1] - samples[0], 0);
  return {
    ...{ count: facts.length, length: meta.chunkLength, overlap: meta.chunkOverlap },
    ranks: { smallest: ranks[0] ?? 0, median: ranks[ranks.length >> 1] ?? 0, largest: ranks.at(-1) ?? 0 },
    keptCount: facts.reduce((sum, { keptCount }) => sum + keptCount, 0),
    /** Of all chunks together; null unless every chunk states its own. */
    totalRatio: stored.length === facts.length && stored.length > 0 ? sampleCount / sumOf(stored) : null,
    rmse:
      errors.length === facts.length && errors.length > 0
        ? Math.sqrt(sumOf(errors.map((e) => e * e)) / errors.length)
        : null,
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function saturationText(summary: ReturnType<LfpackRecording["saturationSummary"]>): string {
  if (summary === null) return "not known: the recording has no saturation table";
  const { intervalCount, totalSeconds, saturatedFraction, isMuted } = summary;
  if (intervalCount === 0) return "none";
  const share = saturatedFraction === null ? "" : `, ${formatNumber(100 * saturatedFraction, 3)} % of the recording`;
  return `${intervalCount} spans, ${formatNumber(totalSeconds)} s${share}${isMuted ? ", muted before compression" : ""}`;
}
