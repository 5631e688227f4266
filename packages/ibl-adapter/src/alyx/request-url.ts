import { ConfigError } from "@crossprobe/core";

/** A question's parameters: name in the service's own spelling, and text. */
export type QueryPair = readonly [name: string, value: string];

/**
 * The service's address with a `/` at the end.
 *
 * @throws {@link ConfigError} when it is no http(s) address, holds credentials, a query or a fragment
 */
export function toServiceUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new ConfigError("The address of the Alyx service is no URL.", { hint: "It starts with https://." });
  }
  if (url.username !== "" || url.password !== "") {
    throw new ConfigError(`The address of the Alyx service at ${url.host} holds credentials.`, {
      hint: "Give them as `credentials`: addresses end up in messages and caches.",
    });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new ConfigError(`${url.href} is no http(s) URL.`, { hint: "It starts with https://." });
  if (url.search !== "" || url.hash !== "")
    throw new ConfigError(`${url.origin}${url.pathname} has a query or fragment.`, {
      hint: "Give the address of the service alone.",
    });
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

/** Whether what is sent to an address can be read on the way: plain http to another machine. */
export function isReadableOnTheWay(serviceUrl: string): boolean {
  const { protocol, hostname } = new URL(serviceUrl);
  return protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The address of a question. Pairs are sorted by name, so that one question has one address, hence one stored answer. */
export function questionUrl(serviceUrl: string, path: string, pairs: readonly QueryPair[] = []): string {
  const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const query = sorted.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  return serviceUrl + path + (query === "" ? "" : `?${query}`);
}

/** As HTML forms do it, which is how Python's `urlencode` writes it: a space is `+`, a comma `%2C`. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}
