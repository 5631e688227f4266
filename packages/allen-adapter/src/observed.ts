import type { CallOptions, Interval, SpikeTable } from "@crossprobe/core";
import type { RaggedReader } from "@crossprobe/nwb";
import type { NoticeCounter } from "./notices.js";

/**
 * When units were observed, as the file states it: one entry for each of `rows`, seconds on the session clock.
 *
 * Absent: null for a unit without intervals, and for all where the file has no such column.
 *
 * Source: `Units.obs_intervals` (NWB core): cells of `[start, stop]`.
 */
export async function readObserved(
  reader: Pick<RaggedReader, "path" | "cellShape" | "read"> | undefined,
  rows: readonly number[],
  notices: NoticeCounter,
  options?: CallOptions,
): Promise<SpikeTable["observed"]> {
  if (!reader) return rows.map(() => null);
  if (reader.cellShape.length !== 1 || reader.cellShape[0] !== 2) {
    const message = "Observation intervals that are no pairs of start and stop were left out.";
    notices.add("observed-unreadable", reader.path, message);
    return rows.map(() => null);
  }
  const { values, offsets } = await reader.read(rows, options);
  return rows.map((_, i): readonly Interval[] | null => {
    const intervals: Interval[] = [];
    for (let cell = offsets[i] ?? 0; cell < (offsets[i + 1] ?? 0); cell++) {
      intervals.push({ start: values[2 * cell] ?? Number.NaN, stop: values[2 * cell + 1] ?? Number.NaN });
    }
    return intervals.length > 0 ? intervals : null;
  });
}
