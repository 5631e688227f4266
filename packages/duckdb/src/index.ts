/** A catalogue file as SQL tables, asked by DuckDB. Nothing of DuckDB is loaded before a file is opened. */

export { openSqlCatalogue, type SqlCatalogue, type SqlResult } from "./sql-catalogue.js";
export type { SqlColumn, SqlValue } from "./sql-value.js";
