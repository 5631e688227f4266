import { describe, it } from "vitest";
import {
  answersIn,
  type ChoosingAnswers,
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
  type SearchAnswers,
} from "../ibl/one-answers.js";
import { SHARED } from "./shared.js";

describe.skipIf(!SHARED)("local ONE tables, held to every answer of ONE (needs ../shared/golden)", () => {
  const { open, read } = answersIn(`${SHARED}/golden/ibl/one`);

  it.each(["current", "int-ids", "range-index", "not-a-table"])("holds the tables of %s", async (layout) => {
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
  it("turns identifiers into one another", async () => {
    checkIdentifiers(await open("current"), read<IdentifierAnswers>("identifiers"));
    checkProbes(await open("current"), read<IdentifierAnswers>("identifiers"));
  });
});
