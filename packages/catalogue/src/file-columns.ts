import type { RowKind } from "@crossprobe/core";
import { COLUMNS, DATASET_COLUMNS } from "./layout.js";

const IDS: Readonly<Record<RowKind, readonly string[]>> = {
  sessions: ["session_id"],
  probes: ["session_id", "probe_id"],
  channels: ["session_id", "probe_id", "channel_id"],
  units: ["session_id", "probe_id", "unit_id", "peak_channel_id"],
};

/**
 * The columns of a catalogue file that rows of a kind can have values in, in the order in which they are shown.
 *
 * @param stored names of all columns of the file
 */
export function fileColumns(kind: RowKind, stored: readonly string[]): readonly string[] {
  const isLabelled = kind === "channels" || kind === "units";
  const own = [
    ...DATASET_COLUMNS.map(({ name }) => name),
    ...IDS[kind],
    ...(isLabelled ? ["regionOrder"] : []),
    ...COLUMNS[kind].map(({ name }) => name),
  ];
  const known = new Set(own.filter((name) => stored.includes(name)));
  // Metrics and verdicts have the names of their definitions.
  const measured = kind === "units" ? stored.filter((name) => name.includes(".")) : [];
  return [...known, ...measured];
}
