import {
  type ByteStore,
  type Channel,
  formatRef,
  type LfpSource,
  NotFoundError,
  type ProbeRef,
} from "@crossprobe/core";
import { type OpenRawOptions, openRawRecording } from "./open-raw-recording.js";
import { matchRawChannels } from "./raw-channels.js";
import { findRawRecordings } from "./raw-file-name.js";
import { toRawSource } from "./raw-source.js";

/** Which recording of a session. */
export interface RawSelection {
  /** Rows of the probe's channel table, matched by place: gives the channels their regions. */
  readonly channels?: readonly Channel[] | undefined;
  /** Name of the probe's folder, such as `probe00`. */
  readonly label: string;
  readonly band: "ap" | "lf";
}

/**
 * A band of a probe from the files of its session: the recording in the folder of that name, however the files spell the probe's number, with
 * the clock files beside it. Reads `.meta`, `.ch` and clock; no signal.
 *
 * @param keys of the session, or of more of it than is needed
 * @throws {@link NotFoundError} when there is no such recording, naming those that there are
 * @throws as {@link openRawRecording}
 */
export async function openRawSource(
  store: ByteStore,
  keys: Iterable<string>,
  { label, band, channels }: RawSelection,
  probe: ProbeRef,
  options: Pick<OpenRawOptions, "signal" | "order"> = {},
): Promise<LfpSource> {
  const all = findRawRecordings(keys);
  const found = all.filter((files) => files.label === label && files.band === band && files.data !== undefined);
  const [files] = found;
  if (files?.data === undefined || found.length > 1) {
    const names = all.map(
      (one) => `${one.label || "(no folder)"} ${one.band}${one.data === undefined ? " without data" : ""}`,
    );
    const count = found.length > 1 ? `${found.length} recordings` : "no recording";
    throw new NotFoundError(
      `${store.url} has ${count} of ${formatRef(probe)} as ${label} ${band}: ${names.join(", ") || "none at all"}`,
      {
        hint: found.length > 1 ? "open the run that is wanted by its key" : "fetch the .cbin with its .ch and .meta",
      },
    );
  }
  const { meta, header, timestamps, sync } = files;
  const recording = await openRawRecording(store, files.data, { meta, header, timestamps, sync, ...options });
  if (channels === undefined) return toRawSource(recording, probe);
  const matched = matchRawChannels(recording, probe, channels);
  return toRawSource(recording, probe, matched);
}
