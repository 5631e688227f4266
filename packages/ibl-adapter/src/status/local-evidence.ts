import { type ByteStore, type CallOptions, isDataError, NotFoundError, type Notice } from "@crossprobe/core";
import { parseJson } from "@crossprobe/formats/json";
import { z } from "zod";
import { parseAlfPath, parseSessionPath, type SessionFolder } from "../alf-name.js";
import { formatSessionFolder } from "../alf-path.js";
import type { OneIndex, OneSession } from "../one/one-index.js";
import type { EvidenceFile, ProbeEvidence, SessionEvidence, TrackEvidence } from "./session-evidence.js";
import { findTaskRuns } from "./task-runs.js";

/** A session of a folder: what is listed or found of it. */
interface LocalSession extends SessionFolder {
  readonly eid: string | null;
  readonly taskProtocol: string | null;
  readonly files: readonly EvidenceFile[];
  /** Labels of insertions; null where no table says. */
  readonly labels: readonly string[] | null;
  readonly notices: readonly Notice[];
}

/**
 * What the tables of a ONE cache folder say of a session's extraction. A file counts as registered where `datasets.pqt` calls it
 * existing, whether it was downloaded or not.
 *
 * Reads the settings of runs (a few kB each) where they lie in the folder, and looks whether local bombcell results are there.
 *
 * Absent: verdicts of the pipeline and image stacks, which no table has; of the histology only `resolved` probes show, by the
 * places of their channels.
 *
 * Source: ONE-api 3.6 `datasets.pqt` (`rel_path`, `exists`, `default_revision`), `insertions.pqt` (`name`), which need not list
 * every probe: one that has files counts too.
 *
 * @throws {@link NotFoundError} for a session that the tables do not have
 */
export async function localEvidence(
  index: OneIndex,
  store: ByteStore,
  eid: string,
  options: CallOptions = {},
): Promise<SessionEvidence> {
  const [session] = rowsOf(index.sessions, eid.toLowerCase());
  if (session === undefined)
    throw new NotFoundError(`no session ${eid} in the tables of ${index.url}`, {
      hint: "check the id, or update the index tables",
    });
  return evidenceOf(listedSession(index, session), store, options);
}

function listedSession(index: OneIndex, session: OneSession): LocalSession {
  const { eid, lab, subject, date, number, taskProtocol } = session;
  const rows = (index.datasets?.ofSession(eid) ?? []).filter(({ exists }) => exists);
  const files = rows.map(({ path, isDefault }) => toFile(path, isDefault));
  const labels = (index.insertions && rowsOf(index.insertions, eid))?.map(({ name }) => name) ?? null;
  const place = { eid, lab: lab || null, subject, date, number, taskProtocol: taskProtocol || null };
  return { ...place, files, labels, notices: [] };
}

/** Rows of a session among rows in the order of their session ids. */
function rowsOf<Row extends { readonly eid: string }>(rows: readonly Row[], eid: string): readonly Row[] {
  let [start, end] = [0, rows.length];
  while (start < end) {
    const middle = (start + end) >> 1;
    if ((rows[middle]?.eid ?? "") < eid) start = middle + 1;
    else end = middle;
  }
  let stop = start;
  while (rows[stop]?.eid === eid) stop++;
  return rows.slice(start, stop);
}

/** Collection, revision and name of a path below a session folder. */
function toFile(path: string, isDefault: boolean | null): EvidenceFile {
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  const last = /^#(.*)#$/u.exec(parts.at(-1) ?? "")?.[1];
  if (last !== undefined) parts.pop();
  return { collection: parts.join("/"), name, revision: last ?? "", isDefault, version: null };
}

/** A session folder, before anything in it is read. */
export interface WalkedSession {
  readonly place: SessionFolder & { readonly folder: string };
  readonly read: () => Promise<SessionEvidence>;
}

/**
 * The same for the session folders of a store without tables, in the order of their paths: what is there counts as registered.
 *
 * Lists the store; it has no ids, so `eid` is null.
 */
export async function* walkedEvidence(
  store: ByteStore,
  options: CallOptions = {},
): AsyncGenerator<WalkedSession, void, void> {
  const found = new Map<string, LocalSession & { files: EvidenceFile[] }>();
  for await (const key of store.list?.("", options) ?? []) {
    const place = parseSessionPath(key);
    if (place === undefined || place.rest === "") continue;
    const { lab, subject, date, number, rest } = place;
    const folder = formatSessionFolder(place);
    const known = { eid: null, lab, subject, date, number, taskProtocol: null, labels: null, notices: [] };
    const session = found.get(folder) ?? { ...known, files: [] };
    session.files.push(toFile(parseAlfPath(rest)?.canonical ?? rest, null));
    found.set(folder, session);
  }
  for (const [folder, session] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield { place: { ...session, folder }, read: () => evidenceOf(session, store, options) };
  }
}

