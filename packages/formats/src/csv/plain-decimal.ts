/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 16 }, (_, power) => 10 ** power);
const [ZERO, NINE, MINUS, POINT] = [48, 57, 45, 46];
/** So many digits are below 2^53. */
const MAX_DIGITS = 15;

/**
 * The number that stands in a part of a text, if it is a sign, up to 15 digits and a point; else NaN. A whole number below 2^53 over a
 * power of ten up to 10^15 is rounded once, so that it is the one nearest to the text, as with `Number`.
 */
export function plainDecimal(text: string, start: number, end: number): number {
  const isNegative = text.charCodeAt(start) === MINUS;
  const first = isNegative ? start + 1 : start;
  if (end - first > MAX_DIGITS + 1) return Number.NaN;
  let [whole, digits, decimals] = [0, 0, -1];
  for (let at = first; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      whole = whole * 10 + code - ZERO;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (code === POINT && decimals < 0) decimals = 0;
    else return Number.NaN;
  }
  if (digits === 0 || digits > MAX_DIGITS) return Number.NaN;
  const value = decimals > 0 ? whole / (POWERS[decimals] ?? Number.NaN) : whole;
  return isNegative ? -value : value;
}
