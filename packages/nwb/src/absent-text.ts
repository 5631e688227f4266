const ABSENT: ReadonlySet<string> = new Set(["", "none", "n/a", "nan", "null"]);

/**
 * The text, or `undefined` where a writer had nothing to say.
 *
 * Source: NWB writers fill required text with `""`, `"None"` (Python's `str(None)`), `"N/A"` or `"nan"`; HDF5 null strings read as `""`.
 * `"unknown"` is kept: it is what a writer states about a thing that it knows of.
 */
export function presentText(text: string | undefined): string | undefined {
  return text === undefined || ABSENT.has(text.trim().toLowerCase()) ? undefined : text;
}
