import { ConfigError } from "@crossprobe/core";

/** A token, or a name and password that are exchanged for one. */
export type AlyxCredentials = { readonly token: string } | { readonly username: string; readonly password: string };

/** Environment variables that {@link alyxFromEnvironment} reads. */
export const ALYX_VARIABLES = ["ALYX_URL", "ALYX_TOKEN", "ALYX_LOGIN", "ALYX_PWD"] as const;

export interface AlyxSettings {
  readonly url: string | undefined;
  readonly credentials: AlyxCredentials | undefined;
}

/**
 * Address and credentials from environment variables: `ALYX_URL`, and `ALYX_TOKEN` or `ALYX_LOGIN` with `ALYX_PWD`.
 *
 * Absent: `undefined` for what is not set; an empty variable counts as not set. A token goes before a name and password.
 *
 * @throws {@link ConfigError} when only one of name and password is set
 * @example
 * const { url, credentials } = alyxFromEnvironment(process.env);
 */
export function alyxFromEnvironment(environment: Readonly<Record<string, string | undefined>>): AlyxSettings {
  const [url, token, username, password] = ALYX_VARIABLES.map((name) => environment[name] || undefined);
  if (token !== undefined) return { url, credentials: { token } };
  if (username !== undefined && password !== undefined) return { url, credentials: { username, password } };
  if (username === undefined && password === undefined) return { url, credentials: undefined };
  throw new ConfigError("Of ALYX_LOGIN and ALYX_PWD only one is set.", { hint: "Set both, or ALYX_TOKEN." });
}

/** A text without any of the secrets in it, for messages that quote a server. */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  let result = text;
  for (const secret of secrets) if (secret !== "") result = result.replaceAll(secret, "*****");
  return result;
}
