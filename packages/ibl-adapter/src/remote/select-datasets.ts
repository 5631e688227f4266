import type { FileSelection, Modality } from "@crossprobe/core";
import type { OneDataset } from "../one/dataset-table.js";
import { partsOf, toDatasetTest } from "../one/filter-datasets.js";
import { compareTexts } from "../one/one-index.js";
import { globToRegex, toRegExp } from "../one/python-regex.js";
import { chooseRevisions } from "../one/revisions.js";

/** What the loaders of a modality read: patterns of file names. Source: `loaders/` and the readers beside it. */
const NAMES: Readonly<Record<Modality, readonly string[]>> = {
  channels: ["channels.*", "electrodeSites.*"],
  units: ["clusters.*", "channels.*"],
  spikes: ["spikes.*", "clusters.*"],
  waveforms: ["clusters.waveforms*", "templates.*", "waveforms.*", "clusters.channels.*", "channels.*"],
  events: ["_ibl_trials.*", "_ibl_passive*"],
  movement: ["_ibl_wheel*"],
  lfp: ["_spikeglx_ephysData_*.lf.*", "_spikeglx_ephysData_*.timestamps.npy", "_spikeglx_ephysData_*.sync.npy"],
};

/** Modalities whose files belong to the session and to none of its probes. */
export const OF_SESSION: ReadonlySet<Modality> = new Set<Modality>(["events", "movement"]);

/** A file that a selection asks for; `reason` says why it is not to be had, else null. */
export interface Selected {
  readonly row: OneDataset;
  readonly reason: string | null;
}

/**
 * The files of a session that a selection asks for: of each the default revision, of a probe those in folders of its name. A file whose
 * name is no ALF name is one of them, unless objects are asked for.
 *
 * Files whose verdict is CRITICAL or missing, and those that the catalogue lists as not there, are given with the reason.
 *
 * @param probe name of the probe, such as `probe00`
 */
export function selectDatasets(
  rows: readonly OneDataset[],
  selection: Omit<FileSelection, "refs">,
  probe: string | null,
): Selected[] {
  const isAsked = toTest(selection, probe);
  const asked = rows.filter(({ path }) => isAsked(path));
  const { qc: isUsable } = toDatasetTest({});
  const usable = inOneRevision(asked.filter(({ qc }) => isUsable(qc)));
  const places = new Set(usable.map(placeOf));
  const refused = inOneRevision(asked.filter((row) => !isUsable(row.qc) && !places.has(placeOf(row))));
  const selected = [
    ...usable.map((row) => ({ row, reason: row.exists ? null : "the catalogue says that no server has it" })),
    ...refused.map((row) => ({ row, reason: `its verdict is ${row.qc ?? "missing"}: ONE leaves it out, too` })),
  ];
  return selected.sort((a, b) => compareTexts(a.row.path, b.row.path));
}

function toTest(
  { object, collection, extension, name, modality }: Omit<FileSelection, "refs">,
  probe: string | null,
): (path: string) => boolean {
  const inside = probe !== null && (modality === undefined || !OF_SESSION.has(modality)) ? probe : null;
  const isInPlace =
    object === undefined && collection === undefined
      ? () => true
      : toDatasetTest({ filename: object === undefined ? "*" : { object }, collection }).path;
  const isOfName = [name, modality && NAMES[modality]].flatMap((patterns) =>
    patterns === undefined ? [] : [testOf(patterns)],
  );
  const isOfExtension = extension === undefined ? () => true : testOf(extension);
  return (path) => {
    const parts = partsOf(path);
    if (inside !== null && !parts.collection.split("/").includes(inside)) return false;
    const ending = /\.([^.]*)$/.exec(parts.name)?.[1] ?? "";
    return isInPlace(path) && isOfExtension(ending) && isOfName.every((test) => test(parts.name));
  };
}

function inOneRevision(rows: readonly OneDataset[]): readonly OneDataset[] {
  return chooseRevisions(rows, undefined, false).datasets;
}

/** A file apart from its revision. */
function placeOf({ path }: OneDataset): string {
  const { collection, name } = partsOf(path);
  return `${collection}/${name}`;
}

function testOf(patterns: string | readonly string[]): (name: string) => boolean {
  const tests = [patterns].flat().map((pattern) => toRegExp(`^(?:${globToRegex(pattern)})$`));
  return (name) => tests.some((test) => test.test(name));
}
