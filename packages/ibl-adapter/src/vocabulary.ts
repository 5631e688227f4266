/**
 * The border between IBL's words and ours: pure functions from values as the files have them to the fields of the model.
 */

import { BREGMA_CCF, findRegionById, hemisphereOf, ROOT_ID, toRegionLabel, VOID_ID } from "@crossprobe/atlas";
import {
  type AbsentReason,
  type CcfPoint,
  type ChannelRef,
  type Hemisphere,
  type ProbeRef,
  type QualityRule,
  type RegionLabel,
  ref,
  type SessionRef,
  type UnitRef,
} from "@crossprobe/core";
import { z } from "zod";
import { GOOD_UNIT_CRITERIA } from "./loaders/good-unit.js";

/** The dataset's name in references. */
export const DATASET = "ibl";

export const sessionRef = (id: string): SessionRef => ref(DATASET, "session", id);
export const probeRef = (id: string): ProbeRef => ref(DATASET, "probe", id);
/** A unit is a row of the probe's cluster table. The row changes with another sorting revision; the UUID beside it does not. */
export const unitRef = (probe: ProbeRef, cluster: number): UnitRef => ref(DATASET, "unit", `${probe.id}/${cluster}`);
/** A channel is a row of the probe's channel table, which need not be its number on the probe. */
export const channelRef = (probe: ProbeRef, row: number): ChannelRef => ref(DATASET, "channel", `${probe.id}/${row}`);

/** Row numbers behind references, or null for a reference that is not of this probe. */
export function rowOfRef(reference: UnitRef | ChannelRef, probe: ProbeRef): number | null {
  const prefix = `${probe.id}/`;
  if (reference.dataset !== DATASET || !reference.id.startsWith(prefix)) return null;
  const row = reference.id.slice(prefix.length);
  return /^(0|[1-9]\d*)$/.test(row) ? Number(row) : null;
}

const text = z.string();
const optionalText = z
  .string()
  .nullish()
  .transform((value) => (value === "" || value === undefined ? null : value));

/** A row of `sessions.pqt`. Source: `one/alf/cache.py`, `SESSIONS_COLUMNS`; `project` is the older name of `projects`. */
export const sessionRowSchema = z.object({
  id: z.string().min(1),
  lab: optionalText,
  subject: z.string().min(1),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected yyyy-mm-dd"),
  number: z.int().min(0),
  task_protocol: optionalText,
});
export type SessionRow = z.infer<typeof sessionRowSchema>;

/** A row of `insertions.pqt`. Source: Alyx `insertions` records, as ONE keeps them. */
export const insertionRowSchema = z.object({
  eid: z.string().min(1),
  id: z.string().min(1),
  name: z.string().min(1),
  model: optionalText,
});
export type InsertionRow = z.infer<typeof insertionRowSchema>;

/** A row of a frozen insertion list, its ids in lower case. Source: `brainwidemap/bwm_loading.py`, `bwm_query`. */
export const releaseRowSchema = z.object({
  pid: z.uuid().toLowerCase(),
  eid: z.uuid().toLowerCase(),
  probe_name: z.string().min(1),
  session_number: z.coerce.number().int().min(0),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected yyyy-mm-dd"),
  subject: z.string().min(1),
  lab: text.min(1),
});
export type ReleaseRow = z.infer<typeof releaseRowSchema>;

/** What an animal did, from the names of the task protocols; null where they do not say. */
export function toParadigm(taskProtocol: string | null): string | null {
  return taskProtocol !== null && /choiceworld/i.test(taskProtocol) ? "task.decision" : null;
}

/**
 * CCF position from the `mlapdv` of a site, micrometres from bregma. No rounding: whole micrometres stay whole.
 *
 * Source: iblatlas `AllenAtlas.xyz2ccf` (mode `wrap`): ML to the right, AP to anterior, DV to dorsal from bregma at CCF
 * (ML 5739, AP 5400, DV 332). Null where a coordinate is NaN.
 */
export function toCcfPoint(ml: number, ap: number, dv: number): CcfPoint | null {
  if (!Number.isFinite(ml) || !Number.isFinite(ap) || !Number.isFinite(dv)) return null;
  return { ap: BREGMA_CCF.ap - ap, dv: BREGMA_CCF.dv - dv, ml: BREGMA_CCF.ml + ml };
}

/** Where a site is, apart from its place on the probe. */
export interface Location {
  readonly region: RegionLabel | null;
  readonly regionAbsent: AbsentReason | null;
  readonly ccf: CcfPoint | null;
  readonly hemisphere: Hemisphere | null;
}

