import { type Condition, describeQuestion, type Question } from "@crossprobe/core";
import { canonicalJson } from "./canonical-json.js";
import type { Cohort, CohortDataset } from "./cohort.js";
import { type CohortRule, criteriaText } from "./cohort-rules.js";

/** Something that two cohorts differ in beside their rows. */
export interface CohortReason {
  readonly about: "question" | "ontology" | "dataset" | "release" | "adapter" | "rule" | "coverage" | "tables";
  /** Absent: for what concerns all of them. */
  readonly dataset: string | null;
  /** In words, with both values. */
  readonly message: string;
}

/** Everything that cohorts state of where their rows come from and that differs; that something else must have changed, if nothing does. */
export function reasonsBetween(before: Cohort, after: Cohort, isSame: boolean): readonly CohortReason[] {
  const causes = [...questionReasons(before.question, after.question), ...ontologyReasons(before, after)];
  const effects: CohortReason[] = [];
  for (const old of before.datasets) {
    const now = after.datasets.find(({ id }) => id === old.id);
    if (now === undefined) causes.push({ about: "dataset", dataset: old.id, message: "only the earlier one asks it" });
    else {
      causes.push(...datasetReasons(old, now));
      effects.push(...coverageReasons(old, now));
    }
  }
  for (const { id } of after.datasets.filter(({ id }) => before.datasets.every((old) => old.id !== id))) {
    causes.push({ about: "dataset", dataset: id, message: "only the later one asks it" });
  }
  if (causes.length === 0 && !isSame) {
    const message = "question, releases, adapters, rules and ontology are the same: the tables of the sources changed";
    causes.push({ about: "tables", dataset: null, message });
  }
  return [...causes, ...effects];
}

function questionReasons(before: Question, after: Question): readonly CohortReason[] {
  const reason = (message: string): CohortReason => ({ about: "question", dataset: null, message });
  const single = (["kind", "policy", "mapping"] as const)
    .filter((name) => before[name] !== after[name])
    .map((name) => reason(`${name}: ${before[name]} → ${after[name]}`));
  const only = (of: Question, other: Question, which: string) =>
    of.where
      .filter((condition) => !other.where.some((each) => canonicalJson(each) === canonicalJson(condition)))
      .map((condition) => reason(`only the ${which} one asks that ${conditionText(condition, of)}`));
  return [...single, ...only(before, after, "earlier"), ...only(after, before, "later")];
}

/** A condition in plain English, on one line. */
export function conditionText(condition: Condition, { kind }: Question): string {
  const question: Question = {
    ...{ kind, where: [condition], policy: "strict", mapping: "allen", groupBy: [], summaries: [], sort: [] },
    ...{ limit: null, columns: null },
  };
  const lines = describeQuestion(question).slice(1);
  const end = lines.findIndex((line) => !line.startsWith("- ") && !line.startsWith(" "));
  const own = (end < 0 ? lines : lines.slice(0, end)).map((line) => line.trim().replace(/^- /, ""));
  return own.reduce((text, line) => (text === "" ? line : `${text}${text.endsWith(":") ? " " : "; "}${line}`), "");
}

function ontologyReasons({ ontology: old }: Cohort, { ontology: now }: Cohort): readonly CohortReason[] {
  if (old.sha256 === now.sha256) return [];
  const named = ({ name, version, sha256 }: Cohort["ontology"]) => `${name} ${version} (${sha256.slice(0, 8)})`;
  return [{ about: "ontology", dataset: null, message: `${named(old)} → ${named(now)}` }];
}

function datasetReasons(old: CohortDataset, now: CohortDataset): readonly CohortReason[] {
  const reasons: CohortReason[] = [];
  const add = (about: CohortReason["about"], message: string) => reasons.push({ about, dataset: old.id, message });
  if (old.release !== now.release) add("release", `${old.release ?? "none stated"} → ${now.release ?? "none stated"}`);
  if (old.adapterVersion !== now.adapterVersion) add("adapter", `${old.adapterVersion} → ${now.adapterVersion}`);
  for (const message of ruleMessages(old.rules, now.rules)) add("rule", message);
  return reasons;
}

function ruleMessages(before: readonly CohortRule[], after: readonly CohortRule[]): readonly string[] {
  const changed = before.flatMap((old) => {
    const now = after.find(({ id }) => id === old.id);
    if (now === undefined) return [`${old.id} is used by the earlier one alone`];
    return now.sha256 === old.sha256 ? [] : [`${old.id}: ${criteriaText(old)} → ${criteriaText(now)}`];
  });
  const added = after.filter(({ id }) => before.every((old) => old.id !== id));
  return [...changed, ...added.map(({ id }) => `${id} is used by the later one alone`)];
}

function coverageReasons(old: CohortDataset, now: CohortDataset): readonly CohortReason[] {
  const names = ["in", "out", "indeterminate", "unregistered", "excluded", "unmeasured"] as const;
  const changed = names
    .filter((name) => old.coverage[name] !== now.coverage[name])
    .map((name) => `${name} ${old.coverage[name]} → ${now.coverage[name]}`);
  return changed.length === 0 ? [] : [{ about: "coverage", dataset: old.id, message: changed.join(", ") }];
}
