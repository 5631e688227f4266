import { resolve } from "node:path";
import { UnsupportedError } from "@crossprobe/core";
import type { SqlResult } from "@crossprobe/duckdb";
import { Option } from "commander";
import type { CommonOptions } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import type { Io } from "../io.js";
import { writeJson } from "../query/answer-json.js";
import { writeCsvRows } from "../query/encode-rows.js";
import { flatRows, namedRows, sqlTable } from "../sql/sql-rows.js";
import { plural } from "./listing.js";

const FORMATS = ["table", "json", "csv"] as const;

interface Options extends CommonOptions {
  readonly catalogue: string;
  readonly format?: (typeof FORMATS)[number];
}

export const sqlCommand: CommandDefinition = {
  example: [
    `sql "SELECT dataset, count(*) FROM units WHERE in_region(regionOrder, 'CA1') GROUP BY ALL" --catalogue all.parquet`,
    `crossprobe sql "DESCRIBE units" --catalogue all.parquet --format csv`,
  ].join("\n  "),
  isWithoutSources: true,
  define: (command, act) => {
    command
      .argument("<question>", "one SELECT, as DuckDB understands it")
      .requiredOption("--catalogue <file>", "a catalogue that catalogue build made")
      .addOption(new Option("--format <name>", "how it is printed (table)").choices(FORMATS))
      .addHelpText("after", TABLES)
      .action((sql: string, options: Options) => {
        if (options.json === true && options.format !== undefined && options.format !== "json") {
          command.error(`error: --json and --format ${options.format} are two forms: choose one`);
        }
        act((io) => run(io, sql, options));
      });
  },
};

const TABLES = `
Tables: sessions, probes, channels, units, and regions with the structures of
the atlas. A label lies in CA1 or below where in_region(regionOrder, 'CA1');
region_membership(regionOrder, regionAbsent, 'CA1') also tells labels that are
too coarse (indeterminate) and missing ones (unregistered) from those elsewhere.
Names with a dot stand in double quotes. Read only: no other file is opened.`;

async function run(io: Io, sql: string, { catalogue: file, format, json }: Options): Promise<number> {
  const { openSqlCatalogue } = await loadPackage();
  const call = { signal: io.signal };
  const catalogue = await openSqlCatalogue(resolve(io.cwd, file), call);
  try {
    await print(io, await catalogue.query(sql, call), format ?? (json === true ? "json" : "table"));
    return 0;
  } finally {
    catalogue.close();
  }
}

async function print(io: Io, result: SqlResult, format: (typeof FORMATS)[number]): Promise<void> {
  const write = (piece: string | Uint8Array) => (typeof piece === "string" ? io.out(piece) : io.outBytes(piece));
  if (format === "csv") return writeCsvRows(flatRows(result), write, io);
  const { columns } = result;
  if (format === "json") return writeJson({ columns, rows: () => namedRows(result) }, { columns }, write, io);
  const { text, rowCount } = await sqlTable(result, io.columns);
  if (rowCount > 0) io.out(text);
  io.err(`${plural(rowCount, "row")}\n`);
}

/** The one command that needs the package: others do without it. */
async function loadPackage() {
  try {
    return await import("@crossprobe/duckdb");
  } catch (cause) {
    throw new UnsupportedError("SQL needs the package @crossprobe/duckdb, which is not installed", {
      cause,
      hint: "install it beside @crossprobe/cli, or ask without SQL: crossprobe query",
    });
  }
}
