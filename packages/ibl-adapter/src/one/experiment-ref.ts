import { parseSessionPath } from "../alf-name.js";

/** A session in words: when, the how manieth of the day, and whose. */
export interface ExperimentRef {
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly number: number;
  readonly subject: string;
}

/**
 * Reads `yyyy-mm-dd_<number>_<subject>`; the number may be padded with zeros.
 *
 * Absent: undefined for a text that is no reference, or a day that does not exist.
 *
 * Source: ONE-api 3.6 `one/converters.py`, `ref2dict`, `is_exp_ref`.
 */
export function parseExperimentRef(text: string): ExperimentRef | undefined {
  const found = /^(\d{4}-\d{2}-\d{2})_(\d{1,3})_([\p{L}\p{N}_].*)$/u.exec(text);
  const [, date, number, subject] = found ?? [];
  if (date === undefined || number === undefined || subject === undefined || !isDay(date)) return undefined;
  return { date, number: Number(number), subject };
}

/** Writes `yyyy-mm-dd_<number>_<subject>`; the number with three digits when `padded`. */
export function formatExperimentRef({ date, number, subject }: ExperimentRef, { padded = false } = {}): string {
  return `${date}_${padded ? String(number).padStart(3, "0") : number}_${subject}`;
}

/** The reference of a path in or of a session folder; undefined where it is none. */
export function pathToRef(path: string): ExperimentRef | undefined {
  const found = parseSessionPath(path.replace(/\\/g, "/"));
  return found && { date: found.date, number: found.number, subject: found.subject };
}

function isDay(date: string): boolean {
  const at = Date.parse(date);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
}
