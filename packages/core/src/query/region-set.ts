import {
  findRegion,
  findRegionById,
  findRegionByName,
  isWithin,
  MAPPINGS,
  type Mapping,
  mapRegion,
  type Region,
  regionById,
  regions,
  UnknownRegionError,
} from "@crossprobe/atlas";
import { z } from "zod";
import { isDataError, QueryError, SchemaError } from "../errors.js";
import type { AbsentReason, RegionLabel } from "../model/region-label.js";
import { formSchema } from "./form-schema.js";
import { bothTrue, eitherTrue, notTrue, TRUTH, type Truth } from "./membership.js";
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
  formSchema<RegionSet>({
    region: z.strictObject({ region: z.string().min(1), mapping: z.enum(MAPPINGS).optional() }).readonly(),
    anyOf: z.strictObject({ anyOf: z.array(regionSetSchema).min(1).readonly() }).readonly(),
    allOf: z.strictObject({ allOf: z.array(regionSetSchema).min(1).readonly() }).readonly(),
    not: z.strictObject({ not: regionSetSchema }).readonly(),
  }),
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

/** @throws {@link QueryError} as {@link inStructure}, for the first structure of a set that is not as it should be, with its place */
export function checkRegionSet(set: RegionSet, place: string): void {
  if ("not" in set) checkRegionSet(set.not, `${place}.not`);
  else if ("anyOf" in set) for (const [i, part] of set.anyOf.entries()) checkRegionSet(part, `${place}.anyOf[${i}]`);
  else if ("allOf" in set) for (const [i, part] of set.allOf.entries()) checkRegionSet(part, `${place}.allOf[${i}]`);
  else {
    try {
      inStructure(set.region, set.mapping);
    } catch (error) {
      if (!isDataError(error, "query")) throw error;
      throw new QueryError(`${place}: ${error.message}`, { cause: error, hint: error.hint });
    }
  }
}

/**
 * A structure by acronym (its case counts), structure id, or full name.
 *
 * @throws {@link QueryError} for what none is called, with the nearest spellings; for a negative id, a left-hemisphere one of IBL's
 */
export function resolveStructure(structure: string | number): Region {
  const text = String(structure).trim();
  if (/^-?\d+$/.test(text)) return resolveId(Number(text));
  return findRegion(text) ?? findRegionByName(text) ?? resolveRegion(text);
}

function resolveId(id: number): Region {
  try {
    return regionById(id);
  } catch (error) {
    if (!(error instanceof UnknownRegionError)) throw error;
    const isLeft = findRegionById(-id) !== undefined;
    const hint = isLeft
      ? `negative ids are the left hemisphere's: ask for ${-id}, and for the hemisphere beside it`
      : `${error.nearest.length > 0 ? `did you mean ${error.nearest.join(", ")}? ` : ""}Ids are those of the Allen CCF 2017 structure tree`;
    throw new QueryError(`no structure has the id ${id}`, { cause: error, hint });
  }
}

/**
 * What each structure, as the label of a row, says of a set: a {@link TRUTH} by `Region.order`.
 *
 * A label is `in` a structure that it is or lies below, `indeterminate` where it lies above it, else `out`. With a mapping, a label is
 * `in` where its region of the mapping is; what the mapping cannot place (`TH` in `beryl`) is asked as it is. Unions, intersections and
 * complements follow Kleene's logic: what cannot be told of the parts stays untold.
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

const knownLeaves = new Map<string, Uint8Array>();

/** Of its own for each caller; found once for each structure and mapping. */
function leafMembership({ region: acronym, mapping = "allen" }: RegionLeaf): Uint8Array {
  const name = `${mapping} ${acronym}`;
  const truths = knownLeaves.get(name) ?? computeLeaf(acronym, mapping);
  knownLeaves.set(name, truths);
  return truths.slice();
}

function computeLeaf(acronym: string, mapping: Mapping): Uint8Array {
  const asked = resolveStructure(inStructure(acronym, mapping).region);
  return Uint8Array.from(regions(), (label) => {
    const place = mapping === "allen" ? label : (mapRegion(label, mapping) ?? label);
    if (isWithin(place, asked)) return TRUTH.in;
    // The label, not its place: Swanson has regions inside others (CA1 in HPF), and what is labelled ENTl is not in CA1.
    return isWithin(asked, label) ? TRUTH.indeterminate : TRUTH.out;
  });
}

/**
 * What the label of a row says of a set, by its {@link membershipOfLabels}. A row without a label is `unregistered`, never `out`, unless
 * it is known to lie outside the brain: then it is `out` of every set, complements too, as a set is a part of the brain.
 *
 * @throws {@link SchemaError} for a label that the atlas does not have
 */
export function membershipOfRow(
  labels: Uint8Array,
  { region, regionAbsent }: { readonly region: RegionLabel | null; readonly regionAbsent: AbsentReason | null },
): Truth {
  if (region === null) return regionAbsent === "outsideBrain" ? TRUTH.out : TRUTH.unregistered;
  const structure = findRegionById(region.id);
  if (structure === undefined) throw new SchemaError(`no structure ${region.id} (${region.acronym}) in the atlas`);
  const truth = labels[structure.order];
  return truth === TRUTH.in || truth === TRUTH.indeterminate ? truth : TRUTH.out;
}
