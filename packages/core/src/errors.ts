/** What kind of failure a {@link DataError} is: what a caller can do about it follows from the code alone. */
export type DataErrorCode = "query" | "unsupported" | "not-found" | "schema" | "format" | "store" | "config";

export interface DataErrorDetails {
  /** The error that led to this one, untouched. */
  readonly cause?: unknown;
  /** What to do about it, as one sentence. Printed after the message. */
  readonly hint?: string | undefined;
}

/**
 * Base of every error that crossprobe itself raises.
 *
 * The message names the thing and the place in crossprobe's own vocabulary; `hint` names the next step. An abort is never a
 * `DataError`: the signal's own reason travels untouched.
 */
export abstract class DataError extends Error {
  abstract readonly code: DataErrorCode;
  readonly hint: string | undefined;

  constructor(message: string, details: DataErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
  }
}

/** The question is malformed: fix the call. */
export class QueryError extends DataError {
  readonly code = "query";
}

/** This dataset, or this source of it, never has this: branch on capabilities. */
export class UnsupportedError extends DataError {
  readonly code = "unsupported";
}

/** The question is well formed and there is no such thing: skip it. Not for bytes that could not be fetched. */
export class NotFoundError extends DataError {
  readonly code = "not-found";
}

export interface PlaceDetails extends DataErrorDetails {
  /** The file or object, as a URL or a path. */
  readonly url?: string | undefined;
}

/** Metadata arrived in a shape that we do not know (a missing column, another manifest version): report it, pin a release. */
export class SchemaError extends DataError {
  readonly code = "schema";
  readonly url: string | undefined;

  constructor(message: string, details: PlaceDetails = {}) {
    super(message, details);
    this.url = details.url;
  }
}

export interface FormatErrorDetails extends PlaceDetails {
  /** Name of the format that was being decoded, such as `npy`, `hdf5`, `lfpack`. */
  readonly format: string;
  /** Byte offset or path inside the file, where known. */
  readonly at?: string | number | undefined;
}

/** Bytes do not decode: fetch them again once, then report. */
export class FormatError extends DataError {
  readonly code = "format";
  readonly format: string;
  readonly url: string | undefined;
  readonly at: string | number | undefined;

  constructor(message: string, details: FormatErrorDetails) {
    super(message, details);
    this.format = details.format;
    this.url = details.url;
    this.at = details.at;
  }
}

export interface StoreErrorDetails extends PlaceDetails {
  /** HTTP status, where there was one. */
  readonly status?: number | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean;
  /** How long the server asks to wait before that, seconds. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Bytes did not arrive: retry if `retryable`. A missing key is not a store error (stores answer `undefined`). */
export class StoreError extends DataError {
  readonly code = "store";
  readonly url: string | undefined;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, details: StoreErrorDetails = {}) {
    super(message, details);
    this.url = details.url;
    this.status = details.status;
    this.retryable = details.retryable ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** Wiring is wrong: fix the start-up or the configuration. */
export class ConfigError extends DataError {
  readonly code = "config";
}

interface ErrorByCode {
  query: QueryError;
  unsupported: UnsupportedError;
  "not-found": NotFoundError;
  schema: SchemaError;
  format: FormatError;
  store: StoreError;
  config: ConfigError;
}

/** Whether a value is one of ours; with a code, whether it is of that kind. Works across duplicated copies of this package. */
export function isDataError(value: unknown): value is DataError;
export function isDataError<Code extends DataErrorCode>(value: unknown, code: Code): value is ErrorByCode[Code];
export function isDataError(value: unknown, code?: DataErrorCode): boolean {
  if (!(value instanceof Error) || !("code" in value) || !CODES.has(value.code as string)) return false;
  return code === undefined || value.code === code;
}

const CODES: ReadonlySet<string> = new Set<DataErrorCode>([
  "query",
  "unsupported",
  "not-found",
  "schema",
  "format",
  "store",
  "config",
]);
