import type {
  ByteStore,
  CallOptions,
  Channel,
  ChannelTable,
  LfpSource,
  Notice,
  ProbeRef,
  SourceDescription,
} from "@crossprobe/core";
import { type AlfFile, chooseFile } from "./alf-file.js";
import { attributeKey } from "./alf-name.js";
import { type Catalogue, filesOf, type ProbeEntry } from "./catalogue.js";
import type { LfpOrigin } from "./lfp.js";
import {
  findRawRecordings,
  matchRawChannels,
  openRawRecording,
  type RawRecordingFiles,
  toRawChannels,
  toRawSource,
} from "./raw/index.js";
import type { InvalidSpans } from "./raw/raw-source.js";

/** The raw LFP of a probe: keys of its files, all in one store. */
export interface RawLfpPlace {
  readonly store: ByteStore;
  readonly data: string;
  readonly meta: string;
  /** The `.ch`; undefined beside a `.bin`. */
  readonly header: string | undefined;
  readonly timestamps: string | undefined;
  readonly sync: string | undefined;
  /** What was assumed in choosing the files. */
  readonly notices: readonly Notice[];
}

/** What there is of raw LFP: a place, or the reason why there is none. */
export type RawLfpSearch = { readonly place: RawLfpPlace } | { readonly place: null; readonly reason: string };

/** Whether a file holds raw LFP samples, by its name. Source: `raw_ephys_data/<probe>/*.lf.cbin`, or `.bin` before compression. */
export function isRawLfp({ collection, name }: AlfFile): boolean {
  if (!collection.startsWith("raw_ephys_data/")) return false;
  return (name.extension === "cbin" || name.extension === "bin") && attributeKey(name).endsWith(".lf");
}

/**
 * The raw LFP of a probe among the files of its session, each in its default revision. Looks at names only.
 *
 * @param label name of the probe's folder, such as `probe00`
 */
export function findRawLfp(files: readonly AlfFile[], label: string): RawLfpSearch {
  const collection = `raw_ephys_data/${label}`;
  const own = files.filter((file) => file.collection === collection);
  const listed = own.filter(isRawLfp);
  if (listed.length === 0) return { place: null, reason: `the session lists no ${collection}/*.lf.cbin or .bin` };
  const chosen = inDefaultRevisions(own);
  const stores = new Set(chosen.files.filter(isRawLfp).map(({ store }) => store));
  for (const store of stores) {
    const place = placeIn(store, chosen.files, chosen.notices);
    if (place !== undefined) return place;
  }
  const names = [...new Set(listed.map(({ canonical }) => canonical))].join(", ");
  const are = listed.length === 1 ? "is" : "are";
  if (listed.every(({ qc }) => qc === "CRITICAL"))
    return { place: null, reason: `${names} ${are} of quality CRITICAL and left out` };
  return { place: null, reason: `${names} ${are} listed and not on disk: download it` };
}

/** Files that are there, under one name each; its default revision where it has several. */
function inDefaultRevisions(files: readonly AlfFile[]): {
  readonly files: readonly AlfFile[];
  readonly notices: readonly Notice[];
} {
  const firsts = new Map(files.map((file) => [plainKey(file), file]));
  const chosen = [...firsts].flatMap(([key, { name, collection }]) => {
    const attribute = { object: name.object, attribute: attributeKey(name) };
    const same = files.filter((file) => plainKey(file) === key);
    return chooseFile(same, collection, attribute) ?? [];
  });
  return {
    files: chosen.flatMap(({ file }) => (file?.isPresent ? [file] : [])),
    notices: chosen.flatMap(({ notices }) => notices),
  };
}

/** A file's key without its revision and id: what the names of one recording have in common. */
function plainKey({ collection, canonical }: AlfFile): string {
  return `${collection}/${canonical.slice(canonical.lastIndexOf("/") + 1)}`;
}

function placeIn(store: ByteStore, files: readonly AlfFile[], notices: readonly Notice[]): RawLfpSearch | undefined {
  const keys = new Map(files.filter((file) => file.store === store).map((file) => [plainKey(file), file.key]));
  const found = findRawRecordings(keys.keys()).filter(({ band, data }) => band === "lf" && data !== undefined);
  const [recording] = found;
  if (recording?.data === undefined) return undefined;
  if (found.length > 1) {
    const runs = found.map(({ run }) => run).join(", ");
    return { place: null, reason: `there are ${found.length} runs of it (${runs}): leave one in the folder` };
  }
  return completed(store, recording, keys, notices);
}

