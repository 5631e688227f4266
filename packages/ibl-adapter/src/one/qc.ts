import { QueryError } from "@crossprobe/core";

/** Verdicts on a file, best first. Source: ONE `one/alf/spec.py`, `QC`. */
export const QC_LEVELS = { NOT_SET: 0, PASS: 10, WARNING: 30, FAIL: 40, CRITICAL: 50 } as const;

export type QcName = keyof typeof QC_LEVELS;

/**
 * The name of a verdict given by name (in any case) or by number.
 *
 * @throws {@link QueryError} when there is no such verdict
 */
export function toQcName(value: unknown): QcName {
  const found = typeof value === "number" || typeof value === "string" ? findQc(String(value)) : undefined;
  if (found !== undefined) return found;
  throw new QueryError(`${JSON.stringify(value)} is no QC level`, {
    hint: `use one of ${Object.entries(QC_LEVELS)
      .map(([name, level]) => `${name} (${level})`)
      .join(", ")}`,
  });
}

/** The verdict that a record of Alyx states: `NOT_SET` where it states none, null for a word that is no verdict. */
export function statedQc(text: string | null): QcName | null {
  return text === null ? "NOT_SET" : (findQc(text) ?? null);
}

function findQc(text: string): QcName | undefined {
  const wanted = text.toUpperCase();
  const found = Object.entries(QC_LEVELS).find(([name, level]) => wanted === name || wanted === String(level));
  return found?.[0] as QcName | undefined;
}
