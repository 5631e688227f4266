import {
  type ChannelTable,
  FormatError,
  type MeanWaveform,
  type NumericArray,
  ndArray,
  type SpikeOptions,
  type WaveformTable,
} from "@crossprobe/core";
import { type AlfArray, AlfReads, assertShape, rowsOf } from "./alf-reads.js";
import type { ProbeFiles } from "./channels.js";
import { unitRow } from "./spikes.js";
import { sortingCollection } from "./units.js";
import { unitRef } from "./vocabulary.js";

const UV_PER_V = 1e6;

/**
 * Mean spike shapes of units of a probe, microvolts, on the channels that the release gives for each unit.
 *
 * Reads the rows of the units asked for, or the whole array if none are named. The sampling rate is null: ALF states none.
 *
 * Source: ALF `clusters.waveforms` `[cluster, sample, channel]` volts; `clusters.waveformsChannels`, rows of the channel table.
 *
 * @throws {@link NotFoundError} where the release has none for the probe
 * @throws {@link FormatError} when the arrays disagree, or name a channel that the channel table does not have
 * @throws {@link NotFoundError} for a unit that is not of this probe
 */
export async function readWaveforms(
  source: ProbeFiles,
  channels: ChannelTable,
  options: SpikeOptions = {},
): Promise<WaveformTable> {
  const { probe } = source;
  const reads = new AlfReads(source.files, sortingCollection(source), { signal: options.signal });
  const header = await reads.npyHeader("clusters", "waveforms");
  if (header === undefined) throw reads.missing("clusters", "waveforms");
  assertShape(header, [null, null, null], "clusters, samples and channels");
  const [unitCount = 0, samples = 0, width = 0] = header.shape;
  const clusters = await reads.npyHeader("clusters", "channels");
  // Waveforms of an earlier sort stay unrevised beside a revised cluster table: their rows are then other units.
  if (clusters !== undefined)
    assertShape(header, [rowsOf(clusters), null, null], `${clusters.url} has ${rowsOf(clusters)} clusters`);
  const sites = await reads.requireNpy("clusters", "waveformsChannels");
  assertShape(sites, [unitCount, width], `clusters.waveforms has ${unitCount} clusters on ${width} channels`);
  const whole = options.units === undefined ? await reads.requireNpy("clusters", "waveforms") : undefined;
  const units = options.units ?? Array.from({ length: unitCount }, (_unused, cluster) => unitRef(probe, cluster));
  const rows: MeanWaveform[] = [];
  for (const unit of units) {
    const row = unitRow(unit, probe, unitCount);
    const size = samples * width;
    const volts =
      whole === undefined
        ? (await reads.npyRows(header, [row, row + 1])).data
        : whole.data.subarray(row * size, (row + 1) * size);
    rows.push({ unit, data: ndArray(toMicrovolts(volts), [samples, width], "uV"), ...placesOf(sites, row, channels) });
  }
  reads.converted(header.url, "V x 1e6 -> uV");
  return { probe, rows, samplingRate: null, provenance: reads.provenance, notices: reads.notices };
}

function toMicrovolts(volts: NumericArray): Float32Array {
  const microvolts = new Float32Array(volts.length);
  for (let i = 0; i < volts.length; i++) microvolts[i] = (volts[i] ?? Number.NaN) * UV_PER_V;
  return microvolts;
}

/** Channels of a unit's waveform, by the rows that the release names, with their site numbers. */
function placesOf(
  sites: AlfArray,
  unit: number,
  channels: ChannelTable,
): Pick<MeanWaveform, "siteIndices" | "channels"> {
  const width = sites.shape[1] ?? 0;
  const places = Array.from(sites.data.subarray(unit * width, (unit + 1) * width), (row) => {
    const channel = channels.rows[row];
    if (channel !== undefined) return { site: channel.siteIndex ?? row, ref: channel.ref };
    throw new FormatError(`${sites.url} names channel ${row}; the channel table has ${channels.rows.length} rows`, {
      format: "alf",
      url: sites.url,
      at: unit,
      hint: "download the files of the sorting again, all of one revision",
    });
  });
  return { siteIndices: places.map(({ site }) => site), channels: places.map(({ ref }) => ref) };
}
