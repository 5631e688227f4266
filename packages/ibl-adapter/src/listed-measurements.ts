/** What a session is said to have, by the names of its files alone. */

import { isCuration } from "./alf-file.js";
import { type AlfPath, attributeKey } from "./alf-name.js";
import { filesOf, type ProbeEntry, type SessionEntry } from "./catalogue.js";
import { findSorting } from "./units.js";

/** Diameters, or tracked points from which they are computed. */
const PUPIL_ATTRIBUTES: ReadonlySet<string> = new Set(["features", "dlc", "lightningPose"]);

/**
 * Whether a file holds measurements of the pupil.
 *
 * Source: `_ibl_{left,right}Camera.{features,dlc,lightningPose}`, which hold `pupilDiameter_*` or the points `pupil_*_r`; the body camera sees
 * no eye.
 */
function holdsPupil(file: AlfPath): boolean {
  const { object } = file.name;
  if (object !== "leftCamera" && object !== "rightCamera") return false;
  return PUPIL_ATTRIBUTES.has(attributeKey(file.name)) && !isCuration(file);
}

/** Whether the release has the pupil of a session: as {@link either} of the folders that list its files. */
export function hasPupil({ folders }: SessionEntry): boolean | null {
  return either(folders.map((folder) => folder.lists(holdsPupil)));
}

/**
 * Whether the release has mean waveforms of the units of a probe, in the sorting that is read.
 *
 * Source: ALF `clusters.waveforms` with `clusters.waveformsChannels`. Templates, and snippets of single spikes (`waveforms.*`), are none.
 */
export function hasWaveforms({ label, session }: ProbeEntry): boolean | null {
  const sorting = findSorting({ files: filesOf(session), label });
  const lists = (attribute: string) => (file: AlfPath) =>
    file.collection === sorting &&
    file.name.object === "clusters" &&
    attributeKey(file.name) === attribute &&
    !isCuration(file);
  const [shapes, places] = ["waveforms", "waveformsChannels"].map((attribute) =>
    either(session.folders.map((folder) => folder.lists(lists(attribute)))),
  );
  if (shapes === false || places === false) return false;
  return shapes === true && places === true ? true : null;
}

/** True where one answer is; else false where one is; null where nobody says. */
function either(answers: readonly (boolean | null)[]): boolean | null {
  if (answers.includes(true)) return true;
  return answers.includes(false) ? false : null;
}
