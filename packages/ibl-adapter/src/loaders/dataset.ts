import { type CallOptions, NotFoundError, type Notice } from "@crossprobe/core";
import { type AlfContent, readAlfContent } from "../alf-content.js";
import { type AlfFile, alfUrl } from "../alf-file.js";
import { type ChoiceOptions, chooseDataset } from "../one/choose.js";
import type { OneDataset } from "../one/dataset-table.js";
import type { AlfParts } from "../one/filter-datasets.js";
import { toQcName } from "../one/qc.js";
import type { SessionFiles } from "./session-files.js";

/** A file of a session and what it holds. */
export interface LoadedDataset {
  readonly url: string;
  /** `[collection/][#revision#/]file`, relative to the session folder. */
  readonly path: string;
  readonly content: AlfContent;
  readonly notices: readonly Notice[];
}

/**
 * One file of a session by its name, a pattern of it, its parts or its path: the line for `one.load_dataset`.
 *
 * As in ONE a name is compared as a whole: `*wheel.position*` or `{ object: "wheel", attribute: "position" }` finds
 * `_ibl_wheel.position.npy`, `wheel.position.npy` does not. Reads the file whole, but one without a reader, such as a video, which is
 * only said where it is.
 *
 * Source: ONE-api 3.6 `one/api.py`, `One.load_dataset`.
 *
 * @throws {@link NotFoundError} when the session lists no such file, or lists it and has it not on disk
 * @throws {@link QueryError} when several match
 * @throws {@link FormatError} when the bytes do not decode
 * @example
 * const { content } = await loadDataset(session, "spikes.times.npy", { collection: "alf/probe00/pykilosort" });
 */
export async function loadDataset(
  session: SessionFiles,
  dataset: string | AlfParts,
  asked: ChoiceOptions = {},
  options: CallOptions = {},
): Promise<LoadedDataset> {
  const rows = new Map(session.files.map((file): [OneDataset, AlfFile] => [toRow(file, session.eid), file]));
  const chosen = chooseDataset([...rows.keys()], dataset, asked);
  const file = rows.get(chosen.dataset);
  if (file === undefined || !file.isPresent) {
    throw new NotFoundError(`${chosen.dataset.path} is listed and not on disk`, {
      hint: "download the session's files into the ONE folder",
    });
  }
  const content = await readAlfContent(file.store, file.key, options);
  return { url: alfUrl(file), path: chosen.dataset.path, content, notices: chosen.notices };
}

/** A file as the index lists it; what the index would say beside does not matter for a choice. */
function toRow(file: AlfFile, eid: string | null): OneDataset {
  const { isDefault, isPresent: exists, size } = file;
  const qc = file.qc === null ? "NOT_SET" : toQcName(file.qc); // as ONE writes of files that it finds on disk
  return { id: "", eid: eid ?? "", path: file.canonical, isDefault, qc, size, md5: null, exists };
}
