import { type CallOptions, NotFoundError, type ProbeRef, type SessionRef, UnsupportedError } from "@crossprobe/core";
import { isUuid } from "../alf-name.js";
import { type AlyxClient, encodeDataUrl } from "../alyx/index.js";
import type { OneDataset } from "../one/dataset-table.js";
import { sessionPath } from "../one/identifiers.js";
import type { OneIndex, OneSession } from "../one/one-index.js";
import { statedQc } from "../one/qc.js";

/** A session with the files that an index or Alyx lists for it. */
export interface ListedSession {
  readonly session: OneSession;
  readonly rows: readonly OneDataset[];
  /** Address that the catalogue states for a file; undefined where the data server's rule gives it. */
  addressOf(row: OneDataset): string | null | undefined;
}

/** Where sessions and their files are looked up, in this order. */
export interface SessionLists {
  readonly indexes: readonly OneIndex[];
  readonly alyx: AlyxClient | undefined;
}

/**
 * The session of a reference with its files: from the first index that lists files for it, else from Alyx.
 *
 * @throws {@link NotFoundError} when nobody knows it
 * @throws {@link UnsupportedError} when there is nobody to ask
 */
export async function listSession(
  ref: SessionRef,
  { indexes, alyx }: SessionLists,
  options: CallOptions,
): Promise<ListedSession> {
  const eid = ref.id.toLowerCase();
  for (const { sessions, datasets } of indexes) {
    const session = sessions.find((each) => each.eid === eid);
    const rows = datasets?.ofSession(eid) ?? [];
    if (session !== undefined && rows.length > 0) return { session, rows, addressOf: () => undefined };
  }
  if (alyx !== undefined && isUuid(eid)) return listFromAlyx(eid, alyx, options);
  throw unknown(`session ${ref.dataset}:session:${ref.id}`, indexes);
}

/** Session and name of the probe of a reference. @throws as {@link listSession} */
export async function placeOfProbe(
  ref: ProbeRef,
  { indexes, alyx }: SessionLists,
  options: CallOptions,
): Promise<{ readonly eid: string; readonly name: string }> {
  const pid = ref.id.toLowerCase();
  for (const { insertions } of indexes) {
    const found = insertions?.find((each) => each.pid === pid);
    if (found !== undefined) return { eid: found.eid, name: found.name };
  }
  const known = alyx !== undefined && isUuid(pid) ? await alyx.sessionOf(pid, options) : undefined;
  if (known !== undefined) return { eid: known.id, name: known.name };
  throw unknown(`probe ${ref.dataset}:probe:${ref.id}`, indexes);
}

async function listFromAlyx(eid: string, alyx: AlyxClient, options: CallOptions): Promise<ListedSession> {
  const found = await alyx.session(eid, options);
  if (found === undefined) {
    throw new NotFoundError(`${alyx.url} has no session ${eid}`, { hint: "check the id and the account" });
  }
  const { subject, number } = found;
  if (subject === null || number === null) {
    const lacking = subject === null ? "subject" : "number";
    throw new UnsupportedError(`${alyx.url} states no ${lacking} of session ${eid}: its files have no place`, {
      hint: "give a ONE folder whose tables list the session",
    });
  }
  const session: OneSession = {
    ...{ eid, lab: found.lab ?? "", subject, date: found.startTime.slice(0, 10), number },
    ...{ taskProtocol: found.taskProtocol ?? "", projects: found.projects.join(",") },
  };
  const addresses = new Map(found.datasets.map(({ id, dataUrl }) => [id, dataUrl]));
  const rows = found.datasets.map(
    (file): OneDataset => ({
      ...{ id: file.id, eid, path: file.relativePath, size: file.sizeBytes, md5: digestOf(file.md5), exists: true },
      ...{ qc: statedQc(file.qc), isDefault: file.isDefaultRevision },
    }),
  );
  const addressOf = (row: OneDataset) => {
    const stored = addresses.get(row.id);
    return stored === null || stored === undefined ? null : encodeDataUrl(stored);
  };
  return { session, rows, addressOf };
}

function digestOf(text: string | null): string | null {
  return text !== null && /^[0-9a-f]{32}$/i.test(text) ? text.toLowerCase() : null;
}

function unknown(what: string, indexes: readonly OneIndex[]): NotFoundError | UnsupportedError {
  if (!indexes.some(({ datasets }) => datasets !== undefined)) {
    return new UnsupportedError("no IBL source lists files that can be fetched", {
      hint: "give a ONE folder with index tables (datasets.pqt), or ask Alyx: set ALYX_URL, ALYX_LOGIN and ALYX_PWD",
    });
  }
  return new NotFoundError(`no files of ${what} in the index tables`, {
    hint: "list what there is: crossprobe sessions; or ask Alyx: set ALYX_URL, ALYX_LOGIN and ALYX_PWD",
  });
}

/** Where a session's files lie below a cache folder: `<lab>/Subjects/<subject>/<date>/<number>`. */
export function folderOf({ session }: ListedSession): string {
  return sessionPath(session);
}
