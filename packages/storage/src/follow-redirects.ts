import { isDataError, StoreError } from "@crossprobe/core";
import { resolvePublic } from "./private-address.js";
import { INWARDS, judgeRedirect, MAX_REDIRECTS, REDIRECTS, redirectHint, TOO_MANY } from "./redirects.js";

/** One address on the way to an answer. */
export interface Hop {
  readonly url: string;
  /** Whether every address so far was of the first one's origin: only then may what is secret go along. */
  readonly isAtHome: boolean;
  /** How the client resolves names, where it matters. */
  readonly resolving: { readonly lookup?: typeof resolvePublic };
}

interface Response {
  readonly status: number;
  readonly headers: object;
}

/**
 * Sends a request, and sends it again where its answers lead, each address judged before it is asked. For Node: a page's client follows
 * redirects itself, so that none are seen here.
 *
 * @throws {@link StoreError} for a redirect that is refused, and for more than five
 */
export async function followRedirects<R extends Response>(
  first: string,
  send: (hop: Hop) => Promise<R>,
): Promise<{ readonly response: R; readonly url: string }> {
  let hop: Hop = { url: first, isAtHome: true, resolving: {} };
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const response = await send(hop).catch((error: unknown) => {
      const cause = error instanceof Error ? error.cause : undefined;
      throw isDataError(cause, "query") ? refusal(first, INWARDS) : error;
    });
    const location: unknown = Reflect.get(response.headers, "location");
    if (!REDIRECTS.has(response.status) || typeof location !== "string") return { response, url: hop.url };
    const next = await judgeRedirect(hop.url, location, hop.resolving.lookup !== undefined);
    if (typeof next === "string") throw refusal(first, next);
    hop = {
      url: next.url,
      isAtHome: hop.isAtHome && next.isSameOrigin,
      resolving: next.isGuarded ? { lookup: resolvePublic } : {},
    };
  }
  throw refusal(first, TOO_MANY);
}

function refusal(url: string, why: string): StoreError {
  return new StoreError(`could not read ${url}: ${why}`, { url, hint: redirectHint(why) });
}
