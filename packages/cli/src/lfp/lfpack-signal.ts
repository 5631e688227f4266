import { findRegion, findRegionById, type Region, ROOT_ID, toRegionLabel, VOID_ID } from "@crossprobe/atlas";
import type { CallOptions } from "@crossprobe/core";
import { type LfpackChannels, type LfpackRecording, toTraits } from "@crossprobe/ibl-adapter/lfpack";
import { BLOCK_BYTES, type LfpSignal, type SignalBlock, type SignalColumn, type SignalRequest } from "./lfp-signal.js";
import { readLfpackFacts } from "./lfpack-facts.js";

/** Decoded samples, and what decoding them needs beside. */
const STREAM_BYTES = 4 * BLOCK_BYTES;

/** The file that a recording is in: as it was named, the scales of the recording, and what closes it. */
export interface RecordingFile {
  readonly file: string;
  readonly scales: readonly number[];
  readonly close: () => Promise<void>;
}

/** A recording of an LFPack file, by itself; closing it closes the file. */
export function lfpackSignal(recording: LfpackRecording, { file, scales, close }: RecordingFile): LfpSignal {
  const { kind, quality, samplingRate, coverage } = recording.clock;
  const { name, scale } = recording;
  const named = name === null ? "" : ` --recording ${name}`;
  return {
    name: `${file.slice(file.lastIndexOf("/") + 1)}${name === null ? "" : `, recording ${name}`}`,
    argument: `${file}${named}${scale === 0 ? "" : ` --scale ${scale}`}`,
    identity: { file, recording: name },
    columns: columnsOf(recording.channels, recording.channelCount),
    sampleCount: recording.sampleCount,
    clock: { kind, quality, samplingRate, coverage },
    traits: toTraits(recording.meta),
    provenance: [{ url: recording.url, path: recording.path, conversion: "LFPack decoded to volts" }],
    get notices() {
      return recording.notices;
    },
    invalidUnknown:
      recording.saturation === null
        ? "the file has no saturation table, and lost samples show only when they are read"
        : "samples that the codec lost show only when they are read",
    caveats: recording.caveats().map(({ message }) => message),
    toSampleRange: async (interval) => recording.clock.toSampleRange(interval),
    blocks: (request, options) => readBlocks(recording, request, options),
    invalidSpans: async (options) =>
      (await recording.invalidSpans(options)).map(({ start, stop, kind: what }) => ({
        start: recording.clock.timeOf(start),
        stop: recording.clock.timeOf(stop),
        kind: what,
        tags: [],
        samples: [start, stop],
      })),
    readFacts: (options) => readLfpackFacts(recording, scales, options),
    close: async () => {
      recording.close();
      await close();
    },
  };
}

async function* readBlocks(
  recording: LfpackRecording,
  { samples, map }: SignalRequest,
  options?: CallOptions,
): AsyncGenerator<SignalBlock> {
  const settings = { signal: options?.signal, budgetBytes: STREAM_BYTES };
  for await (const block of recording.stream({ samples, map }, settings)) {
    const invalid = block.invalid.map(({ kind, start, stop }) => ({ kind, samples: [start, stop] as const }));
    yield { samples: block.samples, times: recording.times(...block.samples), data: block.data, invalid };
  }
}

/** Source: LFPack attribute `labels`. */
const QUALITY = ["good", "dead", "noisy", "outside"] as const;

function columnsOf({ lateralUm, axialUm, atlasId, acronym, labels }: LfpackChannels, count: number): SignalColumn[] {
  return Array.from({ length: count }, (_, i) => ({
    ref: null,
    ...labelOf(atlasId?.[i], acronym?.[i]),
    distanceFromTipUm: finite(axialUm[i]),
    lateralUm: finite(lateralUm[i]),
    quality: labels === null ? null : (QUALITY[labels[i] ?? -1] ?? null),
  }));
}

/** The structure by its id, which is exact; by its acronym in a file without ids. */
function labelOf(id: number | undefined, acronym: string | undefined): Pick<SignalColumn, "region" | "regionAbsent"> {
  if (id === undefined && acronym === undefined) return { region: null, regionAbsent: "notRegistered" };
  if (id !== undefined) return toLabel(Math.abs(id) === VOID_ID ? "outside" : findRegionById(Math.abs(id)));
  return toLabel(acronym === "void" ? "outside" : findRegion(acronym ?? ""));
}

function toLabel(found: Region | "outside" | undefined): Pick<SignalColumn, "region" | "regionAbsent"> {
  if (found === undefined) return { region: null, regionAbsent: "unknown" };
  if (found === "outside" || found.id === ROOT_ID) return { region: null, regionAbsent: "outsideBrain" };
  return { region: toRegionLabel(found), regionAbsent: null };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
