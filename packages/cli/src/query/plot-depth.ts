import { findRegion } from "@crossprobe/atlas";
import { type Answer, type AnswerOptions, type Catalogue, columnsOf, type Row } from "@crossprobe/catalogue";
import { type Condition, isAboutPlace, QueryError, type Question } from "@crossprobe/core";
import type { DepthBars, DepthMark } from "../plot/depth-bars.js";
import type { PlacedChannel } from "../plot/depth-rows.js";
import type { AnswerCoverage } from "./coverage.js";
import { captionOf, titleOf } from "./plot-words.js";

const UNSHAPED = { groupBy: [], summaries: [], sort: [], limit: null };
const PLACES = ["region", "labelRegion", "regionAbsent", "distanceFromTipUm"];

/** Share of the width of the other figures. */
const NARROW = 0.76;

/**
 * Rows of an answer along the one probe that the question names, among the others of the probe, with the regions of its channels.
 *
 * @throws {@link QueryError} for a question about no probe or several, and for rows that have no depth
 */
export async function depthBarsOf(
  catalogue: Catalogue,
  question: Question,
  coverage: AnswerCoverage,
  options: AnswerOptions,
): Promise<DepthBars> {
  if (!columnsOf(question.kind).some(({ name }) => name === "distanceFromTipUm")) {
    throw new QueryError(`${question.kind} have no depth`, { hint: "draw units or channels" });
  }
  const probe = probeOf(question);
  const ofProbe: Condition = { column: "probe", oneOf: [probe] };
  const identity = question.kind.slice(0, -1);
  const ask = (asked: Partial<Question>, id = identity) =>
    catalogue.answer({ ...question, ...UNSHAPED, columns: [id, ...PLACES], ...asked }, options);
  const all = await marksOf(await ask({ where: [ofProbe], policy: "strict" }), identity, options);
  const selected = new Set((await marksOf(await ask({}), identity, options)).map(({ id }) => id));
  const channels =
    question.kind === "channels"
      ? all
      : await marksOf(
          await ask({ kind: "channels", where: [ofProbe], policy: "strict" }, "channel"),
          "channel",
          options,
        );
  const marks = all.map((mark): DepthMark => ({ ...mark, isSelected: selected.has(mark.id) }));
  const without = marks.filter(({ distanceFromTipUm }) => distanceFromTipUm === null).length;
  const unplaced = without > 0 ? [`${without} ${question.kind} of the probe without a depth are not drawn.`] : [];
  const where = question.where.filter((condition) => !isAboutPlace(condition) && !namesProbe(condition));
  const places = question.where.filter(isAboutPlace);
  const own = ofDataset(coverage, probe.slice(0, probe.indexOf(":")));
  const { title, subtitle } = titleOf({ ...question, where: [...where, ...places] }, own, NARROW);
  return {
    title: [...title.slice(0, -1), `${title.at(-1)} along one probe`],
    subtitle: [`${probe}: ${selected.size} of ${all.length} ${question.kind}`, ...subtitle],
    ...{ unit: question.kind, channels, marks },
    caption: [...unplaced, ...captionOf(question, own, [], NARROW)],
  };
}

/** The coverage without other datasets, which a probe says nothing of. */
function ofDataset(coverage: AnswerCoverage, dataset: string): AnswerCoverage {
  const only = <Value>(values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(values).filter(([id]) => id === dataset));
  const { byDataset, releases, rules } = coverage;
  return {
    ...{ ...coverage, byDataset: only(byDataset), releases: only(releases) },
    ...(rules !== undefined && { rules: only(rules) }),
  };
}

interface Mark extends PlacedChannel {
  readonly id: string;
}

async function marksOf(answer: Answer, identity: string, options: AnswerOptions): Promise<readonly Mark[]> {
  const marks: Mark[] = [];
  for await (const row of answer.rows(options)) marks.push(toMark(row, identity));
  return marks;
}

/** The region of the mapping; the label itself where the mapping has none. */
function toMark(row: Row, identity: string): Mark {
  const { region, labelRegion, regionAbsent, distanceFromTipUm } = row;
  const found = findRegion(String(region ?? labelRegion ?? ""));
  return {
    id: String(row[identity]),
    region: found ?? null,
    regionAbsent: found === undefined ? String(regionAbsent ?? "unknown") : null,
    distanceFromTipUm: typeof distanceFromTipUm === "number" ? distanceFromTipUm : null,
  };
}

function probeOf({ where }: Question): string {
  const named = where.flatMap((condition) => (namesProbe(condition) ? condition.oneOf : []));
  const [probe, ...others] = named;
  if (probe !== undefined && others.length === 0) return probe;
  throw new QueryError(
    probe === undefined ? "a depth plot is of one probe, and none is named" : "a depth plot is of one probe",
    {
      hint: "name one with --probe",
    },
  );
}

function namesProbe(condition: Condition): condition is Extract<Condition, { oneOf: readonly string[] }> {
  return "oneOf" in condition && condition.column === "probe";
}
