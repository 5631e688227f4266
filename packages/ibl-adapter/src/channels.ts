import {
  type CallOptions,
  type Channel,
  type ChannelTable,
  NotFoundError,
  type Notice,
  type ProbeRef,
} from "@crossprobe/core";
import { type AlfFile, chooseSorting, collectionsOf } from "./alf-file.js";
import { type AlfArray, AlfReads, assertShape, rowsOf } from "./alf-reads.js";
import { alignedCollection, type PlacelessChannels, readAlignedPlaces } from "./aligned-places.js";
import { channelRef, toCcfPoint, toChannelQuality, toLocation } from "./vocabulary.js";

/** Which files describe a probe. */
export interface ProbeFiles {
  readonly probe: ProbeRef;
  /** The source's name of the probe, such as `probe00`. */
  readonly label: string;
  /** Every file of its session. */
  readonly files: readonly AlfFile[];
}

/** The five arrays that describe channels, each absent where the release has none. */
interface ChannelArrays {
  readonly localCoordinates: AlfArray | undefined;
  readonly mlapdv: AlfArray | undefined;
  readonly locationIds: AlfArray | undefined;
  readonly rawInd: AlfArray | undefined;
  readonly labels: AlfArray | undefined;
}

/** Attributes that the arrays are read from. Source: ALF `channels` and `electrodeSites`. */
const ATTRIBUTES = {
  localCoordinates: "localCoordinates",
  mlapdv: "mlapdv",
  locationIds: "brainLocationIds_ccf_2017",
  rawInd: "rawInd",
  labels: "labels",
} as const satisfies Record<keyof ChannelArrays, string>;

/** The collection that holds a probe's channels: the one of its sorting, where that has channels. */
function channelCollection({ files, label }: ProbeFiles): string | undefined {
  const holding = collectionsOf(files, "channels");
  const sorting = chooseSorting(collectionsOf(files, "spikes"), label);
  if (sorting !== undefined && holding.includes(sorting)) return sorting;
  return chooseSorting(holding, label) ?? (hasElectrodeSites({ files, label }) ? `alf/${label}` : undefined);
}

/**
 * Every channel of a probe, in the order of the release's table (`channels.*`, or `electrodeSites.*` where the probe has them).
 *
 * Reads at most ten small arrays. A site without a region says why: `outsideBrain` for void and root, `notRegistered` where the
 * release has no histology, `unknown` for an id that the structure tree does not have.
 *
 * Source: ALF `channels`: `localCoordinates` um (lateral, axial), `mlapdv` um from bregma, `brainLocationIds_ccf_2017`,
 * `rawInd`, `labels`; `electrodeSites` override them (`SpikeSortingLoader.load_channels`, ibllib). Places of another sorting of the probe stand in
 * for those that a sorting has not, along the probe (`_load_channels_locations_from_disk`).
 *
 * @throws {@link NotFoundError} where the session has neither
 * @throws {@link FormatError} when the arrays differ in length
 */
export async function readChannels(source: ProbeFiles, options: CallOptions = {}): Promise<ChannelTable> {
  const { probe, files, label } = source;
  const collection = channelCollection(source);
  if (collection === undefined) {
    throw new NotFoundError(`no channels of probe ${label} (${probe.id}): the session lists no channels.* file`, {
      hint: "give a source that holds them, such as the LFPack file with this probe",
    });
  }
  const reads = new AlfReads(files, collection, options);
  const own = await readArrays(reads, "channels");
  const sites = new AlfReads(files, `alf/${label}`, options);
  const override = hasElectrodeSites(source) ? await readArrays(sites, "electrodeSites") : undefined;
  const stated = override === undefined ? own : overridden(own, override, sites);
  const arrays = await placed(stated, { files, label, collection }, reads, options);
  const rows = toRows(probe, arrays, reads);
  return {
    probe,
    rows,
    provenance: [...reads.provenance, ...sites.provenance],
    notices: [...reads.notices, ...sites.notices],
  };
}

/**
 * Files that {@link readChannels} and {@link readChannelCount} read, by names alone; empty where there are no channels. More than they read where
 * only the content of one tells.
 *
 * @throws {@link SchemaError} when two files of one revision carry the same attribute
 */
export function channelFiles(source: ProbeFiles): readonly AlfFile[] {
  const { files, label } = source;
  const collection = channelCollection(source);
  if (collection === undefined) return [];
  const find = (from: string, object: string) => {
    const reads = new AlfReads(files, from, {});
    return Object.values(ATTRIBUTES).flatMap((attribute) => reads.find(object, attribute, ["npy"]) ?? []);
  };
  const own = [...find(collection, "channels"), ...find(`alf/${label}`, "electrodeSites")];
  const isPlaced = own.some(({ name }) => name.attribute === "mlapdv" || name.attribute === "brainLocationIds");
  const aligned = isPlaced ? undefined : alignedCollection({ files, label, collection });
  return aligned === undefined ? own : [...own, ...find(aligned, "channels")];
}

/** Rows of the channel table, from one header; null where nothing says. */
export async function readChannelCount(source: ProbeFiles, options: CallOptions = {}): Promise<number | null> {
  const collection = channelCollection(source);
  if (collection === undefined) return null;
  const sites = new AlfReads(source.files, `alf/${source.label}`, options);
  const reads = new AlfReads(source.files, collection, options);
  const header =
    (await sites.npyHeader("electrodeSites", "localCoordinates")) ??
    (await reads.npyHeader("channels", "localCoordinates")) ??
    (await reads.npyHeader("channels", "mlapdv")) ??
    (await reads.npyHeader("channels", "rawInd"));
  return header === undefined ? null : rowsOf(header);
}

