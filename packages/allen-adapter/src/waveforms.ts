import {
  type CallOptions,
  type ChannelRef,
  type MeanWaveform,
  NotFoundError,
  type NumericArray,
  ndArray,
  type WaveformTable,
} from "@crossprobe/core";
import type { RaggedRows } from "@crossprobe/nwb";
import { type ErrataSettings, errataOf } from "./errata/errata-choice.js";
import { VOLTS_LABEL } from "./errata/voltages.js";
import { NoticeCounter } from "./notices.js";
import type { SessionFile } from "./session-file.js";
import { probeRef, unitRef } from "./vocabulary.js";

/** The probe whose mean waveforms are wanted, as the tables know it. */
export interface WaveformRequest {
  readonly probeId: string;
  /** Units wanted, in the order wanted. */
  readonly units: readonly string[];
  /** Whether each unit was asked for by name: it must then be there. */
  readonly areNamed: boolean;
  /** Channel by site number. */
  readonly channelAt: ReadonlyMap<number, ChannelRef>;
  /** Hertz on the probe's own clock; null where the table does not say. */
  readonly samplingRate: number | null;
}

/**
 * Mean waveforms of units of one probe. Reads their rows alone: 252 kB a unit of a 384-site probe.
 *
 * Source: `/units/waveform_mean`: row `i` is a block `[sites, samples]` whose `k`-th line is the channel with `local_index` `k`. The file
 * labels it volts, because the NWB type fixes that word; the values are microvolts.
 *
 * @throws {@link NotFoundError} when the file holds no waveforms, or not those of a named unit
 */
export async function readWaveforms(
  session: SessionFile,
  request: WaveformRequest,
  options?: CallOptions,
): Promise<WaveformTable> {
  const { url } = session.file;
  const columns = await session.waveformColumns.read(options);
  const reader = columns?.waveformMean?.reader;
  if (!columns || !reader || reader.cellShape.length !== 1 || !reader.isRagged) {
    throw new NotFoundError(`${url} holds no mean waveforms by site.`, {
      hint: "Look at what the file holds with `crossprobe inspect`.",
    });
  }
  const { rowOf } = await session.units.read(options);
  const notices = new NoticeCounter();
  const units = request.units.filter((unit) => rowOf.has(unit));
  const missing = request.units.length - units.length;
  if (missing > 0 && request.areNamed) {
    throw new NotFoundError(`${missing} of the units asked for are not in ${url}.`, {
      hint: "The tables and the file are of different releases; fetch both anew.",
    });
  }
  notices.add(
    "units-not-in-file",
    url,
    "Units of units.csv that the session file does not hold have no waveform.",
    missing,
  );
  if (request.samplingRate === null) {
    notices.add("zero-rate-probe", url, "The release states no sampling rate for this probe (a rate of 0 is none).");
  }
  const path = "/units/waveform_mean";
  const rows = units.map((unit) => rowOf.get(unit)).filter((row) => row !== undefined);
  const stored = await reader.read(rows, options);
  const label = { unit: columns.waveformMean?.unit, where: `${url}#${path}` };
  const microvolts = toMicrovolts(toFloat64(stored.values), label, session.errata, notices);
  const reported = notices.list();
  return {
    probe: probeRef(request.probeId),
    rows: toRows({ ...stored, values: microvolts.values }, units, request.channelAt),
    samplingRate: request.samplingRate,
    provenance: [{ url, path, conversion: microvolts.conversion, ...errataOf(reported) }],
    notices: [...columns.notices, ...reported],
  };
}

/** Waveforms in microvolts, whatever they are labelled. */
function toMicrovolts(
  values: Float64Array,
  { unit, where }: { readonly unit: string | undefined; readonly where: string },
  errata: ErrataSettings,
  notices: NoticeCounter,
): { readonly values: Float64Array; readonly conversion: string } {
  if (!/^volts?$/i.test(unit ?? "")) return { values, conversion: "microvolts as stored" };
  if (errata.isOn(VOLTS_LABEL.id) && VOLTS_LABEL.detect({ unit, values })) {
    notices.add(VOLTS_LABEL.id, where, "Waveforms are labelled volts; they were taken as the microvolts they are.");
    return { values, conversion: "microvolts, though labelled volts" };
  }
  return { values: values.map((value) => value * 1e6), conversion: "volts x 1e6" };
}

function toFloat64(values: NumericArray): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

function toRows(
  { values, offsets, cellShape }: Pick<RaggedRows, "offsets" | "cellShape"> & { readonly values: Float64Array },
  units: readonly string[],
  channelAt: ReadonlyMap<number, ChannelRef>,
): readonly MeanWaveform[] {
  const samples = cellShape[0] ?? 0;
  return units.map((unit, i): MeanWaveform => {
    const [start, stop] = [offsets[i] ?? 0, offsets[i + 1] ?? 0];
    const sites = stop - start;
    const block = values.subarray(start * samples, stop * samples);
    const siteIndices = Array.from({ length: sites }, (_, site) => site);
    return {
      unit: unitRef(unit),
      data: ndArray(transpose(block, sites, samples), [samples, sites], "uV"),
      siteIndices,
      channels: siteIndices.map((site) => channelAt.get(site) ?? null),
    };
  });
}

/** `[rows, columns]` as `[columns, rows]`. */
function transpose(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column] ?? Number.NaN;
    }
  }
  return turned;
}
