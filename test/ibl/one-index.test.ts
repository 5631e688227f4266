import { fileURLToPath } from "node:url";
import { listDatasets } from "@crossprobe/ibl-adapter/one";
import { describe, expect, it } from "vitest";
import {
  answersIn,
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
  type SearchAnswers,
} from "./one-answers.js";

describe("local ONE tables, held to answers of ONE", () => {
  const { open, read } = answersIn(fileURLToPath(new URL("../fixtures/ibl-one", import.meta.url)));

  it.each(["current", "int-ids"])("holds the tables of %s", async (layout) => {
    const facts = read<Record<string, Parameters<typeof checkTables>[1]>>("tables")[layout];
    if (facts === undefined) throw new Error(`no facts of ${layout}`);
    checkTables(await open(layout), facts);
  });

  it("searches", async () => checkSearches(await open("current"), read<SearchAnswers>("search")));
  it("searches tables of integer ids", () => checkLayouts(read<SearchAnswers>("search"), open));
  it("searches insertions", async () => checkInsertionSearches(await open("current"), read<SearchAnswers>("search")));
  it("completes terms and reads dates", () => checkTerms(read<SearchAnswers>("search")));
  it("lists", async () => checkListing(await open("current"), read<ListingAnswers>("listing")));
  it("filters and chooses revisions", async () => {
    checkFilters(await open("current"), read<ListingAnswers>("listing").sessions, read<ChoosingAnswers>("choosing"));
  });
  it("chooses the files that ONE loads", async () => {
    const files = new Set(read<string[]>("files"));
    const { sessions } = read<ListingAnswers>("listing");
    checkChoices(await open("current"), sessions, read<ChoosingAnswers>("choosing"), (path) => files.has(path));
  });

  it("turns identifiers into one another", async () => {
    checkIdentifiers(await open("current"), read<IdentifierAnswers>("identifiers"));
    checkProbes(await open("current"), read<IdentifierAnswers>("identifiers"));
  });

  it("says when a table does not know default revisions", async () => {
    const index = await open("int-ids");
    const [eid] = index.datasets?.sessionIds ?? [];
    expect(() => listDatasets(index, eid, { defaultRevisionsOnly: true })).toThrow(/does not say which revisions/);
    expect(listDatasets(index, "11111111-2222-4333-8444-555555555555")).toEqual([]);
  });
});
