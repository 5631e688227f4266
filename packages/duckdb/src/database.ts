import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { fileColumns, KIND, nameOfKind, type RegionRow, regionRows } from "@crossprobe/catalogue/node";
import { FormatError, ROW_KINDS, type RowKind } from "@crossprobe/core";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { loadLibrary } from "./library.js";

/** What cannot be had from a catalogue: extensions from the network, and files to put intermediate results in. */
const SETTINGS = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  temp_directory: "",
};

/**
 * A database in memory with the tables of a catalogue file as views, and nothing else to read: settings are locked behind it.
 *
 * @param path a catalogue file that has been looked at
 * @throws {@link FormatError} where DuckDB cannot read it
 */
export async function openDatabase(path: string): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await loadLibrary();
  const instance = await DuckDBInstance.create(":memory:", SETTINGS);
  const connection = await instance.connect();
  try {
    await defineTables(connection, resolve(path));
    return instance;
  } catch (cause) {
    instance.closeSync();
    throw new FormatError(`DuckDB cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      ...{ format: "catalogue", url: pathToFileURL(path).href, cause },
      hint: "see whether it is whole: crossprobe catalogue verify",
    });
  } finally {
    connection.closeSync();
  }
}

async function defineTables(connection: DuckDBConnection, path: string): Promise<void> {
  const file = quotedText(literalPath(path));
  // The one file stays readable, asked for by name or pattern; a statement that could write to it is never run.
  await connection.run(`SET allowed_paths = [${quotedText(path)}, ${file}]`);
  await connection.run("SET enable_external_access = false");
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${file})`);
  const stored = described.getRows().map(([name]) => String(name));
  for (const kind of ROW_KINDS) await connection.run(viewOf(kind, stored, file));
  await defineRegions(connection);
  for (const macro of MACROS) await connection.run(macro);
  await connection.run("SET lock_configuration = true");
}

/** Stars and brackets of a file's name mean themselves. */
function literalPath(path: string): string {
  return path.replace(/[*?[\]]/g, (mark) => `[${mark}]`);
}

function viewOf(kind: RowKind, stored: readonly string[], file: string): string {
  const names = fileColumns(kind, stored).map(quotedName);
  const refs = REFS[kind].map((name) => `dataset || ':${name}:' || ${name}_id AS ${name}`);
  const rows = `FROM read_parquet(${file}) WHERE ${quotedName(KIND)} = ${quotedText(nameOfKind(kind))}`;
  return `CREATE VIEW ${kind} AS SELECT ${[...refs, ...names].join(", ")} ${rows}`;
}

/** References as other commands take them, made of the ids that the file has. */
const REFS: Readonly<Record<RowKind, readonly string[]>> = {
  sessions: ["session"],
  probes: ["probe", "session"],
  channels: ["channel", "probe", "session"],
  units: ["unit", "probe", "session"],
};

/** What stands behind `regionOrder`. */
async function defineRegions(connection: DuckDBConnection): Promise<void> {
  const { DuckDBDataChunk, INTEGER, VARCHAR } = await loadLibrary();
  await connection.run(
    `CREATE TABLE regions (${REGION_COLUMNS.map((name) => `${name} ${SQL_TYPES[name]}`).join(", ")})`,
  );
  const types = REGION_COLUMNS.map((name) => (SQL_TYPES[name] === "INTEGER" ? INTEGER : VARCHAR));
  const rows = regionRows().map((row) => REGION_COLUMNS.map((name) => row[name]));
  const appender = await connection.createAppender("regions");
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const chunk = DuckDBDataChunk.create(types);
    chunk.setRows(rows.slice(start, start + CHUNK_ROWS));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** Rows of a chunk at most. Source: DuckDB's standard vector size. */
const CHUNK_ROWS = 2048;

const SQL_TYPES: Readonly<Record<keyof RegionRow, "INTEGER" | "VARCHAR">> = {
  ...{ id: "INTEGER", acronym: "VARCHAR", name: "VARCHAR", parent: "VARCHAR" },
  ...{ regionOrder: "INTEGER", subtreeEnd: "INTEGER" },
  ...{ beryl: "VARCHAR", cosmos: "VARCHAR", swanson: "VARCHAR" },
};
const REGION_COLUMNS = Object.keys(SQL_TYPES) as readonly (keyof RegionRow)[];

const UNKNOWN = "error('no structure has the acronym ' || asked || ': its case counts')";

/** An acronym that there is not is an error: as NULL it would answer that nothing lies there. */
const MACROS = [
  `CREATE MACRO region_start(asked) AS coalesce((SELECT regionOrder FROM regions WHERE acronym = asked), ${UNKNOWN})`,
  `CREATE MACRO region_end(asked) AS coalesce((SELECT subtreeEnd FROM regions WHERE acronym = asked), ${UNKNOWN})`,
  "CREATE MACRO in_region(label, asked) AS label BETWEEN region_start(asked) AND region_end(asked)",
  `CREATE MACRO region_membership(label, absent, asked) AS CASE
    WHEN label IS NULL THEN CASE WHEN absent = 'outsideBrain' THEN 'out' ELSE 'unregistered' END
    WHEN in_region(label, asked) THEN 'in'
    WHEN label < region_start(asked)
      AND (SELECT list(subtreeEnd ORDER BY regionOrder) FROM regions)[label + 1] >= region_start(asked)
      THEN 'indeterminate'
    ELSE 'out' END`,
];

function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
