import { ancestors, nearestRegions, type Region, searchRegions } from "@crossprobe/atlas";
import type { Command } from "commander";
import type { CommonOptions } from "../command-context.js";
import type { Run } from "../command-definition.js";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { textTableWithNotes } from "../output/table.js";
import { plural } from "./listing.js";
import { mappingsOf, parentOf } from "./regions-show.js";

/** Adds `regions search`. */
export function defineRegionsSearch(command: Command, act: (run: Run) => void): void {
  command
    .command("search")
    .description("find structures by id, acronym, or words of their names, best first; case does not count")
    .argument("<text...>", "what to look for, such as CA1, 382, or primary visual")
    .action((words: readonly string[], options: CommonOptions) =>
      act(async (io) => search(io, words.join(" "), options)),
    );
}

function search(io: Io, text: string, { json }: CommonOptions): number {
  const found = searchRegions(text);
  const nearest = found.length > 0 ? [] : nearestRegions(text);
  if (json) {
    const counts = { structures: found.length };
    io.out(toJson({ text, rows: found.map(toRow), counts, nearest: nearest.map(toRow) }));
    return 0;
  }
  if (found.length > 0) printTable(io, found);
  else if (nearest.length > 0) {
    io.err(`no structure has ${JSON.stringify(text)} in its acronym or name; spelt nearly so:\n`);
    printTable(io, nearest);
    return 0;
  }
  io.err(
    found.length > 0 ? `${plural(found.length, "structure")}\n` : `no structure is called anything like ${text}\n`,
  );
  return 0;
}

function toRow(region: Region) {
  const { acronym, id, name, depth } = region;
  const path = ancestors(region).map((above) => above.acronym);
  return { acronym, id, name, depth, parent: parentOf(region), path: path.reverse(), mappings: mappingsOf(region) };
}

function printTable(io: Io, found: readonly Region[]): void {
  const rows = found.map(toRow);
  const columns = [
    { title: "structure", isWhole: true },
    { title: "id", align: "right" as const },
    { title: "name" },
    ...["beryl", "cosmos", "swanson"].map((title) => ({ title, isWhole: true })),
  ];
  const cells = rows.map(({ acronym, id, name, mappings }) => [
    ...[acronym, String(id), name],
    ...["beryl", "cosmos", "swanson"].map((mapping) => mappings[mapping] ?? "–"),
  ]);
  const notes = rows.map(({ path }) => (path.length === 0 ? "" : `in ${path.join(" > ")}`));
  io.out(textTableWithNotes(columns, cells, notes, io.columns));
}
