import { type ByteStore, type CallOptions, NotFoundError, QueryError } from "@crossprobe/core";
import type { AlfFile } from "../alf-file.js";
import { parseSessionPath } from "../alf-name.js";
import { openOneFolder } from "../one-folder.js";

/** The files of one session, as the loaders take them. */
export interface SessionFiles {
  /** Experiment id of the index tables; null where the folder has none. */
  readonly eid: string | null;
  /** Every file that is listed, or found where nothing lists them. */
  readonly files: readonly AlfFile[];
}

/**
 * The files of a session of a ONE cache folder.
 *
 * Reads the index tables, or lists the folder where it has none; opens no data file.
 *
 * @param session experiment id, or path `[<lab>/Subjects/]<subject>/<yyyy-mm-dd>/<nnn>`
 * @throws {@link QueryError} when the text is neither
 * @throws {@link NotFoundError} when the folder does not hold the session
 * @example
 * const session = await openSession(store, "XP_001/2022-03-14/001");
 * const trials = await loadTrials(session);
 */
export async function openSession(store: ByteStore, session: string, options: CallOptions = {}): Promise<SessionFiles> {
  const place = parseSessionPath(session);
  if (place === undefined && !/^[0-9a-f-]{36}$/.test(session)) {
    throw new QueryError(`${JSON.stringify(session)} is no session`, {
      hint: "give an experiment id, or [<lab>/Subjects/]<subject>/<yyyy-mm-dd>/<nnn>",
    });
  }
  const folder = await openOneFolder(store, options);
  const found = folder.sessions.find((candidate) =>
    place === undefined
      ? candidate.eid === session
      : candidate.subject === place.subject &&
        candidate.date === place.date &&
        candidate.number === place.number &&
        (place.lab === null || candidate.lab === null || candidate.lab === place.lab),
  );
  if (found !== undefined) return { eid: found.eid, files: found.files() };
  throw new NotFoundError(`no session ${session} in ${store.url}, which holds ${folder.sessions.length} sessions`, {
    hint: "give another session, or the folder that holds it",
  });
}
