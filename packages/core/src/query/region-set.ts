import {
  findRegion,
  findRegionById,
  isWithin,
  MAPPINGS,
  type Mapping,
  mapRegion,
  type Region,
  regions,
} from "@crossprobe/atlas";
import { z } from "zod";
import { QueryError } from "../errors.js";
import { bothTrue, eitherTrue, notTrue, TRUTH } from "./membership.js";
import { resolveRegion } from "./predicate.js";

/** A part of the brain, as plain data: a structure with all that lies below it, and unions, intersections and complements of such. */
export type RegionSet =
  | RegionLeaf
  | { readonly anyOf: readonly RegionSet[] }
  | { readonly allOf: readonly RegionSet[] }
  | { readonly not: RegionSet };

/** A structure, by acronym. With a mapping other than `allen`, rows are first sent to their region of that mapping. */
export interface RegionLeaf {
  readonly region: string;
  readonly mapping?: Mapping | undefined;
}

export const regionSetSchema: z.ZodType<RegionSet> = z.lazy(() =>
  z.union([
    z.strictObject({ region: z.string().min(1), mapping: z.enum(MAPPINGS).optional() }).readonly(),
    z.strictObject({ anyOf: z.array(regionSetSchema).min(1).readonly() }).readonly(),
    z.strictObject({ allOf: z.array(regionSetSchema).min(1).readonly() }).readonly(),
    z.strictObject({ not: regionSetSchema }).readonly(),
  ]),
);

/**
 * A structure as a set: by acronym (its case counts), structure id, or full name.
 *
 * @throws {@link QueryError} for what no structure is called, with the nearest spellings; for a structure that the mapping cannot tell
 * apart (`CA1` in `cosmos`, whose finest there is `HPF`) or does not have (`cc` in `beryl`)
 * @example
 * inStructure("CA1"); // { region: "CA1" }
 * inStructure(382, "beryl"); // { region: "CA1", mapping: "beryl" }
 */
export function inStructure(structure: string | number, mapping: Mapping = "allen"): RegionLeaf {
  const region = resolveStructure(structure);
  if (mapping === "allen") return Object.freeze({ region: region.acronym });
  const own = mapRegion(region, mapping);
  if (own !== undefined && own.id !== region.id) {
    throw new QueryError(`${region.acronym} is finer than the mapping ${mapping}, where it belongs to ${own.acronym}`, {
      hint: `ask for ${own.acronym}, or with the mapping allen`,
    });
  }
  if (own === undefined && !holdsRegionOf(mapping, region)) {
    throw new QueryError(`the mapping ${mapping} has no region in ${region.acronym}`, {
      hint: "ask with the mapping allen",
    });
  }
  return Object.freeze({ region: region.acronym, mapping });
}

function holdsRegionOf(mapping: Mapping, above: Region): boolean {
  return regions().some((region) => {
    const own = mapRegion(region, mapping);
    return own !== undefined && isWithin(own, above);
  });
}

/** A structure by acronym, id or full name. @throws {@link QueryError} for what none is called */
export function resolveStructure(structure: string | number): Region {
  const text = String(structure).trim();
  const byId = /^\d+$/.test(text) ? findRegionById(Number(text)) : undefined;
  const found = byId ?? findRegion(text) ?? regionByName(text);
  return found ?? resolveRegion(text);
}

let names: ReadonlyMap<string, Region> | undefined;

/** Names are compared without case, commas and repeated spaces; Allen writes some with and some without commas. */
function regionByName(name: string): Region | undefined {
  names ??= new Map([...regions()].reverse().map((region) => [plain(region.name), region]));
  return names.get(plain(name));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(",", "").replace(/\s+/g, " ").trim();
}

/**
 * What each structure, as the label of a row, says of a set: a {@link TRUTH} by `Region.order`.
 *
 * A label is `in` a structure that it is or lies below, `indeterminate` where it lies above it, else `out`. With a mapping the same is
 * asked of the label's region there; a label that the mapping cannot place (`TH` in `beryl`) is asked as it is. Unions, intersections
 * and complements follow Kleene's logic: what cannot be told stays untold.
 *
 * @throws {@link QueryError} as {@link inStructure}
 */
export function membershipOfLabels(set: RegionSet): Uint8Array {
  if ("region" in set) return leafMembership(set);
  if ("not" in set) return membershipOfLabels(set.not).map(notTrue);
  const parts = ("anyOf" in set ? set.anyOf : set.allOf).map(membershipOfLabels);
  const combine = "anyOf" in set ? eitherTrue : bothTrue;
  return parts.reduce((all, part) => all.map((truth, i) => combine(truth, part[i] ?? TRUTH.out)));
}

function leafMembership({ region: acronym, mapping = "allen" }: RegionLeaf): Uint8Array {
  const asked = resolveStructure(inStructure(acronym, mapping).region);
  return Uint8Array.from(regions(), (label) => {
    const place = mapping === "allen" ? label : (mapRegion(label, mapping) ?? label);
    if (isWithin(place, asked)) return TRUTH.in;
    return isWithin(asked, place) ? TRUTH.indeterminate : TRUTH.out;
  });
}

/** The set in words, such as `HPF without CA1`. */
export function formatRegionSet(set: RegionSet): string {
  if ("region" in set) {
    return set.mapping === undefined || set.mapping === "allen" ? set.region : `${set.region} (${set.mapping})`;
  }
  if ("not" in set) return `not ${grouped(set.not)}`;
  const [parts, word] = "anyOf" in set ? [set.anyOf, " or "] : [set.allOf, " and "];
  return parts.map(grouped).join(word);
}

function grouped(set: RegionSet): string {
  const isPlain = "region" in set || "not" in set;
  return isPlain ? formatRegionSet(set) : `(${formatRegionSet(set)})`;
}
