import { QueryError } from "@crossprobe/core";

/** What `one.search` asks local tables for. Source: ONE `one/api.py`, `One._search_terms`. */
export const SEARCH_TERMS = [
  "datasets",
  "date_range",
  "laboratory",
  "number",
  "projects",
  "subject",
  "task_protocol",
  "dataset_qc_lte",
] as const;

/**
 * The full name of a term: itself, or the only one that begins so, in any case of letters (`lab`, `proj`, `task`, `date`).
 *
 * Types of files are no term, as in ONE: only Alyx knows which file has which type, and a type's name is not always the beginning of a file's.
 *
 * Source: ONE `one/util.py`, `autocomplete`.
 *
 * @throws {@link QueryError} for a term that is none, or that several begin with (`dataset`, `d`)
 */
export function completeTerm<Term extends string>(given: string, terms: readonly Term[]): Term {
  const term = given.toLowerCase();
  const exact = terms.find((name) => name === term);
  if (exact !== undefined) return exact;
  const [first, ...others] = terms.filter((name) => name.startsWith(term));
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    throw new QueryError(`The search term ${JSON.stringify(given)} is ambiguous.`, {
      hint: `write ${[first, ...others].join(" or ")}`,
    });
  }
  if (/^dataset_?types?$/.test(term)) {
    throw new QueryError(
      `The search term ${JSON.stringify(given)} is none for local tables: they do not state the types of files.`,
      {
        hint: "ask for file names with datasets, such as spikes.times.npy, or ask Alyx",
      },
    );
  }
  throw new QueryError(`There is no search term ${JSON.stringify(given)} for local tables.`, {
    hint: `use ${terms.join(", ")}; the other fields of sessions are known to Alyx alone`,
  });
}

/** Terms under their full names; the last of two spellings of one counts. */
export function completeTerms<Term extends string>(
  given: Readonly<Record<string, unknown>>,
  terms: readonly Term[],
): Map<Term, unknown> {
  const full = new Map<Term, unknown>();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) full.set(completeTerm(name, terms), value);
  }
  return full;
}

/**
 * A text, or texts.
 *
 * @throws {@link QueryError} when it is something else
 */
export function toTexts(value: unknown, term: string): string[] {
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  return values.map((text) => {
    if (typeof text === "string") return text;
    throw new QueryError(`The search term ${term} takes texts, not ${JSON.stringify(text)}.`, {
      hint: "give one text or a list of them",
    });
  });
}
