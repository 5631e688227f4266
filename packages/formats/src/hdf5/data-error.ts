import { type DataError, FormatError, NotFoundError, QueryError, UnsupportedError } from "@crossprobe/core";
import type { FailureMessage } from "./protocol.js";

/** The error that callers get for a failure inside a reader. */
export function toDataError(failure: FailureMessage, url: string): DataError {
  const { message, hint, at, diagnostics } = failure;
  const cause = diagnostics === undefined || diagnostics === "" ? undefined : new Error(diagnostics);
  switch (failure.code) {
    case "query":
      return new QueryError(message, { hint, cause });
    case "unsupported":
      return new UnsupportedError(message, { hint, cause });
    case "not-found":
      return new NotFoundError(message, { hint, cause });
    default:
      return new FormatError(message, { format: "hdf5", url, at, hint, cause });
  }
}
