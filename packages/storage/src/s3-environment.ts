import type { S3Options } from "./s3.js";

/**
 * Credentials, region and endpoint from the standard variables: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
 * `AWS_REGION` or `AWS_DEFAULT_REGION`, `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`. Profiles and services of the machine are not asked.
 *
 * Source: the AWS SDKs and Tools reference, environment variables.
 */
export function s3FromEnvironment(environment: Readonly<Record<string, string | undefined>>): S3Options {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const sessionToken = environment.AWS_SESSION_TOKEN || undefined;
  return {
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined,
    region: environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined,
    endpoint: environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL || undefined,
  };
}

/** What is given, and for the rest the standard variables. */
export function withS3Environment(
  given: S3Options = {},
  environment: Readonly<Record<string, string | undefined>>,
): S3Options {
  const found = s3FromEnvironment(environment);
  return {
    ...given,
    credentials: given.credentials ?? found.credentials,
    region: given.region ?? found.region,
    endpoint: given.endpoint ?? found.endpoint,
  };
}
