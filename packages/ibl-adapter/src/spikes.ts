import {
  type CallOptions,
  FormatError,
  NotFoundError,
  type NumericArray,
  type ProbeRef,
  type SpikeTable,
  type UnitRef,
} from "@crossprobe/core";
import { AlfReads, assertShape, rowsOf } from "./alf-reads.js";
import type { ProbeFiles } from "./channels.js";
import { sortingCollection } from "./units.js";
import { rowOfRef, unitRef } from "./vocabulary.js";

/**
 * Spike times of every unit of a probe, bit by bit as released, grouped by unit; with amplitudes where the release has them.
 *
 * Reads three arrays whole (some 20 bytes a spike). The release stores spikes in time order over all units.
 *
 * Absent: a cluster without spikes has an empty span. `observed` is null: IBL does not say when a unit was observed.
 *
 * Source: ALF `spikes.times` (seconds, session clock), `spikes.clusters` (row of the cluster table), `spikes.amps` (volts).
 *
 * @throws {@link NotFoundError} where the probe has no spike sorting
 * @throws {@link FormatError} when the arrays differ in length, or a spike names a cluster beyond the cluster table
 */
export async function readSpikes(source: ProbeFiles, options: CallOptions = {}): Promise<SpikeTable> {
  const { probe } = source;
  const reads = new AlfReads(source.files, sortingCollection(source), options);
  const times = await reads.requireNpy("spikes", "times");
  assertShape(times, [null], "one time a spike");
  const count = rowsOf(times);
  const clusters = await reads.requireNpy("spikes", "clusters");
  assertShape(clusters, [count], `spikes.times has ${count} spikes`);
  const amplitudes = await reads.npy("spikes", "amps");
  if (amplitudes !== undefined) assertShape(amplitudes, [count], `spikes.times has ${count} spikes`);
  const header = await reads.npyHeader("clusters", "channels");
  const unitCount = header === undefined ? highest(clusters.data) + 1 : rowsOf(header);
  options.signal?.throwIfAborted();
  const order = groupByUnit(clusters.data, unitCount, clusters.url);
  const grouped = permuted(toFloat64(times.data), order.positions);
  const groupedAmplitudes = amplitudes === undefined ? null : permuted(toFloat(amplitudes.data), order.positions);
  assertFinite(reads, grouped, times.url);
  const repaired = sortWithinUnits(grouped, groupedAmplitudes, order.offsets);
  reads.note(
    "unordered-spikes-sorted",
    `${repaired} spikes stood before an earlier spike of their unit`,
    repaired,
    times.url,
  );
  reads.converted(clusters.url, "grouped by unit, order within a unit kept");
  return {
    probe,
    units: Array.from({ length: unitCount }, (_unused, cluster) => unitRef(probe, cluster)),
    times: grouped,
    offsets: order.offsets,
    amplitudesV: groupedAmplitudes,
    observed: Array.from({ length: unitCount }, () => null),
    coverage: coverageOf(grouped),
    provenance: reads.provenance,
    notices: reads.notices,
  };
}

/**
 * The spikes of some units, in the order asked.
 *
 * @throws {@link NotFoundError} for a unit that is not of this probe
 */
export function selectUnits(all: SpikeTable, units: readonly UnitRef[]): SpikeTable {
  const rows = units.map((unit) => unitRow(unit, all.probe, all.units.length));
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + spanOf(all, row)[1] - spanOf(all, row)[0];
  });
  const total = offsets[rows.length] ?? 0;
  const times = new Float64Array(total);
  const amplitudesV = all.amplitudesV === null ? null : sameKind(all.amplitudesV, total);
  rows.forEach((row, i) => {
    const [start, stop] = spanOf(all, row);
    times.set(all.times.subarray(start, stop), offsets[i]);
    if (all.amplitudesV !== null) amplitudesV?.set(all.amplitudesV.subarray(start, stop), offsets[i]);
  });
  return {
    ...all,
    units: [...units],
    times,
    offsets,
    amplitudesV,
    observed: rows.map((row) => all.observed[row] ?? null),
  };
}