function completed(
  store: ByteStore,
  { data = "", meta, header, timestamps, sync }: RawRecordingFiles,
  keys: ReadonlyMap<string, string>,
  notices: readonly Notice[],
): RawLfpSearch {
  const keyOf = (name: string | undefined) => (name === undefined ? undefined : keys.get(name));
  const [dataKey, metaKey, headerKey] = [keyOf(data), keyOf(meta), keyOf(header)];
  if (dataKey === undefined || metaKey === undefined || (headerKey === undefined && data.endsWith(".cbin"))) {
    const lacking = [...(metaKey === undefined ? [".meta"] : []), ...(headerKey === undefined ? [".ch"] : [])];
    return { place: null, reason: `${data} is there without its ${lacking.join(" and ")}: download it` };
  }
  const clock = { timestamps: keyOf(timestamps), sync: keyOf(sync) };
  return { place: { store, data: dataKey, meta: metaKey, header: headerKey, ...clock, notices } };
}

/**
 * The LFP of a probe as it was recorded, in volts on the session clock. Reads `.meta`, `.ch` and clock; no signal.
 *
 * @param table rows of the probe's channel table, matched by place on the probe
 * @param invalid spans that another source knows not to be used; undefined where none says
 * @throws as {@link openRawRecording}
 */
export async function openRawLfp(
  place: RawLfpPlace,
  probe: ProbeRef,
  table: readonly Channel[],
  invalid: InvalidSpans | undefined,
  options: CallOptions,
): Promise<LfpSource> {
  const recording = await openPlace(place, options);
  const { channels, notices } = matchRawChannels(recording, probe, table);
  return toRawSource(recording, probe, { channels, notices: [...place.notices, ...notices], invalid });
}

/** The channels that the recording's `.meta` states: places on the probe, without regions. */
export async function readRawChannels(
  place: RawLfpPlace,
  probe: ProbeRef,
  options: CallOptions,
): Promise<ChannelTable> {
  const recording = await openPlace(place, options);
  try {
    const provenance = { url: recording.meta?.url ?? recording.url };
    return { probe, rows: toRawChannels(recording, probe), provenance: [provenance], notices: place.notices };
  } finally {
    recording.close();
  }
}

function openPlace({ store, data, meta, header, timestamps, sync }: RawLfpPlace, options: CallOptions) {
  return openRawRecording(store, data, { meta, header, timestamps, sync, signal: options.signal });
}

/** Whether a probe has LFP to read; null where the sources say nothing of any. */
export function hasLfp({ recording, session, label }: ProbeEntry, hasArchives: boolean): boolean | null {
  if (recording !== null) return true;
  const files = filesOf(session);
  if (findRawLfp(files, label).place !== null) return true;
  const isListed = files.some((file) => isRawLfp(file) && file.collection === `raw_ephys_data/${label}`);
  return hasArchives || isListed ? false : null;
}

/** What the folders hold of raw LFP, as sources of their own, and of how many probes it is what is read. Looks at names only. */
export function rawSources(catalogue: Catalogue, preferred: LfpOrigin): SourceDescription["sources"] {
  const counts = new Map<string, { found: number; read: number }>();
  for (const session of catalogue.sessions.values()) {
    if (!session.folders.some(({ isOnDisk }) => isOnDisk)) continue;
    const files = filesOf(session);
    if (!files.some(isRawLfp)) continue;
    for (const { recording, label } of session.probes) {
      const { place } = findRawLfp(files, label);
      if (place === null) continue;
      const { found, read } = counts.get(place.store.url) ?? { found: 0, read: 0 };
      const isRead = recording === null || preferred === "raw";
      counts.set(place.store.url, { found: found + 1, read: read + (isRead ? 1 : 0) });
    }
  }
  return [...counts].map(([url, { found, read }]) => ({
    url: `${url}**/raw_ephys_data/`,
    kind: `raw LFP recordings of ${found} probe${found === 1 ? "" : "s"}, read for ${read}${read < found ? " (LFPack for the others)" : ""}`,
  }));
}
