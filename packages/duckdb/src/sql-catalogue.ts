import { describeCatalogue } from "@crossprobe/catalogue/node";
import { type CallOptions, QueryError } from "@crossprobe/core";
import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement, DuckDBResult } from "@duckdb/node-api";
import { openDatabase } from "./database.js";
import { interruptible } from "./interruptible.js";
import { loadLibrary } from "./library.js";
import { type SqlColumn, type SqlValue, toSqlValue } from "./sql-value.js";

/** What a question gives. Rows are read as they are taken; they can be taken once. */
export interface SqlResult {
  /** Names are made different where several columns have one. */
  readonly columns: readonly SqlColumn[];
  /** Rows in the order of the columns. Taking them to the end, or leaving off, ends the question. */
  rows(): AsyncIterable<readonly SqlValue[]>;
}

/** A catalogue file as tables: `sessions`, `probes`, `channels`, `units` and `regions`. Read only. */
export interface SqlCatalogue {
  /**
   * Asks one question: a `SELECT`, or what DuckDB takes for one (`FROM`, `VALUES`, `DESCRIBE`, `SHOW`, `SUMMARIZE`).
   *
   * @throws {@link QueryError} in DuckDB's words for what it does not understand, and for statements that are no question
   */
  query(sql: string, options?: CallOptions): Promise<SqlResult>;
  close(): void;
}

/**
 * Opens a catalogue file for SQL. Reads its footer; a question reads the columns that it names.
 *
 * No other file can be read or written, no extension loaded, no setting changed.
 *
 * @throws {@link NotFoundError} where there is no file at the path; {@link FormatError} and {@link SchemaError} where it is no catalogue
 * @throws {@link UnsupportedError} where DuckDB is not installed
 * @example
 * const sql = await openSqlCatalogue("all.parquet");
 * const { rows } = await sql.query("SELECT dataset, count(*) FROM units WHERE in_region(regionOrder, 'CA1') GROUP BY ALL");
 * for await (const [dataset, count] of rows()) console.log(dataset, count);
 * sql.close();
 */
export async function openSqlCatalogue(path: string, options: CallOptions = {}): Promise<SqlCatalogue> {
  await describeCatalogue(path, options);
  return new DuckDBCatalogue(await openDatabase(path));
}

class DuckDBCatalogue implements SqlCatalogue {
  readonly #instance: DuckDBInstance;

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async query(sql: string, { signal }: CallOptions = {}): Promise<SqlResult> {
    signal?.throwIfAborted();
    const connection = await this.#instance.connect();
    const ask = <Value>(act: () => Promise<Value>) => interruptible(connection, signal, act).catch(rethrow);
    try {
      const statement = await ask(() => prepareQuestion(connection, sql));
      const result = await ask(() => statement.stream());
      return streamed(connection, result, ask);
    } catch (error) {
      connection.closeSync();
      throw error;
    }
  }

  close(): void {
    this.#instance.closeSync();
  }
}

type Ask = <Value>(act: () => Promise<Value>) => Promise<Value>;

/** A result whose rows are read as they are taken; its connection ends with them. */
function streamed(connection: DuckDBConnection, result: DuckDBResult, ask: Ask): SqlResult {
  const types = result.columnTypes();
  const columns = result.deduplicatedColumnNames().map((name, i) => ({ name, type: String(types[i]) }));
  const rows = async function* () {
    try {
      for (;;) {
        const chunk = await ask(() => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        for (const row of chunk.getRows()) yield row.map(toSqlValue);
      }
    } finally {
      connection.closeSync();
    }
  };
  return { columns, rows };
}

/** The one statement of a text, which must be a question: nothing else is run, whatever it would do. */
async function prepareQuestion(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  const { StatementType } = await loadLibrary();
  const statements = await connection.extractStatements(sql).catch((error: unknown) => {
    // There is nothing to extract from spaces and comments, and the library has no words for it.
    throw error instanceof Error && /^Error in native callback/.test(error.message) ? notOne(0) : error;
  });
  if (statements.count !== 1) throw notOne(statements.count);
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT) {
    const name = StatementType[statement.statementType] ?? "else";
    throw new QueryError(`a catalogue answers questions (SELECT), and this statement is ${name}`, {
      hint: "the tables are sessions, probes, channels, units and regions; write results to a file with --format csv",
    });
  }
  if (statement.parameterCount > 0) {
    throw new QueryError("the SQL has parameters, and there is nothing to put in their place", {
      hint: "write the values into the SQL",
    });
  }
  return statement;
}

function notOne(count: number): QueryError {
  return new QueryError(`the SQL is ${count} statements, and should be one`, {
    hint: "leave out what stands after the semicolon; PIVOT needs its values named: ON dataset IN ('a', 'b')",
  });
}

/** Aborts and errors of ours as they are, others in DuckDB's words. */
function rethrow(error: unknown): never {
  const said = error instanceof Error ? error.message.replace(/^Failed to extract statements: /, "") : "";
  const [, kind = "", words = ""] = /^([A-Z][\w -]*?) (?:Error|exception): (.*)$/is.exec(said) ?? [];
  if (words === "") throw error;
  const isAboutNames = kind === "Binder" || kind === "Catalog";
  // The caret below the line would point nowhere once the message stands on one line.
  throw new QueryError(`${kind.toLowerCase()} error in DuckDB: ${words.replace(/\s*\^\s*$/, "")}`, {
    cause: error,
    hint: isAboutNames ? "DESCRIBE units lists columns; names with a dot stand in double quotes" : undefined,
  });
}
