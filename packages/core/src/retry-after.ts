/**
 * How long a server asks to be left alone, seconds from `now`; 0 for a date that has passed.
 *
 * Absent: `undefined` without the header, and where it is neither a whole number nor a date.
 *
 * Source: RFC 9110 §10.2.3 (`Retry-After`: seconds or a date).
 *
 * @param now milliseconds since 1970
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === "") return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
