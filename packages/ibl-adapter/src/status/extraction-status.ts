import type { Notice } from "@crossprobe/core";
import { QC_LEVELS } from "../one/qc.js";
import {
  type AspectGroup,
  EXTRACTION_RULES,
  type ExtractionRule,
  type ExtractionState,
  type FileRule,
  type OutcomeRule,
  STATUS_SORTERS,
  type StepRule,
} from "./extraction-rules.js";
import { chooseSorting, RegisteredFiles } from "./registered-files.js";
import { blocksOf, fill, type Slot, slotsOf } from "./rule-slots.js";
import type { SessionEvidence } from "./session-evidence.js";

/** Why a value is what it is, or why there is none. */
export type StatusReason =
  | "registered"
  | "derivedMissing"
  | "rawMissing"
  | "noInsertion"
  | "noRun"
  | "stated"
  | "notStated"
  | "unknownWord"
  | "unknown";

/** One aspect of a session. */
export interface AspectStatus {
  /** Name of the column, such as `probe00_spikes`. */
  readonly column: string;
  readonly group: AspectGroup;
  /** Id of the rule of {@link EXTRACTION_RULES} that decided. */
  readonly rule: string;
  /** By the kind of the rule a state, a word of quality control, a step's true or false, a sorter's text. Null where absent: `reason` says why. */
  readonly value: ExtractionState | string | boolean | null;
  readonly reason: StatusReason;
  /** The files, key or record that the value follows from. */
  readonly detail: string;
}

/** The state of extraction of one session. */
export interface SessionStatus {
  readonly evidence: SessionEvidence;
  /** In the order of the rules and slots. */
  readonly aspects: readonly AspectStatus[];
  /** Verdicts in unknown words, files registered twice. */
  readonly notices: readonly Notice[];
}

/** Aspects come slot by slot within a block. */
const RULE_BLOCKS = blocksOf(EXTRACTION_RULES);

type Verdict = Pick<AspectStatus, "value" | "reason" | "detail">;

/**
 * What was extracted of a session: for every rule of {@link EXTRACTION_RULES} and everything it is asked of, a value and its
 * reason. Pure: the same evidence gives the same states, whether it comes from local tables or from Alyx.
 *
 * Absent: a null value, with the reason; never a missing aspect. Sessions without a probe or a passive run have the aspects of
 * `probe00`, `probe01`, `pre` and `post` as `raw data missing`.
 *
 * Source: psyfun's table of sessions (README, "State of extraction"). Differences are listed in the package's README.
 *
 * @example
 * const status = extractionStatus(alyxEvidence(await client.session(eid)));
 * status.aspects.filter(({ value }) => value === "extraction error").map(({ column, detail }) => `${column}: ${detail}`);
 */
export function extractionStatus(evidence: SessionEvidence): SessionStatus {
  const files = new RegisteredFiles(evidence.files);
  const aspects = RULE_BLOCKS.flatMap((rules) =>
    slotsOf(rules, evidence, files).flatMap((slot) =>
      rules.map(
        (rule): AspectStatus => ({
          ...{ column: fill(rule.column, slot), group: rule.group, rule: rule.id },
          ...judge(rule, slot, evidence, files),
        }),
      ),
    ),
  );
  return { evidence, aspects, notices: [...evidence.notices, ...noticesOf(aspects, evidence)] };
}

function judge(rule: ExtractionRule, slot: Slot, evidence: SessionEvidence, files: RegisteredFiles): Verdict {
  switch (rule.kind) {
    case "files":
      return judgeFiles(rule, slot, evidence, files);
    case "outcome":
      return judgeOutcome(rule, slot, evidence);
    case "step":
      return judgeStep(rule, slot, evidence);
    case "sorter":
      return judgeSorter(slot, files);
  }
}

function judgeFiles(rule: FileRule, slot: Slot, evidence: SessionEvidence, files: RegisteredFiles): Verdict {
  if (slot.empty !== undefined) {
    const { reason, detail } = slot.empty;
    return { value: reason === "unknown" ? null : "raw data missing", reason, detail };
  }
  const collection = fill(rule.collection, slot);
  const missing = rule.files.map((pattern) => fill(pattern, slot)).filter((pattern) => !files.has(collection, pattern));
  if (slot.names.sorting !== "" && slot.names.sorter === "" && rule.collection.includes("{sorter}")) {
    const detail = `${slot.names.sorting} names no sorter, as folders of results over it do`;
    return { value: null, reason: "notStated", detail };
  }
  const isUnsorted = slot.names.sorting === "" && rule.collection.includes("{sort");
  const where = isUnsorted ? `alf/${slot.names.probe}, which has no sorting` : collection;
  if (missing.length === 0) return { value: "extraction complete", reason: "registered", detail: where };
  if (!evidence.seesLocalFiles && rule.collection.startsWith("spike_sorters/")) {
    return { value: null, reason: "notStated", detail: `${collection} is written locally and never registered` };
  }
  const named = `${missing.map(plain).join(", ")} not in ${where}${insteadOf(rule, slot, files)}`;
  if (rule.raw === null) return { value: "raw data missing", reason: "rawMissing", detail: named };
  if (isRawThere(rule.raw, slot, files)) return { value: "extraction error", reason: "derivedMissing", detail: named };
  return { value: "raw data missing", reason: "rawMissing", detail: `${named}, nor what it is made from` };
}

