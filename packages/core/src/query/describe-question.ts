import type { Mapping } from "@crossprobe/atlas";
import type { Condition } from "./condition.js";
import { isAboutPlace } from "./condition.js";
import { listed } from "./fault-words.js";
import type { Question, RowKind, Summary } from "./question.js";
import { formatRegionSet } from "./region-text.js";

/**
 * A question in plain English, a line a sentence; parts of a condition are indented below it. Says what each part means, not how it is
 * answered.
 *
 * @example
 * describeQuestion(ask("units").inRegion("CA1").passing().question);
 * // ["Units for which all of these hold:", "- the label lies in CA1", "- it passes the default rule of its dataset", …]
 */
export function describeQuestion(question: Question): string[] {
  const { kind, where, limit, columns, sort } = question;
  const rows = where.length === 0 ? `All ${kind}.` : `${capital(kind)} for which ${allWord(where)}:`;
  return [
    rows,
    ...where.flatMap((condition) => bulleted(describeCondition(condition, kind))),
    ...(where.some(isAboutPlace) ? [describePolicy(question)] : []),
    ...describeGroups(question),
    ...(sort.length > 0 ? [`Sorted by ${listed(sort.map(sortText), "and")}.`] : []),
    ...(limit === null
      ? []
      : [`At most ${limit} ${question.groupBy.length > 0 ? "groups" : "rows"}; counts are of all.`]),
    ...(columns === null ? [] : [`With the columns ${listed(columns, "and")}.`]),
  ];
}

function allWord(conditions: readonly Condition[]): string {
  return conditions.length === 1 ? "this holds" : "all of these hold";
}

function describePolicy({ policy, kind }: Question): string {
  const left = `${kind} without registration are left out and counted`;
  if (policy === "possible")
    return `Those whose label is coarser than the question are among them, marked as indeterminate; ${left}.`;
  return `Those whose label is coarser than the question, and ${left}.`;
}

function describeGroups({ groupBy, summaries, mapping, kind }: Question): string[] {
  const numbers = summaries.map(summaryText);
  const shown = mapping === "allen" ? "" : `Regions are those of the ${mapping} mapping.`;
  const counted = [`the count of ${kind}`, ...numbers];
  const groups = groupBy.length === 0 ? [] : [`For each ${listed(groupBy, "and")}: ${listed(counted, "and")}.`];
  const overall = groupBy.length === 0 && numbers.length > 0 ? [`Of them: ${listed(numbers, "and")}.`] : [];
  const missing = numbers.length > 0 ? ["Rows without a value are left out of its numbers and counted."] : [];
  return [...groups, ...overall, ...missing, ...(shown === "" ? [] : [shown])];
}

function summaryText({ of, statistic }: Summary): string {
  return `the ${typeof statistic === "string" ? statistic : `${statistic.quantile} quantile`} of ${of}`;
}

function sortText({ by, descending }: Question["sort"][number]): string {
  return `${by}${descending ? ", largest first" : ""}`;
}

/** One line, or one with more below it for the parts. */
function describeCondition(condition: Condition, kind: RowKind): string[] {
  if ("allOf" in condition) {
    if (condition.allOf.length === 0) return ["nothing is asked"];
    return ["all of these hold:", ...condition.allOf.flatMap((part) => bulleted(describeCondition(part, kind)))];
  }
  if ("anyOf" in condition) {
    return [
      "at least one of these holds:",
      ...condition.anyOf.flatMap((part) => bulleted(describeCondition(part, kind))),
    ];
  }
  if ("not" in condition) return ["this does not hold:", ...bulleted(describeCondition(condition.not, kind))];
  return [sentence(condition, kind)];
}

type Single = Exclude<Condition, { allOf: unknown } | { anyOf: unknown } | { not: unknown }>;

function sentence(condition: Single, kind: RowKind): string {
  const hasChannels = kind === "sessions" || kind === "probes";
  const subject = (own: string) => (hasChannels ? `the ${own} of one of its channels` : `the ${own}`);
  if ("inRegion" in condition) return `${subject("label")} lies in ${regionText(condition.inRegion)}`;
  if ("hemisphere" in condition) return `${subject("hemisphere")} is the ${condition.hemisphere} one`;
  if ("inBox" in condition) return `${subject("position")} in the CCF ${boxText(condition.inBox)}`;
  if ("near" in condition) {
    const { ap, dv, ml, withinUm } = condition.near;
    return `${subject("position")} in the CCF is at most ${withinUm} um from AP ${ap}, DV ${dv}, ML ${ml} um`;
  }
  if ("rule" in condition)
    return `it passes ${condition.rule === "default" ? "the default rule of its dataset" : `the rule ${condition.rule}`}`;
  if ("metric" in condition) return `the metric ${condition.metric} ${boundsText(condition)}`;
  if ("has" in condition)
    return `${AVAILABLE[condition.has]} can be read for its ${kind === "sessions" ? "session" : "session or probe"}`;
  if ("oneOf" in condition) return `${condition.column} is ${listed(condition.oneOf.map(quote), "or")}`;
  if ("contains" in condition) return `${condition.column} contains ${quote(condition.contains)}, in any case`;
  return `${condition.column} ${boundsText(condition)}`;
}

const AVAILABLE = { lfp: "LFP", waveforms: "waveforms", pupil: "the pupil" } as const;

/** The set as it would be typed; its one mapping, if it has one, in words. */
function regionText(set: Parameters<typeof formatRegionSet>[0]): string {
  const mapping = soleMapping(set);
  if (mapping === undefined || mapping === "allen") return formatRegionSet(set);
  return `${formatRegionSet(set, mapping)} of the ${mapping} mapping`;
}

function soleMapping(set: Parameters<typeof formatRegionSet>[0]): Mapping | undefined {
  if ("region" in set) return set.mapping ?? "allen";
  const parts = "not" in set ? [set.not] : "anyOf" in set ? set.anyOf : set.allOf;
  const [first, ...rest] = new Set(parts.map(soleMapping));
  return rest.length === 0 ? first : undefined;
}

function boxText(box: Extract<Condition, { inBox: object }>["inBox"]): string {
  const axes = (["ap", "dv", "ml"] as const).flatMap((axis) => {
    const span = box[axis];
    return span === undefined ? [] : [`${axis.toUpperCase()} ${span[0]} to ${span[1]} um`];
  });
  return axes.length === 0 ? "is known" : `lies within ${listed(axes, "and")}`;
}

function boundsText({ min, max }: { readonly min?: number | undefined; readonly max?: number | undefined }): string {
  if (min !== undefined && max !== undefined) return min === max ? `is ${min}` : `is from ${min} to ${max}`;
  if (min !== undefined) return `is at least ${min}`;
  return max === undefined ? "has a value" : `is at most ${max}`;
}

function bulleted(lines: readonly string[]): string[] {
  return lines.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`));
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
