import { describeQuestion, isAboutPlace, type Question } from "@crossprobe/core";
import { withLocalPaths } from "../output/local-paths.js";
import { wrapText } from "../output/table.js";
import { type AnswerCoverage, placeText } from "./coverage.js";

/** Characters that fit into a line of each size. */
const FITS = { title: 84, subtitle: 118, caption: 132 };

/** What a figure shows: the question with its conditions, rule and releases. */
export function titleOf(
  question: Question,
  { releases, rules }: AnswerCoverage,
  width = 1,
): { readonly title: readonly string[]; readonly subtitle: readonly string[] } {
  const { kind, mapping, policy, where } = question;
  const place = placeText(question);
  const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}${place === undefined ? "" : ` ${place}`}`;
  const others = describeQuestion({ ...question, where: where.filter((condition) => !isAboutPlace(condition)) })
    .filter((line) => /^\s*- /.test(line))
    .map((line) => line.replace(/^\s*- /, ""));
  const isDefault = rules !== undefined;
  const ruleIds = Object.entries(rules ?? {}).map(([dataset, rule]) => `${rule ?? "none"} in ${dataset}`);
  const facts = [
    ...others,
    ...(isDefault ? [`default rules: ${ruleIds.join(", ")}`] : []),
    `mapping ${mapping}, policy ${policy}`,
  ];
  const sources = Object.entries(releases).map(([id, release]) =>
    withLocalPaths(`${id}: ${release ?? "release unknown"}`),
  );
  return {
    title: lines(title, FITS.title * width),
    subtitle: [...lines(facts.join("; "), FITS.subtitle * width), ...lines(sources.join("; "), FITS.subtitle * width)],
  };
}

/** What a figure does not show: counts of what may be in, of what nobody placed, of what other conditions keep out. */
export function captionOf(
  question: Question,
  { byDataset, unmapped }: AnswerCoverage,
  empty: readonly string[],
  width = 1,
): readonly string[] {
  const isPlaced = question.where.some(isAboutPlace);
  const parts = Object.entries(byDataset).map(([id, { counts, excluded, unmeasured }]) => {
    const places = isPlaced
      ? `${counts.in} in, ${counts.indeterminate} may be (label coarser than the question), ${counts.unregistered} without registration, ${counts.out} elsewhere`
      : `${counts.in} ${question.kind}`;
    return `${id}: ${places}; ${excluded} kept out by other conditions, ${unmeasured} without a value that they need.`;
  });
  const shown =
    empty.length > EMPTY_SHOWN
      ? `${empty.slice(0, EMPTY_SHOWN).join(", ")} and ${empty.length - EMPTY_SHOWN} more`
      : empty.join(", ");
  return [
    ...parts.flatMap((part) => lines(part, FITS.caption * width)),
    ...(unmapped > 0
      ? lines(
          `${unmapped} of the answer have a label that the ${question.mapping} mapping has no region for.`,
          FITS.caption * width,
        )
      : []),
    ...(empty.length > 0 ? lines(`Asked for, without a row in any dataset: ${shown}.`, FITS.caption * width) : []),
  ];
}

const EMPTY_SHOWN = 40;

function lines(text: string, width: number): readonly string[] {
  return text === "" ? [] : wrapText(text, Math.floor(width)).split("\n");
}
