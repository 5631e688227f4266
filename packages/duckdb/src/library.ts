import { UnsupportedError } from "@crossprobe/core";
import type * as DuckDB from "@duckdb/node-api";

/**
 * The library, loaded when it is first needed: it brings 70 MB of native code.
 *
 * @throws {@link UnsupportedError} where it is not installed, or not made for this platform
 */
export async function loadLibrary(): Promise<typeof DuckDB> {
  try {
    return await import("@duckdb/node-api");
  } catch (cause) {
    throw new UnsupportedError(`DuckDB cannot be loaded on ${process.platform}-${process.arch}`, {
      cause,
      hint: "install it with npm install @duckdb/node-api, or ask without SQL: crossprobe query",
    });
  }
}
