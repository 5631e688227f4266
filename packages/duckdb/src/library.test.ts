import { afterEach, expect, it, vi } from "vitest";
import { loadLibrary } from "./library.js";

afterEach(() => vi.doUnmock("@duckdb/node-api"));

it("says how to install what is not there", async () => {
  const missing = new Error("Cannot find package '@duckdb/node-bindings-other-cpu/duckdb.node'");
  vi.doMock("@duckdb/node-api", () => {
    throw missing;
  });
  await expect(loadLibrary()).rejects.toMatchObject({
    ...{ name: "UnsupportedError", hint: expect.stringContaining("npm install @duckdb/node-api") },
    message: `DuckDB cannot be loaded on ${process.platform}-${process.arch}`,
  });
});
