import type { Erratum } from "./erratum.js";

export const GENOTYPE_NULL: Erratum<string | null, string> = {
  id: "genotype-null",
  title: "A donor without genotype is written wt, where the session file says wt/wt",
  file: "sessions.csv",
  generation: "tables",
  place: "genotype",
  citation: "AllenSDK EcephysProjectWarehouseApi.get_sessions",
  detects: "the value wt",
  action: "repair",
  whenOff: "wt",
  isOnByDefault: true,
  appliedBy: ["hub"],
  detect: (genotype) => genotype === "wt",
  repair: () => "wt/wt",
};

/** Names of the animal in the session file and in `sessions.csv`. */
export interface AnimalNames {
  readonly subjectId: string | null;
  readonly specimenId: string | null;
}

export const DONOR_OR_SPECIMEN: Erratum<AnimalNames, { readonly donorId: string; readonly specimenId: string }> = {
  id: "donor-or-specimen",
  title: "subject_id of the session file is the donor's number, not the specimen's of sessions.csv",
  file: "session file",
  generation: "2020",
  place: "/general/subject/subject_id",
  citation: "assets of DANDI 000021 are named by it",
  detects: "the two differ",
  action: "define",
  whenOff: "on or off, identity() calls it donorId",
  isOnByDefault: true,
  appliedBy: [],
  detect: ({ subjectId, specimenId }) => subjectId !== null && specimenId !== null && subjectId !== specimenId,
  repair: ({ subjectId, specimenId }) => ({ donorId: subjectId ?? "", specimenId: specimenId ?? "" }),
};

export const EYE_FLAG_NEGATED: Erratum<boolean | null, { readonly hasEyeTracking: boolean }> = {
  id: "eye-flag-negated",
  title: "fail_eye_tracking of the warehouse is the opposite of has_eye_tracking",
  file: "warehouse",
  generation: "tables",
  place: "EcephysSession.fail_eye_tracking",
  citation: "AllenSDK EcephysProjectWarehouseApi.get_sessions",
  detects: "fail_eye_tracking is true",
  action: "define",
  whenOff: "on or off, questions to the warehouse ask hasEyeTracking",
  isOnByDefault: true,
  appliedBy: [],
  detect: (failed) => failed === true,
  repair: (failed) => ({ hasEyeTracking: failed !== true }),
};
