import { resolve } from "node:path";
import { createStores } from "@crossprobe/storage/node";
import type { CommonOptions } from "../command-context.js";
import { toUrl } from "../compose.js";
import { isUrl } from "../config.js";
import { type Inspection, inspectFile } from "../inspect/inspect-file.js";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { textTable, wrapText } from "../output/table.js";
import type { CommandDefinition } from "../program.js";

export const inspectCommand: CommandDefinition = {
  name: "inspect",
  summary: "Say what a file is: NWB, LFPack, other HDF5, npy, Parquet, CSV, JSON; and what its ALF name means.",
  example: "inspect session_715093703.nwb",
  isWithoutSources: true,
  define: (command, act) =>
    void command
      .argument("<file>", "a path or http(s) URL")
      .action((file: string, options: CommonOptions) => act((io) => run(io, file, options))),
};

async function run(io: Io, file: string, { json }: CommonOptions): Promise<number> {
  const url = toUrl(isUrl(file) ? file : resolve(io.cwd, file));
  const inspection = await inspectFile(url, createStores(), { signal: io.signal });
  io.out(json ? toJson(inspection) : toText(inspection, io.columns));
  return 0;
}

function toText(inspection: Inspection, width: number): string {
  const { facts, sections, problems } = inspection;
  const lines = [`${inspection.file}`, wrapText(inspection.kind, width), ""];
  const longest = Math.max(0, ...facts.map(({ name }) => name.length));
  for (const { name, value } of facts)
    lines.push(wrapText(`${name.padEnd(longest)}  ${value}`, width, " ".repeat(longest + 2)));
  for (const { title, columns, rows } of sections) {
    lines.push(
      "",
      title,
      textTable(
        columns.map((column) => ({ title: column })),
        rows,
        width,
      ).trimEnd(),
    );
  }
  if (problems.length > 0) lines.push("", "could not be read:");
  for (const problem of problems) lines.push(wrapText(`  ${problem}`, width, "    "));
  return `${lines.join("\n")}\n`;
}
