import { formatRef, isDataError, type Modality, type Notice, type Provenance, type Ref } from "@crossprobe/core";
import type { Absence } from "./result.js";

/** What one dataset's sources cannot answer, doubt and come from, gathered while reading; each thing once. */
export class Journal {
  readonly #dataset: string;
  readonly #answers: Readonly<Record<Modality, true | string>>;
  readonly #absences = new Map<string, { what: string; reason: string; where: Set<string> }>();
  readonly #notices = new Map<string, Notice>();
  readonly #files = new Map<string, Provenance>();

  constructor(dataset: string, answers: Readonly<Record<Modality, true | string>>) {
    this.#dataset = dataset;
    this.#answers = answers;
  }

  /**
   * What `read` gives, or null with the reason noted when the source says it does not have it.
   *
   * Anything else that goes wrong is thrown on: then the session cannot be read.
   */
  async attempt<Value>(
    what: Modality | "invalid intervals",
    where: Ref,
    read: () => Promise<Value>,
  ): Promise<Value | null> {
    const answer = what === "invalid intervals" ? true : this.#answers[what];
    if (answer !== true) {
      this.absent(what, answer, where);
      return null;
    }
    try {
      return await read();
    } catch (error) {
      if (!isDataError(error, "unsupported") && !isDataError(error, "not-found")) throw error;
      this.absent(what, error.message, where);
      return null;
    }
  }

  absent(what: string, reason: string, where: Ref): void {
    const key = `${what}\n${reason}`;
    const entry = this.#absences.get(key) ?? { what, reason, where: new Set<string>() };
    entry.where.add(formatRef(where));
    this.#absences.set(key, entry);
  }

  /** Notes the notices and provenance of a table or source. */
  note(part: { readonly notices?: readonly Notice[]; readonly provenance?: readonly Provenance[] }): void {
    for (const notice of part.notices ?? []) this.#notices.set(JSON.stringify(notice), notice);
    for (const file of part.provenance ?? []) this.#files.set(JSON.stringify(file), file);
  }

  /** Takes over what another journal noted: a session's, once the session is known to be whole. */
  merge(other: Journal): void {
    this.note({ notices: [...other.#notices.values()], provenance: [...other.#files.values()] });
    for (const { what, reason, where } of other.#absences.values()) {
      const entry = this.#absences.get(`${what}\n${reason}`) ?? { what, reason, where: new Set<string>() };
      for (const ref of where) entry.where.add(ref);
      this.#absences.set(`${what}\n${reason}`, entry);
    }
  }

  absences(): Absence[] {
    return [...this.#absences.values()].map(({ what, reason, where }) => ({
      dataset: this.#dataset,
      what,
      reason,
      where: [...where],
    }));
  }

  notices(): (Notice & { readonly dataset: string })[] {
    return [...this.#notices.values()].map((notice) => ({ ...notice, dataset: this.#dataset }));
  }

  files(): Provenance[] {
    return [...this.#files.values()];
  }
}