async function evidenceOf(session: LocalSession, store: ByteStore, options: CallOptions): Promise<SessionEvidence> {
  const folder = `${formatSessionFolder(session)}/`;
  const { protocols, notices } = await readProtocols(session, store, folder, options);
  // A table of insertions holds what was searched for, not every probe: one with files is one all the same.
  const labels = [...new Set([...(session.labels ?? []), ...labelsOf(session.files)])].sort();
  const seesLocalFiles = store.list !== undefined;
  const local = seesLocalFiles ? await findBombcell(session.files, labels, store, folder, options) : [];
  const { eid, lab, subject, date, number, taskProtocol } = session;
  return {
    ...{ eid, lab, subject, date, number, taskProtocol, files: [...session.files, ...local] },
    probes: labels.map((label): ProbeEvidence => ({ label, track: trackOf(label, session.files) })),
    ...findTaskRuns(session.files, taskProtocol, protocols),
    ...{ extendedQc: null, hasImageStacks: null, seesLocalFiles, notices: [...session.notices, ...notices] },
  };
}

const SETTINGS = "_iblrig_taskSettings.raw.json";
const settingsSchema = z.object({ PYBPOD_PROTOCOL: z.string() });

/** Protocols of the runs whose settings are in the store; settings that cannot be read as such are a notice. */
async function readProtocols(session: LocalSession, store: ByteStore, folder: string, options: CallOptions) {
  const protocols = new Map<string, string>();
  const notices: Notice[] = [];
  const runs = session.files.filter(
    ({ name, collection }) => name === SETTINGS && /^raw_task_data_\d+$/u.test(collection),
  );
  for (const { collection } of runs) {
    const key = `${folder}${collection}/${SETTINGS}`;
    const bytes = await store.read(key, options);
    if (bytes === undefined) continue;
    const protocol = protocolOf(bytes, store.url + key);
    if (protocol !== undefined) protocols.set(collection, protocol);
    else {
      const message = `the settings of ${collection} state no PYBPOD_PROTOCOL: the session's own protocol decides`;
      notices.push({ code: "settings-without-protocol", message, count: 1, where: store.url + key });
    }
  }
  return { protocols, notices };
}

function protocolOf(bytes: Uint8Array, url: string): string | undefined {
  try {
    const found = settingsSchema.safeParse(parseJson(new TextDecoder().decode(bytes), url));
    return found.success ? found.data.PYBPOD_PROTOCOL : undefined;
  } catch (error) {
    if (isDataError(error, "format")) return undefined; // no JSON: says nothing of the protocol
    throw error;
  }
}

/** Labels of the probes that files lie in folders of. */
function labelsOf(files: readonly EvidenceFile[]): string[] {
  const labels = new Set<string>();
  for (const { collection } of files) {
    const label = /^(?:alf|raw_ephys_data)\/(probe[^/]*)(?:\/|$)/u.exec(collection)?.[1];
    if (label !== undefined) labels.add(label);
  }
  return [...labels].sort();
}

const PLACES = /^(?:channels|electrodeSites)\.brainLocationIds_ccf_2017\.npy$/u;

/** Only resolved alignments are written out as places of channels; without them the tables say nothing. */
function trackOf(label: string, files: readonly EvidenceFile[]): TrackEvidence | null {
  const places = files.find(
    ({ collection, name }) =>
      (collection === `alf/${label}` || collection.startsWith(`alf/${label}/`)) && PLACES.test(name),
  );
  if (places === undefined) return null;
  const from = `${places.collection}/${places.name}`;
  return { traced: true, alignmentUploaded: true, alignmentResolved: true, from };
}

const BOMBCELL = "templates._bc_qMetrics.parquet";

/** Results of bombcell that lie in the folder and are in no table. */
async function findBombcell(
  files: readonly EvidenceFile[],
  labels: readonly string[],
  store: ByteStore,
  folder: string,
  options: CallOptions,
): Promise<EvidenceFile[]> {
  const known = new Set(files.filter(({ name }) => name === BOMBCELL).map(({ collection }) => collection));
  const sortings = new Set(files.filter(({ name }) => name === "spikes.times.npy").map(({ collection }) => collection));
  const found: EvidenceFile[] = [];
  for (const sorting of sortings) {
    const [, label, sorter] = /^alf\/([^/]+)\/([^/]+)$/u.exec(sorting) ?? [];
    if (label === undefined || sorter === undefined || !labels.includes(label)) continue;
    const collection = `spike_sorters/${sorter}/${label}/bombcell`;
    if (known.has(collection) || (await store.size(`${folder}${collection}/${BOMBCELL}`, options)) === undefined)
      continue;
    found.push({ collection, name: BOMBCELL, revision: "", isDefault: null, version: null });
  }
  return found;
}
