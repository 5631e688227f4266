import { findRegion, mapRegion, type Region, regions } from "@crossprobe/atlas";
import { type AnswerOptions, type Catalogue, columnsOf, type Group } from "@crossprobe/catalogue";
import { isAboutPlace, membershipOfLabels, QueryError, type Question, TRUTH } from "@crossprobe/core";
import type { BarCount, BarRow, RegionBars } from "../plot/region-bars.js";
import type { AnswerCoverage } from "./coverage.js";
import { captionOf, titleOf } from "./plot-words.js";

/**
 * Rows of an answer by region and dataset, in the order of the ontology. Every row of the answer is in a bar; what has no region of the
 * mapping has bars of its own.
 *
 * @throws {@link QueryError} for rows that have no region: sessions and probes
 */
export async function regionBarsOf(
  catalogue: Catalogue,
  question: Question,
  coverage: AnswerCoverage,
  options: AnswerOptions,
): Promise<RegionBars> {
  if (!columnsOf(question.kind).some(({ name }) => name === "region")) {
    throw new QueryError(`${question.kind} lie in many regions`, { hint: "draw units or channels" });
  }
  const datasets = catalogue.datasets().map(({ id }) => id);
  const isAbsent = datasets.map((id) => catalogue.rowCount(question.kind, id) === 0);
  const counts = new RegionCounts(datasets);
  for (const group of await groupsOf(catalogue, { ...question, policy: "strict" }, options))
    counts.add(group, "certain");
  if (question.policy === "possible") {
    // What the answer has beyond the rows that are in.
    for (const group of await groupsOf(catalogue, question, options)) counts.add(group, "possible");
  }
  const rows = counts
    .rows()
    .map((row) => ({ ...row, counts: row.counts.map((count, i) => (isAbsent[i] ? null : count)) }));
  const empty = emptyRegions(question, new Set(rows.map(({ label }) => label)));
  return {
    ...titleOf(question, coverage),
    unit: question.kind,
    datasets,
    rows,
    caption: captionOf(question, coverage, empty),
  };
}

async function groupsOf(catalogue: Catalogue, question: Question, options: AnswerOptions): Promise<readonly Group[]> {
  const asked = {
    ...question,
    groupBy: ["dataset", "region", "labelRegion"],
    summaries: [],
    sort: [],
    limit: null,
    columns: null,
  };
  return (await catalogue.answer(asked, options)).groups(options);
}

/** Counts by the acronym of a region, or by the reason why there is none. */
class RegionCounts {
  readonly #datasets: readonly string[];
  readonly #byLabel = new Map<string, { isUnmapped: boolean; counts: { certain: number; possible: number }[] }>();

  constructor(datasets: readonly string[]) {
    this.#datasets = datasets;
  }

  /** Rows that may be in are those of the wider question without those of the strict one, which is added first. */
  add({ key, regionAbsent, count }: Group, part: keyof BarCount): void {
    const { region, labelRegion, dataset } = key;
    const label = String(region ?? labelRegion ?? `(${regionAbsent ?? "unknown"})`);
    const row = this.#byLabel.get(label) ?? {
      isUnmapped: region === null && labelRegion !== null,
      counts: this.#datasets.map(() => ({ certain: 0, possible: 0 })),
    };
    this.#byLabel.set(label, row);
    const own = row.counts[this.#datasets.indexOf(String(dataset))];
    if (own !== undefined) own[part] += count;
  }

  rows(): readonly BarRow[] {
    return [...this.#byLabel]
      .map(([label, row]) => ({ label, ...row, region: findRegion(label) }))
      .sort((a, b) => orderOf(a.region) - orderOf(b.region) || (a.label < b.label ? -1 : 1))
      .map(({ label, isUnmapped, counts, region }) => ({
        ...{ label, counts: counts.map(withoutCertain), colour: region?.color ?? null },
        name: isUnmapped ? "label that the mapping lacks" : (region?.name ?? "no label"),
      }));
  }
}

function withoutCertain({ certain, possible }: BarCount): BarCount {
  return { certain, possible: Math.max(0, possible - certain) };
}

function orderOf(region: Region | undefined): number {
  return region?.order ?? Number.POSITIVE_INFINITY;
}

/** Regions of a coarser mapping that the question asks for and no dataset has a row of. Of the finest there would be hundreds. */
function emptyRegions({ where, mapping }: Question, found: ReadonlySet<string>): readonly string[] {
  const [only, ...others] = where.filter(isAboutPlace);
  if (mapping === "allen" || only === undefined || others.length > 0 || !("inRegion" in only)) return [];
  const truths = membershipOfLabels(only.inRegion);
  return regions()
    .filter((region) => truths[region.order] === TRUTH.in && mapRegion(region, mapping)?.id === region.id)
    .flatMap(({ acronym }) => (found.has(acronym) ? [] : [acronym]));
}
