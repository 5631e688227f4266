import {
  type ByteStore,
  type CallOptions,
  type Channel,
  type InvalidInterval,
  type LfpSource,
  type Notice,
  type ProbeRef,
  SchemaError,
} from "@crossprobe/core";
import { type OpenedFile, openReleaseFile } from "../session-file.js";
import { probeRef } from "../vocabulary.js";
import type { CurrentSourceDensity } from "./current-source-density.js";
import { readLfpClock } from "./lfp-clock.js";
import { openLfpSeries, readLfpColumns } from "./lfp-columns.js";
import { NwbLfpSource } from "./lfp-source.js";

/** Bytes of decoded chunks kept for one LFP file: two rows of chunks of 95 channels (189 kB each), so that a window may lie across them. */
const LFP_CACHE_BYTES = 40 * 2 ** 20;

/** An LFP file of the release, opened. Close it. */
export interface LfpFile extends LfpSource {
  /** The stored current source density. @throws {@link NotFoundError} when the file holds none */
  currentSourceDensity(options?: CallOptions): Promise<CurrentSourceDensity>;
}

export interface LfpFileOptions extends CallOptions {
  /** The release's number of the probe; a file of another one is refused. That of the file if not given. */
  readonly probeId?: string | undefined;
  /** The probe's rows of the channel table: regions and coordinates come from them alone. */
  readonly channels?: readonly Channel[] | undefined;
  /** Tagged spans of the session: they are in the session file, not in this one. */
  readonly invalidIntervals?: readonly InvalidInterval[] | undefined;
}

/**
 * Opens the LFP file of one probe by itself, without project cache or hub. Files of 2019 are read too.
 *
 * Reads the header, the electrodes, and the first and the last times: well under 1 MB, whatever the size of the file.
 *
 * Absent: channels that `channels` does not list have their sites from the file, no region and no coordinates. Without
 * `invalidIntervals` the gaps between samples are the only invalid spans, and a notice says so (`invalid-times-unknown`).
 *
 * Source: `probe_<id>_lfp.nwb`, written by AllenSDK `write_nwb`: float32 volts, a time for each sample on the session clock.
 *
 * @throws {@link NotFoundError} when the store has no such file, or it holds no electrical series
 * @throws {@link SchemaError} when it is of another probe, or does not say of which
 * @throws {@link FormatError} when it is truncated, damaged, or its times do not ascend
 * @example
 * const lfp = await openLfpFile(store, "session_1/probe_2_lfp.nwb");
 * const { data, times } = await lfp.read({ time: { start: 100, stop: 110 } });
 * lfp.close();
 */
export async function openLfpFile(store: ByteStore, key: string, options: LfpFileOptions = {}): Promise<LfpFile> {
  const { signal, probeId, channels = [], invalidIntervals } = options;
  const opened = await openLfp(store, key, probeId, { signal });
  const id = probeId ?? opened.nwb.identifier;
  if (id === undefined) {
    await opened.file.close();
    throw new SchemaError(`${opened.file.url} does not say which probe it is of: it has no identifier.`, {
      url: opened.file.url,
      hint: "Give the probe's number as probeId.",
    });
  }
  const probe = probeRef(id);
  const tagged = invalidIntervals && (async () => invalidIntervals);
  return toLfpFile(opened, { probe, listed: byId(channels), tagged }, { signal });
}

/** The file itself, checked to be that of the probe. */
export async function openLfp(store: ByteStore, key: string, probeId: string | undefined, options?: CallOptions) {
  return openReleaseFile(store, key, { kind: "LFP", id: probeId, cacheBytes: LFP_CACHE_BYTES }, options);
}

/** What is known of a probe beside its LFP file. */
export interface LfpSetting {
  readonly probe: ProbeRef;
  /** Channels of the probe by id. */
  readonly listed: ReadonlyMap<string, Channel>;
  /** Tagged spans of the session; `undefined` where nothing tells. */
  readonly tagged: ((options?: CallOptions) => Promise<readonly InvalidInterval[]>) | undefined;
  readonly notices?: readonly Notice[];
  readonly onClose?: () => void;
}

/** The LFP over an opened file, which closes with it, and at once when it cannot be read. */
export async function toLfpFile(
  { file, nwb }: OpenedFile,
  { probe, listed, tagged, notices = [], onClose }: LfpSetting,
  options?: CallOptions,
): Promise<LfpFile> {
  // Nothing was written and nobody waits: a failure to close has no one to tell.
  const close = () => void file.close().catch(() => undefined);
  try {
    const series = await openLfpSeries(file, options);
    const columns = await readLfpColumns(file, series, { id: probe.id, listed }, options);
    const clock = await readLfpClock(series, file.url, options);
    const isOwn = (span: InvalidInterval) => span.probe === null || span.probe.id === probe.id;
    return new NwbLfpSource({
      ...{ probe, file, series, channels: columns.channels, clock: clock.clock },
      provenance: [
        { url: file.url, path: series.path, conversion: "volts as stored" },
        { url: file.url, path: `${series.path}/timestamps` },
      ],
      notices: [
        ...nwb.notices,
        ...series.notices,
        ...columns.notices,
        ...clock.notices,
        ...notices,
        ...(tagged ? [] : [tagsUnknown(file.url)]),
      ],
      taggedIntervals: async (inner) => ((await tagged?.(inner)) ?? []).filter(isOwn),
      onClose: () => {
        onClose?.();
        close();
      },
    });
  } catch (error) {
    close();
    throw error;
  }
}

function tagsUnknown(url: string): Notice {
  const message = "The session file was not at hand: spans that the release tags as invalid are not known.";
  return { code: "invalid-times-unknown", message, count: 1, where: url };
}

function byId(channels: readonly Channel[]): ReadonlyMap<string, Channel> {
  return new Map(channels.map((channel) => [channel.ref.id, channel]));
}