function isRawThere(raw: string, slot: Slot, files: RegisteredFiles): boolean {
  if (raw === "collection") return slot.raw !== null;
  const rule = EXTRACTION_RULES.find(({ id }) => id === raw);
  if (rule?.kind !== "files") return false;
  return rule.files.every((pattern) => files.has(fill(rule.collection, slot), fill(pattern, slot)));
}

/** Poses of DeepLabCut do not count, but a reader wants to know of them. */
function insteadOf(rule: FileRule, slot: Slot, files: RegisteredFiles): string {
  if (rule.id !== "camera.pose") return "";
  const name = fill("_ibl_{camera}Camera.dlc.pqt", slot);
  return files.has("alf", name.replaceAll(".", "\\.")) ? ` (only ${name})` : "";
}

function judgeOutcome(rule: OutcomeRule, slot: Slot, { extendedQc }: SessionEvidence): Verdict {
  const key = fill(rule.key, slot);
  if (extendedQc === null) {
    return { value: null, reason: "notStated", detail: "the source keeps no verdicts of the pipeline (extended_qc)" };
  }
  const stored = extendedQc[key];
  const found: unknown = Array.isArray(stored) ? stored[0] : stored;
  if (found === undefined || found === null || found === "") {
    return { value: null, reason: "notStated", detail: `extended_qc has no ${key}` };
  }
  if (typeof found !== "string") {
    return { value: null, reason: "unknownWord", detail: `${key} is ${JSON.stringify(found)}, no word` };
  }
  const word = found.trim().replace(/\s+/gu, "_");
  return { value: word, reason: word in QC_LEVELS ? "stated" : "unknownWord", detail: key };
}

function judgeStep(rule: StepRule, slot: Slot, evidence: SessionEvidence): Verdict {
  if (rule.step === "imageStacks") {
    if (evidence.hasImageStacks !== null) {
      return { value: evidence.hasImageStacks, reason: "stated", detail: "image stacks on the data server" };
    }
    const detail = "image stacks are in no table: they lie in folders of the data server";
    return { value: null, reason: "notStated", detail };
  }
  if (slot.empty !== undefined) return { value: false, reason: "noInsertion", detail: slot.empty.detail };
  const probe = evidence.probes.find(({ label }) => label === slot.names.probe);
  const track = probe?.track ?? null;
  if (track !== null) return { value: track[rule.step], reason: "stated", detail: track.from };
  return { value: null, reason: "notStated", detail: "the source keeps no record of the insertion's histology" };
}

function judgeSorter(slot: Slot, files: RegisteredFiles): Verdict {
  if (slot.empty !== undefined) return { value: null, reason: "noInsertion", detail: slot.empty.detail };
  const sorting = chooseSorting(slot.names.probe ?? "", files);
  if (sorting === undefined) {
    const others = files.sortingsOf(slot.names.probe ?? "");
    const instead = others.length === 0 ? "" : ` (only in ${others.join(", ")})`;
    const detail = `no spikes.times.npy in alf/${slot.names.probe} or below, of ${STATUS_SORTERS.filter(Boolean).join(", ")}${instead}`;
    return { value: null, reason: "derivedMissing", detail };
  }
  const { sorter, collection, file } = sorting;
  const revision = file.revision === "" ? "" : `#${file.revision}#`;
  const version = file.version === null ? "" : ` (${file.version})`;
  return { value: `${sorter || "unnamed"}${revision}${version}`, reason: "registered", detail: collection };
}

/** A pattern of a file name for reading. */
function plain(pattern: string): string {
  return pattern
    .replace(/\(\?:([^|)]*)\|[^)]*\)/gu, "$1") // of several spellings the first
    .replaceAll("\\d+", "*")
    .replaceAll("\\d*", "*")
    .replaceAll("c?bin", "cbin")
    .replaceAll("\\", "");
}

function noticesOf(aspects: readonly AspectStatus[], { eid, files }: SessionEvidence): Notice[] {
  const where = eid ?? "session without an id";
  const strange = aspects.filter(({ reason }) => reason === "unknownWord");
  const words = [...new Set(strange.map(({ value, detail }) => (value === null ? detail : String(value))))].join(", ");
  const message = `verdicts that are no word of quality control: ${words}`;
  const seen = new Set<string>();
  let doubled = 0;
  for (const { collection, revision, name } of files) {
    const path = `${collection}/#${revision}#/${name}`;
    if (seen.has(path)) doubled++;
    seen.add(path);
  }
  const twice = {
    code: "files-registered-twice",
    message: "files are registered more than once and count once",
    where,
  };
  return [
    ...(strange.length === 0 ? [] : [{ code: "unknown-verdicts", message, count: strange.length, where }]),
    ...(doubled === 0 ? [] : [{ ...twice, count: doubled }]),
  ];
}
