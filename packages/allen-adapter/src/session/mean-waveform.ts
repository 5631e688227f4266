import { type CallOptions, type NdArray, NotFoundError, type Notice, type Table } from "@crossprobe/core";
import type { SessionFile } from "../session-file.js";
import { channelRef } from "../vocabulary.js";
import { readWaveforms } from "../waveforms.js";
import { numbersIn, rowsById, rowsWhere } from "./columns.js";

/** Mean spike shape of a unit on every site of its probe. */
export interface UnitWaveform {
  readonly unitId: number;
  /** `[samples, sites]`, **microvolts**, though the file says volts. */
  readonly data: NdArray<Float32Array | Float64Array>;
  /** Site number of each site, 0 at the tip. */
  readonly siteIndices: readonly number[];
  /** Channel of each site; null for a site that is no channel of the session, such as a reference. */
  readonly channelIds: readonly (number | null)[];
  /** Seconds from the first sample; null where the file states no sampling rate for the probe (0 is none). */
  readonly times: Float64Array | null;
}

/**
 * Reads the rows of one unit: 252 kB on a probe of 384 sites.
 *
 * @throws {@link NotFoundError} when the file holds no waveforms
 */
export async function readMeanWaveform(
  file: SessionFile,
  unitId: number,
  tables: { readonly units: Table; readonly channels: Table; readonly probes: Table },
  options?: CallOptions,
): Promise<UnitWaveform & { readonly notices: readonly Notice[] }> {
  const unitRow = rowsById(tables.units).get(unitId) ?? -1;
  const probeId = numbersIn(tables.units, "probe_id")[unitRow] ?? Number.NaN;
  const rate = numbersIn(tables.units, "probe_sampling_rate")[unitRow] ?? Number.NaN;
  const ids = numbersIn(tables.channels, "id");
  const owners = numbersIn(tables.channels, "probe_id");
  const sites = numbersIn(tables.channels, "probe_channel_number");
  const own = rowsWhere(tables.channels.rowCount, (row) => owners[row] === probeId);
  const channelAt = new Map(own.map((row) => [sites[row] ?? -1, channelRef(String(ids[row]))] as const));
  const request = {
    probeId: String(probeId),
    units: [String(unitId)],
    areNamed: true,
    channelAt,
    samplingRate: rate > 0 ? rate : null,
  };
  const { rows, samplingRate, notices } = await readWaveforms(file, request, options);
  const [waveform] = rows;
  if (!waveform) throw new NotFoundError(`Unit ${unitId} has no mean waveform in ${file.file.url}.`);
  const sampleCount = waveform.data.shape[0] ?? 0;
  return {
    ...{ notices, unitId },
    data: waveform.data,
    siteIndices: waveform.siteIndices,
    channelIds: waveform.channels.map((channel) => (channel ? Number(channel.id) : null)),
    times: samplingRate === null ? null : Float64Array.from({ length: sampleCount }, (_, i) => i / samplingRate),
  };
}
