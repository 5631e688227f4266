import { resolve } from "node:path";
import type { CommonOptions } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { openStores, toUrl } from "../compose.js";
import { isUrl } from "../config.js";
import { type Inspection, inspectFile } from "../inspect/inspect-file.js";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { factLines, textTableWithNotes, wrapText } from "../output/table.js";

export const inspectCommand: CommandDefinition = {
  example: "inspect session_715093703.nwb",
  isWithoutSources: true,
  define: (command, act) =>
    void command
      .argument("<file>", "a path or http(s) URL")
      .action((file: string, options: CommonOptions) => act((io) => run(io, file, options))),
};

async function run(io: Io, file: string, { json }: CommonOptions): Promise<number> {
  const url = toUrl(isUrl(file) ? file : resolve(io.cwd, file));
  const inspection = await inspectFile(url, openStores(), { signal: io.signal });
  io.out(json ? toJson(inspection) : toText(inspection, io.columns));
  return 0;
}

function toText({ file, kind, facts, sections, problems, notices }: Inspection, width: number): string {
  const lines = [file, wrapText(kind, width), "", ...factLines(facts, width)];
  for (const { title, columns, rows, notes = [] } of sections) {
    const titles = columns.map((column) => ({ title: column, isWhole: true }));
    lines.push("", title, textTableWithNotes(titles, rows, notes, width).trimEnd());
  }
  lines.push(...listed("could not be read:", problems, file, width), ...listed("noted:", notices, file, width));
  return `${lines.join("\n")}\n`;
}

function listed(title: string, texts: readonly string[], file: string, width: number): readonly string[] {
  if (texts.length === 0) return [];
  // The whole address is in the first line already.
  const name = file.slice(file.lastIndexOf("/", file.length - 2) + 1);
  return ["", title, ...texts.map((text) => `  ${wrapText(text.replaceAll(file, name), width - 2, "    ")}`)];
}
