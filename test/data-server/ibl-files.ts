import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOneIndex, sessionPath } from "@crossprobe/ibl-adapter/one";
import { LocalStore } from "@crossprobe/storage/node";
import { samplesFolder } from "../rosetta/truth.js";

export const SAMPLE_ONE = join(samplesFolder, "ibl");

/** A new folder with the sample's index tables and none of its files: what one has before a download. */
export function folderOfTables(): string {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-tables-"));
  for (const name of ["sessions.pqt", "datasets.pqt", "insertions.pqt"])
    cpSync(join(SAMPLE_ONE, name), join(folder, name));
  return folder;
}

/** The sample's files as IBL's data server names them: by lab and session, with the id before the ending. */
export async function filesOnServer(): Promise<Record<string, Uint8Array>> {
  const index = await openOneIndex(new LocalStore(SAMPLE_ONE));
  const files: Record<string, Uint8Array> = {};
  for (const session of index.sessions) {
    for (const { path, id, exists } of index.datasets?.ofSession(session.eid) ?? []) {
      if (!exists) continue;
      const named = path.replace(/(\.[^./]+)$/, `.${id}$1`);
      files[`/public/${sessionPath(session)}/${named}`] = readFileSync(join(SAMPLE_ONE, sessionPath(session), path));
    }
  }
  return files;
}
