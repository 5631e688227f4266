import { isDataError, QueryError } from "@crossprobe/core";
import { isPrivateAddress, refusedAddress, writtenAddress } from "../private-address.js";
import { parseS3Object } from "../s3-url.js";
import { hostOf, isAmong } from "./hosts.js";

/** What addresses may be asked. */
export interface AddressRules {
  /** Whether those on this machine and in private networks are among them. */
  readonly allowPrivate: boolean;
  /** Places that alone may be asked, as `RemoteFile.hosts`; `undefined` for any. */
  readonly hosts: readonly string[] | undefined;
}

/**
 * Refuses addresses that no download may ask: other schemes than http(s) and `s3:`, credentials in them, places that are not those of their
 * dataset, and, unless allowed, private hosts.
 *
 * Names are judged when they are resolved: `guardedLookup`. Which service answers for `s3:` is the user's own choice, never an address's.
 *
 * @throws {@link QueryError}
 */
export function checkAddress(text: string, rules: AddressRules): URL {
  if (!/^s3:/i.test(text)) return checkHttpAddress(text, rules);
  checkObject(text);
  const url = new URL(text);
  checkHost(url, rules);
  return url;
}

/** The same for what is asked over HTTP. @throws {@link QueryError} */
export function checkHttpAddress(text: string, rules: AddressRules): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new QueryError(`${JSON.stringify(text)} is no address`, { hint: "give an http(s) URL" });
  const shown = withoutQuery(url.href);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new QueryError(`${shown} was refused: only http, https and s3 are fetched`, {
      hint: "give an http(s) URL, or s3://bucket/key",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new QueryError(`the address of ${url.host} was refused: it holds credentials`, {
      hint: "addresses are written into records: give credentials to the downloader",
    });
  }
  checkHost(url, rules);
  const written = writtenAddress(url);
  if (!rules.allowPrivate && written !== undefined && isPrivateAddress(written)) throw refusedAddress(written);
  return url;
}

function checkObject(text: string): void {
  try {
    parseS3Object(text);
  } catch (error) {
    if (!isDataError(error)) throw error;
    throw new QueryError(error.message, { hint: error.hint });
  }
}

function checkHost(url: URL, { hosts }: AddressRules): void {
  if (hosts === undefined || isAmong(url, hosts)) return;
  const own = hosts.length === 0 ? "nowhere" : hosts.join(", ");
  throw new QueryError(`${hostOf(url)} was refused: files of this dataset come from ${own}`, {
    hint: `allow it if it is meant (--allow-host ${hostOf(url)})`,
  });
}

/** An address for messages and records: what may hold a signature is left out. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, (rest) => (rest.startsWith("?") ? "?…" : ""));
}
