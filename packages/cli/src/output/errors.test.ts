import { FormatError, NotFoundError, SchemaError, StoreError } from "@crossprobe/core";
import { expect, it } from "vitest";
import { errorDetails, errorLine } from "./errors.js";

it.each([
  [new NotFoundError("no probe 1", { hint: "List the probes." }), "no probe 1; list the probes"],
  [new NotFoundError("No probe 1 in x."), "No probe 1 in x"],
  [
    new SchemaError("a column is missing", { url: "file:///a.csv", hint: "NWB needs it" }),
    "a column is missing (/a.csv); NWB needs it",
  ],
  [
    new FormatError("file:///a.npy is cut", { format: "npy", url: "file:///a.npy", hint: "fetch it" }),
    "/a.npy is cut; fetch it",
  ],
  [
    new StoreError("no answer\nfrom there", { url: "http://a/" }),
    "no answer from there (http://a/); check the place and the connection, then try again",
  ],
  [new RangeError("out of bounds"), "RangeError: out of bounds"],
  ["text", "text"],
])("%o is one line: the thing, the place, the next step", (error, line) => {
  expect(errorLine(error)).toBe(line);
});

it("errorDetails has the stack of every cause", () => {
  const error = new NotFoundError("outer", { cause: new RangeError("inner", { cause: "why" }) });
  expect(errorDetails(error)).toMatch(
    /NotFoundError: outer\n\s+at [\s\S]*caused by: RangeError: inner\n\s+at [\s\S]*caused by: why$/,
  );
});
