import { parseRetryAfter, StoreError } from "@crossprobe/core";

/** What matters of a failed S3 request. Nothing else of the SDK's error is kept: it may hold the request with its signature. */
export interface S3Failure {
  /** Code such as `NoSuchKey`; `undefined` where no answer of the service came. */
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** What the network said, where the service said nothing. */
  readonly detail: string;
}

/** Codes with a status that does not tell that the same request may succeed. */
const PASSING_CODES: ReadonlySet<string> = new Set(["RequestTimeout", "SlowDown", "ThrottlingException", "Throttling"]);
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

const HINTS: Readonly<Record<string, string>> = {
  AccessDenied:
    "S3 answers so for a missing key too where listing is not allowed; a private bucket wants credentials and their region",
  NoSuchBucket: "check the name of the bucket, and the endpoint where it is not on AWS",
  InvalidAccessKeyId: "check the credentials; a public bucket is read without any",
  SignatureDoesNotMatch: "check the secret access key and the region",
  ExpiredToken: "renew the credentials",
  RequestTimeTooSkewed: "set the clock of this machine",
  PermanentRedirect: "give the region of the bucket",
  AuthorizationHeaderMalformed: "give the region of the bucket",
};

/** Takes the parts out of an error of the SDK, of its transport or of a body. */
export function toS3Failure(error: unknown): S3Failure {
  const metadata = property(error, "$metadata");
  const status = property(metadata, "httpStatusCode");
  const hasStatus = typeof status === "number";
  const name = error instanceof Error ? error.name : undefined;
  const headers = property(property(error, "$response"), "headers");
  const asked = property(headers, "retry-after");
  const code = property(error, "code");
  return {
    code: hasStatus ? name : undefined,
    status: hasStatus ? status : undefined,
    retryAfterSeconds: typeof asked === "string" ? parseRetryAfter(asked, Date.now()) : undefined,
    detail: typeof code === "string" ? code : (name ?? "no answer"),
  };
}

/** The error that callers get for a failure. */
export function toStoreError(failure: S3Failure, url: string, doing: "read" | "fetch" = "read"): StoreError {
  const { code, status, retryAfterSeconds } = failure;
  if (status === undefined) {
    return new StoreError(`could not ${doing} ${url}: the connection failed (${failure.detail})`, {
      url,
      retryable: true,
    });
  }
  // A refusal without a body, as to HEAD, has no code of the service's.
  const known = code === undefined || /^(Unknown.*|Error|\d+)$/.test(code) ? undefined : code;
  const said = known === undefined ? `HTTP status ${status}` : `${known} (HTTP status ${status})`;
  return new StoreError(`could not ${doing} ${url}: ${said}`, {
    url,
    status,
    retryable: status >= 500 || PASSING_STATUSES.has(status) || (known !== undefined && PASSING_CODES.has(known)),
    retryAfterSeconds,
    hint: HINTS[known ?? ""] ?? (status === 403 ? HINTS.AccessDenied : undefined),
  });
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
