import { findRegion, findRegionById, hemisphereOf, type Region, ROOT_ID, toRegionLabel } from "@crossprobe/atlas";
import type { AbsentReason, CcfPoint, Channel } from "@crossprobe/core";
import { CCF_COLUMNS } from "./ccf-columns.js";
import type { CsvCells } from "./csv-cells.js";
import { SENTINEL_ERRATA, type StoredPoint } from "./errata/coordinates.js";
import { DEFAULT_ERRATA, type ErrataSettings } from "./errata/errata-choice.js";
import type { NoticeCounter } from "./notices.js";

/** Where a channel is: the part of it that its units share. */
export type Place = Pick<Channel, "region" | "regionAbsent" | "ccf" | "hemisphere" | "distanceFromTipUm">;

/** A place of which nothing is known. */
export function nowhere(reason: AbsentReason): Place {
  return { region: null, regionAbsent: reason, ccf: null, hemisphere: null, distanceFromTipUm: null };
}

/**
 * What a row of the channel table says about where it is.
 *
 * @param outsideFrom site number from which unlabelled channels are outside the brain; null where nothing tells
 */
export function placeOf(
  cells: CsvCells,
  row: number,
  outsideFrom: number | null,
  notices: NoticeCounter,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Place {
  const ccf = ccfOf(cells, row, notices, errata);
  const labelled = labelOf(cells, row, notices);
  const isAbove = outsideFrom !== null && (cells.number("local_index", row) ?? 0) >= outsideFrom;
  const region = labelled instanceof Object ? toRegionLabel(labelled) : null;
  return {
    region,
    regionAbsent: region ? null : absenceOf(labelled, isAbove),
    ccf,
    hemisphere: ccf && hemisphereOf(ccf),
    distanceFromTipUm: cells.number("probe_vertical_position", row),
  };
}

/** Why a channel has no label. The release writes one null for "out of the brain" and for "not assigned". */
function absenceOf(label: Region | "none" | "unknown" | "root", isAboveSurface: boolean): AbsentReason {
  if (label === "unknown") return "unknown";
  return label === "root" || isAboveSurface ? "outsideBrain" : "notRegistered";
}

/**
 * The structure of a channel. The acronym counts; a number alone is taken where the acronym is missing.
 *
 * Source: `ecephys_structure_acronym`, `ecephys_structure_id` of the warehouse; released tables have `LGd` where old files write `LGd-sh`.
 */
function labelOf(cells: CsvCells, row: number, notices: NoticeCounter): Region | "none" | "unknown" | "root" {
  const acronym = cells.text("ecephys_structure_acronym", row);
  const id = cells.number("ecephys_structure_id", row);
  if (acronym === null && id === null) return "none";
  const region = acronym === null ? findRegionById(id ?? 0) : findRegion(acronym);
  if (!region) {
    const what = "Labels that are no structure of the atlas are not used; the channel counts as unlabelled.";
    notices.add("structure-unknown", `${cells.url}#ecephys_structure_acronym`, what);
    return "unknown";
  }
  if (acronym !== null && id !== null && region.id !== id) {
    const what = "The structure's number is not that of its acronym; the acronym was used.";
    notices.add("structure-id-mismatch", `${cells.url}#ecephys_structure_id`, what);
  }
  return region.id === ROOT_ID ? "root" : region;
}

function ccfOf(cells: CsvCells, row: number, notices: NoticeCounter, errata: ErrataSettings): CcfPoint | null {
  const ap = cells.number(CCF_COLUMNS[0], row);
  const dv = cells.number(CCF_COLUMNS[1], row);
  const ml = cells.number(CCF_COLUMNS[2], row);
  if (ap === null || dv === null || ml === null) return null;
  const point: StoredPoint = [ap, dv, ml];
  const sentinel = SENTINEL_ERRATA.find((erratum) => errata.isOn(erratum.id) && erratum.detect(point));
  if (sentinel === undefined) return { ap, dv, ml };
  notices.add(sentinel.id, cells.url, `${sentinel.title}; the coordinates were taken as absent.`);
  return null;
}
