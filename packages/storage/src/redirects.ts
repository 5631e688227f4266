/** Why a redirect is refused. */
export const DOWNGRADE = "it redirects from https to http";

/** Judges a redirect before it is followed, and takes the caller's headers off it where it leads to another host. */
export function checkRedirect(
  next: Record<string, unknown>,
  before: { readonly url?: string } | undefined,
  given: ReadonlySet<string>,
): void {
  const from = before?.url === undefined ? undefined : new URL(before.url);
  if (from?.protocol === "https:" && next.protocol === "http:") throw new Error(DOWNGRADE);
  const { headers } = next;
  const isSame = from !== undefined && typeof next.href === "string" && new URL(next.href).origin === from.origin;
  if (isSame || typeof headers !== "object" || headers === null) return;
  for (const name of Object.keys(headers)) if (given.has(name.toLowerCase())) Reflect.deleteProperty(headers, name);
}
