import { type Table, table } from "@crossprobe/core";
import { spikeRange, type UnitTrain, type Windows } from "./spike-rows.js";
import type { BinEdges } from "./spike-search.js";

export interface StatisticsChoice {
  readonly binEdges?: BinEdges | undefined;
  /** Spikes per second of each presentation instead of spikes. */
  readonly asRates?: boolean | undefined;
  /** Leave out units without a spike in any of the presentations. */
  readonly withoutSilent?: boolean | undefined;
}

/** Presentations with the number of the condition that each shows; NaN for one that is invalid, which belongs to none. */
export type ConditionWindows = Windows & { readonly conditions: ArrayLike<number> };

/**
 * Spikes of each unit over the presentations of each condition: `unit_id`, `stimulus_condition_id`, `spike_count` (not of rates),
 * `stimulus_presentation_count`, `spike_mean`, `spike_std` (of the sample), `spike_sem`; ordered by condition, then unit. A unit given
 * twice counts once. Pure.
 *
 * Absent: NaN in `spike_std` and `spike_sem` of a condition that was shown once.
 *
 * Source: AllenSDK `EcephysSession.conditionwise_spike_statistics`.
 */
export function toConditionStatistics(
  trains: readonly UnitTrain[],
  windows: ConditionWindows,
  { binEdges = "halfOpen", asRates = false, withoutSilent = false }: StatisticsChoice = {},
): Table {
  const rowsOf = groupByCondition(windows);
  const conditions = [...rowsOf.keys()].sort((a, b) => a - b);
  const counted = [...new Map(trains.map((train) => [train.unitId, train])).values()]
    .sort((a, b) => a.unitId - b.unitId)
    .map(({ unitId, times }) => ({ unitId, counts: countWindows(times, windows, binEdges) }))
    .filter(({ counts }) => !withoutSilent || counts.some((count) => count > 0));
  const rows = conditions.flatMap((condition) => {
    const own = rowsOf.get(condition) ?? [];
    const seconds = own.map((row) => (asRates ? secondsOf(windows, row) : 1));
    return counted.map(({ unitId, counts }) => ({
      unitId,
      condition,
      presentations: own.length,
      ...summarize(own.map((row, i) => (counts[row] ?? 0) / (seconds[i] ?? 1))),
    }));
  });
  return table([
    ["unit_id", Float64Array.from(rows, ({ unitId }) => unitId)],
    ["stimulus_condition_id", Float64Array.from(rows, ({ condition }) => condition)],
    ...(asRates ? [] : [["spike_count", Float64Array.from(rows, ({ sum }) => sum)] as const]),
    ["stimulus_presentation_count", Float64Array.from(rows, ({ presentations }) => presentations)],
    ["spike_mean", Float64Array.from(rows, ({ mean }) => mean)],
    ["spike_std", Float64Array.from(rows, ({ std }) => std)],
    ["spike_sem", Float64Array.from(rows, ({ std, presentations }) => std / Math.sqrt(presentations))],
  ]);
}

/** Row numbers of the presentations of each condition. */
function groupByCondition({ ids, conditions }: ConditionWindows): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>();
  for (let row = 0; row < ids.length; row++) {
    const condition = conditions[row] ?? Number.NaN;
    if (Number.isNaN(condition)) continue;
    const group = groups.get(condition);
    if (group) group.push(row);
    else groups.set(condition, [row]);
  }
  return groups;
}

function secondsOf({ startTimes, stopTimes }: Windows, row: number): number {
  return (stopTimes[row] ?? Number.NaN) - (startTimes[row] ?? Number.NaN);
}

function countWindows(spikes: Float64Array, windows: Windows, binEdges: BinEdges): Float64Array {
  const counts = new Float64Array(windows.ids.length);
  let hint = 0;
  for (let row = 0; row < counts.length; row++) {
    const [start, stop] = [windows.startTimes[row] ?? Number.NaN, windows.stopTimes[row] ?? Number.NaN];
    const [from, to] = spikeRange(spikes, start, stop, binEdges, hint);
    counts[row] = to - from;
    hint = from;
  }
  return counts;
}

function summarize(values: readonly number[]): { readonly sum: number; readonly mean: number; readonly std: number } {
  const sum = values.reduce((total, value) => total + value, 0);
  const mean = sum / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { sum, mean, std: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Number.NaN };
}
