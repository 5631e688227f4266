import { it } from "vitest";
import {
  type ChoosingAnswers,
  checkChoices,
  checkFilters,
  checkIdentifiers,
  checkInsertionSearches,
  checkLayouts,
  checkListing,
  checkProbes,
  checkSearches,
  checkTables,
  checkTerms,
  type IdentifierAnswers,
  type ListingAnswers,
  type OneAnswers,
  type SearchAnswers,
} from "./one-answers.js";

/**
 * The cases that every collection of answers of ONE is held to.
 *
 * @param layouts of the tables whose facts were written down
 * @param filesOnDisk what ONE had to choose from
 */
export function oneAnswerCases(
  { open, read }: OneAnswers,
  layouts: readonly string[],
  filesOnDisk: () => (path: string) => boolean,
): void {
  it.each(layouts)("holds the tables of %s", async (layout) => {
    const facts = read<Record<string, Parameters<typeof checkTables>[1]>>("tables")[layout];
    if (facts === undefined) throw new Error(`no facts of ${layout}`);
    checkTables(await open(layout), facts);
  });
  it("searches", async () => checkSearches(await open("current"), read<SearchAnswers>("search")));
  it("searches tables of other layouts", () => checkLayouts(read<SearchAnswers>("search"), open));
  it("searches insertions", async () => checkInsertionSearches(await open("current"), read<SearchAnswers>("search")));
  it("completes terms and reads dates", () => checkTerms(read<SearchAnswers>("search")));
  it("lists", async () => checkListing(await open("current"), read<ListingAnswers>("listing")));
  it("filters and chooses revisions", async () => {
    checkFilters(await open("current"), read<ListingAnswers>("listing").sessions, read<ChoosingAnswers>("choosing"));
  });
  it("chooses the files that ONE loads", async () => {
    const { sessions } = read<ListingAnswers>("listing");
    checkChoices(await open("current"), sessions, read<ChoosingAnswers>("choosing"), filesOnDisk());
  });
  it("turns identifiers into one another", async () => {
    checkIdentifiers(await open("current"), read<IdentifierAnswers>("identifiers"));
    checkProbes(await open("current"), read<IdentifierAnswers>("identifiers"));
  });
}
