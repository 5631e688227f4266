import type { Session } from "@crossprobe/core";
import { DEFAULT_ERRATA, type ErrataSettings } from "./errata/errata-choice.js";
import { GENOTYPE_NULL } from "./errata/sessions.js";
import type { IndexedTable } from "./tables.js";
import { DATASET, PARADIGM, sessionRef } from "./vocabulary.js";

/** Sessions as `sessions.csv` lists them, in its order. `probes` is the probe table, where there is one. */
export function toSessions(
  { cells }: IndexedTable,
  probes: IndexedTable | undefined,
  errata: ErrataSettings = DEFAULT_ERRATA,
): readonly Session[] {
  return Array.from({ length: cells.rowCount }, (_, row): Session => {
    const id = cells.id("id", row);
    const sex = cells.text("sex", row);
    return {
      ref: sessionRef(id),
      dataset: DATASET,
      // The release names animals by specimen; the `subject_id` of its NWB files is the donor and differs.
      subject: cells.text("specimen_id", row) === null ? null : cells.id("specimen_id", row),
      lab: null,
      startTime: cells.text("date_of_acquisition", row),
      paradigm: PARADIGM,
      sessionType: cells.text("session_type", row),
      // No column of the release's tables says for which sessions the eye was tracked; only the session file does.
      hasPupil: null,
      probeCount: probes ? (probes.rowsOf.get(id)?.length ?? 0) : null,
      sex: sex === "M" || sex === "F" ? sex : null,
      ageDays: cells.number("age_in_days", row),
      genotype: toGenotype(cells.text("genotype", row), errata),
    };
  });
}

/** How many sessions have the genotype that {@link toSessions} replaces. */
export function countGenotypePlaceholders({ cells }: IndexedTable): number {
  let count = 0;
  for (let row = 0; row < cells.rowCount; row++) {
    if (GENOTYPE_NULL.detect(cells.text("genotype", row))) count++;
  }
  return count;
}

function toGenotype(stated: string | null, errata: ErrataSettings): string | null {
  return errata.isOn("genotype-null") && GENOTYPE_NULL.detect(stated) ? GENOTYPE_NULL.repair(stated) : stated;
}
