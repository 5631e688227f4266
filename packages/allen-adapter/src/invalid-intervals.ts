import type { CallOptions, InvalidInterval, Notice, ProbeInsertion } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { readTimeIntervals, type TimeIntervals } from "@crossprobe/nwb";
import { NoticeCounter } from "./notices.js";

const PATH = "/intervals/invalid_times";

export interface InvalidIntervals {
  /** In time order. */
  readonly intervals: readonly InvalidInterval[];
  /** What was left out, and why. */
  readonly notices: readonly Notice[];
}

/**
 * Spans that the release tags as invalid; none when the file has no such table.
 *
 * Source: `/intervals/invalid_times`, written by AllenSDK `add_invalid_times`.
 */
export async function readInvalidIntervals(
  file: Hdf5File,
  probes: readonly ProbeInsertion[],
  options?: CallOptions,
): Promise<InvalidIntervals> {
  const table = await readInvalidTimes(file, options);
  return table ? toInvalidIntervals(table, probes, `${file.url}#${PATH}`) : { intervals: [], notices: [] };
}

/** The table as it stands: every span with its tags, ends included; `undefined` when the file has none. */
export async function readInvalidTimes(file: Hdf5File, options?: CallOptions): Promise<TimeIntervals | undefined> {
  const columns = ["start_time", "stop_time", "tags"];
  return readTimeIntervals(file, PATH, { columns, signal: options?.signal });
}

/**
 * What the rows of the table mean.
 *
 * Each row has three tags `[type, id, label]`. A label that names a probe concerns that probe; `all_probes` and `stimulus` concern the
 * session (during an invalid stimulus no onset can be trusted). `optotagging` says that light pulses cannot be trusted: it concerns
 * neither recordings nor visual stimuli, and is left out with a notice. A label that is none of these concerns the session, to be safe.
 *
 * AllenSDK takes both ends of a span as part of it; here spans are half-open, so a sample exactly on the end is valid.
 *
 * Source: AllenSDK `add_invalid_times`, `EcephysSession.get_lfp` and `_filter_invalid_stimuli`.
 *
 * @param where place of the table, for notices
 */
export function toInvalidIntervals(
  table: Pick<TimeIntervals, "rowCount" | "startTimes" | "stopTimes" | "tags" | "notices">,
  probes: readonly ProbeInsertion[],
  where: string,
): InvalidIntervals {
  const notices = new NoticeCounter();
  const intervals: InvalidInterval[] = [];
  for (let row = 0; row < table.rowCount; row++) {
    const tags = table.tags?.[row] ?? [];
    const [start = Number.NaN, stop = Number.NaN] = [table.startTimes[row], table.stopTimes[row]];
    if (tags.includes("optotagging")) {
      const message =
        "Invalid spans of the light pulses concern neither recordings nor visual stimuli and were left out.";
      notices.add("optotagging-spans-left-out", where, message);
    } else if (!(start < stop)) {
      notices.add("invalid-span-empty", where, "Invalid spans that do not end after they start were left out.");
    } else {
      intervals.push({ start, stop, kind: "invalidTag", probe: probeOf(tags, probes), tags });
    }
  }
  intervals.sort((a, b) => a.start - b.start);
  return { intervals, notices: [...table.notices, ...notices.list()] };
}

function probeOf(tags: readonly string[], probes: readonly ProbeInsertion[]): InvalidInterval["probe"] {
  const [type, id, label] = tags;
  const byLabel = probes.find((probe) => probe.label === label);
  const byId = type === "EcephysProbe" ? probes.find((probe) => probe.ref.id === id) : undefined;
  return (byLabel ?? byId)?.ref ?? null;
}
