import { nearestAcronyms, nearestIds } from "./spelling.js";
import { STRUCTURES } from "./structures.generated.js";
import { UnknownRegionError } from "./unknown-region-error.js";

/** A structure of the Allen mouse brain ontology (structure graph 1, the tree of CCFv3, 2017). */
export interface Region {
  /** Allen structure id, positive. The hemisphere is never part of it. */
  readonly id: number;
  /** Id of the parent; null for root alone. */
  readonly parentId: number | null;
  /** Allen acronym, unique with its case: `CM` and `cm` are two structures. */
  readonly acronym: string;
  /** Full name in Allen's comma-free spelling. */
  readonly name: string;
  /** Steps below root, which is 0. */
  readonly depth: number;
  /** Position in the depth-first walk of the tree, zero-based. */
  readonly order: number;
  /** Allen's colour, RRGGBB in upper case. */
  readonly color: string;
}

/** Side of the brain, as the animal sees it. */
export type Hemisphere = "left" | "right";

/** A region and the side that a signed id gave it. */
export interface LateralisedRegion {
  readonly region: Region;
  readonly hemisphere: Hemisphere;
}

/**
 * Id that iblatlas gives to "outside the brain". No region has it: looking it up is an error.
 *
 * Source: first line of `iblatlas/allen_structure_tree.csv`.
 */
export const VOID_ID = 0;

/** Id of the root of the tree, the whole brain. It is a {@link Region}, and it is no answer to "which region is this?". */
export const ROOT_ID = 997;

interface RegionIndex {
  readonly list: readonly Region[];
  readonly byId: ReadonlyMap<number, Region>;
  readonly byAcronym: ReadonlyMap<string, Region>;
}

let memo: RegionIndex | undefined;

function index(): RegionIndex {
  memo ??= buildIndex();
  return memo;
}

function buildIndex(): RegionIndex {
  const list = STRUCTURES.map(
    ([id, parentId, acronym, name, depth, color], order): Region =>
      Object.freeze({ id, parentId, acronym, name, depth, order, color }),
  );
  return {
    list: Object.freeze(list),
    byId: new Map(list.map((region) => [region.id, region])),
    byAcronym: new Map(list.map((region) => [region.acronym, region])),
  };
}

/** Every region, root first, in depth-first order: `regions()[region.order]` is `region`. */
export function regions(): readonly Region[] {
  return index().list;
}

/**
 * The region with an id.
 *
 * Absent: `undefined` for anything that is no structure id, `void` (0) and negative ids included; those are left-hemisphere
 * ids of IBL, for {@link readLateralisedId}.
 */
export function findRegionById(id: number): Region | undefined {
  return index().byId.get(id);
}

/** The region with an acronym, its case included; `undefined` where there is none. */
export function findRegion(acronym: string): Region | undefined {
  return index().byAcronym.get(acronym);
}

/**
 * The region with an id.
 *
 * @throws {@link UnknownRegionError} when no structure has it; never answers root instead
 */
export function regionById(id: number): Region {
  const region = findRegionById(id);
  if (region) return region;
  const positive = findRegionById(-id);
  if (positive) {
    const advice = `Negative ids are the left hemisphere's: read them with readLateralisedId.`;
    throw new UnknownRegionError(id, [String(positive.id)], `No region has the id ${id}. ${advice}`);
  }
  if (id === VOID_ID) {
    throw new UnknownRegionError(id, [], `The id ${VOID_ID} is "void", outside the brain: it is no region.`);
  }
  throw new UnknownRegionError(id, nearestIds(id, regions()), `No region has the id ${id}.`);
}

/**
 * The region with an acronym.
 *
 * @throws {@link UnknownRegionError} when no structure has it in this very case; `nearest` starts with other cases of it
 */
export function regionByAcronym(acronym: string): Region {
  const region = findRegion(acronym);
  if (region) return region;
  throw new UnknownRegionError(
    acronym,
    nearestAcronyms(acronym, regions()),
    `No region has the acronym ${JSON.stringify(acronym)}.`,
  );
}

/**
 * Region and side of a signed id: negative is the left hemisphere, positive the right.
 *
 * Only for tables that are lateralised. Most files hold plain positive ids whatever the side; there, the side comes from the
 * position (`hemisphereOf`).
 *
 * Source: iblatlas `BrainRegions`, whose second half holds the negated ids of the left side.
 *
 * @throws {@link UnknownRegionError} when no structure has the id without its sign
 */
export function readLateralisedId(id: number): LateralisedRegion {
  return { region: regionById(Math.abs(id)), hemisphere: id < 0 ? "left" : "right" };
}
