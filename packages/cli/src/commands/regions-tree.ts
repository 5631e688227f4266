import { descendants, MAPPINGS, type Mapping, mapRegion, type Region, ROOT_ID, regionById } from "@crossprobe/atlas";
import { resolveStructure } from "@crossprobe/core";
import { type Command, Option } from "commander";
import { parseCount } from "../arguments.js";
import type { CommonOptions } from "../command-context.js";
import type { Run } from "../command-definition.js";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { wrapText } from "../output/table.js";
import { plural } from "./listing.js";
import { parentOf } from "./regions-show.js";

interface Options extends CommonOptions {
  readonly depth?: number;
  readonly mapping?: Mapping;
}

/** Levels of the whole tree where nothing says otherwise: the rest is long. */
const WHOLE_DEPTH = 3;

/** Adds `regions tree`. */
export function defineRegionsTree(command: Command, act: (run: Run) => void): void {
  command
    .command("tree")
    .description("draw what lies in a structure, or in the whole brain")
    .argument("[structure]", "acronym (case counts), id, or full name")
    .option("--depth <n>", `levels below it (all; ${WHOLE_DEPTH} of the whole brain)`, parseCount)
    .addOption(
      new Option("--mapping <name>", "only regions of this mapping (*), and what lies above them").choices(MAPPINGS),
    )
    .action((structure: string | undefined, options: Options) => act(async (io) => draw(io, structure, options)));
}

interface Branch {
  readonly region: Region;
  /** Structures below that are not drawn because they lie too deep. */
  readonly cut: number;
  readonly isOfMapping: boolean;
}

function draw(io: Io, structure: string | undefined, { depth, mapping, json }: Options): number {
  const top = structure === undefined ? regionById(ROOT_ID) : resolveStructure(structure);
  const levels = depth ?? (structure === undefined ? WHOLE_DEPTH : Infinity);
  const branches = branchesOf(top, levels, mapping);
  if (json) {
    const rows = branches.map(({ region: { acronym, id, name, depth, ...region }, cut, isOfMapping }) => ({
      ...{ acronym, id, name, depth, parent: parentOf({ acronym, id, name, depth, ...region }), below: cut },
      ...(mapping !== undefined && { isOfMapping }),
    }));
    const counts = { structures: rows.length };
    io.out(toJson({ structure: top.acronym, mapping: mapping ?? null, rows, counts }));
    return 0;
  }
  for (const branch of branches) io.out(`${lineOf(branch, top, io.columns)}\n`);
  io.err(`${wrapText(summaryOf(branches, mapping), io.columns, "  ")}\n`);
  return 0;
}

function branchesOf(top: Region, levels: number, mapping: Mapping | undefined): readonly Branch[] {
  const all = [top, ...descendants(top)];
  const isOfMapping = (region: Region) => mapping !== undefined && mapRegion(region, mapping)?.id === region.id;
  const wanted =
    mapping === undefined ? all : all.filter((region) => isOfMapping(region) || holds(region, isOfMapping));
  return wanted
    .filter(({ depth }) => depth - top.depth <= levels)
    .map((region) => {
      const isLast = region.depth - top.depth === levels;
      const inside = isLast ? new Set(descendants(region)) : undefined;
      const cut = inside === undefined ? 0 : wanted.filter((other) => inside.has(other)).length;
      return { region, cut, isOfMapping: isOfMapping(region) };
    });
}

function holds(region: Region, isWanted: (region: Region) => boolean): boolean {
  return descendants(region).some(isWanted);
}

/** An indented line, its name cut short where the line would be too long. */
function lineOf({ region, cut, isOfMapping }: Branch, top: Region, columns: number): string {
  const head = `${"  ".repeat(region.depth - top.depth)}${region.acronym}${isOfMapping ? " *" : ""}`;
  const tail = cut === 0 ? "" : `  +${cut}`;
  const room = columns - head.length - tail.length - 2;
  if (room < 2) return `${head}${tail}`;
  const name = region.name.length <= room ? region.name : `${region.name.slice(0, room - 1)}…`;
  return `${head}  ${name}${tail}`;
}

function summaryOf(branches: readonly Branch[], mapping: Mapping | undefined): string {
  const marked = branches.filter(({ isOfMapping }) => isOfMapping).length;
  const cut = branches.reduce((sum, branch) => sum + branch.cut, 0);
  return [
    plural(branches.length, "structure"),
    ...(mapping === undefined ? [] : [`* ${marked} of them regions of ${mapping}`]),
    ...(cut === 0 ? [] : [`+n: ${cut} more lie below, see --depth`]),
  ].join("; ");
}
