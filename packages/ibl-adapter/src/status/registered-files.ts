import { STATUS_SORTERS } from "./extraction-rules.js";
import type { EvidenceFile } from "./session-evidence.js";

/** Files of a session by collection. */
export class RegisteredFiles {
  readonly #byCollection = new Map<string, EvidenceFile[]>();

  constructor(files: readonly EvidenceFile[]) {
    for (const file of files) {
      const own = this.#byCollection.get(file.collection);
      if (own === undefined) this.#byCollection.set(file.collection, [file]);
      else own.push(file);
    }
  }

  /** Collections of a probe that hold spike times, in code-point order. */
  sortingsOf(probe: string): string[] {
    const holding = [...this.#byCollection].filter(([, files]) =>
      files.some(({ name }) => name === "spikes.times.npy"),
    );
    return holding
      .map(([collection]) => collection)
      .filter((name) => name.startsWith(`alf/${probe}/`))
      .sort();
  }

  in(collection: string): readonly EvidenceFile[] {
    return this.#byCollection.get(collection) ?? [];
  }

  has(collection: string, pattern: string): boolean {
    const own = this.in(collection);
    return own.length > 0 && own.some(({ name }) => expressionOf(pattern).test(name));
  }
}

/** Patterns of the rules, compiled: they are as few as there are rules and cameras. */
const EXPRESSIONS = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  const known = EXPRESSIONS.get(pattern) ?? new RegExp(`^(?:${pattern})$`, "u");
  EXPRESSIONS.set(pattern, known);
  return known;
}

/** A sorting of a probe: the file of its spike times. */
export interface Sorting {
  readonly sorter: string;
  readonly collection: string;
  readonly file: EvidenceFile;
}

/**
 * The first sorter with spike times; of several revisions the default one, else the last as text, which is what the loaders read.
 *
 * Source: psyfun, `_pick_sorter`; there it is the first of the answer where none is default.
 */
export function chooseSorting(probe: string, files: RegisteredFiles): Sorting | undefined {
  for (const sorter of STATUS_SORTERS) {
    const collection = sorter === "" ? `alf/${probe}` : `alf/${probe}/${sorter}`;
    const found = files.in(collection).filter(({ name }) => name === "spikes.times.npy");
    const last = [...found].sort((a, b) => (a.revision < b.revision ? 1 : a.revision > b.revision ? -1 : 0))[0];
    const file = found.find(({ isDefault }) => isDefault === true) ?? last;
    if (file !== undefined) return { sorter, collection, file };
  }
  return undefined;
}
