import type { TimeUnit } from "./schema-node.js";

type Fail = (reason: string) => Error;

const PER_SECOND: Readonly<Record<TimeUnit, bigint>> = { MILLIS: 1_000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n };
const DIGITS: Readonly<Record<TimeUnit, number>> = { MILLIS: 3, MICROS: 6, NANOS: 9 };
/** Seconds in a day. */
const DAY = 86_400;

/** `YYYY-MM-DD` from days since 1970-01-01. */
export function toDateText(days: unknown, fail: Fail): string {
  if (typeof days !== "number") throw fail("a date is something else");
  return isoOf(days * DAY, fail).slice(0, -"T00:00:00".length);
}

/** ISO 8601 with all digits of the unit; `Z` where the file says that times are UTC. */
export function toTimestampText(value: unknown, unit: TimeUnit, isUtc: boolean, fail: Fail): string {
  const ticks = toBigInt(value, fail);
  const perSecond = PER_SECOND[unit];
  const fraction = ((ticks % perSecond) + perSecond) % perSecond;
  const seconds = Number((ticks - fraction) / perSecond);
  return `${isoOf(seconds, fail)}.${digits(fraction, DIGITS[unit])}${isUtc ? "Z" : ""}`;
}

/** `hh:mm:ss` and all digits of the unit, from ticks since midnight. */
export function toTimeText(value: unknown, unit: TimeUnit, fail: Fail): string {
  const ticks = toBigInt(value, fail);
  const perSecond = PER_SECOND[unit];
  if (ticks < 0n || ticks >= BigInt(DAY) * perSecond) throw fail(`${ticks} is no time of day`);
  const time = isoOf(Number(ticks / perSecond), fail).slice(-"00:00:00".length);
  return `${time}.${digits(ticks % perSecond, DIGITS[unit])}`;
}

/** An unscaled integer divided by a power of ten, as text: parsing that rounds once, where a division may round twice. */
export function decimalText(unscaled: bigint, scale: number): string {
  const magnitude = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${magnitude.slice(0, -scale)}.${magnitude.slice(-scale)}`;
}

/** An integer from any of its encodings; bytes are big-endian two's complement, as decimals are stored. */
export function toBigInt(value: unknown, fail: Fail): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (!(value instanceof Uint8Array)) throw fail("an integer is missing or something else");
  const unsigned = value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return BigInt.asIntN(value.length * 8, unsigned);
}

function digits(value: bigint, count: number): string {
  return value.toString().padStart(count, "0");
}

/** `YYYY-MM-DDThh:mm:ss` */
function isoOf(seconds: number, fail: Fail): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw fail(`a time ${seconds} s from 1970 is beyond the calendar`);
  return date.toISOString().slice(0, -".000Z".length);
}
