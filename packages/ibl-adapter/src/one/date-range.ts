import { QueryError } from "@crossprobe/core";

/** Milliseconds since 1970 in UTC, both ends included. */
export interface DateRange {
  readonly from: number;
  readonly to: number;
}

const MS_PER_DAY = 86_400_000;
const TIME = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?)?)?$/;

/**
 * The range that a term `date_range` names: one day from the given time on (`2022` is its first day only), or
 * `[from]`, `[from, to]` with null for an open end.
 *
 * Source: ONE `one/util.py`, `validate_date_range`.
 *
 * @throws {@link QueryError} when it is no date, or a list of another length
 */
export function toDateRange(value: unknown): DateRange {
  if (typeof value === "string" || value instanceof Date) {
    const from = toTime(value);
    return { from, to: from + MS_PER_DAY - 1 };
  }
  if (!Array.isArray(value) || value.length < 1 || value.length > 2) {
    throw new QueryError(`${JSON.stringify(value)} is no date or range of dates`, {
      hint: "give yyyy-mm-dd, [from, to] or [from, null]",
    });
  }
  const [from, to] = value as unknown[];
  return {
    from: isOpen(from) ? Number.NEGATIVE_INFINITY : toTime(from),
    to: isOpen(to) ? Number.POSITIVE_INFINITY : toTime(to),
  };
}

function isOpen(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

function toTime(value: unknown): number {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.getTime();
  const found = typeof value === "string" ? TIME.exec(value.trim()) : null;
  if (found !== null) {
    const [year, month, day, hour, minute, second, fraction] = found.slice(1);
    const date = `${year}-${month ?? "01"}-${day ?? "01"}`;
    const time = `${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}.${(fraction ?? "").padEnd(3, "0")}`;
    const at = Date.parse(`${date}T${time}Z`);
    // The 30th of February would become a day in March.
    if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(date)) return at;
  }
  throw new QueryError(`${JSON.stringify(value)} is no date`, { hint: "write yyyy-mm-dd, with hh:mm:ss if need be" });
}
