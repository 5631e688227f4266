import { isPrivateAddress, isPrivateHost, writtenAddress } from "./private-address.js";

/** Why a redirect is refused. */
export const DOWNGRADE = "it redirects from https to http";
export const INWARDS = "it redirects into a private network";
export const NO_ADDRESS = "it redirects to what is no http(s) address";
export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
export const MAX_REDIRECTS = 5;
export const TOO_MANY = `it redirects more than ${MAX_REDIRECTS} times`;

/** What to do about a redirect that is refused. */
export function redirectHint(why: string): string | undefined {
  if (why === DOWNGRADE) return "ask for an address that stays encrypted";
  if (why === INWARDS) return "ask for the private address itself, if it is meant";
  return undefined;
}

/** Whether what was encrypted would no longer be. */
export function isDowngrade(from: string, to: string): boolean {
  return new URL(from).protocol === "https:" && new URL(to).protocol === "http:";
}

/** Where to ask next, and what has to be judged there. */
export interface NextHop {
  readonly url: string;
  /** Whether what the caller gave for the first address may go along. */
  readonly isSameOrigin: boolean;
  /** Whether the name may lead to public addresses only, once it is resolved. */
  readonly isGuarded: boolean;
}

/**
 * Judges a redirect before it is followed. Who is on a private network may lead about in it; who is not leads nobody in.
 *
 * @param wasGuarded whether `from` was held to public addresses: then all that follows is, whatever its names lead to by now
 * @returns the reason where it is refused
 */
export async function judgeRedirect(from: string, location: string, wasGuarded = false): Promise<NextHop | string> {
  if (!URL.canParse(location, from)) return NO_ADDRESS;
  const [before, next] = [new URL(from), new URL(location, from)];
  if (next.protocol !== "http:" && next.protocol !== "https:") return NO_ADDRESS;
  if (isDowngrade(from, next.href)) return DOWNGRADE;
  const isSameOrigin = before.origin === next.origin;
  const isSameHost = before.hostname === next.hostname;
  const isGuarded = wasGuarded || (!isSameHost && !(await isPrivateHost(before)));
  const written = writtenAddress(next);
  if (isGuarded && written !== undefined && isPrivateAddress(written)) return INWARDS;
  return { url: next.href, isSameOrigin, isGuarded };
}
