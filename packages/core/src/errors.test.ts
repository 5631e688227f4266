import { describe, expect, it } from "vitest";
import {
  ConfigError,
  DataError,
  FormatError,
  isDataError,
  NotFoundError,
  QueryError,
  SchemaError,
  StoreError,
  UnsupportedError,
} from "./errors.js";

const cause = new Error("underneath");
const examples = [
  ["query", new QueryError("bad", { cause, hint: "mend it" })],
  ["unsupported", new UnsupportedError("never", { cause })],
  ["not-found", new NotFoundError("nowhere", { cause })],
  ["schema", new SchemaError("odd", { cause, url: "file:///a.csv" })],
  ["format", new FormatError("broken", { cause, format: "npy", url: "file:///a.npy", at: 12 })],
  ["store", new StoreError("away", { cause, url: "http://host/a", status: 503, retryable: true })],
  ["config", new ConfigError("wrong", { cause })],
] as const;

describe("errors", () => {
  it.each(examples)("%s is told by its code alone", (code, error) => {
    expect(error).toBeInstanceOf(DataError);
    expect(isDataError(error)).toBe(true);
    for (const [other] of examples) expect(isDataError(error, other)).toBe(other === code);
    expect(error.cause).toBe(cause);
    expect(error.name).toMatch(/Error$/);
  });

  it("keeps the fields that a caller acts on, narrowed by the guard", () => {
    const error: unknown = examples[5][1];
    if (!isDataError(error, "store")) expect.fail("not a store error");
    expect([error.status, error.retryable, error.url]).toEqual([503, true, "http://host/a"]);
    const format: unknown = examples[4][1];
    if (!isDataError(format, "format")) expect.fail("not a format error");
    expect([format.format, format.at]).toEqual(["npy", 12]);
  });

  it("is not any other thrown value, with or without a code", () => {
    const system = Object.assign(new Error("no such file"), { code: "ENOENT" });
    for (const value of [
      system,
      new Error("plain"),
      "query",
      null,
      { code: "query" },
      new DOMException("stop", "AbortError"),
    ]) {
      expect(isDataError(value)).toBe(false);
    }
  });

  it("a store error is not retryable unless it says so", () => {
    expect(new StoreError("away").retryable).toBe(false);
  });
});