function hasElectrodeSites({ files, label }: Pick<ProbeFiles, "files" | "label">): boolean {
  return files.some(({ collection, name }) => collection === `alf/${label}` && name.object === "electrodeSites");
}

async function readArrays(reads: AlfReads, object: string): Promise<ChannelArrays> {
  return {
    localCoordinates: await reads.npy(object, ATTRIBUTES.localCoordinates),
    mlapdv: await reads.npy(object, ATTRIBUTES.mlapdv),
    locationIds: await reads.npy(object, ATTRIBUTES.locationIds),
    rawInd: await reads.npy(object, ATTRIBUTES.rawInd),
    labels: await reads.npy(object, ATTRIBUTES.labels),
  };
}

/** Channels without histology take the places of another sorting of the probe that has some. */
async function placed(
  arrays: ChannelArrays,
  place: Omit<PlacelessChannels, "localCoordinates">,
  reads: AlfReads,
  options: CallOptions,
): Promise<ChannelArrays> {
  const { localCoordinates, mlapdv, locationIds } = arrays;
  if (mlapdv !== undefined || locationIds !== undefined || localCoordinates === undefined) return arrays;
  return { ...arrays, ...(await readAlignedPlaces({ ...place, localCoordinates }, reads, options)) };
}

/** Electrode sites win over the sorting's channels; with another number of rows they replace all of them. */
function overridden(own: ChannelArrays, sites: ChannelArrays, reads: AlfReads): ChannelArrays {
  const count = rowCount(own);
  const siteCount = rowCount(sites);
  if (count !== undefined && siteCount !== undefined && count !== siteCount) {
    const where = (sites.localCoordinates ?? sites.mlapdv ?? sites.locationIds)?.url ?? "";
    const message = `the probe has ${siteCount} electrode sites and the sorting ${count} channels: the sites replace the channels`;
    reads.note("electrode-sites-replace-channels", message, count, where);
    return sites;
  }
  return {
    localCoordinates: sites.localCoordinates ?? own.localCoordinates,
    mlapdv: sites.mlapdv ?? own.mlapdv,
    locationIds: sites.locationIds ?? own.locationIds,
    rawInd: sites.rawInd ?? own.rawInd,
    labels: sites.labels ?? own.labels,
  };
}

function rowCount(arrays: ChannelArrays): number | undefined {
  const first = arrays.localCoordinates ?? arrays.mlapdv ?? arrays.locationIds ?? arrays.rawInd ?? arrays.labels;
  return first === undefined ? undefined : rowsOf(first);
}

function toRows(probe: ProbeRef, arrays: ChannelArrays, reads: AlfReads): Channel[] {
  const count = rowCount(arrays);
  if (count === undefined) throw reads.missing("channels", "localCoordinates");
  assertLengths(arrays, count);
  const rows: Channel[] = [];
  for (let row = 0; row < count; row++) rows.push(toChannel(probe, arrays, row));
  noteUnknown(rows, arrays, reads);
  if (arrays.mlapdv !== undefined)
    reads.converted(arrays.mlapdv.url, "um from bregma -> CCF um: bregma + ML, - AP, - DV");
  return rows;
}

function assertLengths(arrays: ChannelArrays, count: number): void {
  const reason = `the other channel arrays have ${count} rows`;
  if (arrays.localCoordinates) assertShape(arrays.localCoordinates, [count, 2], reason);
  if (arrays.mlapdv) assertShape(arrays.mlapdv, [count, 3], reason);
  for (const array of [arrays.locationIds, arrays.rawInd, arrays.labels]) {
    if (array !== undefined) assertShape(array, [count], reason);
  }
}

function toChannel(probe: ProbeRef, arrays: ChannelArrays, row: number): Channel {
  const { localCoordinates, mlapdv, locationIds, rawInd, labels } = arrays;
  const ccf =
    mlapdv === undefined ? null : toCcfPoint(at(mlapdv, 3 * row), at(mlapdv, 3 * row + 1), at(mlapdv, 3 * row + 2));
  // Electrode sites without channels have no raw index of their own: they are in site order.
  const site = rawInd === undefined ? row : at(rawInd, row);
  return {
    ref: channelRef(probe, row),
    probe,
    ...toLocation(locationIds === undefined ? null : at(locationIds, row), ccf),
    distanceFromTipUm: localCoordinates === undefined ? null : finite(at(localCoordinates, 2 * row + 1)),
    siteIndex: Number.isInteger(site) && site >= 0 ? site : null,
    lateralUm: localCoordinates === undefined ? null : finite(at(localCoordinates, 2 * row)),
    quality: labels === undefined ? null : toChannelQuality(at(labels, row)),
  };
}

function noteUnknown(rows: readonly Channel[], { locationIds }: ChannelArrays, reads: AlfReads): void {
  if (locationIds === undefined) return;
  const unknown = rows.filter(({ regionAbsent }) => regionAbsent === "unknown").length;
  const message = `${unknown} channels carry a structure id that the 2017 structure tree does not have`;
  reads.note("unknown-structure-ids", message, unknown, locationIds.url);
}

/** A value that the length check has already found to be there. */
function at(array: AlfArray, index: number): number {
  return array.data[index] ?? Number.NaN;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Puts the notices of two tables together, each once. */
export function mergedNotices(...lists: readonly (readonly Notice[])[]): readonly Notice[] {
  const seen = new Map<string, Notice>();
  for (const notice of lists.flat()) seen.set(`${notice.code}\n${notice.where}\n${notice.message}`, notice);
  return [...seen.values()];
}
