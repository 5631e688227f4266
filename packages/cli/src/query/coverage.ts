import type { Answer, Catalogue, Coverage } from "@crossprobe/catalogue";
import { type CallOptions, formatRegionSet, isAboutPlace, type Notice, type Question } from "@crossprobe/core";
import { withLocalPaths } from "../output/local-paths.js";
import { textTable, wrapText } from "../output/table.js";
import { isGrouped } from "./answer-rows.js";

/** How much of what was asked about an answer covers, in all and by dataset, and what the datasets were. */
export interface AnswerCoverage extends Coverage {
  readonly rowCount: number;
  /** Rows of the answer whose label the mapping has no region for. */
  readonly unmapped: number;
  readonly byDataset: Readonly<Record<string, Coverage & { readonly rowCount: number }>>;
  readonly releases: Readonly<Record<string, string | null>>;
  /** What `default` means in each dataset; only where the question names it. */
  readonly rules?: Readonly<Record<string, string | null>>;
  /** What datasets left out, repaired or doubted when they were read. */
  readonly notices: readonly Notice[];
}

export async function coverageOf(answer: Answer, catalogue: Catalogue, options: CallOptions): Promise<AnswerCoverage> {
  const entries = catalogue.datasets();
  const byEntry = <Value>(of: (entry: (typeof entries)[number]) => Value) =>
    Object.fromEntries(entries.map((entry) => [entry.id, of(entry)]));
  return {
    ...answer.coverage,
    rowCount: answer.rowCount,
    unmapped: await answer.unmapped(options),
    byDataset: Object.fromEntries(answer.coverageByDataset()),
    releases: byEntry(({ release }) => release),
    ...(namesDefaultRule(answer.question) && { rules: byEntry(({ rules }) => rules[0]?.id ?? null) }),
    notices: entries.flatMap(({ notices }) => notices),
  };
}

function namesDefaultRule({ where }: Question): boolean {
  return JSON.stringify(where).includes('{"rule":"default"}');
}

/** The coverage for a reader: a sentence of the whole, a line a dataset, and what is not in the listing though it might be. */
export function coverageText(question: Question, coverage: AnswerCoverage, width: number): string {
  const lines = [...sentences(question, coverage)].map((line) => wrapText(line, width, "  "));
  return `${lines.join("\n")}\n${datasetTable(question, coverage, width)}`;
}

function* sentences(question: Question, coverage: AnswerCoverage): Iterable<string> {
  const { counts, excluded, unmeasured, unmapped, rowCount } = coverage;
  const { kind, policy, limit } = question;
  const place = placeText(question);
  const noun = counts.in === 1 ? kind.slice(0, -1) : kind;
  if (place === undefined) yield `${counts.in} ${noun}.`;
  else {
    yield `${counts.in} ${noun} ${place}; ${counts.indeterminate} may be (label coarser than the question); ` +
      `${counts.unregistered} ${have(counts.unregistered)} no registration; ${counts.out} ${counts.out === 1 ? "lies" : "lie"} elsewhere.`;
  }
  if (excluded + unmeasured > 0) {
    yield `Not among these: ${excluded} that other conditions keep out, ${unmeasured} without a value that they need.`;
  }
  if (counts.indeterminate > 0) {
    yield policy === "possible"
      ? "Those that may be are in the answer, each marked (--policy possible)."
      : "Those that may be are not in the answer; --policy possible takes them in.";
  }
  if (unmapped > 0)
    yield `${unmapped} of the answer ${have(unmapped)} a label that the ${question.mapping} mapping has no region for.`;
  if (limit !== null && limit < rowCount && !isGrouped(question)) yield `Listed are ${limit} of ${rowCount} (--limit).`;
}

function have(count: number): string {
  return count === 1 ? "has" : "have";
}

/** `in CA1`; undefined where the question is not about a place. */
export function placeText({ where, mapping }: Question): string | undefined {
  const places = where.filter(isAboutPlace);
  const [only] = places;
  if (only === undefined) return undefined;
  return places.length === 1 && "inRegion" in only
    ? `in ${formatRegionSet(only.inRegion, mapping)}`
    : "in the place asked for";
}

function datasetTable(question: Question, { byDataset, releases, rules }: AnswerCoverage, width: number): string {
  const isPlaced = question.where.some(isAboutPlace);
  const places = isPlaced ? ["in", "may be", "unregistered", "elsewhere"] : [question.kind];
  const titles = [...places, "kept out", "no value"].map((title) => ({ title, align: "right" as const }));
  const rows = Object.entries(byDataset).map(([id, { counts, excluded, unmeasured }]) => {
    const placed = isPlaced ? [counts.in, counts.indeterminate, counts.unregistered, counts.out] : [counts.in];
    return [id, ...[...placed, excluded, unmeasured].map(String)];
  });
  const sources = Object.keys(byDataset).map((id) => {
    const rule = rules === undefined ? "" : `; by default the rule ${rules[id] ?? "none"}`;
    return `${wrapText(withLocalPaths(`${id}: ${releases[id] ?? "release unknown"}${rule}`), width, "  ")}\n`;
  });
  return textTable([{ title: "dataset", isWhole: true }, ...titles], rows, width) + sources.join("");
}