/** Row of a unit in the cluster table. @throws {@link NotFoundError} for a unit that is not of this probe */
export function unitRow(unit: UnitRef, probe: ProbeRef, unitCount: number): number {
  const row = rowOfRef(unit, probe);
  if (row !== null && row < unitCount) return row;
  throw new NotFoundError(
    `unit ${unit.dataset}:unit:${unit.id} is none of the ${unitCount} units of probe ${probe.id}`,
    {
      hint: "take unit references from the probe's unit table",
    },
  );
}

function spanOf({ offsets }: SpikeTable, row: number): [number, number] {
  return [offsets[row] ?? 0, offsets[row + 1] ?? 0];
}

interface Grouping {
  /** Where each spike of the source goes. */
  readonly positions: Uint32Array;
  readonly offsets: Uint32Array;
}

/** Counting sort by cluster; spikes of one cluster keep their order. */
function groupByUnit(clusters: NumericArray, unitCount: number, url: string): Grouping {
  const offsets = new Uint32Array(unitCount + 1);
  for (let i = 0; i < clusters.length; i++) {
    const cluster = clusters[i] as number; // i is below the length
    if (!Number.isInteger(cluster) || cluster < 0 || cluster >= unitCount) {
      throw new FormatError(`spike ${i} of ${url} names cluster ${cluster}; the cluster table has ${unitCount} rows`, {
        format: "alf",
        url,
        at: i,
        hint: "download spikes and clusters again, both of one revision",
      });
    }
    offsets[cluster + 1] = (offsets[cluster + 1] ?? 0) + 1;
  }
  for (let unit = 0; unit < unitCount; unit++) offsets[unit + 1] = (offsets[unit + 1] ?? 0) + (offsets[unit] ?? 0);
  const next = offsets.slice(0, unitCount);
  const positions = new Uint32Array(clusters.length);
  for (let i = 0; i < clusters.length; i++) {
    const cluster = clusters[i] as number;
    const position = next[cluster] as number; // clusters have been checked above
    positions[i] = position;
    next[cluster] = position + 1;
  }
  return { positions, offsets };
}

function permuted<Data extends Float32Array | Float64Array>(values: Data, positions: Uint32Array): Data {
  const result = sameKind(values, values.length);
  for (let i = 0; i < values.length; i++) result[positions[i] as number] = values[i] as number; // both have this length
  return result as Data;
}

function sameKind<Data extends Float32Array | Float64Array>(values: Data, length: number): Data {
  return (values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)) as Data;
}

function toFloat64(values: NumericArray): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

function toFloat(values: NumericArray): Float32Array | Float64Array {
  return values instanceof Float32Array ? values : toFloat64(values);
}

function highest(values: NumericArray): number {
  let result = -1;
  for (const value of values) if (value > result) result = value;
  return result;
}

/** Sorts units whose times descend somewhere, amplitudes with them. Gives how many spikes stood before an earlier one. */
function sortWithinUnits(
  times: Float64Array,
  amplitudes: Float32Array | Float64Array | null,
  offsets: Uint32Array,
): number {
  let repaired = 0;
  for (let unit = 0; unit + 1 < offsets.length; unit++) {
    const [start, stop] = [offsets[unit] as number, offsets[unit + 1] as number]; // both below the length
    let descents = 0;
    for (let i = start + 1; i < stop; i++) if ((times[i] as number) < (times[i - 1] as number)) descents++;
    if (descents === 0) continue;
    repaired += descents;
    const spikes = times.slice(start, stop);
    const order = Array.from(spikes.keys()).sort((a, b) => (spikes[a] as number) - (spikes[b] as number));
    times.set(
      order.map((i) => spikes[i] as number),
      start,
    );
    if (amplitudes === null) continue;
    const values = amplitudes.slice(start, stop);
    amplitudes.set(
      order.map((i) => values[i] as number),
      start,
    );
  }
  return repaired;
}

function assertFinite(reads: AlfReads, times: Float64Array, url: string): void {
  for (let i = 0; i < times.length; i++) {
    if (Number.isFinite(times[i])) continue;
    throw new FormatError(`${url} holds ${times[i]} where a spike time belongs`, {
      format: "alf",
      url,
      hint: `download ${reads.collection} again`,
    });
  }
}

function coverageOf(times: Float64Array): SpikeTable["coverage"] {
  if (times.length === 0) return null;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return { first, last };
}