/**
 * Region, position and side of a site. `id` is null where the release has no histology for the probe.
 *
 * `void` (0) and `root` (997) are sites outside the brain. Ids are positive in the files; a negative one is a left-hemisphere
 * id of iblatlas and names the same structure. The side comes from the ML coordinate alone.
 *
 * Source: `channels.brainLocationIds_ccf_2017` (iblatlas `regions.py` for the signs).
 */
export function toLocation(id: number | null, ccf: CcfPoint | null): Location {
  const hemisphere = ccf === null ? null : hemisphereOf(ccf);
  if (id === null || !Number.isFinite(id)) return { region: null, regionAbsent: "notRegistered", ccf, hemisphere };
  const structure = Math.abs(id);
  if (structure === VOID_ID || structure === ROOT_ID) {
    return { region: null, regionAbsent: "outsideBrain", ccf, hemisphere };
  }
  const region = findRegionById(structure);
  if (region === undefined) return { region: null, regionAbsent: "unknown", ccf, hemisphere };
  return { region: toRegionLabel(region), regionAbsent: null, ccf, hemisphere };
}

const CHANNEL_QUALITY = ["good", "dead", "noisy", "outside"] as const;

/** Verdict on a channel. Source: `ibldsp.voltage.detect_bad_channels`: 0 good, 1 dead, 2 noisy, 3 outside the brain. */
export function toChannelQuality(label: number): (typeof CHANNEL_QUALITY)[number] | null {
  return CHANNEL_QUALITY[label] ?? null;
}

/**
 * IBL's rule for units. The verdict of a unit is the `label` that its release states; these criteria are those of the label today, so that
 * the label of an early release can say otherwise: then the table has a notice.
 *
 * `slidingRP_viol` is 1 exactly where `max_confidence` reaches 90: one test, of which older tables hold the outcome only.
 *
 * Source: `brainbox.metrics.single_units.compute_labels` (ibllib 4.1): NaN fails each criterion.
 */
export const GOOD_RULE: QualityRule = {
  id: "ibl-good@2023",
  title: "IBL good unit",
  definition:
    "label = 1: all three criteria pass (sliding refractory period with at least 90 % confidence, noise cut-off below 5, " +
    "median amplitude above 50 uV)",
  source: "International Brain Laboratory et al. 2022, spike sorting white paper; clusters.metrics `label`",
  criteria: [
    { metric: `${DATASET}.slidingRP_viol`, op: ">=", bound: 1 },
    { metric: `${DATASET}.noise_cutoff`, op: "<", bound: GOOD_UNIT_CRITERIA.noiseCutoff },
    { metric: `${DATASET}.amp_median`, op: ">", bound: GOOD_UNIT_CRITERIA.medianAmplitude },
  ],
  missing: "fails",
};

/** Thirds are not exact in floating point, and older tables hold them in single precision. */
const LABEL_TOLERANCE = 1e-6;

/** Verdict of {@link GOOD_RULE}; null where the release states no label for the unit. */
export function isGood(label: number | null): boolean | null {
  return label === null ? null : Math.abs(label - 1) <= LABEL_TOLERANCE;
}

/** Which side the animal chose. Source: IBL trials table: +1 is the answer to a stimulus on the left, −1 on the right, 0 none. */
export function toChoice(choice: number): "left" | "right" | null {
  if (choice === 1) return "left";
  return choice === -1 ? "right" : null;
}

/** Contrast and side of a trial's stimulus; both null where the trial states none, or one on each side. */
export interface StimulusSide {
  readonly contrast: number | null;
  readonly side: "left" | "right" | null;
}

/**
 * Reads `contrastLeft` and `contrastRight`: NaN is the side without a stimulus, 0 is a real trial of zero contrast.
 *
 * Older trials hold 0 in place of NaN on the side without a stimulus: of two numbers the one above zero counts.
 */
export function toStimulusSide(left: number, right: number): StimulusSide {
  if (left > 0 && right > 0) return { contrast: null, side: null };
  if (left > 0 || Number.isNaN(right)) return Number.isNaN(left) ? NO_SIDE : { contrast: left, side: "left" };
  return { contrast: right, side: right === 0 && left === 0 ? null : "right" };
}
const NO_SIDE: StimulusSide = { contrast: null, side: null };

/** Radius of the wheel. Source: IBL rig, diameter 6.2 cm (`ibllib.io.extractors.training_wheel.WHEEL_RADIUS_CM`). */
export const WHEEL_RADIUS_CM = 3.1;
