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
  const text = typeof value === "number" || typeof value === "string" ? String(value).toUpperCase() : "";
  for (const [name, level] of Object.entries(QC_LEVELS)) {
    if (text === name || text === String(level)) return name as QcName;
  }
  throw new QueryError(`${JSON.stringify(value)} is no QC level`, {
    hint: `use one of ${Object.entries(QC_LEVELS)
      .map(([name, level]) => `${name} (${level})`)
      .join(", ")}`,
  });
}
