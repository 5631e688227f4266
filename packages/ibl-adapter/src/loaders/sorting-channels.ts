import { findRegionById, ROOT_ID, VOID_ID } from "@crossprobe/atlas";
import { type Column, type Table, table } from "@crossprobe/core";
import { type AlfArray, type AlfReads, assertShape, rowsOf } from "../alf-reads.js";
import { toCcfPoint } from "../vocabulary.js";

interface Arrays {
  readonly localCoordinates: AlfArray | undefined;
  readonly mlapdv: AlfArray | undefined;
  readonly ids: AlfArray | undefined;
  readonly rawInd: AlfArray | undefined;
  readonly labels: AlfArray | undefined;
}

/** Units of the columns of {@link readSortingChannels}. */
export const CHANNEL_UNITS: Readonly<Record<string, string>> = {
  x: "m",
  y: "m",
  z: "m",
  ccfAp: "um",
  ccfDv: "um",
  ccfMl: "um",
  axial_um: "um",
  lateral_um: "um",
};

/** Channels of a sorting as a table, and whether their places in the brain are stated. */
export interface SortingChannels {
  readonly table: Table;
  readonly hasPlaces: boolean;
}

/**
 * Channels of a sorting: `x`, `y`, `z` (metres from bregma: right, anterior, dorsal), `ccfAp`, `ccfDv`, `ccfMl` (micrometres in the CCF),
 * `atlas_id`, `acronym`, `axial_um`, `lateral_um`, `rawInd`, `channelLabels` (0 good, 1 dead, 2 noisy, 3 outside); those that the files give.
 *
 * Electrode sites of the probe take the place of the sorting's channels attribute by attribute, and altogether where they are
 * another number; `rawInd` is then their order.
 *
 * Source: `SpikeSortingLoader.load_channels` (ibllib 4.1); `labels` there is `channelLabels` here, as clusters have a `label`.
 */
export async function readSortingChannels(reads: AlfReads, sites: AlfReads): Promise<SortingChannels> {
  const own = await readArrays(reads, "channels");
  const override = await readArrays(sites, "electrodeSites");
  const [count, siteCount] = [countOf(own), countOf(override)];
  const isReplaced = siteCount !== undefined && siteCount !== count;
  const arrays = isReplaced ? override : merged(own, override);
  const rows = isReplaced ? siteCount : (count ?? 0);
  if (isReplaced && count !== undefined) {
    const where = override.mlapdv?.url ?? override.localCoordinates?.url ?? "";
    const message = `the probe has ${siteCount} electrode sites and the sorting ${count} channels: the sites replace the channels`;
    reads.note("electrode-sites-replace-channels", message, count, where);
  }
  const columns = new Map<string, Column>();
  const reason = `the probe has ${rows} channels`;
  addPlaces(columns, arrays, rows, reason);
  const { localCoordinates, rawInd, labels } = arrays;
  if (localCoordinates !== undefined) {
    assertShape(localCoordinates, [rows, 2], reason);
    columns.set("axial_um", every(localCoordinates, 2, 1));
    columns.set("lateral_um", every(localCoordinates, 2, 0));
  }
  if (rawInd !== undefined) {
    assertShape(rawInd, [rows], reason);
    columns.set("rawInd", rawInd.data);
  } else if (siteCount !== undefined) {
    columns.set(
      "rawInd",
      Float64Array.from({ length: rows }, (_, row) => row),
    );
  }
  if (labels !== undefined) {
    assertShape(labels, [rows], reason);
    columns.set("channelLabels", labels.data);
  }
  return { table: table(columns, rows), hasPlaces: arrays.ids !== undefined };
}

async function readArrays(reads: AlfReads, object: string): Promise<Arrays> {
  return {
    localCoordinates: await reads.npy(object, "localCoordinates"),
    mlapdv: await reads.npy(object, "mlapdv"),
    ids: await reads.npy(object, "brainLocationIds_ccf_2017"),
    rawInd: await reads.npy(object, "rawInd"),
    labels: await reads.npy(object, "labels"),
  };
}

function countOf(arrays: Arrays): number | undefined {
  const first = Object.values(arrays).find((array) => array !== undefined);
  return first === undefined ? undefined : rowsOf(first);
}

function merged(own: Arrays, sites: Arrays): Arrays {
  return {
    localCoordinates: sites.localCoordinates ?? own.localCoordinates,
    mlapdv: sites.mlapdv ?? own.mlapdv,
    ids: sites.ids ?? own.ids,
    rawInd: sites.rawInd ?? own.rawInd,
    labels: sites.labels ?? own.labels,
  };
}

function addPlaces(columns: Map<string, Column>, { mlapdv, ids }: Arrays, rows: number, reason: string): void {
  if (mlapdv !== undefined) {
    assertShape(mlapdv, [rows, 3], reason);
    for (const [i, name] of ["x", "y", "z"].entries())
      columns.set(
        name,
        every(mlapdv, 3, i).map((um) => um / 1e6),
      );
    const points = Array.from({ length: rows }, (_, row) => {
      const [ml = Number.NaN, ap = Number.NaN, dv = Number.NaN] = mlapdv.data.slice(3 * row, 3 * row + 3);
      return toCcfPoint(ml, ap, dv);
    });
    columns.set(
      "ccfAp",
      Float64Array.from(points, (point) => point?.ap ?? Number.NaN),
    );
    columns.set(
      "ccfDv",
      Float64Array.from(points, (point) => point?.dv ?? Number.NaN),
    );
    columns.set(
      "ccfMl",
      Float64Array.from(points, (point) => point?.ml ?? Number.NaN),
    );
  }
  if (ids === undefined) return;
  assertShape(ids, [rows], reason);
  columns.set("atlas_id", ids.data);
  columns.set("acronym", Array.from(ids.data, acronymOf));
}

/** Acronym of a structure id; null for one that the 2017 tree does not have. Source: `iblatlas.regions`; void is id 0. */
function acronymOf(id: number): string | null {
  if (id === VOID_ID) return "void";
  if (Math.abs(id) === ROOT_ID) return "root";
  return findRegionById(Math.abs(id))?.acronym ?? null;
}

function every({ data }: AlfArray, width: number, column: number): Float64Array {
  return Float64Array.from({ length: data.length / width }, (_, row) => data[row * width + column] ?? Number.NaN);
}
