import { type Region, regions } from "./region.js";
import { editDistance, nearestAcronyms, nearestIds, plainName } from "./spelling.js";

let names: ReadonlyMap<string, Region> | undefined;

/** The region with a full name; case, commas and repeated spaces do not count, as Allen writes some names with and some without. */
export function findRegionByName(name: string): Region | undefined {
  names ??= new Map(regions().map((region) => [plainName(region.name), region]));
  return names.get(plainName(name));
}

/**
 * Regions that a text may mean, best first: by id, acronym, name, beginning of an acronym, words of a name, part of an acronym.
 * Case does not count, but of two regions the one with the case of the text comes first. In tree order among equals; empty where
 * nothing fits.
 *
 * @example
 * searchRegions("primary visual layer 5").map(({ acronym }) => acronym); // ["VISp5"]
 */
export function searchRegions(text: string): readonly Region[] {
  const query = { text: text.trim(), folded: text.trim().toLowerCase(), words: plainName(text).split(" ") };
  if (query.text === "") return [];
  spellings ??= regions().map(toSpelling);
  return spellings
    .flatMap((spelling) => {
      const rank = rankOf(spelling, query);
      return rank === undefined ? [] : [{ region: spelling.region, rank }];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ region }) => region);
}

interface Spelling {
  readonly region: Region;
  readonly id: string;
  readonly acronym: string;
  readonly name: string;
  /** The name with a blank before every word of it. */
  readonly spaced: string;
}

let spellings: readonly Spelling[] | undefined;

function toSpelling(region: Region): Spelling {
  const name = plainName(region.name);
  const spaced = ` ${name.replaceAll(/[-/()]/g, " ")}`;
  return { region, id: String(region.id), acronym: region.acronym.toLowerCase(), name, spaced };
}

interface SearchQuery {
  readonly text: string;
  readonly folded: string;
  readonly words: readonly string[];
}

/** How well a text fits a region: lower is better. */
function rankOf({ region, id, acronym, name, spaced }: Spelling, { text, folded, words }: SearchQuery) {
  if (id === text || region.acronym === text) return 0;
  if (acronym === folded) return 1;
  if (name === words.join(" ")) return 2;
  if (acronym.startsWith(folded)) return 3;
  if (words.every((word) => spaced.includes(` ${word}`))) return 4;
  if (words.every((word) => name.includes(word))) return 5;
  return folded.length > 1 && acronym.includes(folded) ? 6 : undefined;
}

const SHOWN = 5;

/** Regions whose id, acronym or words of whose name are spelt nearly like a text, at most five, nearest first. */
export function nearestRegions(text: string): readonly Region[] {
  const all = regions();
  const isId = /^-?\d+$/.test(text.trim());
  const spelt = isId ? nearestIds(Number(text), all) : nearestAcronyms(text, all);
  const key = (region: Region) => (isId ? String(region.id) : region.acronym);
  const bySpelling = spelt.flatMap((found) => all.filter((region) => key(region) === found));
  return [...new Set([...bySpelling, ...nearestNames(text, all)])].slice(0, SHOWN);
}

/** By how many words of the text are like none of the name, then by slips; short words are left to the acronyms. */
function nearestNames(text: string, all: readonly Region[]): Region[] {
  const words = plainName(text)
    .split(" ")
    .filter((word) => word.length > 4);
  return all
    .map((region) => {
      const own = plainName(region.name).split(/[ /()-]+/);
      const slips = words.map((word) => Math.min(...own.map((other) => editDistance(word, other))));
      const near = slips.filter((slip, i) => slip <= ((words[i]?.length ?? 0) > 8 ? 3 : 2));
      return { region, near: near.length, slips: near.reduce((sum, slip) => sum + slip, 0), length: own.length };
    })
    .filter(({ near }) => near > 0)
    .sort((a, b) => b.near - a.near || a.slips - b.slips || a.length - b.length)
    .map(({ region }) => region);
}
