import {
  ancestors,
  descendants,
  findRegionById,
  granularityOf,
  labelMeaningOf,
  MAPPINGS,
  mapRegion,
  pitfallsOf,
  type Region,
} from "@crossprobe/atlas";
import { resolveStructure } from "@crossprobe/core";
import type { Command } from "commander";
import type { CommonOptions } from "../command-context.js";
import type { Run } from "../command-definition.js";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { factLines } from "../output/table.js";

/** Adds `regions show`. */
export function defineRegionsShow(command: Command, act: (run: Run) => void): void {
  command
    .command("show")
    .description(
      "say what the atlas knows of a structure: place, mappings, what it means as a label, what it is mistaken for",
    )
    .argument("<structure>", "acronym (case counts), id, or full name")
    .action((structure: string, options: CommonOptions) => act(async (io) => showRegion(io, structure, options)));
}

/** Prints one structure. @throws {@link QueryError} for what no structure is called */
export function showRegion(io: Io, structure: string, { json }: CommonOptions): number {
  const region = resolveStructure(structure);
  io.out(json ? toJson(documentOf(region)) : `${factLines(factsOf(region), io.columns).join("\n")}\n`);
  return 0;
}

/** The region of each mapping, by acronym; null where it has none. */
export function mappingsOf(region: Region): Readonly<Record<string, string | null>> {
  return Object.fromEntries(MAPPINGS.map((mapping) => [mapping, mapRegion(region, mapping)?.acronym ?? null]));
}

/** Acronym of the structure right above; null for root. */
export function parentOf({ parentId }: Region): string | null {
  return parentId === null ? null : (findRegionById(parentId)?.acronym ?? null);
}

function documentOf(region: Region) {
  const below = descendants(region);
  return {
    ...{ acronym: region.acronym, id: region.id, name: region.name, depth: region.depth, color: `#${region.color}` },
    ...{ mappings: mappingsOf(region), granularity: granularityOf(region), labelMeaning: labelMeaningOf(region) },
    ...{ parent: parentOf(region), ancestors: ancestors(region).map(({ acronym }) => acronym) },
    children: below.filter(({ parentId }) => parentId === region.id).map(({ acronym }) => acronym),
    descendants: below.map(({ acronym }) => acronym),
    pitfalls: pitfallsOf(region),
  };
}

function factsOf(region: Region) {
  const { id, name, color, ancestors, children, descendants, mappings, labelMeaning, pitfalls } = documentOf(region);
  const deeper = descendants.length - children.length;
  const holds = `${children.join(", ")}${deeper > 0 ? `; ${deeper} more below them` : ""}`;
  return [
    { name: "structure", value: region.acronym },
    { name: "id", value: String(id) },
    { name: "name", value: name },
    { name: "colour", value: color },
    { name: "inside", value: ancestors.join(" < ") || "nothing: it is the whole" },
    { name: "holds", value: holds || "nothing finer" },
    ...Object.entries(mappings).map(([mapping, own]) => ({ name: `in ${mapping}`, value: own ?? "no region" })),
    { name: "as a label", value: labelMeaning },
    ...pitfalls.map((value) => ({ name: "mind", value })),
  ];
}
