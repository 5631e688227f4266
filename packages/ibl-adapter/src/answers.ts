import { MODALITIES, type Modality, type SourceDescription } from "@crossprobe/core";
import type { AlfFile } from "./alf-file.js";
import { attributeKey } from "./alf-name.js";
import { type Catalogue, filesOf } from "./catalogue.js";
import { isRawLfp } from "./raw-lfp.js";

/** Files of which one is needed to answer for a modality: `object.attribute`, or `object.*`. */
const NEEDED: Readonly<Record<Modality, readonly string[]>> = {
  channels: ["channels.*", "electrodeSites.*"],
  units: ["clusters.channels"],
  spikes: ["spikes.times"],
  waveforms: ["clusters.waveforms"],
  events: ["trials.*"],
  movement: ["wheel.position"],
  lfp: [],
};

/** What the sources can answer, by the names of files that are there. Reads nothing. */
export function toAnswers(catalogue: Catalogue): SourceDescription["answers"] {
  const found = new Set<Modality>();
  for (const session of catalogue.sessions.values()) {
    if (found.size === MODALITIES.length) break;
    if (!session.folders.some(({ isOnDisk }) => isOnDisk)) continue;
    for (const file of filesOf(session)) if (file.isPresent) noteAnswered(file, found);
  }
  if (catalogue.archives.some(({ recordings }) => recordings.length > 0)) found.add("channels").add("lfp");
  const answer = (modality: Modality): true | string => found.has(modality) || reasonAgainst(modality, catalogue);
  return {
    channels: answer("channels"),
    units: answer("units"),
    spikes: answer("spikes"),
    waveforms: answer("waveforms"),
    events: answer("events"),
    movement: answer("movement"),
    lfp: answer("lfp"),
  };
}

function noteAnswered(file: AlfFile, found: Set<Modality>): void {
  const { name } = file;
  // Its .meta states the places of the channels.
  if (isRawLfp(file)) found.add("channels").add("lfp");
  const [any, exact] = [`${name.object}.*`, `${name.object}.${attributeKey(name)}`];
  for (const modality of MODALITIES) {
    if (NEEDED[modality].some((needed) => needed === any || needed === exact)) found.add(modality);
  }
}

function reasonAgainst(modality: Modality, { folders, archives }: Catalogue): string {
  if (modality === "lfp") {
    const raw = folders.length > 0 ? " and no raw_ephys_data/<probe>/*.lf.cbin in the ONE folder" : "";
    return `no LFPack archive among the sources${raw}: give the .h5 with --ibl`;
  }
  const files = NEEDED[modality].join(" or ");
  if (folders.length > 0) return `the ONE folder holds no ${files} file: download the session's files into it`;
  const what =
    archives.length > 0
      ? "an LFPack archive holds LFP and channels only"
      : "a release table lists sessions and probes only";
  return `${what}: give the ONE folder with the ${files} files with --ibl`;
}
